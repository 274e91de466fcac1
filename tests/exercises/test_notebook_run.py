"""A notebook run to its end whatever is in it, within its limits."""

import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.exercises import isolation
from analysis.exercises.notebook_run import run_notebook
from analysis.exercises.sandbox import SubmissionLimits, open_sandbox, sandbox_environment


@pytest.fixture
def ran():
    """Runs cells without isolation; the cells and what ended them early."""

    def go(*sources, limits=None, backend="none"):
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        with open_sandbox() as folder:
            ended = run_notebook(notebook, folder, limits or SubmissionLimits(cell_seconds=20, seconds=60), backend)
        return notebook.cells, ended

    return go


def outcome(cell) -> str:
    return cell.metadata.get("ran", {}).get("ename", "not run")


def said(cell) -> str:
    return "".join(str(out.get("text", out.get("data", {}).get("text/plain", ""))) for out in cell.outputs)


def test_errors_end_nothing_and_every_cell_says_what_became_of_it(ran):
    cells, ended = ran("1 / 0", "x = 1", "def f(:", "import sys; sys.exit()", "exit()", "x + 1")
    assert [outcome(cell) for cell in cells] == ["ZeroDivisionError", "", "SyntaxError", "SystemExit", "", ""]
    assert said(cells[-1]) == "2" and ended == ""


def test_output_beyond_the_limit_is_dropped_and_that_is_said(ran):
    flood = "from IPython.display import display\nfor _ in range(20): display({'text/plain': 'x' * 10**6}, raw=True)"
    cells, ended = ran("print('x' * 10**8)", "print('next')", flood, "import os\nos.system('yes | head -c 3000000')")
    assert ended == "" and [outcome(cell) for cell in cells] == [""] * 4
    assert len(said(cells[0])) < 250_000 and "the rest of the output was dropped" in said(cells[0])
    assert said(cells[1]) == "next\n"
    assert len(said(cells[2])) <= 5_000_000 and len(said(cells[3])) < 250_000


def test_memory_and_files_are_limited(ran):
    cells, _ = ran(
        "x = bytearray(10**10)",
        "open('big', 'wb').write(b'x' * 2 * 10**7)",
        "2",
        limits=SubmissionLimits(60, 60, 2000, 10),
    )
    assert [outcome(cell) for cell in cells] == ["MemoryError", "OSError", ""]


def test_when_the_time_for_the_whole_is_over_the_rest_is_not_run(ran):
    cells, ended = ran("import time\ntime.sleep(60)", "1", limits=SubmissionLimits(cell_seconds=60, seconds=2))
    assert ended == "the time for the whole notebook was over"
    assert [outcome(cell) for cell in cells] == ["CellTimeoutError", "not run"]


def test_nothing_that_was_started_is_left_behind(ran):
    cells, _ = ran("import os, subprocess\nprint(os.getpid(), subprocess.Popen(['sleep', '600']).pid)")
    assert [pid for pid in map(int, said(cells[0]).split()) if alive(pid)] == []


def alive(pid: int) -> bool:
    """False too for a process that is dead and only waits for its parent to take note."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_home_and_temporary_files_are_its_own_and_secrets_are_not_passed_on(ran, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    places = "pathlib.Path.home(), tempfile.gettempdir(), os.getcwd()"
    cells, _ = ran(f"import os, pathlib, tempfile\nprint({places}, 'MY_TOKEN' in os.environ)")
    home, temporary, work, known = said(cells[0]).split()
    assert len({os.path.dirname(place) for place in (home, temporary, work)}) == 1 and known == "False"


def test_a_kernel_that_cannot_start_is_said(monkeypatch):
    notebook = new_notebook(cells=[new_code_cell("1")])
    with open_sandbox() as folder:
        monkeypatch.setattr(isolation, "isolated_command", lambda backend, argv, writable: ["false"])
        assert run_notebook(notebook, folder, SubmissionLimits(), "none").startswith("the kernel did not start")


def test_the_surroundings_do_not_depend_on_the_day(tmp_path):
    assert sandbox_environment(tmp_path)["TZ"] == "UTC" and sandbox_environment(tmp_path)["HOME"] == str(
        tmp_path / "home"
    )
