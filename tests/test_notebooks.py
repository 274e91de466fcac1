"""The notebooks as committed, and what comes out when they are run."""

import ast
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from typing import Any

import nbformat
import pikepdf
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from analysis.evidence.folders import REPOSITORY
from analysis.reports.plan import NOTEBOOKS
from analysis.reports.report_explorer import WORDS as EXPLORER_LINK
from analysis.reports.web.image_maps import CAPTION_LINK
from analysis.runs.parameters import declared_parameters
from analysis.runs.result_table import read_results
from analysis.runs.variants import list_variants, parameters_by_notebook
from tests.conftest import skip_unless_ci
from tests.reports import pdf_checks as finished

FOLDER = REPOSITORY / "notebooks"
PATHS = {name: FOLDER / f"{name}.ipynb" for name in NOTEBOOKS}
VARIANTS = list_variants(FOLDER / "parameters")

# What the evidence cannot carry: dates are near each other, nothing more.
CAUSAL = re.compile(
    r"\b((?<!only )because|led to|causes?|caused|causing|due to|as a result|resulted in|resulting in|deterr\w*"
    r"|deters?|thanks to|therefore|consequently|hence|thus|owing to|in retaliation|retaliat\w*|in response"
    r"|responded|prompted|triggered|provoked|forced|in the wake of|brought about|put an end to|the effect of)\b",
    re.IGNORECASE,
)

each_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


@pytest.fixture(scope="module")
def notebooks() -> dict:
    return {name: nbformat.read(path, as_version=4) for name, path in PATHS.items()}


def code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def calls(notebook, *names: str):
    """Every call of a function of ours, as syntax."""
    for source in code(notebook):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
                yield node


def test_every_notebook_of_the_folder_is_part_of_the_report_or_looks_around():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {*NOTEBOOKS, "explore"}


@each_notebook
def test_notebooks_are_committed_valid_and_without_what_a_run_leaves(notebooks, name):
    notebook = notebooks[name]
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
        assert set(cell.metadata) <= {"tags"}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}


@each_notebook
def test_a_notebook_opens_with_its_question_and_its_caveats(notebooks, name):
    texts = [cell.source for cell in notebooks[name].cells if cell.cell_type == "markdown"]
    assert texts[0].startswith("# ")
    headings = [line for text in texts for line in text.splitlines() if line.startswith("## ")]
    assert headings[0] == "## Before you read on"
    assert headings[-2] == "## What would change the answer"


@each_notebook
def test_parameters_are_one_literal_per_line_each_with_its_help(notebooks, name):
    (cell,) = [cell for cell in notebooks[name].cells if "parameters" in cell.metadata.get("tags", [])]
    found = declared_parameters(PATHS[name])
    assert len(cell.source.splitlines()) == len(found)
    assert all(len(parameter.help) > 5 for parameter in found)


def test_a_parameter_that_notebooks_share_says_the_same_in_all():
    said: dict[str, set] = {}
    for path in PATHS.values():
        for parameter in declared_parameters(path):
            if parameter.name not in ("start", "end"):  # each argument has its own window
                said.setdefault(parameter.name, set()).add((repr(parameter.default), parameter.help))
    assert {name: texts for name, texts in said.items() if len(texts) > 1} == {}
    for common in ("folder", "sets", "confirmation", "countries", "start", "end"):
        assert all(common in {p.name for p in declared_parameters(path)} for path in PATHS.values())


@each_notebook
def test_no_words_of_cause_where_only_dates_are_known(notebooks, name):
    found = [
        match.group(0) for cell in notebooks[name].cells for line in cell.source.splitlines()
        for match in CAUSAL.finditer(line)
    ]  # fmt: skip
    assert found == []


def test_words_of_cause_would_be_found():
    causes = "The strikes led to the pause.", "It fell because of them.", "deterred the militias", "Thus it ended"
    for words in causes:
        assert CAUSAL.search(words)
    assert not CAUSAL.search("known only because the attackers said so")


