"""The notebooks are documents: short cells, prose in Markdown, an answer before the evidence, a technical part last."""

import ast
import re
from statistics import median

import nbformat
import pytest
from bs4 import BeautifulSoup

from analysis.evidence.folders import REPOSITORY
from analysis.reports.plan import NOTEBOOKS
from analysis.reports.web.image_maps import CAPTION_LINK

LONGEST_CELL, MEDIAN_CELL = 12, 6  # lines
LONGEST_CAPTION, MEDIAN_CAPTION = 45, 32  # words
PROSE_IN_CODE = 230  # words of sentences in the code cells of one notebook, captions included

each_notebook = pytest.mark.parametrize("name", NOTEBOOKS)


@pytest.fixture(scope="module")
def notebooks() -> dict:
    return {name: nbformat.read(REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4) for name in NOTEBOOKS}


def code(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def markdown(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def texts(source: str):
    """The texts of a cell, each as one string; the parts of an f-string are joined."""
    inside = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def prose_words(source: str) -> int:
    """Words of texts that are sentences: four words or more."""
    return sum(len(text.split()) for text in texts(source) if len(text.split()) > 3)


@each_notebook
def test_code_cells_are_short(notebooks, name):
    lines = [len(source.splitlines()) for source in code(notebooks[name])]
    assert max(lines) <= LONGEST_CELL
    assert median(lines) <= MEDIAN_CELL


@each_notebook
def test_plumbing_is_hidden_by_its_tag(notebooks, name):
    tags = [cell.metadata.get("tags", []) for cell in notebooks[name].cells if cell.cell_type == "code"]
    assert all(set(each) & {"parameters", "hide-input"} for each in tags)


@each_notebook
def test_prose_stands_in_markdown_and_not_in_code(notebooks, name):
    assert sum(map(prose_words, code(notebooks[name]))) <= PROSE_IN_CODE


@each_notebook
def test_no_sentence_is_put_together_in_a_notebook(notebooks, name):
    """An f-string with a full stop, or texts joined by +, is a sentence that belongs to a finding; a caption may name
    a value."""
    for source in code(notebooks[name]):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("show_sentences", "show_text")):
                assert not [each for each in ast.walk(node) if isinstance(each, ast.JoinedStr)], source
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                sides = (node.left, node.right)
                assert not [s for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str)], source


@each_notebook
def test_the_answer_and_a_chart_come_before_anything_else(notebooks, name):
    kinds = [(cell.cell_type, cell.source) for cell in notebooks[name].cells]
    first_heading = next(n for n, (_, source) in enumerate(kinds) if source.startswith("## "))
    opening = [source for kind, source in kinds[:first_heading] if kind == "code"]
    assert any("show_sentences" in source for source in opening)
    assert any("show_figure" in source for source in opening)


@each_notebook
def test_the_technical_part_is_marked_and_comes_last(notebooks, name):
    headings = re.findall(r"^## (.*)$", "\n".join(markdown(notebooks[name])), flags=re.M)
    assert headings[-1].startswith("Technical part: ")
    assert headings[-2] == "What would change the answer"


def test_the_measures_would_find_a_long_cell_and_prose_in_code():
    assert prose_words('say(f"There were {n} attacks in the week of {day}.")') == 8
    assert prose_words('show(table, "pause")') == 0


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["seeds", "confirmed"])
class TestTheReport:
    def captions(self, folder, name, variant) -> list[str]:
        page = BeautifulSoup((folder / variant / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        for link in page("a"):
            link.decompose()  # what a page can press is no part of the caption
        return [each.get_text(" ").replace(CAPTION_LINK, "") for each in page.find_all("figcaption")]

    def test_captions_of_figures_are_short(self, real_reports, variant):
        folder = real_reports(variant)
        words = [len(re.findall(r"\w\S*", text)) for name in NOTEBOOKS for text in self.captions(folder, name, variant)]
        assert max(words) <= LONGEST_CAPTION + 2  # the number of the figure
        assert median(words) <= MEDIAN_CAPTION
