"""What was handed in is found under whatever name it came, and read without its outputs."""

import json
import os
from copy import deepcopy

import nbformat
import pytest

from analysis.evidence.errors import InputError
from analysis.exercises import submissions
from analysis.exercises.course import grade_id, open_course
from analysis.exercises.submissions import UnreadableSubmission, find_submissions, read_submission
from tests.exercises.conftest import exercise_notebook, hand_in, make_course


def found(folder, exercise):
    return {of.student: of for of in find_submissions(folder, [exercise])}


@pytest.mark.parametrize(
    "name",
    [
        "sums/sums.ipynb",
        "sums.ipynb",
        "sums (1).ipynb",
        "sums/sums-Copy2.ipynb",
        "SUMS_final.ipynb",
        "homework/x.ipynb",
    ],
)
def test_a_notebook_is_found_by_its_name_its_folder_or_its_cells(tmp_path, exercise, blank, name):
    path = hand_in(tmp_path, "anna", blank, name)
    assert found(tmp_path, exercise)["anna"].path == path


def test_of_several_files_the_last_download_is_graded_and_that_is_said(tmp_path, exercise, blank):
    for name in ("sums.ipynb", "sums (1).ipynb", "sums (10).ipynb", "sums (2).ipynb"):
        hand_in(tmp_path, "anna", blank, name)
    of = found(tmp_path, exercise)["anna"]
    assert of.path.name == "sums (10).ipynb"
    assert of.remarks[1] == "graded sums (10).ipynb, not sums (2).ipynb, sums (1).ipynb, sums.ipynb"


def test_what_one_handed_in_is_missing_where_another_did_not(tmp_path, exercise, blank):
    hand_in(tmp_path, "anna", blank)
    (tmp_path / "bob").mkdir()
    of = found(tmp_path, exercise)["bob"]
    assert of.path is None and of.remarks == ["not handed in"]


def test_checkpoints_and_links_out_of_the_folder_are_not_read(tmp_path, exercise, blank):
    hand_in(tmp_path, "anna", blank)
    hand_in(tmp_path, "bob", blank, ".ipynb_checkpoints/sums.ipynb")
    (tmp_path / "cleo").mkdir()
    os.symlink(tmp_path / "anna" / "sums" / "sums.ipynb", tmp_path / "cleo" / "sums.ipynb")
    assert [name for name, of in found(tmp_path, exercise).items() if of.path] == ["anna"]


def test_a_folder_without_submissions_says_what_is_needed(tmp_path, exercise):
    with pytest.raises(InputError, match="holds no submission; needs STUDENT/EXERCISE/EXERCISE.ipynb"):
        find_submissions(tmp_path, [exercise])
    with pytest.raises(InputError, match="is no folder of submissions"):
        find_submissions(tmp_path / "none", [exercise])


def test_outputs_are_dropped_before_anything_else(tmp_path, blank):
    blank.cells[2].outputs = [nbformat.v4.new_output("stream", text="x" * 100_000)]
    assert read_submission(hand_in(tmp_path, "anna", blank)).cells[2].outputs == []


def test_an_old_notebook_is_read_too(tmp_path):
    cell = {"cell_type": "code", "input": "x = 1", "language": "python", "outputs": [], "metadata": {}}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell], "metadata": {}}]}
    assert read_submission(hand_in(tmp_path, "anna", json.dumps(old))).cells[0].source == "x = 1"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": 5, "nbformat": 4}', "[" * 100_000, "\0"])
def test_what_is_no_notebook_is_said_to_be_none(tmp_path, text):
    with pytest.raises(UnreadableSubmission, match="the file is no Jupyter notebook"):
        read_submission(hand_in(tmp_path, "anna", text))


def test_a_file_too_large_is_not_opened(tmp_path, monkeypatch, blank):
    monkeypatch.setattr(submissions, "MAX_NOTEBOOK_BYTES", 1000)
    with pytest.raises(UnreadableSubmission, match="the file has 0 MB, more than 0"):
        read_submission(hand_in(tmp_path, "anna", blank))


@pytest.fixture
def two_exercises(tmp_path_factory):
    """A course of `sums` and `words`, whose cells `setup` and `why` have the same names."""
    course = make_course(tmp_path_factory.mktemp("two"))
    other = exercise_notebook()
    for cell in other.cells:
        about = cell.metadata.get("nbgrader", {})
        if about and about["grade_id"] not in ("setup", "why"):
            about["grade_id"] = f"words_{about['grade_id']}"
    (course / "source" / "words").mkdir()
    nbformat.write(other, course / "source" / "words" / "words.ipynb")
    return open_course(course)


def test_one_exercise_is_picked_after_files_are_recognised_among_all(tmp_path, two_exercises):
    sums, words = two_exercises
    for student in ("anna", "bob"):
        hand_in(tmp_path, student, sums.released, "sums/sums.ipynb")
        hand_in(tmp_path, student, words.released, "words/words.ipynb")
        hand_in(tmp_path, student, words.released, "words/zzz.ipynb")
    (anna, bob) = find_submissions(tmp_path, two_exercises, ["sums"])
    assert [of.path.name for of in (anna, bob)] == ["sums.ipynb"] * 2 and anna.remarks == bob.remarks == []


def test_cells_that_several_exercises_have_decide_nothing(tmp_path, two_exercises):
    words = two_exercises[1]
    hand_in(tmp_path, "anna", words.released, "x.ipynb")
    only_shared = deepcopy(words.released)
    only_shared.cells = [c for c in only_shared.cells if grade_id(c) in ("setup", "why")]
    hand_in(tmp_path, "bob", only_shared, "y.ipynb")
    found_in = {(of.student, of.exercise.name): of.path for of in find_submissions(tmp_path, two_exercises)}
    assert {key for key, path in found_in.items() if path} == {("anna", "words")}


@pytest.mark.parametrize(
    "other",
    ["zzz scratch.ipynb", "sums/zzz.ipynb", "sums-Copy1.ipynb", "sums_final.ipynb", "sums/Untitled.ipynb",
     "backup/old.ipynb", "backup/sums.ipynb", "zz/sums-Copy3.ipynb", "sums (1)-Copy1.ipynb"],
)  # fmt: skip
def test_the_rightly_named_file_wins_over_any_other(tmp_path, exercise, blank, other):
    path = hand_in(tmp_path, "anna", blank)
    hand_in(tmp_path, "anna", blank, other)
    of = found(tmp_path, exercise)["anna"]
    assert of.path == path and of.remarks == [f"graded sums.ipynb, not {other.rpartition('/')[2]}"]


def test_a_file_with_the_cells_wins_over_one_that_lies_in_the_folder(tmp_path, exercise, blank):
    path = hand_in(tmp_path, "anna", blank, "sums/zzz.ipynb")
    hand_in(tmp_path, "anna", nbformat.v4.new_notebook(), "sums/Untitled.ipynb")
    assert found(tmp_path, exercise)["anna"].path == path


@pytest.mark.parametrize("name", ["sums.ipynb.txt", "sums.ipynb.json", "sums.IPYNB", "Sums.ipynb"])
def test_an_ending_that_a_browser_changed_is_taken_and_said(tmp_path, exercise, blank, name):
    path = hand_in(tmp_path, "anna", blank, name)
    of = found(tmp_path, exercise)["anna"]
    assert of.path == path and of.remarks == [f"the file is called {name}"]
