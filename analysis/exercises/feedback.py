"""One page of feedback per student: every task with its points, and the notebook as it ran."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import uuid4

import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.preprocessors import LimitOutput

from analysis.charts.notebook_output import escape_markdown
from analysis.exercises.autograde import part_under_test
from analysis.exercises.course import Exercise, grade_id, is_graded, is_test
from analysis.exercises.gradebook import Grade, Graded
from analysis.reports.document.notebook_document import build_document
from analysis.reports.web.html_page import to_html

LINES, CHARACTERS = 200, 20_000  # of one output
SHORTEST = 8  # letters and digits; a shorter line of a hidden test gives nothing away
WORDS = 4  # a quoted text of fewer words is a day or a name that any output may hold
TAKEN_OUT = "[This output was taken out: it held lines of tests that are not handed out.]"


def clear_secrets(ran: NotebookNode, exercise: Exercise) -> list[str]:
    """Takes every output out in which a line of a hidden test is found, those of the whole tests
    apart, and says so: a student may have made an earlier cell listen."""
    secrets = _secrets(exercise, ran)
    return [
        "an output held lines of hidden tests and was taken out"
        for cell in ran.cells
        if cell.cell_type == "code" and part_under_test(cell) != "whole" and _cleared(cell, secrets)
    ]


def visible_cells(ran: NotebookNode) -> list[NotebookNode]:
    """The cells that the student may see: instead of a whole test, a place for its points."""
    shown = (cell for cell in ran.cells if part_under_test(cell) != "false")
    return [_verdict(cell) if part_under_test(cell) == "whole" else _short(cell) for cell in shown]


def _verdict(whole: NotebookNode) -> NotebookNode:
    return new_markdown_cell("", metadata={"verdict": whole.metadata.task})


def _short(cell: NotebookNode) -> NotebookNode:
    """The cell with long outputs cut, and without tags: what a report hides, the student is to see."""
    metadata = NotebookNode(cell.metadata, tags=[])
    if cell.cell_type != "code":
        return NotebookNode(cell, id=uuid4().hex[:8], metadata=metadata)  # ids are told apart in one notebook only
    cell = new_code_cell(cell.source, outputs=[_cut(out) for out in cell.outputs], metadata=metadata)
    notebook, _ = LimitOutput(max_lines=LINES, max_traceback=LINES).preprocess(new_notebook(cells=[cell]), {})
    return notebook.cells[0]


def _cut(out: NotebookNode) -> NotebookNode:
    """The output with its long texts cut; a picture is whole or not there."""
    if out.output_type == "stream":
        return new_output("stream", name=out.name, text=_first(out.text))
    if out.output_type == "error":
        traceback = [_first("\n".join(out.traceback))]
        return new_output("error", ename=out.ename, evalue=_first(out.evalue), traceback=traceback)
    too_long = {kind for kind, value in out.data.items() if "text/" in kind and len(str(value)) > 10 * CHARACTERS}
    data = {kind: value for kind, value in out.data.items() if kind not in too_long}
    if "text/plain" in data:
        data["text/plain"] = _first(str(data["text/plain"]))
    return new_output("display_data", data)


def _first(text: str) -> str:
    return text if len(text) <= CHARACTERS else text[:CHARACTERS] + "\n... Output truncated ..."


def _secrets(exercise: Exercise, ran: NotebookNode) -> set[str]:
    """Letters and digits of every line of a hidden test that the student has not seen or written."""
    known = _bare("\n".join(c.source for c in [*exercise.released.cells, *ran.cells] if part_under_test(c) != "whole"))
    tests = [grade_id(cell) for cell in exercise.kept.cells if is_test(cell)]
    lines = (text for name in tests for line in exercise.hidden_lines(name) for text in (line, *_texts(line)))
    return {bare for line in lines if len(bare := _bare(line)) >= SHORTEST and bare not in known}


def _texts(line: str) -> list[str]:
    """The sentences in quotes in a line of code: the words of an assertion."""
    return [text for _, text in re.findall(r"""(["'])(.*?)\1""", line) if len(text.split()) >= WORDS]


def _bare(text: str) -> str:
    without_colour = re.sub(r"\x1b\[[0-9;]*m|\\n", "", text)
    return re.sub(r"[\W_]+", "", html.unescape(without_colour))


def _cleared(cell: NotebookNode, secrets: set[str]) -> bool:
    """Takes the outputs of the cell out if one of them holds a secret; says whether it did."""
    said = _bare(" ".join(_strings(cell.outputs)))
    if not any(secret in said for secret in secrets):
        return False
    cell.outputs = [new_output("stream", name="stdout", text=TAKEN_OUT)]
    return True


def _strings(value: object) -> Iterator[str]:
    """Every text in an output, however deep."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
    else:
        yield str(value)


def feedback_page(student: str, graded: Sequence[Graded], exercises: Sequence[Exercise]) -> str:
    """The feedback of one student as one HTML file that needs nothing else. Where a notebook cannot
    be shown, whatever the student put into it, its points still are."""
    try:
        return _page(student, graded, exercises)
    except Exception as error:
        said = f"the notebook cannot be shown here ({type(error).__name__})"
        return _page(student, [replace(of, cells=[], remarks=[*of.remarks, said]) for of in graded], exercises)


def _page(student: str, graded: Sequence[Graded], exercises: Sequence[Exercise]) -> str:
    titles = {exercise.name: exercise for exercise in exercises}
    cells = [cell for of in graded for cell in _of_exercise(of, titles[of.exercise])]
    total = f"{_number(sum(of.points for of in graded))} of {_number(sum(of.most for of in graded))} points"
    open_ = any(grade.points is None for of in graded for grade in of.grades)
    subtitle = total + (", before what is graded by hand" if open_ else "")
    tree = build_document(new_notebook(cells=cells), code="show")
    return to_html(tree, title=f"Feedback for {student}", subtitle=subtitle, toc=len(graded) > 1, scripted=False)


def _of_exercise(of: Graded, exercise: Exercise) -> Iterator[NotebookNode]:
    earned = {grade.task: grade for grade in of.grades}
    yield new_markdown_cell(f"# {escape_markdown(of.exercise)}: {_number(of.points)} of {_number(of.most)} points")
    yield html_table(_overview(of.grades))
    if of.remarks:
        yield new_markdown_cell(
            "What was found and mended:\n\n" + "\n".join(f"- {escape_markdown(text)}" for text in of.remarks)
        )
    for cell in of.cells:
        task = cell.metadata.get("verdict", "")
        yield new_markdown_cell(_said(earned[task])) if task else cell
        if not task and is_graded(cell) and grade_id(cell) in earned:
            yield new_markdown_cell(_said(earned[grade_id(cell)]))


def _overview(grades: Sequence[Grade]) -> pd.DataFrame:
    table = [(g.task, _number(g.points), _number(g.most), g.status, g.remark) for g in grades]
    return pd.DataFrame(table, columns=["task", "points", "of", "what became of it", "remark"])


def html_table(frame: pd.DataFrame) -> NotebookNode:
    """A cell that shows the frame as a table, and not its code."""
    data = {"text/html": frame.to_html(index=False, na_rep="", border=0)}
    return new_code_cell("", outputs=[new_output("display_data", data)])


def _said(grade: Grade) -> str:
    points = f"**{escape_markdown(grade.task)}: {_number(grade.points)} of {_number(grade.most)} points**, {escape_markdown(grade.status)}."
    return points + (f" {escape_markdown(grade.remark)}" if grade.remark else "")


def _number(points: float | None) -> str:
    return "?" if points is None else f"{points:g}"
