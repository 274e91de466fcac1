"""One page of feedback per student: every task with its points, and the notebook as it ran."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote
from uuid import uuid4

import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.preprocessors import LimitOutput

from analysis.charts.notebook_output import escape_markdown
from analysis.exercises.autograding import part_of_test
from analysis.exercises.course import Exercise, grade_id, is_graded, is_test
from analysis.exercises.gradebook import Grade, GradedSubmission
from analysis.reports.document.notebook_document import build_document
from analysis.reports.web.html_page import to_html

MAX_LINES, MAX_CHARACTERS = 200, 20_000  # of one output
MIN_SECRET = 8  # letters and digits; a shorter line of a hidden test gives nothing away
MIN_QUOTED_WORDS = 4  # a shorter quoted text is a day or a name that any output may hold
PAGE_OF = "https://feedback.invalid/"  # stands for the folder of feedback, as a document takes no link to a file
REMOVED_OUTPUT = "[This output was taken out: it held lines of tests that are not handed out.]"


def clear_secrets(ran: NotebookNode, exercise: Exercise) -> list[str]:
    """Removes every output that holds a line of a hidden test, because a student's code may overhear the tests.

    Outputs of complete tests stay: nobody sees them. Returns a remark for every cell whose output was removed.
    """
    secrets = _hidden_texts(exercise, ran)
    return [
        "an output held lines of hidden tests and was taken out"
        for cell in ran.cells
        if cell.cell_type == "code" and part_of_test(cell) != "complete" and _clear_output(cell, secrets)
    ]


def visible_cells(ran: NotebookNode) -> list[NotebookNode]:
    """The cells that the student may see; the place of a complete test takes an empty cell for its points."""
    return [_points_cell(cell) if part_of_test(cell) == "complete" else _shorten_cell(cell) for cell in ran.cells]


def _points_cell(complete: NotebookNode) -> NotebookNode:
    return new_markdown_cell("", metadata={"points_of": complete.metadata.task})


def _shorten_cell(cell: NotebookNode) -> NotebookNode:
    """The cell with long outputs shortened, and without tags, because the student sees what a report hides."""
    metadata = NotebookNode(cell.metadata, tags=[])
    if cell.cell_type != "code":
        return NotebookNode(cell, id=uuid4().hex[:8], metadata=metadata)  # ids are unique within one notebook only
    cell = new_code_cell(cell.source, outputs=[_shorten_output(out) for out in cell.outputs], metadata=metadata)
    notebook, _ = LimitOutput(max_lines=MAX_LINES, max_traceback=MAX_LINES).preprocess(new_notebook(cells=[cell]), {})
    return notebook.cells[0]


def _shorten_output(out: NotebookNode) -> NotebookNode:
    """The output with long texts shortened; a picture that is too large is left out."""
    if out.output_type == "stream":
        return new_output("stream", name=out.name, text=_shorten(out.text))
    if out.output_type == "error":
        traceback = [_shorten("\n".join(out.traceback))]
        return new_output("error", ename=out.ename, evalue=_shorten(out.evalue), traceback=traceback)
    too_long = {kind for kind, value in out.data.items() if "text/" in kind and len(str(value)) > 10 * MAX_CHARACTERS}
    data = {kind: value for kind, value in out.data.items() if kind not in too_long}
    if "text/plain" in data:
        data["text/plain"] = _shorten(str(data["text/plain"]))
    return new_output("display_data", data)


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "\n... Output truncated ..."


def _hidden_texts(exercise: Exercise, ran: NotebookNode) -> set[str]:
    """The letters and digits of every line of a hidden test that the student has neither seen nor written."""
    known = _letters(
        "\n".join(c.source for c in [*exercise.released.cells, *ran.cells] if part_of_test(c) != "complete")
    )
    tests = [grade_id(cell) for cell in exercise.for_grading.cells if is_test(cell)]
    lines = (text for name in tests for line in exercise.hidden_lines(name) for text in (line, *_quoted_texts(line)))
    return {text for line in lines if len(text := _letters(line)) >= MIN_SECRET and text not in known}


def _quoted_texts(line: str) -> list[str]:
    """The sentences in quotes in a line of code: the words of an assertion."""
    return [text for _, text in re.findall(r"""(["'])(.*?)\1""", line) if len(text.split()) >= MIN_QUOTED_WORDS]


