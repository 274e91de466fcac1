"""A course folder as nbgrader has it: its exercises, and the versions that nbgrader's preprocessors make of each."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbconvert.preprocessors import ClearOutputPreprocessor
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.folders import REPOSITORY
from analysis.runs.parameters import read_notebook_json

COURSE_FOLDER = REPOSITORY / "notebooks" / "exercises"
# The preprocessors of `nbgrader generate_assignment` in their order: for the version to grade by, then to hand out.
FOR_GRADING = (LockCells, ClearSolutions, ClearOutputPreprocessor, CheckCellMetadata, ComputeChecksums)
FOR_RELEASE = (ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)


@dataclass(frozen=True)
class Exercise:
    """One exercise in three versions with the same cells.

    `source` is the instructor's version, `for_grading` has no solutions but all tests, `released` is what a student
    gets.
    """

    name: str
    folder: Path
    source: NotebookNode

    @cached_property
    def for_grading(self) -> NotebookNode:
        """The version to grade by."""
        return apply_preprocessors(self.source, FOR_GRADING, self.name)

    @cached_property
    def released(self) -> NotebookNode:
        """The version to hand out."""
        return apply_preprocessors(self.for_grading, FOR_RELEASE, self.name)

    @property
    def files(self) -> list[Path]:
        """The files beside the notebook that are handed out with it."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return [p for p in found if p.suffix != ".ipynb" and not _is_hidden(p.relative_to(self.folder))]

    @property
    def tasks(self) -> dict[str, float]:
        """The maximum points of every task, in the order of the notebook."""
        return {grade_id(c): float(c.metadata.nbgrader.points) for c in self.source.cells if is_graded(c)}

    @cached_property
    def answer_cells(self) -> dict[str, str]:
        """For every task the name of the cell that answers it: the task's own, or the last answer in code before it."""
        cells: dict[str, str] = {}
        answer = ""
        for cell in self.source.cells:
            answer = grade_id(cell) if is_answer_code(cell) else answer
            if is_graded(cell):
                cells[grade_id(cell)] = answer if is_test(cell) else grade_id(cell)
        return cells

    def hidden_lines(self, task: str) -> list[str]:
        """The lines of a test cell that a student does not get."""
        versions = (self.for_grading, self.released)
        complete, visible = (cells_by_id(notebook)[task].source.splitlines() for notebook in versions)
        return [line.strip() for line in complete if line not in visible]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def grade_id(cell: NotebookNode) -> str:
    """The name of a cell in the course; empty for a cell without one, whatever its metadata hold."""
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else ""


def is_graded(cell: NotebookNode) -> bool:
    """True for a cell that earns points."""
    return is_grade(cell) or is_task(cell)


def is_test(cell: NotebookNode) -> bool:
    """True for a cell of tests that the machine grades."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def is_answer_code(cell: NotebookNode) -> bool:
    """True for a cell of code in which a student answers."""
    return cell.cell_type == "code" and is_solution(cell)


def is_instructor_cell(cell: NotebookNode) -> bool:
    """True for a cell whose source is the instructor's and never the student's."""
    return is_locked(cell) or is_task(cell)


def cells_by_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells that have a name, in order."""
    return {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}


def apply_preprocessors(notebook: NotebookNode, preprocessors: Sequence, name: str) -> NotebookNode:
    """A copy of the notebook after nbgrader's preprocessors; `name` is the exercise. Raises InputError if one fails."""
    notebook = deepcopy(notebook)
    try:
        MetadataValidator().validate_nb(notebook)
        for preprocessor in preprocessors:
            notebook, _ = preprocessor().preprocess(notebook, {})
    except (ValidationError, RuntimeError, ValueError, KeyError) as error:
        raise InputError(f"exercise {name}: nbgrader says: {error}") from None
    return notebook


def open_course(course: Path = COURSE_FOLDER, only: Sequence[str] = ()) -> list[Exercise]:
    """The exercises of a course, sorted by name; `only` names some of them.

    Raises InputError if the course has no exercise, or none of a name in `only`.
    """
    folders = sorted(path for path in (course / "source").glob("*/") if not path.name.startswith("."))
    if not folders:
        raise InputError(f"{format_path(course)} is no course: it has no exercise source/NAME/NAME.ipynb")
    known = [folder.name for folder in folders]
    for name in only:
        if name not in known:
            raise InputError(f"there is no exercise {name!r}{suggest_name(name, known)} (known: {', '.join(known)})")
    chosen = [folder for folder in folders if not only or folder.name in only]
    return [Exercise(f.name, f, _read(f / f"{f.name}.ipynb")) for f in chosen]


def _read(path: Path) -> NotebookNode:
    read_notebook_json(path)  # says in one line what is wrong with a file that is no notebook
    return nbformat.read(path, as_version=4)
