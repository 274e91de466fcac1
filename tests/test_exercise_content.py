"""The six exercises as texts for students: complete, consistent, true to the tables, and not to be fooled.

`python -m tests.test_exercise_content`, in the repository's folder, writes the figures of docs/teaching.md again.
That right answers earn all points and planted wrong ones are found is proved by `incidents exercises check`.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from analysis.evidence.folders import REPOSITORY
from tests.reports import pdf_checks as finished
from tests.test_notebooks import CAUSAL

COURSE = REPOSITORY / "notebooks" / "exercises"
TEACHING = REPOSITORY / "docs" / "teaching.md"
PATHS = sorted((COURSE / "source").glob("*/*.ipynb"))
NAMES = [path.stem for path in PATHS]
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)
FIGURES = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end -->)", re.DOTALL)

each_exercise = pytest.mark.parametrize("name", NAMES)


def cells_of(name: str) -> list[SimpleNamespace]:
    """The cells of an exercise: kind (text, free, answer, test, words), id, points, source, metadata."""
    notebook = nbformat.read(COURSE / "source" / name / f"{name}.ipynb", as_version=4)
    out = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        grade, solution, code = about.get("grade"), about.get("solution"), cell.cell_type == "code"
        kind = {(True, True): "words", (True, False): "test", (False, True): "answer"}.get((grade, solution))
        out.append(SimpleNamespace(kind=kind or ("free" if code else "text"), id=about.get("grade_id", ""), code=code,
                                   points=about.get("points", 0), source=cell.source, cell=cell))  # fmt: skip
    return out


def worked_through(name: str, change=lambda source: source) -> dict:
    """What the instructor's version leaves behind, run in this process. Raises what a cell raises."""
    names: dict = {"__name__": name}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        for cell in cells_of(name):
            if cell.code:
                exec(compile(change(cell.source), f"<{name}: {cell.id}>", "exec"), names)  # noqa: S102
    return names


@pytest.fixture(scope="module")
def results() -> dict[str, dict]:
    return {name: worked_through(name) for name in NAMES}


def test_there_are_six_exercises_in_the_order_they_are_taught():
    assert [int(name.split("_")[0]) for name in NAMES] == [1, 2, 3, 4, 5, 6]
    assert [path.parent.name for path in PATHS] == NAMES


@each_exercise
def test_an_exercise_is_committed_valid_and_without_what_a_run_leaves(name):
    notebook = nbformat.read(COURSE / "source" / name / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells] == [f"cell-{n}" for n in range(len(notebook.cells))]
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"nbgrader", "tags"}
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


@each_exercise
def test_an_exercise_says_goals_background_example_and_ends_with_words_of_the_students_own(name):
    cells = cells_of(name)
    text = "\n".join(cell.source for cell in cells if cell.kind == "text")
    for part in ("# Exercise ", "What you will learn", "How to work.", "## Background", "### Worked example"):
        assert part in text, part
    tasks = [int(n) for n in re.findall(r"^## Task (\d)\.", text, re.MULTILINE)]
    assert tasks == list(range(1, len(tasks) + 1))
    assert 5 <= len(tasks) <= 7
    (words,) = [cell for cell in cells if cell.kind == "words"]
    assert "Mark scheme" in words.source
    assert sum(int(n) for n in re.findall(r"^- (\d) points?:", words.source, re.MULTILINE)) == words.points


@each_exercise
def test_the_points_that_are_announced_are_the_points_that_can_be_earned(name):
    cells = cells_of(name)
    said = re.search(r"Points: (\d+) by tests, (\d+) by hand", cells[0].source)
    by_tests, by_hand = (sum(cell.points for cell in cells if cell.kind == kind) for kind in ("test", "words"))
    assert [int(n) for n in said.groups()] == [by_tests, by_hand]
    for heading, earned in by_task(cells):
        assert int(re.search(r"\((\d) points\)", heading)[1]) == earned, heading


def by_task(cells) -> list[tuple[str, int]]:
    """Every task's heading with the points of the tests behind it."""
    found: list[tuple[str, int]] = []
    for cell in cells:
        for heading in re.findall(r"^## Task .*", cell.source, re.MULTILINE) if cell.kind == "text" else ():
            found.append((heading, 0))
        if cell.kind == "test":
            found[-1] = found[-1][0], found[-1][1] + cell.points
    return found


@each_exercise
def test_every_task_says_the_names_its_answer_must_have(name):
    cells = cells_of(name)
    for index, cell in enumerate(cells):
        if cell.kind == "answer":
            text = "\n".join(before.source for before in cells[:index] if before.kind == "text")
            tests = "\n".join(after.source for after in cells[index:] if after.kind == "test")
            wanted = {n for n in declared(cell.source) if re.search(rf"\b{n}\b", tests)}
            assert {n for n in wanted if f"`{n}" not in text} == set(), cell.id


