"""The wheel alone, installed in a fresh environment, works in an empty folder and writes nothing but there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from analysis.evidence.folders import REPOSITORY

pytestmark = pytest.mark.slow
SOURCES = ("analysis", "data", "seeds", "notebooks", "pyproject.toml", "requirements.lock", "setup.py", "README.md",
           "LICENSE")  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built by pip as `make wheel` does, in a copy of the sources."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copyfile
        copy(REPOSITORY / name, folder / name)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        "made",
        ".",
    ]
    done = subprocess.run(pip, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next((folder / "made").glob("*.whl"))


@pytest.fixture(scope="module")
def fresh(wheel, tmp_path_factory):
    """Runs a program of a new environment in an empty folder. Its libraries are those of this one, without this
    repository: a path in a `.pth` file adds them, and reads none of the `.pth` files there."""
    home = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home / "env"], check=True)
    python = next(
        path for path in (home / "env" / "bin" / "python", home / "env" / "Scripts" / "python.exe") if path.exists()
    )
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    done = subprocess.run(pip, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (site,) = {path.parent for path in (home / "env").rglob("analysis/__init__.py")}
    (site.parent / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    here = home / "empty"
    here.mkdir()
    share = Path(sys.prefix) / "share" / "jupyter"

    def run(*command: str) -> str:
        environment = os.environ | {"JUPYTER_PATH": str(share), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([python.with_name(command[0]), *command[1:]], cwd=here, env=environment,
                              capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    run.here, run.package = here, site
    return run


def files_of(folder: Path) -> dict[Path, int]:
    """The files with the time of their last change; what numba compiles lies beside the code and does not count."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path: path.stat().st_mtime_ns for path in files}


def test_the_wheel_holds_tables_and_notebooks_and_no_tests(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for name in ("data/incidents.csv", "seeds/claims.csv", "notebooks/attack_frequency.ipynb", "pyproject.toml"):
        assert f"analysis/shipped/{name}" in names
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name or name.endswith(".db")]


def test_the_tables_are_opened_notebooks_run_and_exercises_released_in_an_empty_folder(fresh, dataset):
    before = files_of(fresh.package)
    said = fresh("python", "-c", "import analysis as a; d = a.open_folder(); print(len(d.incidents), d.root)")
    assert said.split()[0] == str(len(dataset.incidents)) and str(REPOSITORY) not in said
    said = fresh("incidents", "report", "seeds", "--notebook", "attack_frequency")
    assert "build/seeds/" in said and (fresh.here / "build" / "seeds" / "run.json").is_file()
    assert str(fresh.package) not in (fresh.here / "build" / "seeds" / "run.json").read_text()
    fresh("incidents", "exercises", "release", "3_counting")
    released = fresh.here / "build" / "exercises" / "attack-exercises"
    assert (released / "exercises" / "3_counting" / "3_counting.ipynb").is_file()
    assert (released / "analysis" / "__init__.py").is_file() and not (released / "analysis" / "shipped").exists()
    assert {path.name for path in fresh.here.iterdir()} == {"build"}
    assert files_of(fresh.package) == before
