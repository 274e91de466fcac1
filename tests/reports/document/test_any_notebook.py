"""Random notebooks: each becomes a document, or one line says why it does not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode

from analysis.evidence.errors import InputError
from analysis.reports.document.notebook_document import build_document
from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter, check_notebook

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PARTS = [
    "$x$", "$$a", "\\begin{align}a&b\\end{align}", "| a | b |\n|---|---|\n| 1 | 2 |", "<table><tr><td rowspan=3>1<td>2",
    "<b>", "</div>", "<script>x", "<style>p{color:red}</style>", "```", "[^1]\n\n[^1]: n", "![a](b.png)", "<img src=x>",
    "- a\n  - b", "> q", "# h", "\x00", "\ud800", "\ue000", "\u202e", "= head", "<svg width=1 height=1></svg>",
    "<math><mi>x</mi></math>", "&#0;", "2024-02-03", "9" * 60, "\u4e2d", "<pre>a\n b</pre>", "<ol start=-5><li>a",
    "\\newcommand{\\a}{\\a}$\\a$", "a" * 300, "\n\n", "<!-- c", "<a href='javascript:1'>l</a>", "\x1b[31m", "\r",
]  # fmt: skip
KINDS = ["text/html", "text/plain", "text/markdown", "text/latex", "image/png", "image/svg+xml", "application/json",
         "application/vnd.plotly.v1+json", "application/javascript", "x/y"]  # fmt: skip
text = st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=6)), max_size=6).map(" ".join)
anything = st.one_of(st.none(), st.booleans(), st.integers(), text, st.lists(text, max_size=2), st.just({"width": 3}))
about = st.dictionaries(st.sampled_from(["alt", "caption", "label", "image/png", "tags"]), anything, max_size=2)


def _display(data, metadata) -> NotebookNode:
    return NotebookNode(output_type="display_data", data=NotebookNode(data), metadata=NotebookNode(metadata))


display = st.builds(_display, st.dictionaries(st.sampled_from(KINDS), st.one_of(text, st.just(DOT)), max_size=3), about)
stream = st.builds(lambda said: NotebookNode(output_type="stream", name="stdout", text=said), text)
error = st.builds(
    lambda said, trace: NotebookNode(output_type="error", ename="E", evalue=said, traceback=trace),
    text, st.lists(text, max_size=2),
)  # fmt: skip


def _cell(kind, source, metadata, outputs) -> NotebookNode:
    cell = NotebookNode(cell_type=kind, source=source, metadata=NotebookNode(metadata))
    return NotebookNode(cell, outputs=outputs, execution_count=None) if kind == "code" else cell


cell = st.builds(
    _cell, st.sampled_from(["markdown", "code", "raw"]),
    st.one_of(text, st.builds("#| {}\n{}".format, st.sampled_from(["echo: false", "fig-cap: x", "label: ["]), text)),
    st.one_of(st.just({}), about), st.lists(st.one_of(display, stream, error), max_size=3),
)  # fmt: skip
metadata = st.dictionaries(st.sampled_from(["title", "authors", "language_info"]), anything, max_size=1)
notebooks = st.builds(
    lambda cells, said: NotebookNode(nbformat=4, nbformat_minor=4, metadata=NotebookNode(said), cells=cells),
    st.lists(cell, max_size=4),
    st.one_of(
        st.just({}), st.dictionaries(st.sampled_from(["title", "authors", "language_info"]), anything, max_size=1)
    ),
)
quick = settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def is_one_line(problem: Exception) -> bool:
    return bool(str(problem).strip()) and "\n" not in str(problem)


@pytest.mark.slow
@quick
@given(notebooks)
def test_any_notebook_is_a_document_or_one_line(notebook):
    try:
        check_notebook(notebook)
        build_document(notebook, code="show")
    except (ConversionException, InputError) as problem:
        assert is_one_line(problem)


@pytest.mark.slow
@settings(quick, max_examples=8)
@given(notebooks)
def test_any_notebook_is_a_pdf_or_one_line(notebook):
    try:
        assert TypstPDFExporter().from_notebook_node(notebook)[0].startswith(b"%PDF")
    except ConversionException as problem:
        assert is_one_line(problem)
