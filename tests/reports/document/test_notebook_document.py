import json

import pytest
from nbformat.v4 import new_output

from analysis.evidence.errors import InputError
from analysis.reports.document import pandoc
from analysis.reports.document.notebook_document import build_document, read_notebook
from analysis.reports.document.tree import API_VERSION, elements, node, text_of


def kinds(tree):
    return [block["t"] for block in tree["blocks"]]


def all_of(tree, kind):
    return [element for element in elements(tree["blocks"]) if element["t"] == kind]


def blocks(notebook, **options):
    return build_document(notebook, **options)["blocks"]


def test_the_tree_is_of_the_version_that_pandoc_prints(report):
    printed = json.loads(pandoc.run_pandoc(["--to=json"], "x"))
    assert report["pandoc-api-version"] == API_VERSION == printed["pandoc-api-version"]


def test_one_process_reads_all_cells(notebook, monkeypatch):
    calls = []
    monkeypatch.setattr(pandoc, "run_pandoc", lambda a, t, run=pandoc.run_pandoc: calls.append(a) or run(a, t))
    build_document(notebook(*["a cell"] * 50))
    assert len(calls) == 1


def test_an_unclosed_fence_stays_in_its_cell(notebook):
    assert kinds(build_document(notebook("```\nx", "# After"))) == ["CodeBlock", "Header"]


def test_code_is_hidden_unless_asked_for(notebook):
    assert blocks(notebook([])) == []
    assert all_of(build_document(notebook([]), code="show"), "CodeBlock")[0]["c"][1] == "x = 1"


@pytest.mark.parametrize("tag", ["hide-input", "remove-input", "hide-cell", "remove-cell"])
def test_a_tagged_cell_hides_its_code_even_when_code_is_shown(notebook, tag):
    assert blocks(notebook([], tags=[tag]), code="show") == []


@pytest.mark.parametrize("tag", ["hide-output", "remove-output", "hide-cell"])
def test_a_tagged_cell_hides_its_outputs(notebook, tag):
    output = new_output("stream", name="stdout", text="secret")
    assert "secret" not in text_of(blocks(notebook([output], tags=[tag]), code="show"))


def test_parameters_are_not_shown_in_a_report(notebook):
    assert blocks(notebook([], tags=["injected-parameters"])) == []


def test_a_warning_on_stderr_is_for_those_who_read_the_code(notebook):
    outputs = [new_output("stream", name=name, text=name) for name in ("stdout", "stderr")]
    assert text_of(blocks(notebook(outputs))) == "stdout"
    assert "stderr" in text_of(blocks(notebook(outputs), code="show"))


def test_a_progress_bar_shows_its_last_state(notebook):
    output = new_output("stream", name="stdout", text="10 %\r100 %\ndone\n")
    assert text_of(blocks(notebook([output]))) == "100 %\ndone"


def test_a_traceback_loses_its_colours_and_is_marked(notebook):
    output = new_output("error", ename="E", evalue="v", traceback=["\x1b[0;31mE\x1b[0m: v"])
    (block,) = blocks(notebook([output]))
    assert block == node("CodeBlock", ["", ["traceback"], []], "E: v")


def test_a_figure_takes_the_svg_and_its_caption_alt_and_label(notebook, figure):
    output = figure(alt="Two bars", caption="Rose to **nine**.", label="fig-a")
    ((kind, (attributes, caption, content)),) = [b.values() for b in blocks(notebook([output]))]
    (image,) = all_of({"blocks": content}, "Image")
    assert (kind, attributes[0]) == ("Figure", "fig-a")
    assert text_of(image["c"][1]) == "Two bars"
    assert image["c"][2][0].startswith("data:image/svg+xml;base64,")
    assert node("Strong", [node("Str", "nine")]) in caption[1][0]["c"]


def test_a_figure_without_description_is_said_to_have_none(notebook, figure):
    (image,) = all_of(build_document(notebook([figure()])), "Image")
    assert text_of(image["c"][1]) == "Figure without description"


def test_strict_names_the_cell_whose_figure_has_no_description(notebook, figure):
    made = notebook("text", [figure()])
    with pytest.raises(InputError, match=rf"cell 2 \(id {made.cells[1].id}\).*alt"):
        build_document(made, strict=True)


def test_the_plain_text_describes_where_it_is_a_description(notebook, shown, figure):
    output = figure()
    output.data["text/plain"] = "Two bars"
    (image,) = all_of(build_document(notebook([output]), strict=True), "Image")
    assert text_of(image["c"][1]) == "Two bars"


def test_an_image_that_cannot_be_drawn_gives_way_to_the_text(notebook, shown):
    output = shown({"image/png": "AAAA", "text/plain": "what it showed"})
    assert text_of(blocks(notebook([output]))) == "what it showed"


def test_html_of_scripts_only_gives_way_to_the_plain_text(notebook, shown):
    output = shown({"text/html": "<script>draw()</script><style>p{}</style>", "text/plain": "plain"})
    assert text_of(blocks(notebook([output]))) == "plain"


