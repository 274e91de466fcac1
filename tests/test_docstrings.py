"""Docstrings teach: sections in the order that numpydoc knows, every parameter explained, examples that run."""

import doctest
import inspect
import pkgutil
import subprocess
import sys
import time
from importlib import import_module

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import validate

import analysis
import analysis.charts
import analysis.measures
from analysis.evidence.folders import REPOSITORY

# What numpydoc would also ask for, and this house leaves open.
IGNORED = {
    "GL01": "the summary stands on the line of the quotes",
    "GL02": "the closing quotes may stand on the last line",
    "GL03": "blank lines",
    "GL07": "order of the last sections",
    "SS03": "a summary may end in a question mark",
    "SS05": "a summary may start with a noun",
    "ES01": "not every function needs an extended summary",
    "SA01": "not every function needs See Also",
    "SA04": "a name in See Also may stand alone",
    "PR08": "a description may start with a column name",
    "PR09": "a description may end in a column name",
    "RT02": "what is returned may have a name",
    "RT03": "a description may start with a column name",
    "RT04": "a description may start with a column name",
    "RT05": "a description may end in a column name",
}


def modules(package) -> list[str]:
    return [package.__name__, *(each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))]


def facade() -> list[str]:
    """Functions and classes of the facade, its charts included, by the module that defines them."""
    found = [getattr(analysis, name) for name in dir(analysis)]
    found += [getattr(analysis.charts, name) for name in analysis.charts.__all__]
    return [f"{each.__module__}.{each.__qualname__}" for each in found if not inspect.ismodule(each)]


def measures() -> list[str]:
    """Every public function and class of measures."""
    found = []
    for name in modules(analysis.measures):
        own = [each for each in vars(import_module(name)).values() if getattr(each, "__module__", "") == name]
        shown = [each for each in own if inspect.isfunction(each) or inspect.isclass(each)]
        found += [f"{name}.{each.__qualname__}" for each in shown if not each.__qualname__.startswith("_")]
    return found


def methods() -> list[str]:
    """Every public method of the classes of measures."""
    found = []
    for path in measures():
        thing = getattr(import_module(path.rsplit(".", 1)[0]), path.rsplit(".", 1)[1])
        if inspect.isclass(thing):
            own = [key for key, each in vars(thing).items() if inspect.isfunction(each) and not key.startswith("_")]
            found += [f"{path}.{key}" for key in own]
    return found


def faults(path: str, ignored: set[str]) -> list[str]:
    return [f"{code}: {words}" for code, words in validate(path)["errors"] if code not in ignored]


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted({*facade(), *measures()}))
def test_a_public_function_says_what_it_takes_gives_and_refuses(path):
    assert faults(path, set(IGNORED)) == []


@pytest.mark.parametrize("path", methods())
def test_a_public_method_does_too(path):
    assert faults(path, set(IGNORED) | {"EX01"}) == []  # the example stands with the function that makes the object


def test_the_validator_finds_a_parameter_that_is_not_explained():
    def rate(count: int, days: int) -> float:
        """Give the rate.

        Parameters
        ----------
        count : int
            Incidents.

        Returns
        -------
        float
            Incidents per day.
        """
        return count / days

    codes = {code for code, _ in validate(get_doc_object(rate))["errors"]}
    assert codes - set(IGNORED) == {"PR01", "EX01"}


@pytest.fixture
def far_away(monkeypatch):
    """A time zone in which it is another day than in most others; charts are drawn on nothing and closed."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    mpl.use("agg")
    yield
    plt.close("all")
    monkeypatch.undo()
    time.tzset()


EXAMPLES = [name for name in modules(analysis) if name.count(".") and ">>>" in inspect.getsource(import_module(name))]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_run_in_any_time_zone(name, far_away):
    tried = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert (tried.failed, tried.attempted > 0) == (0, True)


def test_there_is_an_example_for_every_function_of_the_facade():
    assert len(EXAMPLES) > 20


@pytest.mark.slow
def test_the_api_page_is_built_without_a_warning_and_without_the_network(tmp_path):
    (tmp_path / "source").mkdir()
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "-c", "docs/api", tmp_path / "source",
               tmp_path / "html"]  # fmt: skip
    done = subprocess.run([*map(str, command)], cwd=REPOSITORY, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    for name in dir(analysis):
        assert name in page
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "html").rglob("*.html")]
    assert not [
        page for page in pages if 'src="http' in page or '<link rel="stylesheet" type="text/css" href="http' in page
    ]
