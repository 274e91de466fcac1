"""HTML says what a browser shows: each case is one thing that pages do and parsers of XML do not."""

import base64
import io

import pandas as pd
import pytest
from PIL import Image

from analysis.reports.document.html_reader import read_html
from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of
from analysis.reports.web.html_page import to_html


def words(blocks):
    return " ".join(text_of(block) for block in blocks).split()


def tables(html):
    return [e for e in elements(read_html(html).blocks) if e["t"] == "Table"]


def rows(table):
    _, _, _, head, bodies, foot = table["c"]
    parts = [head[1], *(part for body in bodies for part in body[2:]), foot[1]]
    return [[text_of(cell[4]) for cell in cells] for part in parts for _, cells in part]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<table><tr><th>place<th>n<tr><td>Erbil<td>4<tr><td>Hasakah<td>3</table>",
         [["place", "n"], ["Erbil", "4"], ["Hasakah", "3"]]),
        ("<table><thead><tr><th>a</thead><tbody><tr><td>1<tbody><tr><td>2<tfoot><tr><td>3", [["a"], ["1"], ["2"],
        ["3"]]),
        ("<table><tr><td>1</td></tr><tr></tr><tr><td>1<td>2<td>3", [["1", "", ""], ["1", "2", "3"]]),
        ("<table><tr><td rowspan=3>g<td>1<tr><td>2<tr><td>3", [["g", "1"], ["2"], ["3"]]),
        ("<table><tr><td rowspan=0>g<td>1<tr><td>2", [["g", "1"], ["2"]]),
        ("<table><tr><td>a<p>b<p>c</table>", [["abc"]]),
        ("<table><tr style='display:none'><td>x<tr><td>y<td hidden>z", [["y", "z"]]),
        ("<table><tr><td><b>1</i></b></tr></tr></table>", [["1"]]),
    ],
)  # fmt: skip
def test_the_cells_of_a_table_are_those_of_a_browser(html, expected):
    (table,) = tables(html)
    assert rows(table) == expected


@pytest.mark.parametrize(("across", "down"), [(100_000, 100_000), (1000, 1), (3, 65_534)])
def test_a_span_without_measure_is_as_wide_as_the_cells_that_begin_below_it(across, down):
    (table,) = tables(
        f"<table><tr><td colspan={across} rowspan={down}>a</td></tr><tr><td>b</td><td>c</td></tr></table>"
    )
    assert len(table["c"][2]) <= 3
    assert {"a", "b", "c"} == {text for row in rows(table) for text in row if text}


def test_many_spans_take_no_more_than_their_cells():
    rows_below = ("<tr>" + "<td>b" * 60) * 60
    (table,) = tables("<table><tr>" + "<td colspan=1000 rowspan=1000>a" * 60 + rows_below)
    assert len(table["c"][2]) <= 120


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<div style='display: none'>x</div><p hidden>y</p>seen", "seen"),
        ("<style>.a{display:none} .b{color:red}</style><p class=a>x</p><p class=b>seen</p>", "seen"),
        ("<style>p{display:none} p.s{display:block}</style><p>x</p><p class=s>seen</p>", "seen"),
        ("<style>.d{display:none} input:checked ~ .d{display:block}</style>"
         "<input type=radio checked><p class=d>seen", "seen"),
        ("<script>x</script><template>x</template><noscript>x</noscript><title>x</title>seen", "seen"),
        ("<select><option>one<option selected>two</select> <input value=typed> <textarea>t</textarea>", "two typed t"),
        ("a&nbsp;&lt;b&gt; &euro; &unknown;", "a\xa0<b> € &unknown;"),
        ("<p>one<p>two<br>three", "one two three"),
        ("<!-- x --><details><summary>more</summary>inside</details>", "more inside"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "abc"),
        ("<q>said</q>", "“said”"), ("<dl><dt>t<dd>d</dl>", "td"), ("<h2>t</h2>x", "t x"),
        ("<button><svg><path d='M0 0'/></svg>Go</button>", "Go"),
    ],
)  # fmt: skip
def test_what_a_browser_shows_is_printed_and_nothing_else(html, seen):
    assert words(read_html(html).blocks) == seen.replace("\xa0", " ").split()


def test_row_heads_are_told_from_cells():
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")], names=["g", "k"]))
    (table,) = tables(frame.to_html())
    assert table["c"][4][0][1] == 2
    assert tables(pd.DataFrame({"n": [1, 2]}).to_html(index=False))[0]["c"][4][0][1] == 0


def test_the_colours_of_a_styled_frame_are_kept(notebook, shown):
    styled = pd.DataFrame({"n": [1, 2]}).style.map(lambda v: "background-color: #ff0000; color: white" if v > 1 else "")
    made = build_document(notebook([shown({"text/html": styled.to_html()})]))
    (table,) = [e for e in elements(made["blocks"]) if e["t"] == "Table"]
    colours = [dict(cell[0][2]) for _, cells in table["c"][4][0][3] for cell in cells]
    assert {"fill": "#ff0000", "ink": "#ffffff"} in colours
    assert sum(map(bool, colours)) == 1


@pytest.mark.parametrize("colour", ["red", "rgb(255, 0, 0)", "#f00", "hsl(0, 100%, 50%)", "rgba(255,0,0,1)"])
def test_a_colour_is_one_however_it_is_spelt(colour):
    (table,) = tables(f"<table><tr><td style='background: {colour}'>x</table>")
    assert dict(table["c"][4][0][3][0][1][0][0][2]) == {"fill": "#ff0000"}


def dot(kind="PNG"):
    made = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(made, kind)
    return base64.b64encode(made.getvalue()).decode()


