"""Answers in words, those of one question one under another, so that an instructor can read and mark them in one go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from analysis.charts.notebook_output import escape_markdown
from analysis.charts.text_format import plural
from analysis.exercises.class_record import with_cells
from analysis.exercises.course import grade_id
from analysis.exercises.gradebook import Grade, GradedSubmission
from analysis.reports.document.notebook_document import build_document
from analysis.reports.web.html_page import to_html


def answers_page(graded: Sequence[GradedSubmission], out: Path) -> str:
    """All answers in words as one HTML file: a heading for each question, under it the answer of each student.

    The cells of submissions that were graded before are read from the folder `out`.
    """
    questions: dict[tuple[str, str], list[NotebookNode]] = {}
    for submission in graded:
        tasks = {grade.task: grade for grade in submission.grades if grade.answer_cell == grade.task}
        for cell in with_cells(out, submission).cells if tasks else ():
            if grade := tasks.get(grade_id(cell)):
                questions.setdefault((submission.exercise, grade.task), []).extend(_answer(submission, grade, cell))
    cells = []
    for (exercise, task), answers in sorted(questions.items()):
        cells += [new_markdown_cell(f"# {escape_markdown(exercise)}: {escape_markdown(task)}"), *answers]
    title, count = "Answers in words", plural(len(questions), "question")
    try:
        return to_html(build_document(new_notebook(cells=cells)), title=title, subtitle=count, scripted=False)
    except Exception as error:  # whatever a student wrote; the notebooks hold it still
        said = f"The answers cannot be shown on one page ({type(error).__name__}); read them in formgrader."
        return to_html(build_document(new_notebook(cells=[new_markdown_cell(said)])), title=title, scripted=False)


def _answer(submission: GradedSubmission, grade: Grade, cell: NotebookNode) -> list[NotebookNode]:
    points = "to grade" if grade.points is None else f"{grade.points:g} of {grade.max_points:g} points"
    said = "; ".join([points, *grade.remarks])
    heading = new_markdown_cell(f"## {escape_markdown(submission.student)}\n\n{escape_markdown(said)}")
    return [heading, new_markdown_cell(cell.source)]
