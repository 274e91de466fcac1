"""The finished file, read by another library than the one that wrote it."""

import io
import os
import re
from itertools import pairwise

import pikepdf
import pytest

from analysis.evidence.problems import InputError
from analysis.reports.book import book
from analysis.reports.document import document
from analysis.reports.export import to_pdf, typst_source

ABOUT = {
    "title": "A small report", "subtitle": "Two counters", "date_line": "30 April 2024",
    "provenance": [("Input", "data/incidents.csv")], "toc": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def pdf(report):
    return pikepdf.open(io.BytesIO(to_pdf(report, **ABOUT)))


@pytest.fixture(scope="module")
def structure(pdf):
    """The structure elements in reading order, as (name, element)."""
    return list(_walk(pdf.Root.StructTreeRoot.K))


def _walk(part):
    if isinstance(part, pikepdf.Array):
        for child in part:
            yield from _walk(child)
    elif isinstance(part, pikepdf.Dictionary) and "/S" in part:
        yield str(part.S), part
        yield from _walk(part.get("/K", pikepdf.Array()))


def test_the_file_says_its_title_and_its_language(pdf):
    assert str(pdf.Root.Lang).startswith("en")
    assert str(pdf.docinfo.Title) == "A small report"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.Root.MarkInfo.Marked


def test_the_file_says_it_is_pdf_ua_1_and_pdf_a_2a(pdf):
    with pdf.open_metadata() as about:
        assert about["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert about.pdfa_status == "2A"


def test_every_figure_and_formula_has_a_description(structure):
    described = [str(e.get("/Alt", "")) for name, e in structure if name in ("/Figure", "/Formula")]
    assert "Two bars; the second is higher." in described
    assert r"\lambda" in described
    assert all(described)


def test_headings_go_down_one_level_at_a_time(structure):
    levels = [int(name[2:]) for name, _ in structure if re.fullmatch("/H[1-6]", name)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_heads_rows_and_captions(structure):
    names = [name for name, _ in structure]
    assert {"/Table", "/THead", "/TBody", "/TR", "/TH", "/TD", "/Caption"} <= set(names)
    assert names.count("/Table") == 2


def test_quotations_notes_code_and_links_are_tagged(structure):
    assert {"/BlockQuote", "/Note", "/Code", "/Link"} <= {name for name, _ in structure}


def test_every_font_is_embedded_and_arabic_has_one(pdf):
    things = [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)]
    fonts = [thing for thing in things if thing.get("/Type") == "/FontDescriptor"]
    assert any("DejaVuSans" in str(font.FontName) for font in fonts)
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)


def test_the_file_runs_nothing_and_opens_only_pages(pdf):
    actions = [link.A for page in pdf.pages for link in page.get("/Annots", []) if "/A" in link]
    assert {str(action.S) for action in actions} == {"/URI"}
    assert {str(action.URI) for action in actions} == {"https://example.org/a?b=c"}
    assert "/OpenAction" not in pdf.Root and "/JavaScript" not in pdf.Root.get("/Names", {})


def test_the_same_document_gives_the_same_bytes_in_another_folder(report, tmp_path, monkeypatch):
    made = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / name))
        made.append(to_pdf(report, **ABOUT))
        assert os.listdir(tmp_path / name) == []
    assert made[0] == made[1]


def test_another_moment_gives_another_file(report):
    assert to_pdf(report, title="T", timestamp=0) != to_pdf(report, title="T", timestamp=1)


def test_typst_can_read_nothing_of_the_machine(report, monkeypatch):
    hostile = ('#read("/etc/hostname")', {})
    monkeypatch.setattr("analysis.reports.export.typst_source", lambda *given, **named: hostile)
    with pytest.raises(InputError, match="not found"):
        to_pdf(report, title="T")


def test_a_figure_without_description_does_not_stop_a_foreign_notebook(notebook, figure):
    made = pikepdf.open(io.BytesIO(to_pdf(document(notebook([figure()])), title="T")))
    alts = [str(e.Alt) for name, e in _walk(made.Root.StructTreeRoot.K) if name == "/Figure"]
    assert alts == ["Figure without description"]


def test_a_long_table_goes_on_over_pages(notebook, shown):
    rows = "".join(f"<tr><td>{i}</td></tr>" for i in range(200))
    html = f"<table><thead><tr><th>n</th></tr></thead><tbody>{rows}</tbody></table>"
    made = to_pdf(document(notebook([shown({"text/html": html}, caption="Long")])), title="T")
    assert len(pikepdf.open(io.BytesIO(made)).pages) >= 4


def test_a_table_of_many_columns_has_a_page_on_its_side_and_its_numbers_stay_whole(notebook, shown):
    cells = "".join("<td>-1.234</td>" for _ in range(20))
    made = document(notebook("before", [shown({"text/html": f"<table><tr>{cells}</tr></table>"})], "after"))
    boxes = [page.MediaBox for page in pikepdf.open(io.BytesIO(to_pdf(made, title="T"))).pages]
    assert [box[2] > box[3] for box in boxes] == [False, True, False]
    source, _ = typst_source(made, title="T", meta={}, toc=False)
    assert source.count("-1.234") == 20


def test_a_figure_taller_than_the_page_stays_on_one(notebook, shown):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="9000"><path d="M0 0h9v9z"/></svg>'
    made = to_pdf(document(notebook([shown({"image/svg+xml": svg}, alt="x", caption="c")])), title="T")
    assert len(pikepdf.open(io.BytesIO(made)).pages) <= 2


def test_a_book_lists_its_chapters_and_starts_each_on_its_own_page(notebook):
    chapter = document(notebook("# Own\n\n## Part\n\ntext"))
    made = pikepdf.open(io.BytesIO(to_pdf(book([chapter, chapter], ["One", "Two"]), title="All", toc=True)))
    with made.open_outline() as outline:
        assert [item.title for item in outline.root] == ["One", "Two"]
    assert len(made.pages) == 3  # title and contents, and a page for each


def test_arabic_is_set_from_right_to_left(report):
    source, _ = typst_source(report, title="T", meta={}, toc=False)
    assert "dir: rtl" in source


def test_a_word_too_long_for_a_line_may_break(notebook):
    source, _ = typst_source(document(notebook("x" * 200)), title="T", meta={}, toc=False)
    assert "x" * 41 not in source


def test_names_of_the_template_do_not_reach_into_formulas(notebook):
    made = document(notebook(r"$a\,b \; \hat{x} \acute{y} \mathtt{z} \bar{u}$"))
    source, _ = typst_source(made, title="T", meta={}, toc=False)
    defined = set(re.findall(r"^#let ([\w-]+)", source, re.MULTILINE)) - {"horizontalrule"}
    assert all("-" in name for name in defined)
