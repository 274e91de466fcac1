from pathlib import Path

import pytest

from analysis.evidence.errors import InputError, InvalidTables, Problem, format_path, suggest_name


def test_a_problem_says_file_row_column_value_and_what_is_allowed():
    problem = Problem("seeds/claims.csv", 7, "weapon", "roket", "one of rocket, mortar")
    assert str(problem) == "seeds/claims.csv, row 7, column weapon: 'roket' - one of rocket, mortar"


def test_a_problem_of_a_whole_file_names_no_row_and_no_column():
    assert str(Problem("a.csv", 0, "", "empty", "a header row is needed")) == (
        "a.csv: 'empty' - a header row is needed"
    )


def test_problems_are_told_once_each_in_order_of_file_and_row():
    first, second, third = (Problem(f, r, "x", "v", "a") for f, r in (("a", 2), ("a", 10), ("b", 1)))
    error = InvalidTables([third, second, first, second])
    assert error.problems == [first, second, third]
    assert str(error).splitlines()[0] == "3 problems in the tables:"
    assert len(str(error).splitlines()) == 4


def test_one_problem_is_not_counted_in_the_plural():
    assert str(InvalidTables([Problem("a", 1, "", "v", "x")])).startswith("1 problem in the tables:")


def test_invalid_tables_are_caught_with_every_other_input_error():
    with pytest.raises(InputError):
        raise InvalidTables([])


@pytest.mark.parametrize(
    ("given", "hint"),
    [("al-assad", "; did you mean 'al-asad'?"), ("wepon", "; did you mean 'weapon'?"), ("zzzz", "")],
)
def test_the_nearest_name_is_offered_only_if_it_is_near(given, hint):
    assert suggest_name(given, {"al-asad", "weapon", "tower-22"}) == hint


def test_a_path_below_the_working_folder_is_shown_as_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert format_path(tmp_path / "seeds" / "claims.csv") == str(Path("seeds", "claims.csv"))


def test_a_path_elsewhere_is_shown_whole(tmp_path, monkeypatch):
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert format_path(tmp_path / "claims.csv") == str(tmp_path / "claims.csv")