def _letters(text: str) -> str:
    without_colour = re.sub(r"\x1b\[[0-9;]*m|\\n", "", text)
    return re.sub(r"[\W_]+", "", html.unescape(without_colour))


def _clear_output(cell: NotebookNode, secrets: set[str]) -> bool:
    """Removes the outputs of the cell if one of them holds a secret; returns whether it did."""
    text = _letters(" ".join(_strings(cell.outputs)))
    if not any(secret in text for secret in secrets):
        return False
    cell.outputs = [new_output("stream", name="stdout", text=REMOVED_OUTPUT)]
    return True


def _strings(value: object) -> Iterator[str]:
    """Every text in an output, however deep."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
    else:
        yield str(value)


def feedback_page(student: str, graded: Sequence[GradedSubmission]) -> str:
    """The feedback of one student as one HTML file that needs no other file.

    If a notebook cannot be shown, whatever the student put into it, the page still shows its points.
    """
    try:
        return _page(student, graded)
    except Exception as error:
        remark = f"the notebook cannot be shown here ({type(error).__name__})"
        without_cells = [replace(each, cells=[], remarks=[*each.remarks, remark]) for each in graded]
        return _page(student, without_cells)


def _page(student: str, graded: Sequence[GradedSubmission]) -> str:
    cells = [cell for each in graded for cell in _exercise_cells(each)]
    points, max_points = sum(each.points for each in graded), sum(each.max_points for each in graded)
    ungraded = any(grade.points is None for each in graded for grade in each.grades)
    subtitle = f"{_format_points(points)} of {_format_points(max_points)} points"
    subtitle += ", before what is graded by hand" if ungraded else ""
    tree = build_document(new_notebook(cells=cells), code="show")
    return to_html(tree, title=f"Feedback for {student}", subtitle=subtitle, toc=len(graded) > 1, scripted=False)


def _exercise_cells(graded: GradedSubmission) -> Iterator[NotebookNode]:
    earned = {grade.task: grade for grade in graded.grades}
    points = f"{_format_points(graded.points)} of {_format_points(graded.max_points)} points"
    yield new_markdown_cell(f"# {escape_markdown(graded.exercise)}: {points}")
    yield html_table(_overview(graded.grades))
    if graded.remarks:
        lines = "\n".join(f"- {escape_markdown(text)}" for text in graded.remarks)
        yield new_markdown_cell(f"What was found and mended:\n\n{lines}")
    for cell in graded.cells:
        task = cell.metadata.get("points_of", "")
        yield new_markdown_cell(_format_grade(earned[task])) if task else cell
        if not task and is_graded(cell) and grade_id(cell) in earned:
            yield new_markdown_cell(_format_grade(earned[grade_id(cell)]))


def _overview(grades: Sequence[Grade]) -> pd.DataFrame:
    table = [
        (g.task, _format_points(g.points), _format_points(g.max_points), g.status, "; ".join(g.remarks)) for g in grades
    ]
    return pd.DataFrame(table, columns=["task", "points", "of", "what became of it", "remark"])


def html_table(frame: pd.DataFrame, linked: str = "") -> NotebookNode:
    """A cell that shows the frame as a table and has no code.

    The names in the column `linked` are links that `link_feedback` turns into links to the students' pages.
    """
    shown = frame.astype(object).map(lambda value: html.escape(value) if isinstance(value, str) else value)
    if linked:
        pages = [f"{PAGE_OF}{quote(str(name), safe='', errors='replace')}" for name in frame[linked]]
        shown[linked] = [f'<a href="{page}">{name}</a>' for page, name in zip(pages, shown[linked], strict=True)]
    data = {"text/html": shown.to_html(index=False, na_rep="", border=0, escape=False)}
    return new_code_cell("", outputs=[new_output("display_data", data)])


def link_feedback(page: str) -> str:
    """The page with links to files of feedback in place of those of `html_table`."""
    return re.sub(rf'href="{re.escape(PAGE_OF)}([^"]*)"', r'href="feedback/\1.html"', page)


def _format_grade(grade: Grade) -> str:
    points = f"{_format_points(grade.points)} of {_format_points(grade.max_points)} points"
    line = f"**{escape_markdown(grade.task)}: {points}**, {escape_markdown(grade.status)}."
    return " ".join([line, *map(escape_markdown, grade.remarks)])


def _format_points(points: float | None) -> str:
    return "?" if points is None else f"{points:g}"
