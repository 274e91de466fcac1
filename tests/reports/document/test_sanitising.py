import pytest

from analysis.reports.document.images import data_uri, drawable_uri, split_uri
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.pandoc import run_pandoc, write_markup
from analysis.reports.document.tree import elements, text_of
from analysis.reports.pdf.typst_pdf import quote_typst, to_pdf
from analysis.reports.web.html_page import to_html

HOSTILE = [
    '#read("/etc/passwd")', '#import "@preview/a:0.1.0": *', "#let x = 1", "= Heading", "/ term: x",
    "// comment", "/* comment */", "@reference", "<label>", "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">', r"\input{/etc/passwd}", r"\write18{ls}", "#{1 + 1}", "{.a #b}",
    'a{typst:text:fill="read(1)"}', '"]#read("x")["', "`x`{=html}", "=cmd|' /C calc'!A0", "$]#read(1)[$",
]  # fmt: skip

UNSEEN = {"<label>": [], "<script>alert(1)</script>": [], '<img src=x onerror="alert(1)">': ["image"]}


def found(blocks, kind):
    return [element for element in elements(blocks) if element["t"] == kind]


def words(text):
    return "".join(c if c.isalnum() else " " for c in text).split()


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_markdown_cell_is_shown_as_text(notebook, text):
    tree = build_document(notebook(text))
    assert not found(tree["blocks"], "RawInline") + found(tree["blocks"], "RawBlock")
    # What typst reads is read back by pandoc's own typst reader: it must be the words, as words.
    back = run_pandoc(["--from=typst", "--to=plain", "--wrap=none"], write_markup(tree, "typst"))
    assert words(back) == UNSEEN.get(text, words(text))


@pytest.mark.slow
def test_all_hostile_texts_together_make_a_pdf_and_a_page_without_script(notebook):
    tree = build_document(notebook(*HOSTILE))
    assert to_pdf(tree, title=HOSTILE[0], subtitle=HOSTILE[9], provenance=[(HOSTILE[1], HOSTILE[16])])
    page = to_html(tree, title=HOSTILE[9], provenance=[(HOSTILE[9], HOSTILE[10])])
    assert "<script" not in page
    assert "<img" not in page


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "file:///etc/passwd", "vbscript:x"]
)
def test_a_link_that_could_do_harm_keeps_its_words_only(notebook, target):
    tree = build_document(notebook(f"[words](<{target}>)"))
    assert not found(tree["blocks"], "Link")
    assert text_of(tree["blocks"]) == "words"


@pytest.mark.parametrize("target", ["https://a.b/c?d=e", "http://a.b", "mailto:a@b.c", "#part"])
def test_a_link_to_a_page_a_person_or_a_part_is_kept(notebook, target):
    assert found(build_document(notebook(f"# Part\n\n[words]({target})"))["blocks"], "Link")


def test_an_image_outside_the_notebook_is_its_words(notebook):
    tree = build_document(notebook("![local](/etc/passwd) ![remote](https://a.b/c.png)"))
    assert not found(tree["blocks"], "Image")
    assert text_of(tree["blocks"]) == "local remote"


def test_attributes_in_html_that_typst_would_run_are_gone(notebook, shown):
    html = '<table typst:fill="read(1)"><tr><td typst:fill="read(1)" id="x">a</td></tr></table>'
    assert "read" not in str(build_document(notebook([shown({"text/html": html})])))


def test_the_class_of_a_code_block_is_a_language_or_nothing(notebook):
    tree = build_document(notebook("```python\nx\n```", "```py`#read(1)\nx\n```", "~~~ a`#read(1)\nx\n~~~"))
    blocks = found(tree["blocks"], "CodeBlock")
    assert [block["c"][0][1] for block in blocks if block["c"][1] == "x"] == [["python"], []]


def test_a_comment_in_markdown_is_not_shown(notebook):
    assert text_of(build_document(notebook("a <!-- b --> c", "<!-- d -->"))["blocks"]).split() == ["a", "c"]


@pytest.mark.slow
@pytest.mark.parametrize("character", ["\x00", "\x07", "\ue000", "\ufffe", "\ud800", "\u202e", "\u200b", "🚀", "中"])
def test_a_character_no_font_or_standard_allows_does_not_stop_the_pdf(notebook, shown, character):
    text = f"a{character}b"
    tree = build_document(notebook(text, [shown({"text/plain": text})]))
    assert to_pdf(tree, title=text).startswith(b"%PDF")


@pytest.mark.parametrize("reference", ['href="/etc/passwd"', "xlink:href='http://a.b/c.png'"])
def test_an_svg_names_no_file_and_no_address(reference):
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    _, drawn = split_uri(data_uri("image/svg+xml", f"{head}<image {reference}/><use href='#a'/></svg>"))
    assert b"/etc" not in drawn and b"http://a.b" not in drawn
    assert b"href='#a'" in drawn


@pytest.mark.parametrize("uri", ["data:text/html;base64,AAAA", "data:image/png;base64,AAAA", "/a.png", "http://a.b"])
def test_only_an_image_that_can_be_drawn_is_sound(uri):
    assert drawable_uri(uri) is None


def test_a_typst_string_cannot_be_left():
    assert quote_typst('a"\\\n\u2028') == '"a\\"\\\\\\n\\u{2028}"'
