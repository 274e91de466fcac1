"""Parameters are read from the notebook, typed by their defaults, checked before anything runs."""

import json
from datetime import date

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from analysis.evidence.errors import InputError
from analysis.incidents.incident_search import find_incidents
from analysis.incidents.views import View
from analysis.measures.frequency import count
from analysis.runs.parameters import (
    check_parameters,
    declared_parameters,
    find_notebook,
    format_parameters,
    parse_parameters,
)

CELL = """folder = ""  # folder with the evidence
sets = []  # evidence sets; empty = all
confirmation = []  # voices that count
start = ""  # first day
every = "week"  # "day" or # of days
shortest_gap = 3  # empty days
share = 0.5
deep = True  # a switch
until = "2024-05-01"  # a day by its default"""


@pytest.fixture
def notebook(write_notebook):
    return write_notebook(parameters=CELL, name="example")


def test_parameters_are_read_in_order_with_default_and_help(notebook):
    found = declared_parameters(notebook)
    assert [p.name for p in found] == [
        "folder", "sets", "confirmation", "start", "every", "shortest_gap", "share", "deep", "until",
    ]  # fmt: skip
    by_name = {p.name: p for p in found}
    assert (by_name["sets"].default, by_name["shortest_gap"].default, by_name["deep"].default) == ([], 3, True)
    assert by_name["sets"].help == "evidence sets; empty = all"
    assert by_name["every"].help == '"day" or # of days'
    assert by_name["share"].help == ""


def test_help_after_letters_of_more_than_one_byte_is_read_whole(write_notebook):
    (found,) = declared_parameters(write_notebook(parameters='place = "Ḥarīr"  # a place – any'))
    assert (found.default, found.help) == ("Ḥarīr", "a place – any")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("folder", "x"), ("sets", ["seeds"]), ("confirmation", ["us_official", "monitor"]), ("start", "2024-02-04"),
        ("start", ""), ("every", "14 days"), ("every", "1 day"), ("shortest_gap", 7), ("share", 0.25), ("deep", False),
    ],
)  # fmt: skip
def test_values_of_the_right_kind_pass_as_they_are(notebook, name, value):
    assert check_parameters(notebook, {name: value}) == {name: value}


def test_a_day_given_as_a_date_becomes_plain_json(notebook):
    assert json.dumps(check_parameters(notebook, {"start": date(2024, 2, 4)})) == '{"start": "2024-02-04"}'


def test_only_what_was_given_is_passed_on(notebook):
    assert check_parameters(notebook, {}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shortest_gap", "many"), ("shortest_gap", 2.5), ("sets", "seeds"), ("sets", {"seeds": 1}),
        ("confirmation", ["us_offical"]), ("start", "2024-02-30"), ("start", "soon"), ("every", "fortnight"),
        ("every", "0 days"), ("every", 7), ("deep", "perhaps"), ("folder", ["a"]), ("sets", None),
        ("shortest_gap", True), ("shortest_gap", 0), ("start", 0), ("deep", 1), ("sets", [3]), ("until", ""),
        ("until", "soon"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_by_name_and_value(notebook, name, value):
    with pytest.raises(InputError) as error:
        check_parameters(notebook, {name: value}, "v.yml")
    message = str(error.value)
    assert message.startswith(f"v.yml: parameter {name}")
    offender = value[0] if isinstance(value, list) and name != "folder" else value
    assert repr(offender) in message


def test_the_offending_item_of_a_list_is_counted(notebook):
    with pytest.raises(InputError, match="confirmation, item 2: 'monitr' - us_official, .*did you mean 'monitor'"):
        check_parameters(notebook, {"confirmation": ["monitor", "monitr"]})


def test_what_is_allowed_is_said_in_words(notebook):
    with pytest.raises(InputError, match="every: 'fortnight' - text: day, week, month, quarter, or a number of"):
        check_parameters(notebook, {"every": "fortnight"})


ORDERED = "start = '2023-10-17'\nend = '2024-06-30'\nlast_before = '2024-02-04'\nnone_until = '2024-04-20'"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"start": "2024-07-01"}, r"end \(2024-06-30\) is before start \(2024-07-01\)"),
        ({"start": "2024-03-01"}, r"last_before \(2024-02-04\) is before start \(2024-03-01\)"),
        ({"none_until": "2024-02-04"}, r"none_until \(2024-02-04\) is the same day as last_before \(2024-02-04\)"),
        ({"end": "2024-03-01"}, r"end \(2024-03-01\) is before none_until \(2024-04-20\)"),
    ],
)
def test_days_in_a_wrong_order_are_found_with_the_defaults_in_mind(write_notebook, given, words):
    with pytest.raises(InputError, match=rf"v\.yml: small: {words}"):
        check_parameters(write_notebook(parameters=ORDERED), given, "v.yml")


