"""The class on one page, and where it lost its points."""

import re

import pytest

from analysis.exercises.class_summary import summary_page
from analysis.exercises.gradebook import Grade, GradedSubmission, grade_rows
from analysis.exercises.lost_points import LOSS_KINDS, lost_point_shares, lost_points, lost_points_alt


def of(student, *grades, exercise="sums"):
    return GradedSubmission(
        student, exercise, [Grade(f"t{n}", points, 2, status) for n, (points, status) in enumerate(grades)]
    )


@pytest.fixture
def graded():
    return [
        of("anna", (2, "passed"), (1, "partly"), (None, "to grade by hand")),
        of("bob", (0, "failed hidden tests"), (0, "no answer"), (0, "no answer")),
        of("<b>", (0, "failed"), (0, "unreadable"), (0, "unreadable")),
    ]


def test_losses_are_shares_of_what_the_class_could_earn(graded):
    shares = lost_point_shares(grade_rows(graded)).set_index("task")
    assert list(shares.index) == ["t0", "t1"]  # the third is not graded yet
    assert shares.loc["t0", list(LOSS_KINDS)].round(3).tolist() == [0.333, 0.333, 0, 0, 0]
    assert shares.loc["t1", list(LOSS_KINDS)].round(3).tolist() == [0, 0, 0.167, 0.333, 0.333]


def test_the_chart_has_a_bar_per_task_in_their_order_and_says_what_it_shows(graded):
    shares = lost_point_shares(grade_rows(graded))
    ax = lost_points(shares)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["t0", "t1"] and ax.yaxis_inverted()
    assert lost_points_alt(shares).endswith("Most were lost in t1 (83 %), t0 (67 %).")


def test_a_class_that_lost_nothing_and_one_without_tasks_have_their_chart():
    right = lost_point_shares(grade_rows([of("anna", (2, "passed"))]))
    assert lost_points_alt(right) == "Bars of points lost per task; none was lost."
    lost_points(right)
    lost_points(lost_point_shares(grade_rows([of("anna", (None, "to grade by hand"))])))


@pytest.mark.slow
def test_the_page_needs_nothing_from_elsewhere_and_escapes_names(graded):
    text = summary_page(graded, "in a test")
    assert "3 students, 1 exercise, 3 submissions" in text and "&lt;b&gt;" in text and "in a test" in text
    assert re.findall(r'(?:src|href)="(?!data:|#|feedback/)[^"]*"', text) == [] and "<script" not in text


@pytest.mark.slow
def test_several_exercises_stand_side_by_side(graded):
    text = summary_page([*graded, of("anna", (2, "passed"), exercise="more")], "x")
    assert "3 students, 2 exercises, 4 submissions" in text and ">more<" in text
