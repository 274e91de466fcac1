"""The facade: every name is grouped by task, typed, imported late, and answers a wrong argument in words."""

import ast
import inspect
import re
import subprocess
import sys

import pandas as pd
import pytest

import analysis
from analysis.evidence.folders import REPOSITORY

SOURCE = REPOSITORY / "analysis" / "__init__.py"


def typed_names() -> dict[str, str]:
    """Every name that type checkers see, and the module it comes from."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {str(name.asname): str(node.module) for node in imports for name in node.names}


def test_type_checkers_see_the_names_that_are_there():
    assert sorted(typed_names()) == dir(analysis)


def test_a_name_comes_from_the_module_that_type_checkers_are_told():
    others = []
    for name, told in typed_names().items():
        given = getattr(analysis, name)
        if getattr(given, "__module__", None) != told and given.__name__ != f"{told}.{name}":
            others.append(name)
    assert others == []


def test_the_docstring_names_each_of_them_once_under_its_task():
    text = str(analysis.__doc__)
    named = re.findall(r"`([A-Za-z_]+)`", text)
    assert sorted(set(named)) == dir(analysis)
    tasks = re.findall(r"^([A-Z][^\n]*)\n    ", text, flags=re.M)
    for task in ("Open a folder", "Count", "Rates", "Gaps", "Changes", "Compare", "Export", "Charts"):
        assert task in tasks


def test_importing_the_package_imports_no_room():
    script = "import sys, analysis; print([name for name in sys.modules if name.startswith('analysis.')])"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def questions() -> list[str]:
    """Functions of the facade that need at least one argument, but those that take any value."""
    named = [name for name in dir(analysis) if inspect.isfunction(getattr(analysis, name))]
    return [name for name in named if needed(name) and name not in ("format_value", "rate_interval", "show_text")]


def needed(name: str) -> int:
    parameters = inspect.signature(getattr(analysis, name)).parameters.values()
    return len([each for each in parameters if each.default is each.empty and each.kind != each.VAR_KEYWORD])


WRONG = [None, "nonsense", 5.5, [["nonsense"]], {"nonsense": 1}, pd.DataFrame({"nonsense": [1]})]
RIGHT = {("compare", float), ("rate", float), ("plural", float), ("longest_gap_probability", float),
         ("join_names", list), ("format_counter", str), ("join_names", dict), ("join_names", pd.DataFrame),
         ("show_sentences", str),
         ("browse", pd.DataFrame)}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda each: type(each).__name__)
def test_a_wrong_argument_is_refused_by_an_error_of_the_package(wrong):
    taken = []
    for name in questions():
        if (name, type(wrong)) in RIGHT:
            continue
        try:
            getattr(analysis, name)(*[wrong] * needed(name))
            taken.append(name)
        except analysis.InputError:
            pass
        except Exception as error:
            taken.append(f"{name}: {error!r}")
    assert taken == []


SNIPPET = """\
import analysis as a

dataset = a.open_folder()
incidents = a.select(dataset, a.View(confirmation="us_official", start="2024-01-01"))
a.export(dataset, incidents, "attacks.csv")
a.cuont(incidents, "week")
a.search_claims(dataset)
a.open_folder(folders="here")
"""


@pytest.mark.slow
def test_a_type_checker_knows_every_name_and_its_parameters(tmp_path):
    path = tmp_path / "snippet.py"
    path.write_text(SNIPPET)
    command = [sys.executable, "-m", "mypy", "--config-file", REPOSITORY / "pyproject.toml", "--no-error-summary",
               "--follow-imports=silent", "--cache-dir", tmp_path / "cache", path]  # fmt: skip
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=REPOSITORY)
    errors = [line.split("snippet.py:")[1] for line in done.stdout.splitlines() if ": error:" in line]
    assert [line.split(":")[0] for line in errors] == ["6", "7", "8"], done.stdout + done.stderr
    assert 'no attribute "cuont"' in errors[0]
    assert 'Missing positional argument "text"' in errors[1]
    assert 'Unexpected keyword argument "folders"' in errors[2]
