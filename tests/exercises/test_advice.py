"""A beginner's mistake gets a line that says what to change."""

import pytest

from analysis.exercises.advice import advise
from analysis.exercises.course import open_course
from analysis.exercises.grading import grade_one
from analysis.exercises.repair import repair_submission
from analysis.exercises.submissions import Submission
from tests.exercises.conftest import Paper, exercise_notebook, hand_in, make_course

NO_RETURN = "def mean(values):\n    sum(values) / len(values)"
PRINTS = "def mean(values):\n    print(sum(values) / len(values))"
HINTS = """found = mean([1, 2])
### BEGIN HIDDEN TESTS
from analysis.exercises.answer_comparison import same
same(mean([]), None, message="Hint: an empty list has no mean")
assert mean([3]) == 3, "the secret"
### END HIDDEN TESTS"""


@pytest.mark.parametrize(
    ("source", "kinds", "wrong", "advice"),
    [
        (NO_RETURN, {"mean": "None"}, "", "`mean` returns None: its last line needs `return`"),
        (PRINTS, {"mean": "None"}, "", "`mean` prints its value and returns None: write `return` in place of `print`"),
        ("def mean(v): return None", {"mean": "None"}, "", ""),
        ("def mean(v): return v > 2", {"mean": "numpy bool"}, "",
         "`mean` returns a bool of numpy: write `bool(...)` around the value"),
        ("raise NotImplementedError()", {}, "", "the line `raise NotImplementedError()` is still there: delete it"),
        ("def avg(v): return 1", {}, "NameError: name 'mean' is not defined",
         "the tests look for `mean`: the answer must make something of that name"),
        ("def mean(v:", {}, "", "Python cannot read line 1 of the answer"),
        ("mean = len", {"mean": ""}, "AssertionError", ""),
    ],
)  # fmt: skip
def test_the_advice(source, kinds, wrong, advice):
    assert advise(source, kinds, wrong) == advice


def test_a_cell_of_an_earlier_hand_out_is_called_that(exercise, tmp_path):
    older = exercise_notebook()
    older.cells[3].source = older.cells[3].source.replace("mean([2]) == 2", "mean([5]) == 5")
    (before,) = open_course(make_course(tmp_path, older))
    _, remarks = repair_submission(Paper(before.released).right().notebook, exercise)
    assert remarks == ["tests mean: from an earlier hand-out, replaced by those of now"]


@pytest.mark.slow
def test_a_hint_reaches_the_student_and_the_failed_line_the_instructor(tmp_path, limits):
    notebook = exercise_notebook()
    notebook.cells[3].source = HINTS
    (exercise,) = open_course(make_course(tmp_path / "course", notebook))
    answers = {
        "hinted": "def mean(values): return sum(values) / max(1, len(values))",
        "silent": "def mean(values): return 7 if values else None",
        "prints": PRINTS,
    }
    found = {}
    for name, source in answers.items():
        path = hand_in(tmp_path / "in", name, Paper(exercise.released).right().write(mean_answer=source))
        found[name] = grade_one(Submission(name, exercise, path), limits, "none").grades[0]
    assert found["hinted"].remark == "Hint: an empty list has no mean"
    assert found["hinted"].failed_test == (
        "AssertionError: Hint: an empty list has no mean (the answer is a float, not a NoneType), "
        'in line 4: same(mean([]), None, message="Hint: an empty list has no mean")'
    )
    assert found["silent"].remark == "" and "the secret, in line 5" in found["silent"].failed_test
    assert found["prints"].remark.startswith("`mean` prints its value") or "ZeroDivision" in found["prints"].failed_test
