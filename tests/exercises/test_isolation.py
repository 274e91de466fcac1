"""Isolation: each backend that works here keeps what it promises; a backend that does not is refused in one line."""

import shutil
import sys

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.evidence.errors import InputError
from analysis.exercises import isolation
from analysis.exercises.course import COURSE_FOLDER
from analysis.exercises.notebook_run import run_notebook
from analysis.exercises.sandbox import SubmissionLimits, open_sandbox

WORKING = [backend for backend in isolation.BACKENDS if backend != "none" and not isolation.backend_problem(backend)]


@pytest.fixture
def stranger(tmp_path):
    """What a notebook can do in one backend of isolation: each line of Python, true or false."""
    tmp_path.chmod(0o700)
    (tmp_path / "private").write_text("x")

    def can(backend, *lines):
        cells = [
            new_code_cell(f"try:\n    {line}\n    print('yes')\nexcept OSError:\n    print('no')") for line in lines
        ]
        with open_sandbox() as folder:
            assert run_notebook(new_notebook(cells=cells), folder, SubmissionLimits(), backend) == ""
        return [cell.outputs[0].text.strip() for cell in cells]

    return can


@pytest.mark.parametrize("backend", WORKING)
def test_in_isolation_there_is_no_network_and_no_way_out_of_the_folder(stranger, backend, tmp_path):
    lines = (
        "open('inside', 'w').write('x')",
        f"open({str(tmp_path / 'outside')!r}, 'w').write('x')",
        f"open({str(tmp_path / 'private')!r})",
        "import socket; socket.create_connection(('192.0.2.1', 80), 5)",
        "import analysis as a; a.open_folder()",
    )
    assert stranger(backend, *lines) == ["yes", "no", "no", "no", "yes"]
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("backend", WORKING)
def test_in_isolation_other_processes_are_not_seen(stranger, backend):
    assert stranger(
        backend, "import os; os.kill(4, 0) if len([p for p in os.listdir('/proc') if p.isdigit()]) > 9 else 0"
    ) == ["yes"]


@pytest.mark.skipif("bwrap" not in WORKING, reason="bubblewrap does not work on this machine; refusal is tested below")
def test_bwrap_hides_the_course_with_its_hidden_tests(stranger):
    assert stranger("bwrap", f"import os; os.listdir({str(COURSE_FOLDER)!r})") == ["no"]


def test_without_isolation_files_and_network_are_open_as_the_words_say(stranger, tmp_path):
    assert stranger("none", f"open({str(tmp_path / 'private')!r})") == ["yes"]
    assert "with your files and your network" in isolation.BACKENDS["none"]


def test_auto_takes_the_first_way_that_works():
    assert isolation.choose_backend("auto") == (WORKING or ["none"])[0]


def test_a_way_that_is_not_installed_is_refused_in_one_line(monkeypatch):
    isolation.backend_problem.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda program: None)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for backend, program in (("bwrap", "bwrap"), ("user", "setpriv")):
        with pytest.raises(
            InputError, match=f"^--isolate {backend} does not work here: the program '{program}' is not installed$"
        ):
            isolation.choose_backend(backend)
    assert isolation.choose_backend("auto") == "none"
    isolation.backend_problem.cache_clear()


def test_only_root_can_run_as_another_user(monkeypatch):
    isolation.backend_problem.cache_clear()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert isolation.backend_problem("user") == "only root can run a submission as another user"
    isolation.backend_problem.cache_clear()


def test_other_systems_are_told_that_it_needs_linux(monkeypatch):
    isolation.backend_problem.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isolation.backend_problem("bwrap") == "it needs Linux" and isolation.backend_problem("none") == ""
    isolation.backend_problem.cache_clear()
