"""A notebook repaired: the instructor's cells as they were, the student's answers where they are found."""

from nbformat.v4 import new_code_cell

from analysis.exercises.course import cells_by_id, grade_id
from analysis.exercises.repair import repair_submission
from tests.exercises.conftest import SECRET


def named(notebook):
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def test_the_released_notebook_needs_no_mending(exercise):
    repaired, remarks = repair_submission(exercise.released, exercise)
    assert remarks == [] and [c.source for c in repaired.cells] == [c.source for c in exercise.for_grading.cells]


def test_answers_are_the_students_and_tests_have_their_hidden_parts(exercise, paper):
    repaired, remarks = repair_submission(paper().write(mean_answer="mean = len").notebook, exercise)
    assert (
        cells_by_id(repaired)["mean_answer"].source == "mean = len" and SECRET in cells_by_id(repaired)["mean"].source
    )
    assert remarks == []


def test_deleted_tests_come_back_in_their_place(exercise, paper):
    notebook = paper().right().drop("mean", "largest").notebook
    repaired, remarks = repair_submission(notebook, exercise)
    assert [c.source for c in repaired.cells if grade_id(c)] == [
        (c if grade_id(c) in ("setup", "mean", "largest", "letters") else cells_by_id(notebook)[grade_id(c)]).source
        for c in exercise.for_grading.cells if grade_id(c)
    ]  # fmt: skip
    places = [c.source[:11] for c in repaired.cells]
    assert places.index("The largest") > named(repaired).index("mean")
    assert "tests mean, largest: missing, put back" in remarks


def test_a_deleted_answer_is_no_answer(exercise, paper):
    repaired, remarks = repair_submission(paper().drop("mean_answer").notebook, exercise)
    assert "raise NotImplementedError()" in cells_by_id(repaired)["mean_answer"].source
    assert remarks == ["answer mean_answer: missing"]


def test_of_an_answer_that_is_there_twice_the_one_worked_on_counts(exercise, paper):
    done = paper().write(mean_answer="mean = len")
    blank = new_code_cell(
        cells_by_id(exercise.released)["mean_answer"].source, metadata=done.cell("mean_answer").metadata
    )
    done.notebook.cells.insert(done.place("mean"), blank)
    repaired, remarks = repair_submission(done.notebook, exercise)
    assert cells_by_id(repaired)["mean_answer"].source == "mean = len"
    assert remarks == ["answer mean_answer: there 2 times"]


def test_an_answer_without_its_name_is_found_by_identity_text_or_place(exercise, paper):
    for forget_id in (False, True):
        lost = paper().write(
            mean_answer='def mean(values):\n    """The mean of a list of numbers; None of an empty one."""'
        )
        cell = lost.cell("mean_answer")
        cell.metadata = {}
        if forget_id:
            cell.id = "new"
        repaired, remarks = repair_submission(lost.notebook, exercise)
        assert cells_by_id(repaired)["mean_answer"].source == cell.source
        assert remarks == ["answer mean_answer: without its name, found again"]


def test_the_students_own_cells_stay_where_they_stood(exercise, paper):
    repaired, _ = repair_submission(paper().add("helper = 1", "mean_answer").notebook, exercise)
    sources = [cell.source for cell in repaired.cells]
    assert sources.index("helper = 1") == sources.index(cells_by_id(repaired)["mean_answer"].source) + 1


def test_copies_of_tests_are_not_run(exercise, paper):
    twice = paper()
    copy = new_code_cell("assert False", metadata=twice.cell("mean").metadata)
    twice.notebook.cells.insert(0, copy)
    repaired, _ = repair_submission(twice.notebook, exercise)
    assert "assert False" not in [cell.source for cell in repaired.cells]


def test_points_kinds_and_checksums_are_the_instructors(exercise, paper):
    edited = paper()
    edited.cell("mean").metadata["nbgrader"] |= {"points": 100, "grade": False, "checksum": "0"}
    edited.cell("mean_answer").cell_type = "raw"
    repaired, remarks = repair_submission(edited.notebook, exercise)
    assert cells_by_id(repaired)["mean"].metadata == cells_by_id(exercise.for_grading)["mean"].metadata
    assert cells_by_id(repaired)["mean_answer"].cell_type == "code"
    assert remarks == ["answer mean_answer: made a raw cell, made code again"]


def test_nonsense_in_metadata_is_no_name(exercise, paper):
    odd = paper().add("x = 1")
    for cell, nonsense in zip(odd.notebook.cells, ([], "a", {"grade_id": 5}, {"grade_id": []}), strict=False):
        cell.metadata["nbgrader"] = nonsense
    repaired, _ = repair_submission(odd.notebook, exercise)
    assert named(repaired) == named(exercise.for_grading)
