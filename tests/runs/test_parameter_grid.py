"""A grid of parameters: every combination, checked before anything runs."""

import ast
import re
import shlex

import pytest

from analysis import InputError
from analysis.evidence.folders import REPOSITORY
from analysis.runs.parameter_grid import grid_points, parse_grid, read_grid
from analysis.runs.result_table import tidy_results

PAUSE = REPOSITORY / "notebooks" / "february_pause.ipynb"


@pytest.fixture
def grid_file(tmp_path):
    def write(text):
        (tmp_path / "grid.yml").write_text(text)
        return tmp_path / "grid.yml"

    return write


def test_every_value_is_taken_with_every_other(grid_file):
    grid = read_grid(
        grid_file("shortest_gap: [3, 7]\nend: [2024-06-30, 2024-05-31]\nconfirmation: [[], [us_official]]")
    )
    found = grid_points(PAUSE, grid, "grid.yml")
    assert len(found) == 8
    assert found[0] == {"shortest_gap": 3, "end": "2024-06-30", "confirmation": []}
    assert found[-1] == {"shortest_gap": 7, "end": "2024-05-31", "confirmation": ["us_official"]}


def test_what_is_no_list_is_one_value(grid_file):
    assert read_grid(grid_file("shortest_gap: 3\n")) == {"shortest_gap": [3]}


def test_typed_values_take_the_type_of_their_parameter():
    grid = parse_grid(PAUSE, ["shortest_gap=3,7", "countries=,Iraq,Iraq|Syria", "start=2023-10-17"])
    assert grid["shortest_gap"] == [3, 7]
    assert grid["countries"] == [[], ["Iraq"], ["Iraq", "Syria"]]
    assert grid_points(PAUSE, grid, "--set")[-1] == {
        "shortest_gap": 7,
        "countries": ["Iraq", "Syria"],
        "start": "2023-10-17",
    }


def test_a_value_given_twice_runs_once():
    assert len(grid_points(PAUSE, {"shortest_gap": [3, 3]}, "--set")) == 1


def test_every_fault_is_said_once_and_at_once():
    grid = {"shortest_gap": [0, 3], "confirmation": [["us_oficial"], []], "gap": [1]}
    with pytest.raises(InputError) as error:
        grid_points(PAUSE, grid, "grid.yml")
    lines = str(error.value).splitlines()
    assert len(lines) == 3
    assert all(line.startswith("grid.yml: ") for line in lines)


def test_values_that_do_not_go_together_are_a_fault():
    with pytest.raises(InputError, match="before"):
        grid_points(PAUSE, {"start": ["2023-10-17", "2024-07-01"], "end": ["2024-06-30"]}, "--set")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 3\n", "lists of values"),
        ("", "lists of values"),
        ("a: [\n", "is not YAML"),
        ("end: 2024-02-31", "is not YAML"),
    ],
)
def test_a_file_that_is_no_grid_is_refused(grid_file, text, message):
    with pytest.raises(InputError, match=message):
        read_grid(grid_file(text))


def test_a_grid_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot read .*: No such file"):
        read_grid(tmp_path / "grid.yml")


@pytest.mark.parametrize(
    ("texts", "message"),
    [(["shortest_gap"], "must be name=value"), (["shortest_gap=3", "shortest_gap=4"], "set twice")],
)
def test_a_text_that_sets_nothing_is_refused(texts, message):
    with pytest.raises(InputError, match=message):
        parse_grid(PAUSE, texts)


def test_a_parameter_without_a_value_is_refused():
    with pytest.raises(InputError, match="no value for shortest_gap"):
        grid_points(PAUSE, {"shortest_gap": []}, "grid.yml")


def test_the_examples_of_the_page_on_sweeps_are_right(grid_file):
    page = (REPOSITORY / "docs" / "sweeps.md").read_text(encoding="utf-8")
    typed = re.findall(r"^incidents sweep february_pause (--set .*)$", page, re.MULTILINE)
    texts = [text for text in shlex.split(typed[0]) if text != "--set"]
    assert len(grid_points(PAUSE, parse_grid(PAUSE, texts), "--set")) == 9
    (grid,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(grid_points(PAUSE, read_grid(grid_file(grid)), "grid.yml")) == 18
    (shown,) = re.findall(r"a\.show_results\(\n(.*?)\n\)", page, re.DOTALL)
    assert len(tidy_results(ast.literal_eval(shown.strip()))) == 3
