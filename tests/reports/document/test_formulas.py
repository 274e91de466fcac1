import pytest

from analysis.charts.notebook_output import escape_markdown
from analysis.reports.document.formulas import MARK, Formulas
from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of


def formulas(notebook, *cells, losses=None):
    tree = build_document(notebook(*cells), losses=losses)
    return [e["c"][1] for e in elements(tree["blocks"]) if e["t"] == "Math"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "tex"),
    [
        (r"\\(x^2\\)", "x^2"), (r"\\[ x^2 \\]", "x^2"), ("$ x = 1 $", "x = 1"), (r"$ \beta_0$", r"\beta_0"),
        ("$$\nx\n$$", "x"), ("$$ y = x^2 $$ and text", "y = x^2"), ("**$x$**", "x"), ("_$x_1$_", "x_1"),
        (r"a \begin{align*} b \end{align*} c", r"\begin{align*} b \end{align*}"),
        (r"$\text{rate of $x$}$", r"\text{rate of $x$}"),
        ("\\begin{equation*}\n\nx\n\n\\end{equation*}", "\\begin{equation*}\nx\n\\end{equation*}"),
        (r"$a \% b$", r"a \% b"), ("$x*y*z$", "x*y*z"), ("$a_1$ and $a_2$", "a_1"), (r"$\{x\}$", r"\{x\}"),
    ],
)  # fmt: skip
def test_what_mathjax_shows_as_a_formula_is_one(notebook, given, tex):
    assert formulas(notebook, given)[0] == tex


@pytest.mark.parametrize(
    "text",
    ["It costs $5 and then $10.", "between $20,000 and $30,000", r"\$5 and \$6", "$5 and 6 $ more", "US$ 5", "`$x$`",
     "$HOME and $PATH", "a $ sign", "```\n$x$\n```", "    $x$ in code", r"`\\(x\\)`", r"\\\(x\\\)", "~~~ $x$",
     r"\begin{align}x\end{gather}"],
)  # fmt: skip
def test_prices_code_and_signs_are_no_formulas(notebook, text):
    assert formulas(notebook, text) == []


@pytest.mark.parametrize("text", [r"\\(x\\)", r"\begin{align}x\end{align}", r"$$x$$ \\[y\\]"])
def test_a_text_of_a_source_never_becomes_a_formula(notebook, text):
    blocks = build_document(notebook(escape_markdown(text)))["blocks"]
    assert not [e for e in elements(blocks) if e["t"] == "Math"]
    assert text_of(blocks) == text


def test_a_formula_keeps_its_bars_in_a_table_and_is_set_in_html_too(notebook, shown):
    table = "| a | b |\n|---|---|\n| $x|y$ | $|z|$ |"
    html = shown({"text/html": r"<table><tr><td>$\alpha$ of \(y\)</td></tr></table><p class='tex2jax_ignore'>$q$</p>"})
    assert formulas(notebook, table) == ["x|y", "|z|"]
    assert formulas(notebook, [html]) == [r"\alpha", "y"]


@pytest.mark.parametrize(
    ("definition", "use", "tex"),
    [
        (r"\newcommand{\E}{\mathbb{E}}", r"\E[X]", r"\mathbb{E}[X]"),
        (r"\def\half#1{\frac{#1}{2}}", r"\half{x}", r"\frac{x}{2}"),
        (r"\DeclareMathOperator{\Var}{Var}", r"\Var(X)", r"\mathop{\mathrm{Var}}(X)"),
        (r"\newcommand{\norm}[1]{\left\|#1\right\|}", r"\norm{x}", r"\left\|x\right\|"),
    ],
)
def test_a_definition_holds_in_all_that_follows(notebook, definition, use, tex):
    found = formulas(notebook, f"${definition}$", "between", f"${use}$")
    assert [one.replace(" ", "") for one in found] == [tex]


def test_tags_numbers_and_references_are_those_of_a_notebook_page(notebook):
    found = formulas(
        notebook, r"$$y \tag{a}$$", r"See $\eqref{eq:two}$.", r"\begin{equation}\label{eq:one} x \end{equation}",
        r"\begin{equation}\label{eq:two} z \end{equation}", r"by \\(\ref{eq:one}\\)",
    )  # fmt: skip
    assert [one for one in found if "text" in one] == [
        r"y\qquad\text{(a)}", r"\text{(2)}", r"\begin{equation} x \end{equation}\qquad\text{(1)}",
        r"\begin{equation} z \end{equation}\qquad\text{(2)}", r"\text{1}",
    ]  # fmt: skip


@pytest.mark.parametrize("tex", [r"\ce{H2O}", r"\frac{", "x^", r"\unknown{x}"])
def test_what_cannot_be_set_is_its_source_and_said(notebook, tex):
    losses = Losses()
    tree = build_document(notebook("text", f"a ${tex}$ b"), losses=losses)
    assert [e["c"][1] for e in elements(tree["blocks"]) if e["t"] == "Code"] == [f"${tex}$"]
    assert losses.said and losses.said[0].startswith("cell 2 ") and "shown as its source" in losses.said[0]


@pytest.mark.parametrize("tex", [r"$\displaystyle \ce{x}$", r"\begin{tabular}{l}a\end{tabular}", r"\unknown"])
def test_a_plainer_form_of_the_output_is_preferred_to_a_source(notebook, shown, tex):
    losses = Losses()
    tree = build_document(notebook([shown({"text/latex": tex, "text/plain": "x**2"})]), losses=losses)
    assert text_of(tree["blocks"]) == "x**2"
    assert losses.said == []


@pytest.mark.parametrize("tex", [r"{\bf x}", r"{\rm d}x", r"\textcolor{red}{x}", r"\href{https://a.b}{x}",
"x % note\n + y",
                                 r"x \nonumber", r"\class{a}{x}", r"\bbox[2pt]{x}", r"\require{cancel} x"])  # fmt: skip
def test_what_mathjax_takes_and_pandoc_does_not_is_said_plainly(notebook, tex):
    losses = Losses()
    assert formulas(notebook, f"$${tex}$$", losses=losses)
    assert losses.said == []


def test_definitions_without_end_do_no_harm(notebook):
    losses = Losses()
    build_document(notebook(r"$\newcommand{\a}{\a\a}\a$", "$" + "x+" * 9000 + "y$"), losses=losses)
    endless, long = losses.said
    assert "its definitions have no end" in endless
    assert "too long" in long


def test_a_mark_of_ours_in_a_text_is_no_formula():
    assert not MARK.search(Formulas().mark("a \ue0000\ue001 b"))