@each_notebook
def test_labels_of_figures_and_tables_are_unique(notebooks, name):
    labels = [
        ast.unparse(call.args[-1]) for call in calls(notebooks[name], "show_figure", "show_table", "show_incidents")
    ]
    assert labels
    assert len(labels) == len(set(labels))


@each_notebook
def test_every_figure_has_a_caption_with_all_its_parts_and_words_computed_from_the_same_chart(notebooks, name):
    figures = list(calls(notebooks[name], "show_figure"))
    assert figures
    for figure in figures:
        _, caption, alt, _ = figure.args
        assert ast.unparse(caption.func) == "charts.format_caption"
        assert ast.unparse(alt.func).endswith("_alt")


def test_every_variant_fits_the_notebooks():
    assert {"all", "confirmed", "seeds"} <= set(VARIANTS)
    for variant in VARIANTS.values():
        parameters_by_notebook(list(PATHS.values()), variant)
        assert variant.title
        assert variant.about


def papermill(*arguments, cwd):
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_papermill_alone_runs_the_frequency_notebook_on_another_conflict(other_conflict, tmp_path):
    output = tmp_path / "out.ipynb"
    parameters = ["-p", "folder", other_conflict, "-p", "every", "month"]
    said = papermill(PATHS["attack_frequency"], output, *parameters, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert "unknown parameter" not in said.stderr.lower()
    executed = nbformat.read(output, as_version=4)
    shown = [out for cell in executed.cells if cell.cell_type == "code" for out in cell.outputs]
    figures = [out for out in shown if "image/svg+xml" in out.get("data", {})]
    assert figures
    rows = len((other_conflict / "incidents.csv").read_text().splitlines()) - 1
    assert f"{rows} incidents in" in figures[0].data["text/plain"]
    said = " ".join(str(out.get("data", {}).get("text/plain", "")) for out in shown)
    assert f"This table itemises {rows} to" in said
    assert "no running total" in said
    assert not [out for out in shown if out.output_type == "error"]


@pytest.fixture(scope="module", params=["seeds", "confirmed"])
def made(request, real_reports):
    """The files of the whole report of one variant, by their place in its folder."""
    folder = real_reports(request.param) / request.param
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def pdf_text(path) -> str:
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout


def pages(path) -> int:
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def pypdf_text(path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def page_text(path) -> str:
    """What a page of HTML shows to readers of the paper, too."""
    page: Any = BeautifulSoup(path.read_text(), "html.parser").main
    for part in page(["script", "style", "svg", "math", "template", "nav", "search"]):
        part.decompose()
    for link in page("a"):
        if link.get_text() in (EXPLORER_LINK, "the appendix"):  # paper has neither marks to press nor an explorer
            link.decompose()
    return unicodedata.normalize("NFKC", page.get_text(" ")).replace(CAPTION_LINK, "")


DAY = re.compile(r"(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])")
WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]{2,}")
UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# pypdf takes some seconds for each chapter.
EXTRACTORS = {
    "pdftotext": (pdf_text, [*NOTEBOOKS, "report"]),
    "pypdf": (pypdf_text, ["february_pause", "sources_and_incidents"]),
}


@pytest.mark.slow
class TestTheReport:
    def test_every_notebook_becomes_a_pdf_and_a_page(self, made):
        for name in (*NOTEBOOKS, "report"):
            assert made[f"{name}.pdf"].read_bytes().startswith(b"%PDF")
            assert made[f"{name}.html"].stat().st_size > 10_000
        assert pages(made["report.pdf"]) > max(pages(made[f"{name}.pdf"]) for name in NOTEBOOKS)

    @pytest.mark.parametrize("name", [*NOTEBOOKS, "report"])
    def test_no_pdf_lacks_what_readers_who_cannot_see_or_an_archive_need(self, made, name):
        content = made[f"{name}.pdf"].read_bytes()
        assert finished.faults(content) == []
        assert "Figure" in {kind for kind, _ in finished.elements(finished.opened(content))}

    def test_every_notebook_shows_results(self, made):
        for name in NOTEBOOKS:
            executed = nbformat.read(made[f"notebooks/{name}.ipynb"], as_version=4)
            assert len(read_results(executed)) > 0, name

    def test_every_chapter_says_once_how_its_figures_are_to_be_read(self, made):
        for name in NOTEBOOKS:
            page = BeautifulSoup(made[f"{name}.html"].read_text(), "html.parser").get_text(" ")
            assert page.count("How to read this: one attack is") == 1
            assert page.count("were searched:") == 1

    def test_every_figure_says_its_counter_day_and_number(self, made):
        for name in NOTEBOOKS:
            page = BeautifulSoup(made[f"{name}.html"].read_text(), "html.parser")
            figures = page.find_all("figure")
            assert figures
            for figure in figures:
                words = figure.find("figcaption").get_text(" ")
                for part in ("Counter:", "As of 20", "n = "):
                    assert part in words, (name, part, words)
                assert len(figure.find("img")["alt"]) > 40

    def test_the_printed_report_holds_the_same_captions(self, made):
        if not shutil.which("pdftotext"):
            skip_unless_ci("no pdftotext here: apt-get install poppler-utils")
        text = re.sub(r"\s+", " ", pdf_text(made["report.pdf"]))
        figures = BeautifulSoup(made["report.html"].read_text(), "html.parser").find_all("figure")
        chapters = figures[1:]  # the first page has a chart with a line of its own
        assert text.count("Counter:") >= len(chapters) > 2
        assert text.count("As of 20") >= len(chapters)
        for name in NOTEBOOKS:
            title = BeautifulSoup(made[f"{name}.html"].read_text(), "html.parser").h1.get_text()
            assert title.replace("’", "'") in text.replace("’", "'")

    @pytest.mark.parametrize(("extract", "names"), EXTRACTORS.values(), ids=EXTRACTORS)
    def test_copying_and_searching_give_what_the_page_shows(self, made, extract, names):
        for name in names:
            found = unicodedata.normalize("NFKC", extract(made[f"{name}.pdf"]))
            page = page_text(made[f"{name}.html"])
            days = Counter(DAY.findall(page))
            assert days and not days - Counter(DAY.findall(found)), name
            # pdftotext takes the hyphen of a compound that ends a line for a division.
            whole = found.replace("-", "").replace("\n", "")
            missing = set(WORD.findall(page)) - set(WORD.findall(found))
            assert [word for word in missing if word not in whole] == [], name
            # The typesetter joins the page numbers of its contents to the dots before them.
            assert not set(UNSEEN) & set(re.sub("(?<=[. ])\u2060(?=[0-9]+\n)", "", found)), name

    def test_no_cell_failed_and_nothing_was_printed_that_is_not_for_readers(self, made):
        for name in NOTEBOOKS:
            executed = nbformat.read(made[f"notebooks/{name}.ipynb"], as_version=4)
            outputs = [out for cell in executed.cells if cell.cell_type == "code" for out in cell.outputs]
            assert [out for out in outputs if out.output_type in ("error", "stream")] == []

    def test_no_missing_value_is_shown_as_one(self, made):
        for name in NOTEBOOKS:
            page = BeautifulSoup(made[f"{name}.html"].read_text(), "html.parser").get_text(" ")
            assert re.findall(r"\b(?:nan|NaN|NaT|<NA>)\b|: None\b", page) == []

    def test_the_report_says_which_variant_and_which_evidence_it_was_made_of(self, made):
        page = BeautifulSoup(made["report.html"].read_text(), "html.parser").get_text(" ")
        assert "sha256 of all tables" in page
        assert any(VARIANTS[name].title in page for name in ("seeds", "confirmed"))
