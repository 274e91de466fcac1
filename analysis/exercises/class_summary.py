"""The class on one page: points per student, where points were lost, what was repaired."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.charts.notebook_output import escape_markdown, to_svg
from analysis.charts.text_format import join_names, plural
from analysis.exercises.feedback import html_table, link_feedback
from analysis.exercises.gradebook import GradedSubmission, grade_rows
from analysis.exercises.lost_points import lost_point_shares, lost_points, lost_points_alt
from analysis.reports.document.notebook_document import build_document
from analysis.reports.web.html_page import to_html

MAX_NAMES = 6  # of students behind one failed test
CAPTION = (
    "Points lost per task. Where most of the class failed hidden tests only, the task was understood too narrowly; "
    "where it failed visible tests, it was not understood."
)


def summary_page(graded: Sequence[GradedSubmission], conditions: str) -> str:
    """The summary as one HTML file that needs no other file; `conditions` says with what isolation and limits."""
    rows = grade_rows(graded)
    students = rows["student"].nunique()
    cells = [
        new_markdown_cell("# Where points were lost"),
        _chart(rows),
        new_markdown_cell("# Tasks"),
        html_table(_tasks(rows)),
        new_markdown_cell("# Students"),
        html_table(_students(rows), linked="student"),
        *_failed_tests(graded),
        *_remarks(graded),
    ]
    exercises = rows["exercise"].nunique()
    subtitle = ", ".join(
        (plural(students, "student"), plural(exercises, "exercise"), plural(len(graded), "submission"))
    )
    tree = build_document(new_notebook(cells=cells))
    return link_feedback(
        to_html(tree, title="The class", subtitle=subtitle, provenance=[("Graded", conditions)], scripted=False)
    )


def _chart(rows: pd.DataFrame) -> NotebookNode:
    shares = lost_point_shares(rows)
    about = {"alt": lost_points_alt(shares), "caption": CAPTION}
    output = new_output("display_data", {"image/svg+xml": to_svg(lost_points(shares))}, metadata=about)
    return new_code_cell("", outputs=[output])


def _tasks(rows: pd.DataFrame) -> pd.DataFrame:
    by_task = rows.groupby(["exercise", "task"], sort=False)
    points = rows["points"].astype(float)
    means = points.groupby([rows["exercise"], rows["task"]], sort=False).mean(skipna=False)
    return pd.DataFrame(
        {
            "of": by_task["max_points"].first().map("{:g}".format),
            "mean": means.map("{:.2f}".format).replace("nan", "by hand"),
            "full points": by_task["status"].agg(lambda status: int((status == "passed").sum())),
            "no answer": by_task["status"].agg(lambda status: int((status == "no answer").sum())),
        }
    ).reset_index()


def _students(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows.assign(points=rows["points"].astype(float).fillna(0))
    points = known.pivot_table(index="student", columns="exercise", values="points", aggfunc="sum", sort=False)
    total = points.sum(axis=1)
    by_hand = rows["points"].isna().groupby(rows["student"], sort=False).sum()
    shown = points.map("{:g}".format)
    shown.columns.name = None
    shown["total"] = total.map("{:g}".format)
    shown["to grade by hand"] = by_hand.map(lambda n: str(n) if n else "")
    return shown.reset_index()


def _failed_tests(graded: Sequence[GradedSubmission]) -> list[NotebookNode]:
    """Which line of which test failed, and how often; for the instructor, who knows the hidden tests."""
    failed = [(e.exercise, g.task, g.failed_test, e.student) for e in graded for g in e.grades if g.failed_test]
    if not failed:
        return []
    table = pd.DataFrame(failed, columns=["exercise", "task", "test that failed", "student"])
    grouped = table.groupby(["exercise", "task", "test that failed"], sort=False)["student"]
    rows = grouped.agg(students="count", who=lambda names: join_names(list(names)[:MAX_NAMES])).reset_index()
    return [new_markdown_cell("# Tests that failed"), html_table(rows)]


def _remarks(graded: Sequence[GradedSubmission]) -> list[NotebookNode]:
    """What an instructor should look at, by student."""
    lines = [
        f"- {escape_markdown(submission.student)}, {escape_markdown(submission.exercise)}: {escape_markdown(text)}"
        for submission in graded
        for text in submission.remarks
    ]
    return [new_markdown_cell("# What was found and mended"), new_markdown_cell("\n".join(lines))] if lines else []
