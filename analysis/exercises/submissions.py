"""Submissions found in a folder: the student, the exercise, and the notebook as far as it can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import nbformat
from nbformat import NotebookNode

from analysis.evidence.errors import InputError, format_path
from analysis.exercises.course import Exercise, cells_by_id

MAX_NOTEBOOK_BYTES = 500_000_000  # stored outputs may be large; they are dropped at once
# What browsers and people add to the name of a file: "counting (1)", "counting-Copy2", "counting_final".
NAME_SUFFIX = re.compile(r"(?:[\s_-]*(?:\(\d+\)|copy\d*|final|v\d+))+$", re.IGNORECASE)
_one_at_a_time = Lock()  # large files would fill the memory


class UnreadableSubmission(Exception):
    """A file that is no notebook; the message says why."""


@dataclass(frozen=True)
class Submission:
    """One exercise of one student. `path` is None if nothing was handed in."""

    student: str
    exercise: Exercise
    path: Path | None = None
    remarks: list[str] = field(default_factory=list)


def find_submissions(folder: Path, exercises: Sequence[Exercise]) -> list[Submission]:
    """All submissions below `folder`: `STUDENT/EXERCISE/EXERCISE.ipynb` or `STUDENT/EXERCISE.ipynb`.

    For an exercise that some student handed in, a student without it gets a Submission without a path. Raises
    InputError if the folder does not exist or holds no submission.
    """
    if not folder.is_dir():
        raise InputError(f"{format_path(folder)} is no folder of submissions")
    students = [p for p in sorted(folder.iterdir()) if p.is_dir() and not p.is_symlink() and p.name[0] != "."]
    found = {student.name: _of_student(student, exercises) for student in students}
    handed_in = [e for e in exercises if any(e.name in paths for paths in found.values())]
    if not handed_in:
        raise InputError(f"{format_path(folder)} holds no submission; needs STUDENT/EXERCISE/EXERCISE.ipynb")
    return [
        _choose(student, exercise, paths.get(exercise.name, []))
        for student, paths in found.items()
        for exercise in handed_in
    ]


def _of_student(folder: Path, exercises: Sequence[Exercise]) -> dict[str, list[Path]]:
    by_exercise: dict[str, list[Path]] = {}
    for path in _notebooks(folder):
        if exercise := _exercise_of(path, folder, exercises):
            by_exercise.setdefault(exercise.name, []).append(path)
    return by_exercise


def _notebooks(folder: Path) -> Iterator[Path]:
    """Notebook files below the folder; links that lead out of it and hidden files are left out."""
    for path in sorted(folder.rglob("*.ipynb")):
        inside = path.resolve().is_relative_to(folder.resolve())
        if inside and path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts):
            yield path


def _exercise_of(path: Path, student: Path, exercises: Sequence[Exercise]) -> Exercise | None:
    """The exercise of a file, by its name, by its folders, or else by the names of its cells; None if there is none."""
    folders = [name for name in path.relative_to(student).parts[:-1]]
    for name in (NAME_SUFFIX.sub("", path.stem), *reversed(folders)):
        for exercise in exercises:
            if name.casefold() == exercise.name.casefold():
                return exercise
    try:
        cells = set(cells_by_id(read_submission(path)))
    except UnreadableSubmission:
        return None
    shared = {len(cells & set(cells_by_id(exercise.source))): exercise for exercise in exercises}
    return shared[max(shared)] if max(shared) else None


def _choose(student: str, exercise: Exercise, paths: list[Path]) -> Submission:
    if not paths:
        return Submission(student, exercise, remarks=["not handed in"])
    *others, last = sorted(paths, key=lambda path: (_copy_number(path), path.name))
    remarks = []
    if last.stem != exercise.name:
        remarks.append(f"the file is called {last.name}")
    if others:
        remarks.append(f"graded {last.name}, not {', '.join(path.name for path in others)}")
    return Submission(student, exercise, last, remarks)


def _copy_number(path: Path) -> int:
    """The number of the download or copy: 0 for `a`, 2 for `a (2)`."""
    suffix = NAME_SUFFIX.search(path.stem)
    numbers = re.findall(r"\d+", suffix[0]) if suffix else []
    return int(numbers[-1]) if numbers else int(bool(suffix))


def read_submission(path: Path) -> NotebookNode:
    """The notebook without its outputs, in format 4. Raises UnreadableSubmission for a file that is no notebook."""
    size = path.stat().st_size
    if size > MAX_NOTEBOOK_BYTES:
        raise UnreadableSubmission(f"the file has {size / 1e6:.0f} MB, more than {MAX_NOTEBOOK_BYTES / 1e6:.0f}")
    with _one_at_a_time:
        try:
            return _without_outputs(json.loads(path.read_bytes()))
        except RecursionError:
            raise UnreadableSubmission("the file is no Jupyter notebook (nested without end)") from None
        except Exception as error:  # whatever nbformat's JSON and schema libraries raise
            why = (str(error).splitlines() or [""])[0] or type(error).__name__
            raise UnreadableSubmission(f"the file is no Jupyter notebook ({why[:120]})") from None


def _without_outputs(raw: dict) -> NotebookNode:
    for sheet in raw.get("worksheets", [raw]):
        for cell in sheet["cells"]:
            cell |= {"outputs": []} if cell["cell_type"] == "code" else {}
    return nbformat.reads(json.dumps(raw), as_version=4)
