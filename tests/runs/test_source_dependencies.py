"""Which files of the package decide an output."""

import pytest

from analysis.runs.source_dependencies import SourceDependencies


@pytest.fixture
def package(tmp_path):
    """A small package: a facade, a room that gathers two charts, a style behind both."""
    files = {
        "analysis/__init__.py": "if TYPE_CHECKING:\n    from analysis import charts as charts\n"
        "    from analysis.counts.weeks import count as count\n",
        "analysis/counts/__init__.py": "",
        "analysis/counts/weeks.py": "def count(): ...",
        "analysis/charts/__init__.py": "from analysis.charts.bars import bars\nfrom analysis.charts.dots import dots\n",
        "analysis/charts/bars.py": "from analysis.charts import style\n",
        "analysis/charts/dots.py": "def dots():\n    from analysis.charts.style import INK\n",
        "analysis/charts/style.py": "INK = 1",
        "analysis/charts/page.css": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return SourceDependencies(tmp_path), set(files)


def modules(found):
    return {name.rsplit("/")[-1] for name in found if name.endswith(".py") and "__init__" not in name}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import analysis as a\na.count()", {"weeks.py"}),
        ("import analysis as a\na.charts.bars()", {"bars.py", "style.py"}),
        ("from analysis import charts\ncharts.dots()", {"dots.py", "style.py"}),
        ("from analysis.charts import dots", {"dots.py", "style.py"}),
        ("from analysis.counts import weeks", {"weeks.py"}),
        ("import analysis.counts.weeks", {"weeks.py"}),
        ("x = 1", set()),
    ],
)
def test_code_depends_on_what_it_names_and_on_what_that_imports(package, code, expected):
    assert modules(package[0].of_code(code)) == expected


@pytest.mark.parametrize(
    "code",
    ["import analysis as a\nuse(a)", "import analysis as a\ngetattr(a, name)", "from analysis import *",
     "import analysis as a\na.unknown", "eval(text)", "import importlib", "%run other.ipynb"],
)  # fmt: skip
def test_code_that_does_not_say_what_it_uses_depends_on_all(package, code):
    assert modules(package[0].of_code(code)) == {"weeks.py", "bars.py", "dots.py", "style.py"}


def test_what_is_no_python_belongs_to_its_room(package):
    dependencies, _ = package
    assert "analysis/charts/page.css" in dependencies.of_modules("analysis.charts.style")
    assert "analysis/charts/page.css" not in dependencies.of_modules("analysis.counts.weeks")


def test_of_the_real_package_a_chart_decides_only_the_code_that_draws_it():
    dependencies = SourceDependencies()
    bars = dependencies.of_code("from analysis import charts\ncharts.frequency_bars(counts)")
    assert {"analysis/charts/frequency_bars.py", "analysis/charts/style.py", "analysis/measures/rates.py"} & bars == {
        "analysis/charts/frequency_bars.py", "analysis/charts/style.py",
    }  # fmt: skip
    assert "analysis/charts/calendar.py" not in bars
