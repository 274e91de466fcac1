"""What is neither a page's nor a script's: raw cells, unknown types of outputs, options of Quarto, names of places."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document, stated_title
from analysis.reports.document.numbering import number_captions
from analysis.reports.document.tree import elements, text_of

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PLOT = new_output("display_data", {"image/png": DOT, "text/plain": "<Figure size 1x1>"})
TABLE = new_output("execute_result", {"text/html": "<table><tr><th>n<tr><td>1</table>"})
REPR = new_output("execute_result", {"text/plain": "[<matplotlib.lines.Line2D at 0x7f>]"})
FRONT = "---\ntitle: Attacks a week\nformat: html\n---"


def blocks_of(*cells):
    losses = Losses()
    return build_document(new_notebook(cells=list(cells)), losses=losses)["blocks"], losses.said


@pytest.mark.parametrize("about, kinds", [
    ({}, ["CodeBlock"]), ({"format": "text/html"}, ["Para"]), ({"raw_mimetype": "text/markdown"}, ["Para"]),
    ({"format": "text/latex"}, []),
])  # fmt: skip
def test_a_raw_cell_is_what_its_format_says(about, kinds):
    blocks, said = blocks_of(new_raw_cell("some <b>words</b>", metadata=about))
    assert [block["t"] for block in blocks] == kinds
    assert said == []


def test_metadata_in_a_first_raw_cell_are_the_title_and_not_text():
    made = new_notebook(cells=[new_raw_cell(FRONT), new_markdown_cell("text")])
    assert stated_title(made) == "Attacks a week"
    assert text_of(build_document(made)["blocks"]) == "text"
    made.metadata["title"] = "Another"
    assert stated_title(made) == "Another"
    assert stated_title(new_notebook(cells=[new_raw_cell("---\ntitle: [\n---")])) == ""
    assert stated_title(new_notebook()) == ""


@pytest.mark.parametrize("data, said", [
    ({"text/csv": "a,b"}, "a,b"), ({"text/x-rst": ["one\n", "two"]}, "one\ntwo"), ({"text/csv": ""}, ""),
])  # fmt: skip
def test_a_text_of_a_type_nobody_knows_is_its_text(data, said):
    blocks, lost = blocks_of(new_code_cell("", outputs=[new_output("display_data", data)]))
    assert text_of(blocks) == said
    assert lost == []


@pytest.mark.parametrize("data, name", [
    ({"image/png": "no picture"}, "picture (image/png), which cannot be read"),
    ({"image/svg+xml": "<svg", "text/plain": "<SVG object>"}, "picture (image/svg+xml), which cannot be read"),
    ({"image/avif": DOT}, "picture (image/avif)"), ({"video/mp4": "AAAA"}, "video (video/mp4)"),
    ({"application/vnd.dataresource+json": {"data": [1]}}, "table (application/vnd.dataresource+json)"),
    ({"application/geo+json": {}, "text/plain": "<GeoJSON object>"}, "map (application/geo+json)"),
    ({"text/vnd.mermaid": "graph TD"}, "Mermaid diagram (text/vnd.mermaid)"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_a_frame_that_names_its_type(data, name):
    blocks, lost = blocks_of(new_code_cell("", outputs=[new_output("display_data", data)]))
    assert "placeholder" in blocks[0]["c"][0][1]
    assert len(lost) == 1 and name in lost[0]
    assert "<" not in text_of(blocks)


def test_a_mermaid_diagram_in_markdown_is_its_source_and_is_said():
    blocks, lost = blocks_of(new_markdown_cell("```mermaid\ngraph TD; A-->B\n```"))
    assert "A-->B" in text_of(blocks)
    assert len(lost) == 1 and "Mermaid" in lost[0]


def captions(source, *outputs):
    blocks, _ = blocks_of(new_code_cell(source, outputs=list(outputs)))
    return [text_of(e["c"][1][1]) for e in elements(blocks) if e["t"] in ("Figure", "Table")]


def test_the_caption_of_a_cell_goes_to_its_picture_or_to_its_table():
    assert captions("#| fig-cap: A week\nplot()", REPR, PLOT) == ["A week"]
    assert captions("#| tbl-cap: A week\nplot()", PLOT, REPR, TABLE) == ["", "A week"]
    assert captions("#| label: tbl-w\n#| cap: A week\nplot()", PLOT, TABLE) == ["", "A week"]


def test_captions_of_a_list_go_to_the_pictures_in_turn():
    assert captions("#| fig-cap:\n#|   - One\n#|   - Two\n#| label: fig-a\nplot()", PLOT, REPR, PLOT, PLOT) == [
        "One", "Two", "",
    ]  # fmt: skip


@pytest.mark.parametrize("target", ["Some-Words:-one", "some-words-one", "Some-Words:-%6Fne"])
def test_a_link_as_notebook_pages_spell_it_finds_its_heading(target):
    blocks, _ = blocks_of(new_markdown_cell(f"[there](#{target}) and [nowhere](#x)\n\n## Some Words: one"))
    links = [e["c"][2][0] for e in elements(number_captions(blocks)) if e["t"] == "Link"]
    assert links == ["#some-words-one"]


def test_the_parts_of_a_figure_have_their_captions_below_that_of_the_whole():
    source = "#| fig-cap: Both\n#| fig-subcap:\n#|   - One\n#|   - Two\nplot()"
    assert captions(source, PLOT, PLOT) == ["Both (a) One", "(b) Two"]
    assert captions("#| fig-subcap: [One]\nplot()", PLOT) == ["(a) One"]
    assert captions("#| fig-cap: |\n#|   One\n#|   line\nplot()", PLOT) == ["One line"]


PRINTED = [new_output("stream", name="stdout", text="**said**"), new_output("stream", name="stderr", text="warned")]


@pytest.mark.parametrize("options, kinds, words", [
    ("output: asis", ["CodeBlock", "Para", "CodeBlock"], "xsaidwarned"),
    ("warning: false", ["CodeBlock"] * 2, "x**said**"),
    ("results: asis", ["CodeBlock", "Para", "CodeBlock"], "xsaidwarned"), ("output: false", ["CodeBlock"], "x"),
    ("results: hide", ["CodeBlock"], "x"), ("include: false", [], ""), ("eval: false", ["CodeBlock"] * 3, ""),
    ("lst-cap: A *listing*", ["CodeBlock", "Para", "CodeBlock", "CodeBlock"], "xA listing**said**warned"),
])  # fmt: skip
def test_options_say_what_of_a_cell_is_shown_and_how(options, kinds, words):
    blocks = build_document(new_notebook(cells=[new_code_cell(f"#| {options}\nx", outputs=PRINTED)]), code="show")
    assert [block["t"] for block in blocks["blocks"]] == kinds
    assert text_of(blocks["blocks"]).startswith(words)
