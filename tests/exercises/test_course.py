"""A course folder: what nbgrader's steps make of an exercise, and what is said of a broken one."""

import pytest

from analysis.evidence.errors import InputError
from analysis.exercises.course import COURSE_FOLDER, cells_by_id, open_course
from tests.exercises.conftest import MEAN, SECRET, exercise_notebook, make_course


def test_the_released_version_has_neither_solutions_nor_hidden_tests(exercise):
    text = "\n".join(cell.source for cell in exercise.released.cells)
    assert SECRET not in text and "sum(values)" not in text and "max(numbers)" not in text
    assert text.count("raise NotImplementedError()") == 3 and "YOUR ANSWER HERE" in text


def test_the_version_to_grade_by_keeps_the_hidden_tests_only(exercise):
    text = "\n".join(cell.source for cell in exercise.for_grading.cells)
    assert SECRET in text and "sum(values)" not in text


def test_tests_are_locked_and_answers_cannot_be_deleted(exercise):
    cells = cells_by_id(exercise.released)
    assert cells["mean"].metadata.editable is False and cells["mean"].metadata.deletable is False
    assert cells["mean_answer"].metadata.deletable is False and "editable" not in cells["mean_answer"].metadata


def test_hidden_lines_are_those_a_student_does_not_get(exercise):
    assert "_even = [1, 2, 3, 10]" in exercise.hidden_lines("mean")
    assert exercise.hidden_lines("letters") == []


def test_tasks_have_their_points_in_order(exercise):
    assert exercise.tasks == {"mean": 2, "largest": 1, "letters": 3, "why": 2}


def test_an_exercise_that_does_not_exist_is_named_with_the_nearest(course):
    with pytest.raises(InputError, match="there is no exercise 'sum'; did you mean 'sums'"):
        open_course(course, ["sum"])


def test_a_folder_without_exercises_is_no_course(tmp_path):
    with pytest.raises(InputError, match="is no course: it has no exercise source/NAME/NAME.ipynb"):
        open_course(tmp_path)


def broken(change):
    notebook = exercise_notebook()
    change(notebook.cells)
    return notebook


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda cells: cells[2].update(source=MEAN.replace("END SOLUTION", "")), "no end solution statement"),
        (lambda cells: cells[1].update(source="### BEGIN SOLUTION\n### END SOLUTION"), "non-solution cell"),
        (lambda cells: cells[3].metadata.nbgrader.pop("points"), "'mean' does not have points"),
        (lambda cells: cells[3].metadata.nbgrader.update(grade_id="largest"), "Duplicate grade id: largest"),
    ],
)
def test_what_nbgrader_objects_to_is_said_with_the_exercise(tmp_path, change, words):
    course = make_course(tmp_path, broken(change))
    with pytest.raises(InputError, match=f"exercise sums: nbgrader says: .*{words}"):
        open_course(course)[0].released  # noqa: B018


@pytest.mark.slow
def test_every_exercise_of_the_course_can_be_handed_out():
    for exercise in open_course(COURSE_FOLDER):
        text = "\n".join(cell.source for cell in exercise.released.cells)
        left = [mark for mark in ("BEGIN SOLUTION", "HIDDEN TESTS", "Mark scheme") if mark in text]
        assert left == [] and any(exercise.hidden_lines(task) for task in exercise.tasks), exercise.name