def declared(source: str) -> list[str]:
    """Names of the functions and variables that a cell makes."""
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign):
            found += [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    return found


@each_exercise
def test_no_words_of_cause_where_only_dates_are_known(name):
    texts = [cell.source for cell in cells_of(name) if not cell.code]
    assert [match.group(0) for text in texts for match in CAUSAL.finditer(text)] == []


@each_exercise
def test_every_test_has_a_hidden_part_that_speaks_and_spoils_no_name_of_the_student(name):
    for cell in cells_of(name):
        if cell.kind != "test":
            continue
        hidden = HIDDEN.search(cell.source)
        assert hidden, f"{cell.id} has no hidden test"
        tree = ast.parse(hidden[1])
        silent = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert) and node.msg is None]
        assert silent == [], f"{cell.id}: an assertion without a message"
        made = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        inner = {n.id for c in ast.walk(tree) if isinstance(c, ast.comprehension) for n in ast.walk(c.target)
                 if isinstance(n, ast.Name)}  # fmt: skip
        assert {n for n in made - inner if not n.startswith("_")} == set(), cell.id


@each_exercise
def test_every_answer_has_two_planted_mistakes_or_more_each_with_its_name_and_its_tests(name):
    planted = yaml.safe_load((COURSE / "wrong" / f"{name}.yml").read_text(encoding="utf-8"))
    assert list(planted) == [cell.id for cell in cells_of(name) if cell.kind == "answer"]
    for answer, mistakes in planted.items():
        assert len(mistakes) >= 2, answer
        assert all(len(mistake["why"]) > 8 and mistake["fails"] for mistake in mistakes), answer


class Yes:
    """Equal to everything, above and below everything."""

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
    __bool__ = __contains__ = lambda self, *_: True
    __sub__ = __rsub__ = __mod__ = __abs__ = __getitem__ = __getattr__ = lambda self, *_: self
    __hash__, __len__ = (lambda self: 0), (lambda self: 2)
    __call__ = lambda self, *_, **__: self  # noqa: E731


class YesNumber(Yes, float):
    """The same, and a number."""


@pytest.mark.slow
@pytest.mark.parametrize("yes", [Yes(), YesNumber(7.25)], ids=["object", "number"])
@each_exercise
def test_an_object_that_equals_everything_earns_nothing(results, name, yes):
    cells = cells_of(name)
    for index, cell in enumerate(cells):
        if cell.kind != "answer":
            continue
        wrong = {n: (lambda *_, **__: yes) if callable(results[name][n]) else yes for n in declared(cell.source)}
        rest = cells[index + 1 :]
        end = next((i for i, after in enumerate(rest) if after.kind != "test"), len(rest))
        for tested in rest[:end]:
            with pytest.raises(Exception):  # noqa: B017
                exec(compile(tested.source, tested.id, "exec"), results[name] | wrong)  # noqa: S102


def test_counting_is_taught_on_another_conflict_with_nothing_but_its_table(other_conflict):
    elsewhere = f"a.open_folder({str(other_conflict)!r})"
    names = worked_through("3_counting", lambda source: source.replace("a.open_folder()", elsewhere))
    assert len(names["incidents"]) == len(names["dataset"].incidents) > 0
    assert names["dataset"].evidence is None


