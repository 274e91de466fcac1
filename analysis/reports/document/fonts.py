"""Typefaces that come with Python packages; in a page, letters that a reader's machine may lack."""

from __future__ import annotations

import base64
import io
import unicodedata
from importlib.util import find_spec
from pathlib import Path

from analysis.reports.document.tree import Node, elements

SHIPPED = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "fonts" / "ttf"
RIGHT_TO_LEFT = ("R", "AL", "AN")  # by Unicode's classes: Hebrew, Arabic and its like, and Arabic figures
FACE = """@font-face {{
  font-family: "In this page"; src: url(data:font/woff;base64,{data}) format("woff"); unicode-range: {ranges};
}}
"""


def embedded_fonts(blocks: list[Node], *more: str) -> str:
    """The style that brings a face for the Arabic, Kurdish and other right-to-left letters of a page, cut to
    these; empty where there are none. `more` are texts outside the blocks, such as the title."""
    said = [e["c"] for e in elements(blocks) if e["t"] == "Str"]
    said += [e["c"][1] for e in elements(blocks) if e["t"] in ("Code", "CodeBlock")]
    letters = sorted(c for c in set("".join([*said, *more])) if unicodedata.bidirectional(c) in RIGHT_TO_LEFT)
    if not letters:
        return ""
    ranges = ", ".join(f"U+{ord(letter):X}" for letter in letters)
    return FACE.format(data=base64.b64encode(_cut("".join(letters))).decode(), ranges=ranges)


def _cut(letters: str) -> bytes:
    """DejaVu Sans with the glyphs of these letters only, and their forms inside words; the same bytes every time."""
    from fontTools import subset  # comes with matplotlib

    options = subset.Options(flavor="woff", layout_features=["*"], hinting=False)
    font = subset.load_font(SHIPPED / "DejaVuSans.ttf", options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return made.getvalue()
