"""One list of dependencies, one lock, and a Makefile that says what is missing in one line."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements) -> set[str]:
    return {re.split(r"[\s\[<>=!~;]", line)[0].lower().replace("_", "-") for line in requirements}


def test_the_conda_environment_is_thin_and_follows_pyproject():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip = [entry for entry in dependencies if isinstance(entry, dict)]
    python, *others = (entry for entry in dependencies if isinstance(entry, str))
    assert re.fullmatch(r"python=3\.\d+", python) and others == ["pip"]  # Binder reads one version, and no range
    assert python.removeprefix("python=") == PROJECT["requires-python"].removeprefix(">=")
    assert pip == [{"pip": ["-c requirements.lock", "-e .[all]"]}]


def test_the_extra_all_is_every_other_extra_but_parquet_which_is_large():
    extras = PROJECT["optional-dependencies"]
    named = re.fullmatch(r"attack-incidents\[(.+)\]", *extras["all"])[1].split(",")
    assert set(named) == set(extras) - {"all", "parquet"}


def test_every_place_where_people_work_names_the_same_python_and_strips_notebooks():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["image"].endswith(PROJECT["requires-python"].removeprefix(">="))
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    strip, lint = hooks
    assert strip["hooks"][0]["args"] == ["--keep-id"]
    assert f"\nruff=={lint['rev'].removeprefix('v')}\n" in (ROOT / "requirements.lock").read_text()


def test_a_students_environment_needs_no_program_that_renders():
    """The core and `lab` stay light: pandoc, typst and papermill come with `report`."""
    heavy = {"papermill", "pypandoc-binary", "typst", "itables", "nbgrader", "statsmodels", "playwright"}
    light = names([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]])
    assert light & heavy == set()


def test_the_lock_pins_every_declared_dependency():
    lock = (ROOT / "requirements.lock").read_text()
    pinned = names(line for line in lock.splitlines() if "==" in line)
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *(line for name in ("lab", "report", "teach", "test") for line in extras[name])]
    declared = names(wanted) - {PROJECT["name"]}
    assert declared - pinned == set()


def test_what_is_installed_here_is_what_the_lock_says():
    from importlib.metadata import version

    lock = (ROOT / "requirements.lock").read_text()
    for name in ("pandas", "matplotlib", "papermill", "typst", "pypandoc-binary"):
        assert f"\n{name}=={version(name)}" in lock


def test_the_python_of_this_run_is_one_that_pyproject_allows():
    assert PROJECT["requires-python"] == ">=3.11"
    assert sys.version_info >= (3, 11)


@pytest.fixture
def folder(tmp_path):
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def fake_python(folder: Path, script: str) -> str:
    path = folder / "fake-python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return str(path)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    outside = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}
    return subprocess.run(["make", *arguments], cwd=folder, env=outside, capture_output=True, text=True)


@pytest.mark.parametrize("target", ["report", "quick", "test", "lab", "reports"])
def test_too_old_a_python_gets_one_clear_line(folder, target):
    old = fake_python(folder, 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    done = make(folder, target, f"PYTHON={old}")
    assert done.returncode != 0
    assert re.fullmatch(r"This needs Python 3\.11 or newer; .* is Python 3\.9\.2\. .*\n", done.stdout)
    assert not (folder / ".venv").exists()


def test_a_python_without_venv_gets_one_clear_line(folder):
    bare = fake_python(folder, 'case "$2" in *venv*) exit 1;; *) exit 0;; esac')
    done = make(folder, "report", f"PYTHON={bare}")
    assert done.returncode != 0
    assert re.fullmatch(r".* comes without venv; install it first .*\n", done.stdout)


def test_a_second_call_does_not_install_again(folder):
    (folder / ".venv").mkdir()
    (folder / ".venv" / ".ready").touch()
    assert "pip" not in make(folder, "-n", "report").stdout


def test_make_alone_lists_every_target(folder):
    shown = make(folder).stdout
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.M)
    assert [target for target in targets if target != "help" and f"make {target}" not in shown] == []
