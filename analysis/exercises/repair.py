"""A submitted notebook repaired: the student's answers in the cells of the instructor's notebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from difflib import SequenceMatcher

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from analysis.exercises.course import Exercise, cells_by_id, grade_id, is_graded, is_instructor_cell

OLDER = "from an earlier hand-out, replaced by those of now"
MIN_LIKENESS = 0.5  # of a cell without a name in the right place, to be taken for the missing answer


def repair_submission(submitted: NotebookNode, exercise: Exercise) -> tuple[NotebookNode, list[str]]:
    """The notebook to run, and one remark for each kind of repair, in words a student understands.

    It holds every cell of the instructor once, in order and in the instructor's version, tests with their hidden parts.
    An answer is the student's if it is found by its name, its place or its likeness. The student's other cells follow
    the same cells as before.
    """
    released = cells_by_id(exercise.released)
    found = _matched(submitted.cells, released, set(_at_first(exercise.released.cells)))
    remarks = _remarks(submitted, found, released, exercise)
    followers = _followers(submitted.cells, found, exercise)
    cells = followers.pop("", [])
    for name, kept in cells_by_id(exercise.for_grading).items():
        cells += [_repaired_cell(kept, found.get(name)), *followers.get(name, [])]
    repaired = deepcopy(exercise.for_grading)
    repaired.cells = cells
    return repaired, remarks


def _matched(
    cells: list[NotebookNode], released: dict[str, NotebookNode], nameless: set[str]
) -> dict[str, NotebookNode]:
    """The submitted cell for every name of the course that has one. `nameless` are the ids of the instructor's cells
    that never had a name."""
    found: dict[str, NotebookNode] = {}
    for cell in cells:
        name = grade_id(cell)
        if name in released and (name not in found or not _is_untouched(cell, released[name])):
            found[name] = cell  # of several the last that was worked on
    for name in released:
        if name not in found:
            taken = {id(cell) for cell in found.values()}
            strange = [cell for cell in cells if grade_id(cell) not in released and cell.get("id") not in nameless]
            free = [cell for cell in strange if id(cell) not in taken]
            if lost := _find_lost(name, free, cells, found, released):
                found[name] = lost
    return found


def _is_untouched(cell: NotebookNode, released: NotebookNode) -> bool:
    return cell.source.strip() == released.source.strip()


def _find_lost(name, free, cells, found, released) -> NotebookNode | None:
    """The cell that lost its name, found by its id in the file, by its text, or by its place and likeness."""
    for same in (lambda cell: cell.get("id", 0) == released[name].get("id"),
                 lambda cell: _is_untouched(cell, released[name])):  # fmt: skip
        for cell in free:
            if same(cell):
                return cell
    there = [cell for cell in _between(name, cells, found, released) if any(cell is c for c in free)]
    best = max(there, key=lambda cell: _likeness(cell, released[name]), default=None)
    return best if best and _likeness(best, released[name]) >= MIN_LIKENESS else None


def _between(name, cells, found, released) -> list[NotebookNode]:
    """The cells between the nearest found cells before and after the place of `name`."""
    names = list(released)
    place = names.index(name)
    at = {known: next(i for i, c in enumerate(cells) if c is cell) for known, cell in found.items()}
    start = max((at[n] for n in names[:place] if n in at), default=-1)
    end = min((at[n] for n in names[place + 1 :] if n in at), default=len(cells))
    return cells[start + 1 : end]


def _likeness(cell: NotebookNode, released: NotebookNode) -> float:
    """From 0 to 1: the share of released lines (such as a function's head) in the cell, or how alike the texts are."""
    lines = [line for line in released.source.splitlines() if line.strip()]
    kept = [line for line in lines if line in cell.source.splitlines()]
    by_lines = len(kept) / len(lines) if lines else 0
    return max(by_lines, SequenceMatcher(None, cell.source[:5000], released.source[:5000]).ratio())


def _followers(cells, found, exercise: Exercise) -> dict[str, list[NotebookNode]]:
    """The cells without a name, by the name of the cell that they follow.

    A cell of the instructor's follows the cell it followed when released, a cell of the student's the one it follows
    now. Copies of tests are left out.
    """
    names = {id(cell): name for name, cell in found.items()}
    at_first, released = _at_first(exercise.released.cells), cells_by_id(exercise.released)
    behind = ""
    followers: dict[str, list[NotebookNode]] = {}
    for cell in cells:
        behind = names.get(id(cell), at_first.get(cell.get("id"), behind))
        if id(cell) in names:
            continue
        if grade_id(cell) not in released or not is_instructor_cell(released[grade_id(cell)]):
            followers.setdefault(behind, []).append(_free(cell))
    return followers


def _at_first(cells: list[NotebookNode]) -> dict[str, str]:
    """For the instructor's cells without a name, by their id: the name of the cell that they follow."""
    behind = ""
    places: dict[str, str] = {}
    for cell in cells:
        behind = grade_id(cell) or behind
        if not grade_id(cell) and cell.get("id"):
            places[cell.id] = behind
    return places


def _free(cell: NotebookNode) -> NotebookNode:
    cell = deepcopy(cell)
    cell.metadata = NotebookNode(tags=[])
    return cell


def _repaired_cell(kept: NotebookNode, submitted: NotebookNode | None) -> NotebookNode:
    """The instructor's cell; an answer has the student's text."""
    cell = deepcopy(kept)
    if submitted is not None and not is_instructor_cell(kept):
        cell.source = submitted.source
    return cell


def _remarks(submitted: NotebookNode, found, released, exercise: Exercise) -> list[str]:
    """The repairs, one line for all cells with the same repair."""
    times = Counter(map(grade_id, submitted.cells))
    names: dict[tuple[str, str], list[str]] = {}
    for name, cell in released.items():
        what = "answer" if not is_instructor_cell(cell) else "tests" if is_graded(cell) else "text"
        for done in _repairs(name, cell, found.get(name), times[name]):
            names.setdefault((what, done), []).append(name)
    repairs = [f"{what} {', '.join(cells)}: {done}" for (what, done), cells in names.items()]
    return _kernel_remark(submitted, exercise) + repairs


def _repairs(name: str, released: NotebookNode, cell: NotebookNode | None, times: int) -> Iterator[str]:
    if cell is None:
        yield "missing, put back" if is_instructor_cell(released) else "missing"
        return
    if grade_id(cell) != name:
        yield "without its name, found again"
    if times > 1:
        yield f"there {times} times"
    if cell.cell_type != released.cell_type:
        yield f"made a {cell.cell_type} cell, made {released.cell_type} again"
    if is_instructor_cell(released) and not _is_untouched(cell, released):
        yield OLDER if _is_as_handed_out(cell) else "changed, put back"


def _is_as_handed_out(cell: NotebookNode) -> bool:
    """True if the cell has the checksum with which nbgrader released it, so that nobody changed it since."""
    try:
        return cell.metadata.nbgrader.checksum == compute_checksum(cell)
    except (AttributeError, KeyError, TypeError):
        return False


def _kernel_remark(submitted: NotebookNode, exercise: Exercise) -> list[str]:
    submitted_kernel = submitted.metadata.get("kernelspec")
    name = submitted_kernel.get("name", "") if isinstance(submitted_kernel, dict) else ""
    expected = exercise.source.metadata.get("kernelspec", {}).get("name", "python3")
    return [f"kernel {name!r} replaced by {expected!r}"] if name not in ("", expected) else []
