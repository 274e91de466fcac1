import pytest

from analysis.charts.notebook_output import escape_markdown
from analysis.reports.document.mathjax import normalise_formulas
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (r"\\(x^2\\)", "$x^2$"),
        (r"\\[ x^2 \\]", "$$x^2$$"),
        (r"a \begin{align*} b \end{align*} c", r"a $$\begin{align*} b \end{align*}$$ c"),
        ("\\begin{equation}\n\nx\n\n\\end{equation}", "$$\\begin{equation}\nx\n\\end{equation}$$"),
    ],
)
def test_what_mathjax_shows_as_a_formula_is_one(given, read):
    assert normalise_formulas(given) == read


@pytest.mark.parametrize(
    "text",
    [r"$$\begin{align}x\end{align}$$", r"`\\(x\\)`", "```\n\\begin{align}x\\end{align}\n```", r"\(x\)", r"\\\(x\\\)",
     "~~~ \\begin{align}x\\end{align}", r"\begin{align}x\end{gather}", "$5 and $6"],
)  # fmt: skip
def test_code_text_and_what_is_a_formula_already_stays(text):
    assert normalise_formulas(text) == text


@pytest.mark.parametrize("text", [r"\\(x\\)", r"\begin{align}x\end{align}", r"$$x$$ \\[y\\]"])
def test_a_text_of_a_source_never_becomes_a_formula(notebook, text):
    blocks = build_document(notebook(escape_markdown(text)))["blocks"]
    assert not [e for e in elements(blocks) if e["t"] == "Math"]
    assert text_of(blocks) == text
