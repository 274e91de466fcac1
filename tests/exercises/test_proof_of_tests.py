"""The proof of the tests: what it demands, and that it finds what is amiss."""

import pytest

from analysis.evidence.errors import InputError
from analysis.exercises.course import cells_by_id, open_course
from analysis.exercises.proof_of_tests import prove_tests
from analysis.exercises.wrong_answers import read_wrong_answers
from tests.exercises.conftest import LARGEST_TESTS, MEAN_TESTS, WRONG, exercise_notebook, make_course


def proof(folder, notebook=None, wrong=WRONG):
    return prove_tests(open_course(make_course(folder, notebook, wrong)))[0]


def changed(**sources):
    notebook = exercise_notebook()
    for name, source in sources.items():
        cells_by_id(notebook)[name].source = source
    return notebook


def test_a_sound_exercise_is_proved(course):
    (proved,) = prove_tests(open_course(course))
    assert proved.problems == []
    assert (proved.tests, proved.points, proved.by_hand, proved.wrong) == (3, 6, 2, 4)


def test_a_solution_that_fails_its_tests_is_found(tmp_path):
    found = proof(tmp_path, changed(largest_answer="### BEGIN SOLUTION\nlargest = 1\n### END SOLUTION")).problems
    assert "the right answer earns 0 of 1 in largest (failed hidden tests)" in found


def test_tests_that_give_points_for_nothing_are_found(tmp_path):
    found = proof(tmp_path, changed(letters="'text' in dir()\n3")).problems
    assert "the released version earns 3 points in letters" in found


def test_tests_that_miss_a_wrong_answer_are_found(tmp_path):
    weak = MEAN_TESTS.replace("same(mean([]), None)\n", "")
    found = proof(tmp_path, changed(mean=weak)).problems
    assert found == ["mean_answer, wrong answer 2 (an empty list is not thought of) passes mean"]


def test_hidden_tests_that_nothing_proves_are_found(tmp_path):
    shown = LARGEST_TESTS.replace("### BEGIN", "same(largest, 9)\n### BEGIN")
    found = proof(tmp_path, changed(largest=f"from analysis.exercises.answer_comparison import same\n{shown}")).problems
    assert found == ["largest: no wrong answer is found by its hidden tests alone"]


def test_a_wrong_answer_that_spoils_what_others_need_is_found(tmp_path):
    spoils = WRONG.replace("code: largest = numbers[-1]", "code: numbers.clear(); largest = 0")
    found = proof(tmp_path, wrong=spoils).problems
    assert found[0].startswith("the right answer largest_answer, put back earns 0 of 1 in largest")


def test_a_cell_of_the_instructors_that_fails_is_found(tmp_path):
    notebook = exercise_notebook()
    cells_by_id(notebook)["setup"].source += "\n1 / 0"
    assert "cell 2 of the instructor's version ends with ZeroDivisionError" in proof(tmp_path, notebook).problems


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("[]", "must map names of answers to lists of wrong answers"),
        ("a: [", "is not YAML"),
        ("mean_anser: [{code: x}]", "'mean_anser' is no answer in code; did you mean 'mean_answer'"),
        ("mean_answer: [{why: x}]", "mean_answer, wrong answer 1: needs 'code'"),
        ("mean_answer: [{code: x, fail: [mean]}]", "may have 'why' and 'fails', and nothing else"),
        ("mean_answer: [{code: x, fails: [meen]}]", "fails: 'meen' is no test behind this answer; did you mean 'mean'"),
        ("mean_answer: [{code: x, fails: []}]", "no test is named in 'fails' or stands behind this answer"),
        ("letters_answer: [{code: x, fails: [mean]}]", "fails: 'mean' is no test behind this answer"),
    ],
)
def test_what_a_file_of_wrong_answers_may_not_hold_is_said(tmp_path, wrong, words):
    with pytest.raises(InputError, match=words):
        read_wrong_answers(open_course(make_course(tmp_path, wrong=wrong))[0])


def test_an_exercise_without_wrong_answers_is_not_proved(tmp_path):
    course = make_course(tmp_path)
    (course / "wrong" / "sums.yml").unlink()
    with pytest.raises(InputError, match="no wrong answer proves the tests of sums"):
        prove_tests(open_course(course))
