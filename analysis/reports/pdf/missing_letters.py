"""Letters that no typeface here has: which they are, so that a reader of the PDF can be told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from analysis.reports.document.tree import Node, elements
from analysis.reports.pdf.glyph_widths import unshown_letters

MOST_NAMED = 12
SAYING = {"Code", "CodeBlock", "Str"}
VARIATION = re.compile("[\ufe00-\ufe0f]")  # how the letter before is drawn; no letter itself


def missing_letters(blocks: list[Node], fonts: Sequence[str] = ()) -> list[str]:
    """The letters of a text that would stand as boxes, in order of their codes; `fonts` are files beside the shipped
    typefaces."""
    said = [e["c"] if e["t"] == "Str" else e["c"][1] for e in elements(blocks) if e["t"] in SAYING]
    letters = {letter for text in said if not text.isascii() for letter in text}
    signs = [c for c in letters if not c.isascii() and c.isprintable() and not VARIATION.fullmatch(c)]
    return sorted(unshown_letters(signs, fonts))


def name_letters(letters: Iterable[str]) -> str:
    """The letters with what Unicode calls their kinds: "中文 (CJK)"."""
    letters = list(letters)
    kinds = dict.fromkeys(unicodedata.name(letter, "UNNAMED").split("-")[0].split()[0] for letter in letters)
    more = f" and {len(letters) - MOST_NAMED} more" if len(letters) > MOST_NAMED else ""
    return f"{' '.join(letters[:MOST_NAMED])}{more} ({', '.join(list(kinds)[:5])})"
