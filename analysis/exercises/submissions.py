"""Submissions found in a folder: the student, the exercise, and the notebook as far as it can be read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from unicodedata import normalize

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.exercises.course import Exercise, cells_by_id

MAX_NOTEBOOK_BYTES = 500_000_000  # stored outputs may be large; they are dropped at once
NOTEBOOK_NAME = re.compile(r"(.+)\.ipynb(?:\.txt|\.json)?", re.IGNORECASE | re.DOTALL)  # browsers add an ending
DOWNLOAD = re.compile(r"[\s_-]*\((\d+)\)$")  # what browsers add to the name of a file: "counting (1)"
# What Jupyter and people add to the name of a copy: "counting-Copy2", "counting_final".
COPY = re.compile(r"(?:[\s_-]*(?:\(\d+\)|copy\d*|final|v\d+|backup|old))+$", re.IGNORECASE)
_one_at_a_time = Lock()  # large files would fill the memory


class UnreadableSubmission(Exception):
    """A file that is no notebook; the message says why."""


@dataclass(frozen=True)
class Submission:
    """One exercise of one student. `path` is None if nothing was handed in.

    `handed_in_at` is the time in nbgrader's `timestamp.txt` beside the notebook, in UTC; None without one.
    """

    student: str
    exercise: Exercise
    path: Path | None = None
    remarks: list[str] = field(default_factory=list)
    handed_in_at: datetime | None = None


@dataclass(frozen=True)
class _Candidate:
    """A file that may be an exercise of a student; of several, the one with the smallest `rank` is graded."""

    path: Path
    exercise: Exercise
    rank: tuple[int, ...]


def find_submissions(
    folder: Path, course: Sequence[Exercise], only: Sequence[str] = (), listed: Sequence[str] = (),
    remarks: Mapping[str, list[str]] = {},  # noqa: B006
) -> list[Submission]:  # fmt: skip
    """All submissions below `folder`: `STUDENT/EXERCISE/EXERCISE.ipynb` or `STUDENT/EXERCISE.ipynb`.

    Files are recognised among all exercises of the `course`; only then are the exercises named in `only` picked. For an
    exercise that some student handed in, a student without it gets a Submission without a path; the names in `listed`
    are students too. `remarks` are by student. Raises InputError if the folder does not exist or holds no submission.
    """
    if not folder.is_dir():
        raise InputError(f"{format_path(folder)} is no folder of submissions")
    students = [p for p in sorted(folder.iterdir()) if p.is_dir() and not p.is_symlink() and p.name[0] != "."]
    found = {student.name: _of_student(student, course) for student in students}
    said = {name: [*remarks.get(name, []), *(["not on the roster"] if listed and name not in listed else [])]
            for name in found}  # fmt: skip
    found |= {name: {} for name in listed if name not in found}
    wanted = [e for e in course if not only or e.name in only]
    handed_in = [e for e in wanted if any(e.name in files for files in found.values())]
    if not handed_in:
        name = only[0] if len(only) == 1 else "EXERCISE"
        raise InputError(f"{format_path(folder)} holds no submission; needs STUDENT/{name}/{name}.ipynb")
    return [
        _choose(student, exercise, files.get(exercise.name, []), said.get(student, []))
        for student, files in sorted(found.items())
        for exercise in handed_in
    ]


def pick_students(submissions: Sequence[Submission], names: Sequence[str]) -> list[Submission]:
    """The submissions of these students; all if none is named. Raises InputError for a name that hands in nothing."""
    known = list(dict.fromkeys(each.student for each in submissions))
    for name in names:
        if name not in known:
            raise InputError(f"there is no student {name!r}{suggest_name(name, known)} ({len(known)} hand in)")
    return [each for each in submissions if not names or each.student in names]


def is_notebook_name(name: str) -> bool:
    """True for the name of a notebook file, also with an ending that a browser added."""
    return bool(NOTEBOOK_NAME.fullmatch(name))


def _of_student(folder: Path, course: Sequence[Exercise]) -> dict[str, list[_Candidate]]:
    by_exercise: dict[str, list[_Candidate]] = {}
    for path in _notebooks(folder):
        if candidate := _recognise(path, folder, course):
            by_exercise.setdefault(candidate.exercise.name, []).append(candidate)
    return by_exercise


def _notebooks(folder: Path) -> Iterator[Path]:
    """Notebook files below the folder; links that lead out of it and hidden files are left out."""
    for path in sorted(path for path in folder.rglob("*") if is_notebook_name(path.name)):
        inside = path.resolve().is_relative_to(folder.resolve())
        if inside and path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts):
            yield path


def _recognise(path: Path, student: Path, course: Sequence[Exercise]) -> _Candidate | None:
    """The exercise of a file, by its name, else by the cells that only one exercise has, else by its folders."""
    folders = path.relative_to(student).parts[:-1]
    stem = _stem(path)
    download = DOWNLOAD.search(stem)
    by_name = _named(course, DOWNLOAD.sub("", stem))
    if by_name:
        expected_place = all(_same_name(name, by_name.name) for name in folders)
        return _Candidate(path, by_name, (0, not expected_place, -int(download[1]) if download else 0))
    if by_name := _named(course, COPY.sub("", stem)):
        return _Candidate(path, by_name, (1, -_copy_number(stem)))
    if by_cells := _by_own_cells(path, course):
        return _Candidate(path, by_cells, (2,))
    by_folder = next((found for name in reversed(folders) if (found := _named(course, name))), None)
    return _Candidate(path, by_folder, (3,)) if by_folder else None


def _stem(path: Path) -> str:
    match = NOTEBOOK_NAME.fullmatch(path.name)
    return match[1] if match else path.stem


def _named(course: Sequence[Exercise], name: str) -> Exercise | None:
    return next((exercise for exercise in course if _same_name(name, exercise.name)), None)


def _same_name(name: str, other: str) -> bool:
    """Names are equal without regard to capitals and to how accents are stored."""
    return normalize("NFC", name).casefold() == normalize("NFC", other).casefold()


def _by_own_cells(path: Path, course: Sequence[Exercise]) -> Exercise | None:
    """The exercise with which the file has most cells in common, of those that no other exercise has."""
    try:
        cells = set(cells_by_id(read_submission(path)))
    except UnreadableSubmission:
        return None
    times = Counter(name for exercise in course for name in cells_by_id(exercise.source))
    own = {name for name in cells if times[name] == 1}
    common = {exercise.name: len(own & set(cells_by_id(exercise.source))) for exercise in course}
    best = max(course, key=lambda exercise: common[exercise.name])
    return best if common[best.name] else None


def _choose(student: str, exercise: Exercise, candidates: list[_Candidate], said: list[str]) -> Submission:
    if not candidates:
        return Submission(student, exercise, remarks=["not handed in", *(text for text in said if "roster" in text)])
    best, *others = sorted(candidates, key=lambda candidate: (candidate.rank, str(candidate.path)))
    remarks = list(said)
    if best.path.name != f"{exercise.name}.ipynb":
        remarks.append(f"the file is called {best.path.name}")
    if others:
        remarks.append(f"graded {best.path.name}, not {', '.join(other.path.name for other in others)}")
    return Submission(student, exercise, best.path, remarks, _timestamp(best.path.parent))


def _timestamp(folder: Path) -> datetime | None:
    """The time in nbgrader's `timestamp.txt`, in UTC without a zone, as its database has it."""
    path = folder / "timestamp.txt"
    try:
        return parse_utc(path.read_text(encoding="utf-8").strip()) if path.is_file() else None
    except (ValueError, OverflowError):
        return None


def _copy_number(stem: str) -> int:
    """The number of a copy: 2 for `a-Copy2`; 1 for a copy without a number."""
    found = COPY.search(stem)
    numbers = re.findall(r"\d+", found[0]) if found else []
    return int(numbers[-1]) if numbers else 1


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
