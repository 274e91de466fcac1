"""Parameters are read from the notebook, typed by their defaults, checked before anything runs."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.evidence.problems import InputError
from analysis.runs.parameters import check, declared, for_each, variant, variants

CELL = '''folder = ""  # folder with the evidence
sets = []  # evidence sets; empty = all
confirmation = []  # voices that count
start = ""  # first day
every = "week"  # "day" or # of days
shortest_gap = 3  # empty days
share = 0.5
deep = True  # a switch'''


@pytest.fixture
def notebook(write_notebook):
    return write_notebook(parameters=CELL, name="example")


def test_parameters_are_read_in_order_with_default_and_help(notebook):
    found = declared(notebook)
    assert [p.name for p in found] == [
        "folder", "sets", "confirmation", "start", "every", "shortest_gap", "share", "deep",
    ]  # fmt: skip
    by_name = {p.name: p for p in found}
    assert (by_name["sets"].default, by_name["shortest_gap"].default, by_name["deep"].default) == ([], 3, True)
    assert by_name["sets"].help == "evidence sets; empty = all"
    assert by_name["every"].help == '"day" or # of days'
    assert by_name["share"].help == ""


def test_help_after_letters_of_more_than_one_byte_is_read_whole(write_notebook):
    (found,) = declared(write_notebook(parameters='place = "Ḥarīr"  # a place – any'))
    assert (found.default, found.help) == ("Ḥarīr", "a place – any")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("folder", "x"), ("sets", ["seeds"]), ("confirmation", ["us_official", "monitor"]), ("start", "2024-02-04"),
        ("start", ""), ("every", "14 days"), ("every", "1 day"), ("shortest_gap", 7), ("share", 0.25), ("deep", False),
    ],
)  # fmt: skip
def test_values_of_the_right_kind_pass_as_they_are(notebook, name, value):
    assert check(notebook, {name: value}) == {name: value}


def test_a_day_given_as_a_date_becomes_plain_json(notebook, tmp_path):
    path = tmp_path / "v.yml"
    path.write_text("parameters:\n  start: 2024-02-04\n")  # YAML makes a date of it
    checked = check(notebook, variant(path).parameters)
    assert json.dumps(checked) == '{"start": "2024-02-04"}'


def test_only_what_was_given_is_passed_on(notebook):
    assert check(notebook, {}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shortest_gap", "many"), ("shortest_gap", 2.5), ("sets", "seeds"), ("sets", {"seeds": 1}),
        ("confirmation", ["us_offical"]), ("start", "2024-02-30"), ("start", "soon"), ("every", "fortnight"),
        ("every", "0 days"), ("every", 7), ("deep", "perhaps"), ("folder", ["a"]), ("sets", None),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_by_name_and_value(notebook, name, value):
    with pytest.raises(InputError) as error:
        check(notebook, {name: value}, "v.yml")
    message = str(error.value)
    assert message.startswith(f"v.yml: parameter {name}")
    offender = value[0] if isinstance(value, list) and name == "confirmation" else value
    assert repr(offender) in message


def test_the_offending_item_of_a_list_is_counted(notebook):
    with pytest.raises(InputError, match="parameter confirmation, item 2: 'nobody'"):
        check(notebook, {"confirmation": ["monitor", "nobody"]})


def test_an_unknown_name_is_answered_with_the_nearest_and_all(notebook):
    with pytest.raises(InputError, match=r"'shortst_gap' is not a parameter of example; did you mean 'shortest_gap'\?"):
        check(notebook, {"shortst_gap": 3})
    with pytest.raises(InputError, match="it has: folder, sets, confirmation"):
        check(notebook, {"zzz": 3})


def test_all_that_is_wrong_is_said_at_once(notebook):
    with pytest.raises(InputError) as error:
        check(notebook, {"start": "soon", "shortest_gap": "x", "zzz": 1})
    assert len({line.split(" - ")[0] for line in str(error.value).splitlines()}) >= 3


@pytest.mark.parametrize(
    "cell",
    ["start = date(2024, 1, 1)", "start += 1", "a = b = 1", "a, b = 1, 2", "import os", "a.b = 1", "a = ", "f()"],
)
def test_a_parameters_cell_that_is_not_one_literal_per_line_is_refused(write_notebook, cell):
    with pytest.raises(InputError, match=r"small\.ipynb: the parameters cell must hold one 'name = literal"):
        declared(write_notebook(parameters=cell))


def test_a_notebook_without_a_parameters_cell_is_refused(write_notebook):
    with pytest.raises(InputError, match="has 0 cells tagged 'parameters'; needs 1"):
        declared(write_notebook("x = 1", parameters=None))


def test_a_notebook_with_two_parameters_cells_is_refused(tmp_path):
    cells = [new_code_cell("a = 1", metadata={"tags": ["parameters"]}) for _ in range(2)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "two.ipynb")
    with pytest.raises(InputError, match=r"two\.ipynb has 2 cells tagged"):
        declared(tmp_path / "two.ipynb")


@pytest.mark.parametrize("content", ["not json", "{", '{"a": 1}', "[]", "", '{"nbformat": 4, "cells": 3}'])
def test_what_is_not_a_notebook_is_refused_by_name_in_one_line(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    with pytest.raises(InputError, match=r"broken\.ipynb") as error:
        declared(path)
    assert "\n" not in str(error.value)


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.ipynb does not exist"):
        declared(tmp_path / "gone.ipynb")


def test_a_variant_is_a_file_with_title_about_and_parameters(tmp_path):
    path = tmp_path / "iraq.yml"
    path.write_text("title: Iraq\nabout: only Iraq\nparameters:\n  countries: [Iraq]\n")
    found = variant(path)
    assert (found.name, found.title, found.about) == ("iraq", "Iraq", "only Iraq")
    assert found.parameters == {"countries": ["Iraq"]}


def test_a_variant_may_leave_out_all_but_the_file(tmp_path):
    path = tmp_path / "plain.yml"
    path.write_text("parameters:\n")
    assert (variant(path).title, variant(path).parameters) == ("plain", {})


def test_variants_are_the_yml_files_of_a_folder_by_name(tmp_path):
    for name in ("b.yml", "a.yml", "notes.txt"):
        (tmp_path / name).write_text("title: x\n")
    assert list(variants(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("paramters: {}", r"'paramters' is not known; did you mean 'parameters'\?"),
        ("title: [unclosed", "is not YAML"),
        ("\tx: 1", "is not YAML"),
        ("parameters: {end: 2024-02-30}", "is not YAML: day is out of range for month"),
        ("- a list", "must be a mapping with: about, parameters, title"),
        ("", "must be a mapping"),
        ("parameters: [1, 2]", "must be a mapping"),
        ("parameters: iraq", "must be a mapping"),
    ],
)
def test_a_variant_file_that_is_none_is_refused_by_name(tmp_path, text, words):
    path = tmp_path / "wrong.yml"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"wrong\.yml.*{words}"):
        variant(path)


def test_a_variant_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "wrong.yml"
    path.write_bytes(b"title: \xff\xfe")
    with pytest.raises(InputError, match=r"wrong\.yml is not YAML"):
        variant(path)


def test_each_notebook_gets_the_values_it_has_a_parameter_for(write_notebook, tmp_path):
    both = write_notebook(parameters="every = 'week'\ngap = 3", name="both")
    one = write_notebook(parameters="every = 'week'", name="one")
    path = tmp_path / "v.yml"
    path.write_text("parameters: {every: month, gap: 5}")
    assert for_each([both, one], variant(path)) == {both: {"every": "month", "gap": 5}, one: {"every": "month"}}


def test_a_value_that_no_notebook_knows_names_the_file_and_the_nearest(write_notebook, tmp_path):
    path = tmp_path / "v.yml"
    path.write_text("parameters: {evry: month}")
    with pytest.raises(InputError, match=r"v\.yml: 'evry' is a parameter of no notebook; did you mean 'every'\?"):
        for_each([write_notebook(parameters="every = 'week'")], variant(path))


def test_a_wrong_value_in_a_variant_names_the_file(write_notebook, tmp_path):
    path = tmp_path / "v.yml"
    path.write_text("parameters: {every: sometimes}")
    with pytest.raises(InputError, match=r"v\.yml: parameter every: 'sometimes'"):
        for_each([write_notebook(parameters="every = 'week'")], variant(path))