@pytest.mark.parametrize("latex", ["$x^2$", "$$x^2$$", r"$\displaystyle x^2$", r"\[x^2\]"])
def test_latex_outputs_are_formulas(notebook, shown, latex):
    (formula,) = all_of(build_document(notebook([shown({"text/latex": latex})])), "Math")
    assert formula["c"][1] == "x^2"


def test_the_caption_of_an_output_goes_to_its_table(notebook, shown):
    html = "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>"
    (table,) = blocks(notebook([shown({"text/html": html}, caption="A *caption*", label="tbl-a")]))
    assert table["c"][0][0] == "tbl-a"
    assert text_of(table["c"][1]) == "A caption"


def test_an_attachment_is_the_image_it_names(notebook):
    made = notebook("![alt](attachment:a.svg)")
    made.cells[0].attachments = {"a.svg": {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}}
    assert all_of(build_document(made), "Image")[0]["c"][2][0].startswith("data:image/svg+xml")


def test_headings_of_the_same_words_have_different_anchors(notebook):
    tree = build_document(notebook("# Rate", "# Rate", "# Rate"))
    assert [block["c"][1][0] for block in tree["blocks"]] == ["rate", "rate-2", "rate-3"]


def test_a_paragraph_in_arabic_is_set_from_right_to_left(notebook):
    arabic, english = blocks(notebook("تعرضت قاعدة عين الأسد", "Erbil is هەولێر in Kurdish"))
    assert (arabic["t"], arabic["c"][0][2]) == ("Div", [["dir", "rtl"]])
    assert english["t"] == "Para"


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("{not json")
    with pytest.raises(InputError, match=r"a\.ipynb: not a Jupyter notebook"):
        read_notebook(path)
    with pytest.raises(InputError, match=r"b\.ipynb: cannot be opened"):
        read_notebook(tmp_path / "b.ipynb")


def test_something_that_is_no_notebook_is_refused():
    with pytest.raises(InputError, match="no list of cells"):
        build_document({"worksheets": []})


@pytest.mark.parametrize("name", ["a.svg", "deeper/a%20b.svg", "./a.svg"])
def test_an_image_in_a_file_beside_the_notebook_is_used_where_a_folder_is_given(notebook, tmp_path, name):
    (tmp_path / "deeper").mkdir()
    for path in ("a.svg", "deeper/a b.svg"):
        (tmp_path / path).write_text("<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>")
    made = notebook(f"![alt]({name})")
    assert len(all_of(build_document(made, folder=tmp_path), "Image")) == 1
    assert not all_of(build_document(made), "Image")


def test_html_that_only_says_structure_is_read_as_structure(notebook):
    made = build_document(
        notebook(
            "a <b>c *d*</b> <sup>2</sup><br>e <code>x_y</code> <a href='https://a.b'>f</a> <span style='x'>g</span>",
            "<table><tr><th>h</th></tr><tr><td>1</td></tr></table>",
            "<div class='alert'>\n\n**i**\n\n</div>\n\n<details><summary>j</summary>k</details>",
        )
    )
    kinds_of = {e["t"] for e in elements(made["blocks"])}
    assert {"Strong", "Emph", "Superscript", "LineBreak", "Code", "Link", "Table"} <= kinds_of
    assert "<" not in text_of(made["blocks"])


@pytest.mark.parametrize(
    ("text", "seen"),
    [("a <script>x</script>", "a"), ("<b onclick=x>y</b>", "y"), ("<style>p{}</style>", ""), ("x < y", "x < y"),
     ("<form><input value=typed></form>", "typed"), ("<b>open", "open"), ("use <name> here", "use <name> here"),
     ("<div align=center>\n\n# T\n\n</div>", "T"), ("<p hidden>x</p>y", "y"), ("a <!-- b --> c", "a c")],
)  # fmt: skip
def test_html_in_markdown_says_what_a_browser_shows(notebook, text, seen):
    assert " ".join(text_of(build_document(notebook(text))["blocks"]).split()) == seen


def test_a_high_resolution_image_is_as_wide_as_it_was_meant(notebook, shown):
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    made = build_document(notebook([shown({"image/png": dot}, **{"image/png": {"width": 320, "height": 200}})]))
    assert all_of(made, "Image")[0]["c"][0][2] == [["width", "320px"]]


@pytest.mark.parametrize("tags", [[], ["show-input"], ["show-input", "hide-input"]])
def test_only_marked_code_is_shown_where_marks_decide(notebook, tags):
    warning = new_output("stream", name="stderr", text="warned")
    said = text_of(blocks(notebook([warning], tags=tags), code="marked"))
    assert ("x = 1" in said) == ("warned" in said) == (tags == ["show-input"])


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.mark.parametrize("said", [None, 3, ["a"], {"a": 1}, True])
def test_what_an_output_says_of_itself_is_text_or_nothing(notebook, shown, said):
    picture = shown({"image/svg+xml": DRAWING, "text/plain": "words"}, alt=said, label=said, caption=said)
    per_kind = shown({"image/svg+xml": DRAWING}, **{"image/svg+xml": {"alt": said}})
    tree = build_document(notebook([picture, per_kind, shown({"text/html": "<table><td>1"}, label=said)]))
    assert [block["t"] for block in tree["blocks"]] == ["Figure", "Figure", "Table"]