@pytest.mark.slow
def test_the_command_of_the_last_exercise_makes_a_pdf_of_text_table_and_chart_without_code(tmp_path):
    notebook = nbformat.read(COURSE / "source" / "6_own_report" / "6_own_report.ipynb", as_version=4)
    (question,) = [cell for cell in notebook.cells if "make the PDF" in cell.source and cell.cell_type == "markdown"]
    ((program, *rest),) = map(shlex.split, re.findall(r"^ {4}(jupyter .*)$", question.source, re.MULTILINE))
    shown = [cell for cell in notebook.cells if "hide-cell" not in cell.metadata.get("tags", [])]
    assert [cell.cell_type for cell in shown] == ["markdown", "code", "code"]
    shown[0].source = "# A question of my own\n\nWhat I found."
    nbformat.write(NotebookClient(notebook).execute(), tmp_path / "6_own_report.ipynb")
    command = [str(Path(sys.executable).with_name(program)), *rest]
    env = os.environ | {"JUPYTER_PLATFORM_DIRS": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = finished.words((tmp_path / "6_own_report.pdf").read_bytes()).replace("\N{NO-BREAK SPACE}", " ")
    for part in ("A question of my own", "What I found.", "Table 1.", "Figure 1.", "Counter: itemised incidents"):
        assert part in text, part
    lines = [line.strip() for cell in notebook.cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    assert [line for line in lines if len(line) > 20 and line in text] == []
    assert "Background" not in text and "Task 7" not in text


# Libraries that run in a browser: packages of Pyodide, and packages of Python alone.
IN_A_BROWSER = {
    "IPython", "PIL", "annotated_types", "charset_normalizer", "click", "contourpy", "cycler",
    "dateutil", "kiwisolver", "matplotlib",
    "mpl_toolkits", "mypy_extensions", "numpy", "packaging", "pandas", "pandera", "pyparsing", "pydantic",
    "pydantic_core", "scipy", "seaborn", "six", "tqdm", "typeguard", "typing_extensions", "typing_inspect",
    "typing_inspection", "yaml",
}  # fmt: skip
IMPORTED = """
import ast, contextlib, io, json, sys
for name in ("numba", "hypothesis", "pyarrow"):
    sys.modules[name] = None  # libraries use them where they are there, and do without
with contextlib.redirect_stdout(io.StringIO()):
    for source in json.load(sys.stdin):
        names = {}
        for cell in source:
            exec(compile(cell, "cell", "exec"), names)
own = {path.partition(".")[0] for path, module in sys.modules.items() if getattr(module, "__file__", None)}
print(json.dumps(sorted(own - sys.stdlib_module_names - {"analysis", "__main__"})))
"""


@pytest.mark.slow
def test_the_first_five_exercises_import_nothing_that_a_browser_lacks():
    sources = [[cell.source for cell in cells_of(name) if cell.code] for name in NAMES[:5]]
    done = subprocess.run([sys.executable, "-c", IMPORTED], input=json.dumps(sources), cwd=REPOSITORY,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = {name for name in json.loads(done.stdout) if not name.startswith("_")}
    assert {"pandas", "scipy", "pandera"} <= found and found - IN_A_BROWSER == set()


# The figures of docs/teaching.md: what the right answers are on the tables as they are now.


def figures(results: dict[str, dict]) -> str:
    who, match, count, pause, april, own = (SimpleNamespace(**results[name]) for name in NAMES)
    of_all = sorted(set(april.first_days.values()))
    first, last, days = pause.longest_first[0]
    searched = "well searched" if pause.well_searched(first, last, pause.coverage) else "not well searched"
    lines = {
        1: f"`{who.early_report}` is {who.days_early} days early; `{who.contradicts_itself}` contradicts itself "
        f"({', '.join(sorted(who.two_statements))}); the {len(who.erbil)} pages on Erbil of 23 November 2023 are "
        f"{who.witnesses(who.erbil, who.sources)} witnesses",
        2: f"the simple rule: precision {match.rule_precision:.2f}, recall {match.rule_recall:.2f}, "
        f"{match.counted_too_often(match.simple_groups(match.judged), match.truth):+.0%} attacks; on the twelve claims "
        f"{match.simple_groups(match.twelve).nunique()} attacks instead of {match.few.nunique()}",
        3: f"{count.strong_zeros} strong and {count.weak_zeros} weak zeros; mean per week "
        f"{count.weekly_counts(count.incidents['date'], *count.window).mean():.1f} with part weeks, "
        f"{count.mean_per_week(count.incidents['date'], *count.window):.1f} without",
        4: f"longest gap to 30 April {pause.longest_all} days, by U.S. officials {pause.longest_officials}; in the "
        f"whole table {days}, {searched}; "
        f"days in both counters' sets: {pause.shared_days} plain, {pause.shared_days_clustered} allowing for "
        "clustering; "
        f"{len(pause.near)} dated events in the Pentagon's plain set",
        5: f"{april.different_days} first days ({', '.join(of_all)}); two or fewer attacks at the former rate "
        f"{april.two_or_fewer_at_former_rate:.0e}, two or more at the highest rate of the pause "
        f"{april.two_or_more_at_pause_rate:.2f}",
        6: f"with the parameters as they are, {own.highest} gives {own.times:.1f} times as many attacks per week as "
        f"{own.lowest}",
    }
    return "| exercise | what comes out |\n|---|---|\n" + "".join(f"| {n} | {line} |\n" for n, line in lines.items())


@pytest.mark.slow
def test_the_figures_for_instructors_are_what_the_exercises_give(results):
    assert FIGURES.search(TEACHING.read_text(encoding="utf-8"))[0] == figures(results), (
        "out of date: run 'python -m tests.test_exercise_content' in the repository's folder and read what it changed"
    )


def test_the_numbers_that_a_task_gives_away_are_those_of_the_tables(dataset):
    from analysis.measures import totals

    said = totals.running_total(dataset.tallies, "Pentagon").set_index("as_of")["total"]
    text = "\n".join(cell.source for cell in cells_of("5_april_resumption"))
    assert f"{said['2024-02-04']} attacks in 111 days" in text
    assert said["2024-04-20"] == said["2024-02-04"]
    assert said["2024-04-24"] == said["2024-02-04"] + 2
    assert f"total of {said['2024-11-21']} in November 2024" in text


def rewrite() -> None:
    made = figures({name: worked_through(name) for name in NAMES})
    TEACHING.write_text(FIGURES.sub(lambda _: made, TEACHING.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
