"""The finished file, read by another library than the one that wrote it."""

import io
import json
import os
import re
import subprocess
import sys

import pandas as pd
import pikepdf
import pytest

from analysis.reports.document.book import bind_documents
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import MONTH_CLASS, attr, inlines_of_text, new_document, node, paragraph
from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter
from analysis.reports.pdf.typst_pdf import to_pdf, typst_source
from tests.reports import pdf_checks as finished

ABOUT = {
    "title": "A small report", "subtitle": "Two counters", "date_line": "30 April 2024",
    "provenance": [("Input", "data/incidents.csv")], "toc": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def content(report):
    return to_pdf(report, **ABOUT)


@pytest.fixture
def pdf(content):
    return finished.opened(content)


def test_nothing_is_missing_for_readers_who_cannot_see_nor_for_an_archive(content):
    assert finished.faults(content) == []


def test_the_title_is_that_of_the_report_and_the_language_as_given(pdf):
    assert str(pdf.docinfo.Title) == "A small report"
    assert str(pdf.Root.Lang).startswith("en")


def _without_language(pdf):
    del pdf.Root["/Lang"]


def _without_mark(pdf):
    pdf.Root.MarkInfo.Marked = False


def _without_descriptions(pdf):
    for name, element in finished.elements(pdf):
        if name in ("Figure", "Formula"):
            del element["/Alt"]


def _with_a_leap(pdf):
    next(e for name, e in finished.elements(pdf) if name == "H2").S = pikepdf.Name.H4


def _without_heads(pdf):
    for name, element in finished.elements(pdf):
        if name == "TH":
            element.S = pikepdf.Name.TD


def _without_scope(pdf):
    for name, element in finished.elements(pdf):
        if name == "TH":
            del element["/A"]


def _with_loose_paint(pdf):
    pdf.pages[0].contents_add(b"0 0 9 9 re f")


def _with_a_loose_link(pdf):
    for name, element in finished.elements(pdf):
        if name == "Link":
            element.K = pikepdf.Array()


def _with_a_script(pdf):
    pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))


def _with_a_font_outside(pdf):
    font = next(o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor")
    for key in finished.FONT_FILES & set(font.keys()):
        del font[key]


def _without_identification(pdf):
    with pdf.open_metadata() as about:
        del about[finished.PDF_UA]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (_without_language, "no language"),
        (_without_mark, "not marked as tagged"),
        (_without_descriptions, "a Figure without description"),
        (_without_descriptions, "a Formula without description"),
        (_with_a_leap, "a heading of level 1 is followed by one of 4"),
        (_without_heads, "a table without heads"),
        (_without_scope, "a table head that does not say of what"),
        (_with_loose_paint, "page 1: something painted outside the structure"),
        (_with_a_loose_link, "a link outside the structure"),
        (_with_a_script, "does something when opened"),
        (_with_a_script, "holds a script or an action"),
        (_with_a_font_outside, "is not embedded"),
        (_without_identification, "does not say that it is PDF/UA-1"),
    ],
)
def test_the_check_finds_what_is_missing(pdf, spoil, fault):
    spoil(pdf)
    spoilt = io.BytesIO()
    pdf.save(spoilt)
    assert any(fault in found for found in finished.faults(spoilt.getvalue()))


def test_figures_and_formulas_are_described_in_their_own_words(pdf):
    described = [str(e.Alt) for name, e in finished.elements(pdf) if name in ("Figure", "Formula")]
    assert "Two bars; the second is higher." in described
    assert r"\lambda" in described


def test_tables_quotations_notes_code_and_links_are_tagged(pdf):
    names = [name for name, _ in finished.elements(pdf)]
    assert {"BlockQuote", "Caption", "Code", "Link", "Note", "TBody", "TH", "THead"} <= set(names)
    assert names.count("Table") == 2


def test_links_lead_to_pages_and_parts_alone(pdf):
    actions = [link.A for page in pdf.pages for link in page.get("/Annots", []) if "/A" in link]
    assert {str(action.URI) for action in actions} == {"https://example.org/a?b=c"}


def test_arabic_has_a_font_even_where_it_is_emphasised(notebook):
    made = to_pdf(
        build_document(notebook("plain, *عين الأسد*, **عين** and ***هەولێر***", "## *هەولێر*")), title="*عين*"
    )
    assert "DejaVuSans" in str(_fonts(made))
    assert "LastResort" not in str(_fonts(made))


