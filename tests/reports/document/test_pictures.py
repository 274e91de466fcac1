"""Pictures in every form that a notebook takes: attached, in the text, beside it; with the sizes that it states."""

import base64
import io

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60"><rect width="9" height="9"/></svg>'


def picture(kind, **more):
    made = io.BytesIO()
    Image.new("RGB", (120, 60)).save(made, kind, **more)
    return base64.b64encode(made.getvalue()).decode()


def pictures(cell, folder=None):
    losses = Losses()
    blocks = build_document(new_notebook(cells=[cell]), folder=folder, losses=losses)["blocks"]
    return [e for e in elements(blocks) if e["t"] == "Image"], text_of(blocks), losses.said


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a b.png").write_bytes(base64.b64decode(picture("PNG")))
    (tmp_path / "a.webp").write_bytes(base64.b64decode(picture("WEBP")))
    return tmp_path


ATTACHED = {
    "a.png": {"image/png": picture("PNG")}, "a.gif": {"image/gif": picture("GIF")},
    "a.svg": {"image/svg+xml": base64.b64encode(DRAWING.encode()).decode()}, "b.svg": {"image/svg+xml": DRAWING},
}  # fmt: skip


@pytest.mark.parametrize("text", [
    "![a](attachment:a.png 'title')", "![a](attachment:a.svg)", "![a](attachment:b.svg)",
    "![a][n]\n\n[n]: attachment:a.gif", "![a]\n\n[a]: attachment:a.png", "<img src='attachment:a.gif' width=40>",
    "| b |\n|---|\n| ![a](attachment:a.png) |", "| b |\n|---|\n| <img src='attachment:a.png' alt=a> |",
    "- b\n  1. <img src='attachment:a.svg'>", "> ![a](attachment:a.png)", "[![a](attachment:a.png)](https://a.b)",
    "![a](<a b.png>)", "![a](a%20b.png)", "<img src='a b.png'>", "<img srcset='a.webp 1x, c.png 2x'>",
    f"![a](data:image/webp;base64,{picture('WEBP')})", f"<p align=center><img src='data:image/svg+xml,{DRAWING}'>",
    "text[^1]\n\n[^1]: a note <img src='a.webp'>", "# head ![a](a.webp)",
])  # fmt: skip
def test_each_way_to_write_a_picture_shows_it(text, folder):
    found, words, lost = pictures(new_markdown_cell(text, attachments=ATTACHED), folder)
    assert len(found) == 1 and lost == []
    assert "<img" not in words and "![" not in words


def test_html_in_a_cell_of_a_table_is_read_there():
    _, words, _ = pictures(new_markdown_cell("| a | b |\n|---|---|\n| <b>x | <font color=red>y</font><br>z |"))
    assert "".join(words.split()) == "abxyz"


@pytest.mark.parametrize("about, size", [
    ("width=60", {"width": "60px"}), ("width='60px'", {"width": "60px"}), ("width=50%", {"width": "50%"}),
    ("width=60/", {"width": "60px"}), ("width=auto", {}), ("width=5em", {"width": "5px"}),
    ("height=30", {"height": "30px"}),
    ("style='width:5em'", {"width": "80px"}), ("style='zoom:50%'", {"width": "60px"}),
    ("style='zoom:0.25'", {"width": "30px"}), ("style='max-width:60px'", {"width": "60px"}),
    ("style='max-width:90%'", {}), ("style='width:100%;max-width:200px'", {"width": "200px"}),
])  # fmt: skip
def test_the_size_of_a_picture_is_that_of_a_browser(about, size):
    (found,), *_ = pictures(new_markdown_cell(f"<img src='attachment:a.png' {about}>", attachments=ATTACHED))
    assert dict(found["c"][0][2]) == size


@pytest.mark.parametrize("about, width", [({"width": 60}, "60px"), ({"height": 30}, "60px"), ({"width": "wide"}, "")])
def test_a_picture_of_an_output_has_the_stated_width_or_that_at_the_stated_height(about, width):
    output = new_output("display_data", {"image/png": picture("PNG")}, metadata={"image/png": about})
    (found,), *_ = pictures(new_code_cell("", outputs=[output]))
    assert dict(found["c"][0][2]).get("width", "") == width


MOVING = {"save_all": True, "append_images": [Image.new("RGB", (120, 60), "red")]}


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_picture_and_says_so(kind):
    name, content = f"image/{kind.lower()}", picture(kind, **MOVING)
    output = new_output("display_data", {name: content})
    for cell in (new_code_cell("", outputs=[output]), new_markdown_cell(f"![a](data:{name};base64,{content})")):
        found, _, lost = pictures(cell)
        assert len(found) == 1
        assert len(lost) == 1 and "only the first picture" in lost[0]
