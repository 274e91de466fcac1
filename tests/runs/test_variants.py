"""A variant is a file; what it sets is checked for every notebook before anything runs."""

from pathlib import Path

import pytest

from analysis.evidence.errors import InputError
from analysis.runs.parameters import check_parameters
from analysis.runs.variants import (
    Variant,
    choose_variants,
    list_variants,
    override_parameters,
    parameters_by_notebook,
    read_variant,
)


def test_a_variant_is_a_file_with_title_about_and_parameters(tmp_path):
    path = tmp_path / "iraq.yml"
    path.write_text("title: Iraq\nabout: only Iraq\nparameters:\n  countries: [Iraq]\n")
    found = read_variant(path)
    assert (found.name, found.title, found.about) == ("iraq", "Iraq", "only Iraq")
    assert found.parameters == {"countries": ["Iraq"]}


def test_a_variant_may_leave_out_all_but_the_file(tmp_path):
    path = tmp_path / "plain.yml"
    path.write_text("parameters:\n")
    assert (read_variant(path).title, read_variant(path).parameters) == ("plain", {})


def test_variants_are_the_yml_files_of_a_folder_by_name(tmp_path):
    for name in ("b.yml", "a.yml", "notes.txt"):
        (tmp_path / name).write_text("title: x\n")
    assert list(list_variants(tmp_path)) == ["a", "b"]


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
        read_variant(path)


def test_a_variant_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "wrong.yml"
    path.write_bytes(b"title: \xff\xfe")
    with pytest.raises(InputError, match=r"wrong\.yml is not YAML"):
        read_variant(path)


def test_each_notebook_gets_the_values_it_has_a_parameter_for(write_notebook, tmp_path):
    both = write_notebook(parameters="every = 'week'\ngap = 3", name="both")
    one = write_notebook(parameters="every = 'week'", name="one")
    path = tmp_path / "v.yml"
    path.write_text("parameters: {every: month, gap: 5}")
    assert parameters_by_notebook([both, one], read_variant(path)) == {
        both: {"every": "month", "gap": 5},
        one: {"every": "month"},
    }


def test_a_value_that_no_notebook_knows_names_the_file_and_the_nearest(write_notebook, tmp_path):
    path = tmp_path / "v.yml"
    path.write_text("parameters: {evry: month}")
    with pytest.raises(InputError, match=r"v\.yml: 'evry' is a parameter of no notebook; did you mean 'every'\?"):
        parameters_by_notebook([write_notebook(parameters="every = 'week'")], read_variant(path))


def test_a_wrong_value_in_a_variant_names_the_file(write_notebook, tmp_path):
    path = tmp_path / "v.yml"
    path.write_text("parameters: {every: sometimes}")
    with pytest.raises(InputError, match=r"v\.yml: parameter every: 'sometimes'"):
        parameters_by_notebook([write_notebook(parameters="every = 'week'")], read_variant(path))


def test_a_day_that_yaml_takes_for_a_date_becomes_plain_json(write_notebook, tmp_path):
    path = tmp_path / "v.yml"
    path.write_text("parameters:\n  start: 2024-02-04\n")
    assert check_parameters(write_notebook(parameters="start = ''"), read_variant(path).parameters) == {
        "start": "2024-02-04"
    }


def test_variants_are_chosen_by_name_or_all(tmp_path):
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.yml").write_text("title: x\n")
    assert [found.name for found in choose_variants(tmp_path, ["c", "a"], False)] == ["c", "a"]
    assert [found.name for found in choose_variants(tmp_path, [], True)] == ["a", "b", "c"]


def test_an_unknown_variant_is_answered_with_the_nearest_and_all(tmp_path):
    for name in ("seeds", "all"):
        (tmp_path / f"{name}.yml").write_text("title: x\n")
    with pytest.raises(InputError, match=r"no variant 'seed' in .*; did you mean 'seeds'\? \(there are: all, seeds"):
        choose_variants(tmp_path, ["seed"], False)


@pytest.fixture
def chosen():
    return Variant("all", "All evidence", "every claim", {"gap": 5, "every": "month"}, Path("all.yml"))


def test_values_typed_beside_a_variant_win_and_are_named_in_its_title(write_notebook, chosen):
    notebook = write_notebook(parameters="every = 'week'\ngap = 3\nfolder = ''")
    given = override_parameters(chosen, {"gap": "7", "folder": "/somewhere"}, [notebook])
    assert given.parameters == {"gap": 7, "every": "month", "folder": "/somewhere"}
    assert (given.title, given.about) == ("All evidence, gap 7", "")
    assert override_parameters(chosen, {}, [notebook]) is chosen


def test_a_wrong_value_typed_is_not_blamed_on_the_file(write_notebook, chosen):
    notebook = write_notebook(parameters="every = 'week'\ngap = 3")
    with pytest.raises(InputError, match="^-p: parameter gap: 'x' - whole number"):
        override_parameters(chosen, {"gap": "x"}, [notebook])
    with pytest.raises(InputError, match=r"^-p: 'gpa' is a parameter of no notebook; did you mean 'gap'\?"):
        override_parameters(chosen, {"gpa": "1"}, [notebook])