@pytest.mark.parametrize(
    "source",
    [f"data:image/png;base64,{dot()}", f"data: image/png; base64,{dot()}",
    f"DATA:image/PNG;charset=utf-8;base64,{dot()}",
     f"data:image/png;base64,{dot()[:20]}\n {dot()[20:]}", f"data:image/jpg;base64,{dot('JPEG')}",
     f"data:image/png;base64,{dot().rstrip('=')}",
     "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='3' height='2'><path d='M0 0'/></svg>",
     "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cpath d='M0 0'/%3E%3C/svg%3E"],
)  # fmt: skip
def test_an_image_is_drawn_however_its_data_are_spelt(notebook, shown, source):
    losses = Losses()
    made = build_document(notebook([shown({"text/html": f'<p>see <img src="{source}" alt="x"></p>'})]), losses=losses)
    assert [e["t"] for e in elements(made["blocks"]) if e["t"] == "Image"] == ["Image"]
    assert losses.said == []


@pytest.mark.parametrize("style", ["width='50'", "style='width: 50px'", "width='50px'", "style='width:3.125em'"])
def test_an_image_keeps_the_size_that_it_is_given(notebook, style):
    made = build_document(notebook(f'<img src="data:image/png;base64,{dot()}" alt="x" {style}>'))
    (image,) = [e for e in elements(made["blocks"]) if e["t"] == "Image"]
    assert image["c"][0][2] == [["width", "50px"]]


def test_an_image_that_is_not_in_the_notebook_is_said(notebook):
    losses = Losses()
    build_document(notebook("text", "![a](missing.png) <img src='https://a.b/c.png'>"), losses=losses)
    assert len(losses.said) == 2
    assert all(line.startswith("cell 2 ") and "an image is not in the notebook" in line for line in losses.said)


@pytest.mark.parametrize("html", ["<div>" * 30_000, "<ul><li>" * 900, "<table><tr><td>" * 200, "<b><i>" * 700])
def test_what_is_nested_without_end_is_its_words(notebook, shown, html):
    made = build_document(notebook([shown({"text/html": html + "words"})]))
    assert "words" in text_of(made["blocks"])


@pytest.mark.parametrize(
    ("markdown", "kinds"),
    [("<div align=center>\n\n**b** text\n\n</div>", {"Strong"}), ("<b>a *c*</b> d", {"Strong", "Emph"}),
     ("<details><summary>s</summary>\n\n- x\n\n</details>", {"BulletList"}),
     ("<table>\n<tr><td>\n\n`x`\n\n</td></tr></table>", {"Table", "Code"}), ("> <i>a</i>\n\n1. <u>b</u>", {"Emph",
     "Underline"}),
     ("# T <sup>2</sup>", {"Header", "Superscript"}), ("[a<br>b](https://a.b)", {"Link", "LineBreak"})],
)  # fmt: skip
def test_html_and_markdown_enclose_each_other(notebook, markdown, kinds):
    assert kinds <= {e["t"] for e in elements(build_document(notebook(markdown))["blocks"])}


@pytest.mark.parametrize(("html", "wanted"), [
    ("<mark>a</mark>", {"fill": "#ffff00"}), ("<mark style='background:#fcc'>a</mark>", {"fill": "#ffcccc"}),
    ("<span style='background-color:lime;color:red'>a</span>", {"fill": "#00ff00", "ink": "#ff0000"}),
    ("<font color=red>a</font>", {"ink": "#ff0000"}),
])  # fmt: skip
@pytest.mark.parametrize("where", ["html", "markdown", "table"])
def test_words_keep_their_colours_in_both_formats(notebook, shown, html, wanted, where):
    cell = {"html": [shown({"text/html": html})], "markdown": f"b {html}", "table": f"| b |\n|---|\n| {html} |"}[where]
    tree = build_document(notebook(cell))
    (span,) = (e for e in elements(tree["blocks"]) if e["t"] == "Span")
    assert dict(span["c"][0][2]) == wanted
    page = to_html(tree, title="")
    assert all(colour in page.partition("<body")[2] for colour in wanted.values())
    assert "data-fill" not in page and "data-ink" not in page


@pytest.mark.parametrize(("html", "kinds"), [
    ("<span style='font-weight:bold'>a</span>", ["Strong"]), ("<span style='font-weight:700'>a</span>", ["Strong"]),
    ("<span style='font-style:italic'>a</span>", ["Emph"]), ("<span style='font-weight:400'>a</span>", []),
    ("<style>#t{font-weight:bold}</style><table><tr><td id=t>a</table>", ["Strong"]),
])  # fmt: skip
def test_bold_and_slanted_letters_of_a_style_are_kept(html, kinds):
    assert [e["t"] for e in elements(read_html(html).blocks) if e["t"] in ("Strong", "Emph")] == kinds


@pytest.mark.parametrize("html", [
    "<style>#t{width:10em;background:linear-gradient(90deg,#d65f5f 50%,transparent 50%)}</style>"
    "<table><tr><td id=t>5<td>6</table>",
    "<table><tr><td style='background-image: linear-gradient(red, blue)'>5<td>6</table>",
    pd.DataFrame({"a": [1, 2]}).style.bar().to_html(),
])  # fmt: skip
def test_bars_behind_the_numbers_of_a_table_are_a_loss(notebook, shown, html):
    losses = Losses()
    build_document(notebook([shown({"text/html": html})]), losses=losses)
    assert len(losses.said) == 1 and "bars" in losses.said[0]
    assert read_html("<div style='background:linear-gradient(red, blue)'>a</div>").lost == []