def _fonts(made):
    pages = finished.opened(made).pages
    return [str(font.BaseFont) for page in pages for font in page.Resources.Font.values()]


@pytest.mark.slow
def test_the_same_document_gives_the_same_bytes_in_another_folder(report, tmp_path, monkeypatch):
    made = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / name))
        made.append(to_pdf(report, **ABOUT))
        assert os.listdir(tmp_path / name) == []
    assert made[0] == made[1]


LATER = """
import datetime, sys, time
class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime(2031, 7, 1, tzinfo=tz)
datetime.datetime, time.time = Later, lambda: 1_940_000_000.0
from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter
sys.stdout.buffer.write(TypstPDFExporter().from_filename("report.ipynb")[0])
"""


@pytest.mark.slow
def test_the_same_notebook_is_the_same_file_in_another_year_zone_and_folder(fixtures, tmp_path):
    here, _ = TypstPDFExporter().from_filename(str(fixtures / "report.ipynb"))
    (tmp_path / "report.ipynb").write_bytes((fixtures / "report.ipynb").read_bytes())
    os.utime(tmp_path / "report.ipynb", (0, 0))
    zone = {**os.environ, "TZ": "Pacific/Auckland"}
    later = subprocess.run([sys.executable, "-c", LATER], env=zone, cwd=tmp_path, capture_output=True, check=True)
    assert later.stdout == here


@pytest.mark.slow
def test_another_moment_gives_another_file(report):
    assert to_pdf(report, title="T", timestamp=0) != to_pdf(report, title="T", timestamp=1)


def test_a_figure_without_description_does_not_stop_a_foreign_notebook(notebook, figure):
    made = finished.opened(to_pdf(build_document(notebook([figure()])), title="T"))
    alts = [str(e.Alt) for name, e in finished.elements(made) if name == "Figure"]
    assert alts == ["Figure without description"]


def test_a_long_table_goes_on_over_pages(notebook, shown):
    rows = "".join(f"<tr><td>{i}</td></tr>" for i in range(200))
    html = f"<table><thead><tr><th>n</th></tr></thead><tbody>{rows}</tbody></table>"
    made = to_pdf(build_document(notebook([shown({"text/html": html}, caption="Long")])), title="T")
    assert len(pikepdf.open(io.BytesIO(made)).pages) >= 4


def test_a_long_table_may_hold_a_cell_over_two_columns_or_in_bold(notebook, shown):
    rows = "<tr><td>1</td><td style='text-align: center'>2</td></tr>" * 100 + "<tr><td colspan=2>both</td></tr>"
    html = f"<table><thead><tr><th>n</th><th>m</th></tr></thead><tbody>{rows}</tbody></table>"
    content = to_pdf(build_document(notebook([shown({"text/html": html}, caption="Long")])), title="T")
    assert "both" in finished.words(content)


@pytest.mark.parametrize(("columns", "blocks"), [(12, 1), (20, 2), (40, 3)])
def test_a_table_of_many_columns_stands_in_blocks_on_one_page_and_its_numbers_stay_whole(
    notebook, shown, columns, blocks
):
    frame = pd.DataFrame({f"c{i}": [-1.234, -2.5] for i in range(columns)})
    made = build_document(notebook("before", [shown({"text/html": frame.to_html()})], "after"))
    content = to_pdf(made, title="T")
    assert len(pikepdf.open(io.BytesIO(content)).pages) == 1
    assert finished.words(content).count("-1.234") == columns
    source, files = typst_source(made, title="T", meta={}, toc=False)
    tables = [json.loads(file) for name, file in files.items() if name.endswith(".json")]
    assert len(tables) == source.count("#data-table(") == blocks
    assert all([row[0] for row in table["body"]] == ["0", "1"] for table in tables), "each begins with the row heads"


def test_a_figure_taller_than_the_page_stays_on_one(notebook, shown):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="9000"><path d="M0 0h9v9z"/></svg>'
    made = to_pdf(build_document(notebook([shown({"image/svg+xml": svg}, alt="x", caption="c")])), title="T")
    assert len(pikepdf.open(io.BytesIO(made)).pages) <= 2


