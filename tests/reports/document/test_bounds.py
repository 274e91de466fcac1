"""Time and memory grow with the size of what is shown: what is long is cut and said, what is endless has an end."""

import json

import pandas as pd
import pytest
from nbformat.v4 import new_output

from analysis.evidence.errors import InputError
from analysis.reports.document import bounds, pandoc
from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of
from analysis.reports.pdf.typst_pdf import to_pdf, typst_source
from tests.reports import pdf_checks as finished


@pytest.mark.parametrize("text", ["a line\n" * 9_000, "x" * 900_000, "x\n" * 4_000 + "y" * 800_000])
def test_a_long_printed_text_keeps_its_beginning_and_its_end_and_says_what_is_left_out(notebook, text):
    losses = Losses()
    output = new_output("stream", name="stdout", text="BEGIN\n" + text + "\nEND")
    said = text_of(build_document(notebook([output]), losses=losses)["blocks"])
    assert len(said) < 410_000 and said.count("\n") < 5_010
    assert said.startswith("BEGIN") and said.endswith("END") and "cut here" in said
    assert "a long text is cut" in losses.said[0]


def test_a_text_within_the_limits_is_whole(notebook):
    text = "\n".join(f"line {i}" for i in range(bounds.MOST_LINES))
    assert text_of(build_document(notebook([new_output("stream", name="stdout", text=text)]))["blocks"]) == text


def test_a_table_of_too_many_cells_loses_its_last_rows_and_says_so(notebook, shown, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_CELLS", 30)
    losses = Losses()
    html = pd.DataFrame({"a": range(40), "b": 1}).to_html()
    blocks = build_document(notebook([shown({"text/html": html})]), losses=losses)["blocks"]
    assert len(blocks[0]["c"][4][0][3]) == 10
    assert "30 of 40 rows are left out" in text_of(blocks[1:]) and "30 of 40 rows" in losses.said[0]


@pytest.mark.parametrize(
    "markdown", [">" * 40 + " words", "\n".join(" " * 2 * i + "- words" for i in range(40)), ">" * 3000 + " words"]
)
def test_markdown_nested_without_end_keeps_its_words_and_becomes_a_pdf(notebook, markdown):
    tree = build_document(notebook(markdown))
    assert "words" in text_of(tree["blocks"])
    assert to_pdf(tree, title="T").startswith(b"%PDF")


@pytest.mark.parametrize(
    "markdown",
    [
        "x[^1]\n\n[^1]: b[^1]",
        "x[^1]\n\n[^1]: b[^2]\n\n[^2]: c[^1] d[^1]",
        "x[^a]\n\n[^a]: b\n\n    more[^a]\n\nend[^a]",
    ],
)
def test_notes_that_name_one_another_end(notebook, markdown):
    notes = [e for e in elements(build_document(notebook(markdown))["blocks"]) if e["t"] == "Note"]
    assert notes and "[^" in text_of([note["c"] for note in notes])


def test_a_note_is_still_a_note(notebook):
    (note,) = [e for e in elements(build_document(notebook("x[^1]\n\n[^1]: said"))["blocks"]) if e["t"] == "Note"]
    assert text_of(note["c"]) == "said"


@pytest.mark.slow
@pytest.mark.parametrize("change", [("LONGEST", 0.001), ("HEAP", "5m")])
def test_pandoc_has_a_bound_in_time_and_memory(notebook, monkeypatch, change):
    monkeypatch.setattr(pandoc, *change)
    with pytest.raises(InputError, match="within|more than"):
        build_document(notebook("some *words* " * 20_000))


CELLS = [
    "+ item",
    "- item",
    "= x",
    "== x",
    "/ a: b",
    "1. x",
    '#read("x")',
    "$x",
    "@a",
    "*b*",
    "_c_",
    "// d",
    "`e`",
    "\\f",
]


@pytest.mark.slow
@pytest.mark.parametrize("text", CELLS)
def test_a_cell_of_a_table_is_never_markup(notebook, shown, text):
    plain = pd.DataFrame({"a": [text], "b": ["y"]}).to_html(index=False)
    marked = plain.replace("<td>y</td>", "<td><b>y</b></td>")
    for html in (plain, marked):
        content = to_pdf(build_document(notebook([shown({"text/html": html})])), title="T")
        assert text in finished.words(content)


@pytest.mark.slow
def test_thousands_of_rows_are_data_of_rows_of_one_height(notebook, shown):
    frame = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=300), "n": range(300)})
    tree = build_document(notebook([shown({"text/html": frame.to_html()})]))
    source, files = typst_source(tree, title="T", meta={}, toc=False)
    assert "one-line: true" in source and "2024-01-05" not in source
    (table,) = [json.loads(content) for name, content in files.items() if name.endswith(".json")]
    assert len(table["body"]) == 300
    content = to_pdf(tree, title="T")
    assert finished.faults(content) == []
    assert all(f"2024-01-{day:02}" in finished.words(content) for day in range(1, 32))


LIBRARY = "var a = '" + "<b><i>x" * 600_000 + "';"


@pytest.mark.slow
@pytest.mark.parametrize("script", [f"<script>{LIBRARY}</script>", f"<script type='module'>{LIBRARY}"])
def test_a_library_inside_an_output_is_none_of_its_words(notebook, shown, script):
    losses = Losses()
    tree = build_document(notebook([shown({"text/html": f"<p>said</p>{script}"})]), losses=losses)
    assert text_of(tree["blocks"]) == "said"
    assert losses.said == []


def test_a_long_text_of_html_is_cut_and_says_so(notebook, shown, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_LETTERS", 100)
    losses = Losses()
    html = "".join(f"<p>{'word ' * 10}</p>" for _ in range(9)) + "<table><tr><td>kept"
    words = text_of(build_document(notebook([shown({"text/html": html})]), losses=losses)["blocks"])
    assert words.startswith("word word") and "letters are left out" in words and "kept" in words
    assert words.count("word") < 22
    assert "a long text is cut" in losses.said[0]
