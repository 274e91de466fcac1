"""Random notebooks and tables: each becomes a document, or one line says why it does not.

`pytest --hypothesis-profile=thorough` tries ten thousand.
"""

import pandas as pd
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
    "<math><mi>x</mi></math>", "&#0;", "![a](attachment:a.png)", "<video src=v.mp4>", "[a]: #b", "<details><summary>s",
    "2024-02-03", "9" * 60, "\u4e2d", "<pre>a\n b</pre>", "<ol start=-5><li>a",
    "\\newcommand{\\a}{\\a}$\\a$", "a" * 300, "\n\n", "<!-- c", "<a href='javascript:1'>l</a>", "\x1b[31m", "\r",
]  # fmt: skip
KINDS = [
    "text/html", "text/plain", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/gif", "image/svg+xml",
    "application/json", "application/geo+json", "application/javascript", "application/pdf", "application/x-own",
    "application/vnd.plotly.v1+json", "application/vnd.vegalite.v5+json", "application/vnd.bokehjs_exec.v0+json",
    "application/vnd.jupyter.widget-view+json", "audio/wav", "video/mp4", "x/y",
]  # fmt: skip
ABOUT = ["title", "authors", "language_info", "kernelspec", "papermill", "widgets"]
text = st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=6)), max_size=6).map(" ".join)
lines = st.one_of(text, st.lists(text, max_size=2))
anything = st.one_of(st.none(), st.booleans(), st.integers(), text, st.lists(text, max_size=2), st.just({"width": 3}))
about = st.dictionaries(st.sampled_from(["alt", "caption", "label", "image/png", "tags"]), anything, max_size=2)
content = st.one_of(lines, st.just(DOT), st.just({"a": [1, None]}))


def _display(data, metadata) -> NotebookNode:
    return NotebookNode(output_type="display_data", data=NotebookNode(data), metadata=NotebookNode(metadata))


display = st.builds(_display, st.dictionaries(st.sampled_from(KINDS), content, max_size=3), about)
stream = st.builds(
    lambda name, said: NotebookNode(output_type="stream", name=name, text=said),
    st.sampled_from(["stdout", "stderr"]), lines,
)  # fmt: skip
error = st.builds(
    lambda said, trace: NotebookNode(output_type="error", ename="E", evalue=said, traceback=trace),
    text, st.lists(text, max_size=2),
)  # fmt: skip


def _cell(kind, source, metadata, outputs) -> NotebookNode:
    cell = NotebookNode(cell_type=kind, source=source, metadata=NotebookNode(metadata))
    if kind == "markdown":
        return NotebookNode(cell, attachments=NotebookNode({"a.png": {"image/png": DOT}}))
    return NotebookNode(cell, outputs=outputs, execution_count=None) if kind == "code" else cell


cell = st.builds(
    _cell, st.sampled_from(["markdown", "code", "raw"]),
    st.one_of(text, st.builds("#| {}\n{}".format, st.sampled_from(["echo: false", "fig-cap: x", "label: ["]), text)),
    st.one_of(st.just({}), about), st.lists(st.one_of(display, stream, error), max_size=3),
)  # fmt: skip


def _notebook(cells, said=()) -> NotebookNode:
    return NotebookNode(nbformat=4, nbformat_minor=4, metadata=NotebookNode(said), cells=cells)


notebooks = st.builds(
    _notebook, st.lists(cell, max_size=4), st.dictionaries(st.sampled_from(ABOUT), anything, max_size=1)
)

ATTRIBUTES = ["", " rowspan=3", " colspan=2", " rowspan=0 colspan=9", " style='color:red'", " style='display:none'",
              " align=x"]  # fmt: skip
TABLE_PARTS = ["<tr>", "<thead>", "<tbody>", "<tfoot>", "<caption>", "<div>", "</table>", "<table>", "<colgroup><col>"]
in_cell = text.map(lambda said: said.replace("\ud800", ""))
html_cell = st.builds("<{}{}>{}".format, st.sampled_from(["td", "th"]), st.sampled_from(ATTRIBUTES), in_cell)
html_tables = st.lists(st.one_of(html_cell, html_cell, st.sampled_from(TABLE_PARTS)), max_size=30).map("".join)
values = st.lists(st.one_of(st.none(), st.integers(), st.floats(), st.dates(), in_cell), min_size=12, max_size=60)


def _frame_html(width: int, cells: list, names: list[str]) -> str:
    rows = [cells[i : i + width] for i in range(0, len(cells) - width + 1, width)]
    return pd.DataFrame(rows, columns=names[:width], dtype=object).to_html(escape=False)


def _pipes(width: int, cells: list, names: list[str]) -> str:
    rows = [[*names[:width]], ["---"] * width, *(cells[i : i + width] for i in range(0, len(cells), width))]
    return "\n".join("|".join(" ".join(str(cell).split()) for cell in row) for row in rows)


table_parts = (st.integers(1, 12), values, st.lists(in_cell, min_size=12, max_size=12))
markups = st.one_of(
    html_tables.map("<table>{}".format), st.builds(_frame_html, *table_parts), st.builds(_pipes, *table_parts)
)
tables = st.builds(
    lambda kind, said: _cell(kind, said if kind == "markdown" else "", {}, [_display({"text/html": said}, {})]),
    st.sampled_from(["markdown", "code"]), markups,
)  # fmt: skip


def cases(few: int) -> int:
    """So many in the suite; a profile that looks further has its own number."""
    name = settings.get_current_profile_name()
    return few if name == "same" else settings.get_profile(name).max_examples


always = settings(deadline=None, suppress_health_check=list(HealthCheck))


def is_one_line(problem: Exception) -> bool:
    return bool(str(problem).strip()) and "\n" not in str(problem)


@pytest.mark.slow
@settings(always, max_examples=50)
@given(notebooks)
def test_any_notebook_is_a_document_or_one_line(notebook):
    try:
        check_notebook(notebook)
        build_document(notebook, code="show")
    except (ConversionException, InputError) as problem:
        assert is_one_line(problem)


@pytest.mark.slow
@settings(always, max_examples=cases(8))
@given(notebooks)
def test_any_notebook_is_a_pdf_or_one_line(notebook):
    check_pdf(notebook)


@pytest.mark.slow
@settings(always, max_examples=cases(8))
@given(tables)
def test_any_table_is_a_pdf_or_one_line(table):
    check_pdf(_notebook([table]))


def check_pdf(notebook: NotebookNode) -> None:
    try:
        assert TypstPDFExporter().from_notebook_node(notebook)[0].startswith(b"%PDF")
    except ConversionException as problem:
        assert is_one_line(problem)
