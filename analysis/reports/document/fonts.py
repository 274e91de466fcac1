"""Fonts that come with Python packages, and letters that a page embeds because a reader's machine may lack them."""

from __future__ import annotations

import base64
import io
import unicodedata
from importlib.resources import files
from pathlib import Path

from analysis.reports.document.tree import Node, elements

FONT_FOLDER = Path(str(files("matplotlib"))) / "mpl-data" / "fonts" / "ttf"
RIGHT_TO_LEFT_CLASSES = ("R", "AL", "AN")  # by Unicode's classes: Hebrew, Arabic and its like, and Arabic figures
FONT_FACE = """@font-face {{
  font-family: "In this page"; src: url(data:font/woff;base64,{data}) format("woff"); unicode-range: {ranges};
}}
"""


def embedded_fonts(blocks: list[Node], *more: str) -> str:
    """The CSS that embeds a font with the Arabic, Kurdish and other right-to-left letters of a page, and only these.

    Empty if the page has none. `more` are texts outside the blocks, such as the title.
    """
    texts = [e["c"] for e in elements(blocks) if e["t"] == "Str"]
    texts += [e["c"][1] for e in elements(blocks) if e["t"] in ("Code", "CodeBlock")]
    letters = sorted(c for c in set("".join([*texts, *more])) if unicodedata.bidirectional(c) in RIGHT_TO_LEFT_CLASSES)
    if not letters:
        return ""
    ranges = ", ".join(f"U+{ord(letter):X}" for letter in letters)
    return FONT_FACE.format(data=base64.b64encode(_subset("".join(letters))).decode(), ranges=ranges)


def _subset(letters: str) -> bytes:
    """DejaVu Sans with the glyphs of these letters only, and their joined forms; equal letters give equal bytes."""
    from fontTools import subset  # comes with matplotlib

    # FFTM is FontForge's own table of times: no page needs it, and the library warns where it meets it.
    options = subset.Options(flavor="woff", layout_features=["*"], hinting=False)
    options.drop_tables += ["FFTM"]
    font = subset.load_font(FONT_FOLDER / "DejaVuSans.ttf", options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return made.getvalue()
