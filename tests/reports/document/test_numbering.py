import pytest

from analysis.evidence.errors import InputError
from analysis.reports.document.book import bind_documents
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.numbering import (
    drop_title,
    number_captions,
    shift_headings,
    title_meta,
)
from analysis.reports.document.tree import elements, text_of


def found(blocks, kind):
    return [element for element in elements(blocks) if element["t"] == kind]


def captions(blocks):
    return [text_of(e["c"][1]) for e in elements(blocks) if e["t"] in ("Figure", "Table") and e["c"][1][1]]


def levels(blocks):
    return [block["c"][0] for block in found(blocks, "Header")]


def test_figures_and_tables_count_apart_and_only_with_a_caption(notebook, figure):
    outputs = [figure(alt="x", caption="One"), figure(alt="x"), figure(alt="x", caption="Two")]
    blocks = number_captions(build_document(notebook(outputs))["blocks"])
    assert captions(blocks) == ["Figure\u00a01. One", "Figure\u00a02. Two"]


def test_an_empty_link_to_a_figure_says_its_number(report):
    links = {link["c"][2][0]: text_of(link["c"][1]) for link in found(number_captions(report["blocks"]), "Link")}
    assert links["#fig-weekly"] == "Figure\u00a01"
    assert links["#tbl-rates"] == "Table\u00a01"


def test_a_link_to_nowhere_keeps_its_words(notebook):
    blocks = number_captions(build_document(notebook("[words](#nowhere)"))["blocks"])
    assert not found(blocks, "Link")
    assert text_of(blocks) == "words"


def test_numbering_leaves_the_document_as_it_was(report):
    before = str(report)
    number_captions(report["blocks"])
    assert str(report) == before


@pytest.mark.parametrize(
    ("given", "first", "expected"),
    [
        ("## a\n\n#### b\n\n## c", 1, [1, 2, 1]),
        ("# a\n\n### b\n\n## c", 2, [2, 3, 3]),
        ("### a\n\n# b", 1, [1, 1]),
    ],
)
def test_headings_never_leap(notebook, given, first, expected):
    assert levels(shift_headings(build_document(notebook(given))["blocks"], first)) == expected


def test_the_title_is_not_said_twice(notebook):
    blocks = build_document(notebook("# The  title\n\ntext"))["blocks"]
    assert levels(drop_title(blocks, "The title")) == []
    assert levels(drop_title(blocks, "Another")) == [1]


def test_a_title_with_straight_quotes_is_the_heading_with_curly_ones(notebook):
    blocks = build_document(notebook('# The "pause" -- whose?'))["blocks"]
    assert drop_title(blocks, 'The "pause" -- whose?') == []


def test_a_language_that_is_none_is_refused():
    with pytest.raises(InputError, match=r"lang.*'en'"):
        title_meta("T", "", "", (), 'en", fill: red')


def test_a_book_has_a_chapter_for_each_document_under_its_own_title(notebook):
    one = build_document(notebook("# One\n\n# Part"))
    two = build_document(notebook("# Two\n\n## Part"))
    made = bind_documents([one, two])
    assert [text_of(h["c"][2]) for h in found(made["blocks"], "Header") if h["c"][0] == 1] == ["One", "Two"]
    assert levels(made["blocks"]) == [1, 2, 1, 2]


def test_a_given_title_replaces_the_documents_own(notebook):
    made = bind_documents([build_document(notebook("# One\n\ntext"))], ["Given"])
    assert [text_of(h["c"][2]) for h in found(made["blocks"], "Header")] == ["Given"]


def test_anchors_of_a_book_are_unique_and_links_follow_them(notebook, figure):
    chapter = build_document(notebook("# One\n\n[](#fig-a)", [figure(alt="x", caption="c", label="fig-a")]))
    other = build_document(notebook("# Two\n\n[](#fig-a)"))
    blocks = number_captions(bind_documents([chapter, chapter, other])["blocks"])
    anchors = [figure["c"][0][0] for figure in found(blocks, "Figure")]
    assert anchors == ["chapter-1-fig-a", "chapter-2-fig-a"]
    links = [(link["c"][2][0], text_of(link["c"][1])) for link in found(blocks, "Link")]
    assert links == [
        ("#chapter-1-fig-a", "Figure\u00a01"),
        ("#chapter-2-fig-a", "Figure\u00a02"),
        ("#chapter-1-fig-a", "Figure\u00a01"),
    ]
