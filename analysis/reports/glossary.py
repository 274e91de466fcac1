"""The terms and their definitions, at the end of a report's annex."""

from __future__ import annotations

from analysis.reports.document.formulas import Formulas
from analysis.reports.document.numbering import shift_headings
from analysis.reports.document.pandoc import MARKDOWN, TEMPLATES, parse_markup
from analysis.reports.document.tree import Node, attr, inlines_of_text, node

GLOSSARY = TEMPLATES / "glossary.md"
HEADING = "Glossary"


def glossary_blocks() -> list[Node]:
    """The glossary as blocks, its heading at level 2."""
    (blocks,) = parse_markup([(MARKDOWN, GLOSSARY.read_text(encoding="utf-8"))], Formulas())
    heading = node("Header", 2, attr("glossary"), inlines_of_text(HEADING))
    return [heading, *shift_headings(blocks or [], top_level=3)]