def test_an_open_end_is_in_order(write_notebook):
    assert check_parameters(write_notebook(parameters=ORDERED), {"start": "", "end": ""}) == {"start": "", "end": ""}


def test_an_unknown_name_is_answered_with_the_nearest_and_all(notebook):
    with pytest.raises(InputError, match=r"'shortst_gap' is not a parameter of example; did you mean 'shortest_gap'\?"):
        check_parameters(notebook, {"shortst_gap": 3})
    with pytest.raises(InputError, match="it has: folder, sets, confirmation"):
        check_parameters(notebook, {"zzz": 3})


def test_all_that_is_wrong_is_said_at_once(notebook):
    with pytest.raises(InputError) as error:
        check_parameters(notebook, {"start": "soon", "shortest_gap": "x", "zzz": 1})
    assert len({line.split(" - ")[0] for line in str(error.value).splitlines()}) >= 3


@pytest.mark.parametrize(
    "cell",
    [
        "start = date(2024, 1, 1)", "start += 1", "a = b = 1", "a, b = 1, 2", "a.b = 1", "a = ", "f()",
    ],
)  # fmt: skip
def test_a_parameters_cell_that_is_not_one_literal_per_line_is_refused(write_notebook, cell):
    with pytest.raises(InputError, match=r"small\.ipynb: the parameters cell must hold one 'name = literal"):
        declared_parameters(write_notebook(parameters=cell))


def test_a_notebook_without_a_parameters_cell_is_refused(write_notebook):
    with pytest.raises(InputError, match="has 0 cells tagged 'parameters'; needs 1"):
        declared_parameters(write_notebook("x = 1", parameters=None))


def test_a_notebook_with_two_parameters_cells_is_refused(tmp_path):
    cells = [new_code_cell("a = 1", metadata={"tags": ["parameters"]}) for _ in range(2)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "two.ipynb")
    with pytest.raises(InputError, match=r"two\.ipynb has 2 cells tagged"):
        declared_parameters(tmp_path / "two.ipynb")


def test_an_old_format_is_refused_with_the_way_out(tmp_path):
    path = tmp_path / "old.ipynb"
    nbformat.write(nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet()]), path, version=3)
    with pytest.raises(InputError, match=r"old\.ipynb has the old notebook format 3; convert it first: jupyter"):
        declared_parameters(path)


NO_NOTEBOOKS = [
    '{"nbformat": 4, "cells": [1]}',
    '{"nbformat": 4, "cells": [{}]}',
    "not json",
    "{",
    '{"a": 1}',
    "[]",
    "",
    '{"nbformat": 4, "cells": 3}',
]


@pytest.mark.parametrize("content", NO_NOTEBOOKS)
def test_what_is_not_a_notebook_is_refused_by_name_in_one_line(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    with pytest.raises(InputError, match=r"broken\.ipynb") as error:
        declared_parameters(path)
    assert "\n" not in str(error.value)


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.ipynb does not exist"):
        declared_parameters(tmp_path / "gone.ipynb")


TEXTS = {
    "folder": ("x y", "x y"), "sets": ("a, b", ["a", "b"]), "confirmation": ("[monitor]", ["monitor"]),
    "start": ("2024-02-04", "2024-02-04"), "shortest_gap": ("7", 7), "share": ("0.25", 0.25), "deep": ("false", False),
    "until": ("2024-05-02", "2024-05-02"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "value"), [(name, *pair) for name, pair in TEXTS.items()], ids=TEXTS)
def test_a_text_is_read_as_what_the_parameter_takes(notebook, name, text, value):
    assert check_parameters(notebook, parse_parameters([notebook], {name: text})) == {name: value}


def test_an_empty_text_is_an_empty_list_or_an_open_day(notebook):
    assert check_parameters(notebook, parse_parameters([notebook], {"sets": "", "start": ""})) == {
        "sets": [],
        "start": "",
    }


UNREADABLE = {
    "shortest_gap": "many", "deep": "perhaps", "until": "soon", "zzz": "1", "start": "2024-13-01", "end": "05.02.2024",
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), UNREADABLE.items())
def test_a_text_that_cannot_be_read_is_named_as_it_was_typed(notebook, name, text):
    with pytest.raises(InputError, match=rf"-p: .*{name}"):
        check_parameters(notebook, parse_parameters([notebook], {name: text}), "-p")