def test_text_fills_the_room_before_a_tall_figure(notebook, shown):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="560"><path d="M0 0h9v9z"/></svg>'
    text = "\n\n".join(["some words that go on " * 20] * 5)  # more than half a page, as the figure is
    cells = [part for _ in range(3) for part in (text, [shown({"image/svg+xml": svg}, alt="x", caption="c")])]
    made = to_pdf(build_document(notebook(*cells)), title="T")
    assert len(pikepdf.open(io.BytesIO(made)).pages) == 4, "not a page for each text and each figure"


@pytest.mark.parametrize(("rows", "together"), [(8, "true"), (13, "false")])
def test_a_table_of_few_rows_stays_on_one_page_however_long_its_caption(notebook, shown, rows, together):
    html = pd.DataFrame({"n": range(rows)}).to_html(index=False)
    made = build_document(notebook([shown({"text/html": html}, caption="some words that go on " * 80)]))
    source, _ = typst_source(made, title="T", meta={}, toc=False)
    assert f"together: {together}" in source


def test_months_of_a_register_are_bookmarks_and_no_part_of_the_contents():
    heads = [
        node("Header", 2, attr(name, classes), inlines_of_text(name))
        for name, classes in (("Own", []), ("May", [MONTH_CLASS]))
    ]
    whole = new_document([node("Header", 1, attr(), inlines_of_text("All")), *heads])
    source, _ = typst_source(whole, title="T", meta={}, toc=True)
    left_out = [line for line in source.splitlines() if "outlined: false" in line]
    assert left_out == ["#heading(level: 2, outlined: false)[May]"]
    with pikepdf.open(io.BytesIO(to_pdf(whole, title="T", toc=True))).open_outline() as outline:
        assert [child.title for child in outline.root[0].children] == ["Own", "May"]


def test_a_book_lists_its_chapters_and_begins_each_below_the_last(notebook):
    chapter = build_document(notebook("# Own\n\n## Part\n\ntext"))
    made = pikepdf.open(io.BytesIO(to_pdf(bind_documents([chapter, chapter], ["One", "Two"]), title="All", toc=True)))
    with made.open_outline() as outline:
        assert [item.title for item in outline.root] == ["One", "Two"]
    assert len(made.pages) == 1  # no page for each


def test_arabic_is_set_from_right_to_left_wherever_it_begins_a_text(notebook, shown):
    rows = "<table><tr><th>a</th></tr><tr><td>عين</td></tr><tr><td>Erbil هەولێر</td></tr></table>"
    texts = ("# عين", "عين", "- *عين*\n- عين", "> عين", "Erbil is هەولێر")
    made = build_document(notebook(*texts, [shown({"text/html": rows})]))
    source, _ = typst_source(made, title="T", meta={}, toc=False)
    assert source.count("#set text(dir: rtl)") == 6  # heading, text, list, quotation and its paragraph, cell
    assert "\n- #emph[عين]\n- عين" in source


def test_entries_of_a_register_stand_in_columns_under_their_headings(notebook):
    entry = node("Div", attr(classes=["entry"]), [paragraph("said")])
    heads = [node("Header", level, attr(), inlines_of_text(text)) for level, text in ((2, "Month"), (3, "Id"))]
    source, _ = typst_source(
        new_document([paragraph("before"), *heads, entry, paragraph("after")]), title="T", meta={}, toc=False
    )
    body = source[source.index("\nbefore") :]
    inside = body[body.index("#in-columns[") : body.index("\nafter")]
    assert all(text in inside for text in ("Month", "Id", "said"))
    assert inside.rstrip().endswith("]")


def test_a_word_too_long_for_a_line_may_break(notebook):
    source, _ = typst_source(build_document(notebook("x" * 200)), title="T", meta={}, toc=False)
    assert max(map(len, re.findall("x+", source))) * 0.5 < 45


def test_names_of_the_template_do_not_reach_into_formulas(notebook):
    made = build_document(notebook(r"$a\,b \; \hat{x} \acute{y} \mathtt{z} \bar{u}$"))
    source, _ = typst_source(made, title="T", meta={}, toc=False)
    defined = set(re.findall(r"^#let ([\w-]+)", source, re.MULTILINE)) - {"horizontalrule"}
    assert all("-" in name for name in defined)
