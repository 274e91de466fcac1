"""Points from what cells gave: nbgrader's rules, and what the kernel itself said."""

import pytest
from nbformat.v4 import new_output

from analysis.exercises.autograding import judge_notebook, part_of_test, prepare_tests
from analysis.exercises.repair import repair_submission

OK, FAILED = {"status": "ok", "ename": ""}, {"status": "error", "ename": "AssertionError"}


@pytest.fixture
def grade(exercise, paper):
    """The grade of `letters` (3 points) when its complete test gave `outputs`."""

    def build(*outputs, ran=OK, visible=OK, refused=""):
        script = prepare_tests(repair_submission(paper().right().notebook, exercise)[0], exercise.released)
        for cell in script.cells:
            if cell.cell_type == "code":
                cell.metadata["ran"] = {"visible": visible, "complete": ran}.get(part_of_test(cell), OK)
            if cell.metadata.get("task") == "letters" and part_of_test(cell) == "complete":
                cell.outputs = list(outputs)
                cell.metadata["refused"] = refused
        return next(g for g in judge_notebook(script, exercise.released) if g.task == "letters")

    return build


def number(text):
    return new_output("execute_result", {"text/plain": text})


@pytest.mark.parametrize(
    ("outputs", "points", "status"),
    [
        ([], 3, "passed"),
        ([new_output("stream", text="said")], 3, "passed"),
        ([number("1.5")], 1.5, "partly"),
        ([number("0")], 0, "failed"),
        ([number("'text'")], 3, "passed"),
        ([number("4")], 0, "failed"),
        ([new_output("stream", name="stderr", text="warning")], 0, "failed"),
        ([new_output("error", ename="E", evalue="", traceback=[])], 0, "failed"),
    ],
)
def test_points_follow_nbgraders_rules(grade, outputs, points, status):
    assert (grade(*outputs).points, grade(*outputs).status) == (points, status)


def test_a_number_shown_before_an_error_earns_nothing(grade):
    assert grade(number("3"), ran=FAILED).points == 0


def test_why_an_answer_is_no_data_is_said(grade):
    assert grade(ran=FAILED, refused="the answer holds a Yes").remark == "the answer holds a Yes"


def test_a_test_that_did_not_run_earns_nothing(grade):
    assert grade(ran=None).status == "not run"


def test_failing_visible_tests_is_told_apart(grade):
    assert grade(ran=FAILED, visible=FAILED).status == "failed"


def test_every_test_is_there_visible_and_complete(exercise):
    script = prepare_tests(repair_submission(exercise.released, exercise)[0], exercise.released)
    assert [part_of_test(cell) for cell in script.cells if part_of_test(cell)] == ["visible", "complete"] * 3