def test_the_table_lists_every_parameter_with_default_help_and_what_is_allowed(notebook):
    lines = format_parameters(notebook).splitlines()
    assert lines[0].split() == ["name", "type", "default", "what", "it", "is"]
    for parameter in declared_parameters(notebook):
        (at,) = [i for i, line in enumerate(lines) if line.startswith(f"{parameter.name} ")]
        assert parameter.kind.noun in lines[at]
        assert json.dumps(parameter.default) in lines[at]
        assert lines[at].rstrip().endswith(parameter.help)
        assert not parameter.kind.allowed or lines[at + 1].strip() == f"allowed: {parameter.kind.allowed}"


def test_a_notebook_is_found_by_path_or_by_name(notebook):
    assert find_notebook(str(notebook)) == notebook
    assert find_notebook("february_pause").name == "february_pause.ipynb"
    with pytest.raises(InputError, match=r"no notebook 'febuary_pause'; did you mean 'february_pause'\?"):
        find_notebook("febuary_pause")


@pytest.mark.parametrize(
    ("line", "takes", "refuses"),
    [
        ("n: int | None = None", [3, None], ["x", 1.5]),
        ("n: Optional[float] = None", [0.5, None], ["x"]),
        ('mode: Literal["a", "b"] = "a"', ["b"], ["c", 1]),
        ("names: list[str] = []", [["a"]], [[1], "a"]),
        ("values = [1, 2.5]", [[0.5, 3], []], [["a"]]),
        ('mixed = [1, "a"]', [["b", 2]], [[None]]),
        ("anything = None", [1, "a", None, [1]], []),
        ('options = {"a": 1}', [{"b": [1]}], ["a", 1]),
        ("window = 60 * 24", [3], [1.5, "a"]),
        ("share = 1 / 3", [0.5, 1], ["a"]),
        ("pairs = [[1, 2], [3, 4]]", [[[5, 6]]], [[1]]),
        ("start = 5", [7], ["x"]),
        ("n: int = None", [3, None], ["x"]),
        ("x: float = 1", [2.5, 2], ["a"]),
        ("big = -2 ** 10", [5], []),
    ],
)
def test_parameters_as_papermill_takes_them(write_notebook, line, takes, refuses):
    made = write_notebook(parameters=f'"""About these."""\nimport os\n{line}  # help')
    (found,) = declared_parameters(made)
    assert found.help == "help"
    assert check_parameters(made, {found.name: found.default}) == {found.name: found.default}, "its own default"
    for value in takes:
        assert check_parameters(made, {found.name: value}) == {found.name: value}
    for value in refuses:
        with pytest.raises(InputError, match=f"parameter {found.name}"):
            check_parameters(made, {found.name: value})
    assert found.name in format_parameters(made)


@pytest.mark.parametrize(
    "line", ["x = 9 ** 9 ** 9", "x = 'a' * 10 ** 9", "x = 1 / 0", "x = open('f')", "x: set = {1}", "x += 1", "x: int",
             "x, y = 1, 2", "x = y = 1", "x: pd.DataFrame = None"]
)  # fmt: skip
def test_what_is_no_parameter_gets_one_line(write_notebook, line):
    with pytest.raises(InputError, match="one 'name = literal  # help' per line") as error:
        declared_parameters(write_notebook(parameters=line))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("line", "text", "value"),
    [("n: int | None = None", "3", 3), ("n: int | None = 3", "null", None), ("o = {}", '{"a": 1}', {"a": 1}),
     ("v = [1, 2.5]", "0.5,2", [0.5, 2.0]), ('m: Literal["a", "b"] = "a"', "b", "b")],
)  # fmt: skip
def test_texts_are_read_in_the_type_of_the_annotation(write_notebook, line, text, value):
    made = write_notebook(parameters=line)
    name = line.partition(":")[0].partition(" ")[0]
    assert parse_parameters([made], {name: text}) == {name: value}


@pytest.mark.parametrize("text", ["28.01.2024", "05.02.2024", "2024-02", "2024", "20240205", "2024-13-01"])
def test_no_other_form_of_a_day_is_guessed_by_view_count_find_or_parameters(dataset, notebook, text):
    incidents, window = dataset.incidents, (text, "2024-12-31")
    reads = (lambda: View(start=text), lambda: count(incidents, window=window), lambda: find_incidents(dataset, text),
             lambda: check_parameters(notebook, parse_parameters([notebook], {"start": text}), "-p"))  # fmt: skip
    for read in reads:
        with pytest.raises(InputError, match="YYYY-MM-DD"):
            read()
