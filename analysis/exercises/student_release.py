"""The students' folder and its zip: exercises without solutions and hidden tests, the evidence, the package."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import nbformat

from analysis.evidence.errors import InputError, format_path
from analysis.evidence.folders import PACKAGE, REPOSITORY
from analysis.exercises.course import Exercise

RELEASE_NAME = "attack-exercises"
# What the installation and the notebooks need of this repository.
PACKAGE_FILES = ("LICENSE", "pyproject.toml", "requirements.lock", "analysis", "data", "seeds")
IGNORED_FILES = shutil.ignore_patterns("__pycache__", ".*", "*.pyc", "shipped")
FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
README = """# Exercises

You need Python 3.11 or newer. Set up once, in this folder (on Windows write `.venv\\Scripts\\` for `.venv/bin/`):

    python3 -m venv .venv
    .venv/bin/python -m pip install --no-compile -c requirements.lock -e ".[lab]"
{reports}
Then open the exercises:

    .venv/bin/jupyter lab exercises

{list}

Write where it says `YOUR CODE HERE` or `YOUR ANSWER HERE`, and delete the line `raise NotImplementedError()`. Cells of
tests and task texts are locked: if one is changed or lost, it is put back before grading. You may add cells of your
own. JupyterLab stops at the first cell that fails: go on below it with *Run > Run Selected Cell and All Below*.
Before you hand in: *Kernel > Restart Kernel and Run All Cells*; what fails then will fail when it is graded, and
grading goes on after it. Some tests are not in your copy. Hand in the notebook, `.ipynb`, under the name it has.

All tables lie in `data/` and `seeds/`; `data/README.md` says what they hold.
"""

REPORTS = """
{names} makes a PDF and needs more (250 MB). Before you begin with it:

    .venv/bin/python -m pip install --no-compile -c requirements.lock -e ".[lab,report]"
"""


def release_exercises(exercises: Sequence[Exercise], out: Path) -> tuple[Path, Path]:
    """Make the folder `attack-exercises` and `attack-exercises.zip` in `out`; returns both paths.

    Equal exercises give equal bytes. Files of an earlier release are replaced. What a person made or changed in the
    folder stays; a changed file for which there is a new one is kept beside it as `NAME (kept).SUFFIX`. Raises
    InputError if `out` holds anything else of that name.
    """
    folder, archive = out / RELEASE_NAME, out / f"{RELEASE_NAME}.zip"
    if folder.exists() and not (folder / "exercises").is_dir():
        raise InputError(f"{format_path(folder)} exists and is no former release; choose another place with --out")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".release-") as staged:
        made = Path(staged) / RELEASE_NAME
        _copy_package(made)
        for exercise in exercises:
            _copy_exercise(exercise, made / "exercises" / exercise.name)
        (made / "README.md").write_text(_readme(exercises), encoding="utf-8", newline="")
        _zip(made, Path(staged) / archive.name)
        if folder.exists():
            _update(folder, made, _released_before(archive))
        else:
            os.replace(made, folder)
        os.replace(Path(staged) / archive.name, archive)
    return folder, archive


def _released_before(archive: Path) -> dict[str, bytes]:
    """What the former release held, by path relative to its folder; nothing if its zip is gone."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [name for name in opened.namelist() if name.startswith(f"{RELEASE_NAME}/")]
            return {name.removeprefix(f"{RELEASE_NAME}/"): opened.read(name) for name in names}
    except (OSError, zipfile.BadZipFile):
        return {}


def _update(folder: Path, made: Path, before: dict[str, bytes]) -> None:
    """Bring the folder of a former release up to the one just `made`; nothing that a person made is lost."""
    new = {path.relative_to(made).as_posix(): path for path in made.rglob("*") if path.is_file()}
    for name, source in new.items():
        path = folder / name
        for parent in [each for each in reversed(path.relative_to(folder).parents) if each.name]:
            if (folder / parent).is_file():
                _set_aside(folder / parent)
        if path.is_dir() or (path.exists() and path.read_bytes() not in (source.read_bytes(), before.get(name))):
            _set_aside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, path)
    for name in before.keys() - new.keys():
        path = folder / name
        if path.is_file() and path.read_bytes() == before[name]:
            path.unlink()
            for parent in path.parents:
                if parent == folder or any(parent.iterdir()):
                    break
                parent.rmdir()


def _set_aside(path: Path) -> None:
    """Give a person's file another name, one that is free."""
    number, kept = 1, path.with_name(f"{path.stem} (kept){path.suffix}")
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.stem} (kept {number}){path.suffix}")
    path.rename(kept)


def _copy_package(target: Path) -> None:
    for name in PACKAGE_FILES:
        source = PACKAGE if name == PACKAGE.name else REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=IGNORED_FILES)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def _copy_exercise(exercise: Exercise, target: Path) -> None:
    target.mkdir(parents=True)
    nbformat.write(exercise.released, target / f"{exercise.name}.ipynb")
    for path in exercise.files:
        copy = target / path.relative_to(exercise.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _readme(exercises: Sequence[Exercise]) -> str:
    names = [e.name for e in exercises if any("analysis.reports" in cell.source for cell in e.source.cells)]
    listed = "\n".join(f"- `{e.name}/{e.name}.ipynb`: {_title(e)}" for e in exercises)
    return README.format(list=listed, reports=REPORTS.format(names=", ".join(names)) if names else "")


def _title(exercise: Exercise) -> str:
    """The first heading of the notebook."""
    texts = (cell.source for cell in exercise.source.cells if cell.cell_type == "markdown")
    lines = (line for text in texts for line in text.splitlines())
    return next((line.lstrip("# ") for line in lines if line.startswith("# ")), exercise.name)


def _zip(folder: Path, archive: Path) -> None:
    """The folder as a zip without times, owners and modes, in the order of names."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), FIRST_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, path.read_bytes())
