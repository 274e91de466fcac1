"""Numbers of captions, references to them, and levels of headings: set in the tree, so that all formats agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import unquote

from analysis.evidence.errors import InputError
from analysis.reports.document.entries import NO_ENTRIES, Entries
from analysis.reports.document.sanitising import anchor_attributes, printable_text
from analysis.reports.document.tree import (
    LEAF_BLOCKS,
    NO_ATTR,
    Node,
    attr,
    elements,
    first_title,
    inlines_of_text,
    node,
    text_of,
    walk,
)

NUMBERED = ("Figure", "Table")  # kinds of elements, and the words for them


def number_captions(blocks: list[Node], entries: Entries = NO_ENTRIES) -> list[Node]:
    """Captions begin with "Figure 1." or "Table 1."; `[](#label)` becomes a link that says so.

    A figure or table without caption has no number. A link to one of `entries` leads to the page that holds them; a
    link to an anchor that is nowhere becomes its words.
    """
    counts: Counter[str] = Counter()
    name_of: dict[str, str] = {}

    def number(element: Node) -> Node | None:
        if element["t"] in NUMBERED and element["c"][1][1]:
            counts[element["t"]] += 1
            name_of[element["c"][0][0]] = name = f"{element['t']} {counts[element['t']]}"
            return _numbered(element, name)
        return None

    blocks = walk(blocks, number, LEAF_BLOCKS)
    return _with_references(blocks, name_of, entries)


def _numbered(element: Node, name: str) -> Node:
    """The figure or table with its number before the words of its caption; the number is not broken over two lines."""
    identity, (short, (first, *more)), *rest = element["c"]
    label = node("Strong", [node("Str", f"{name}.".replace(" ", "\u00a0"))])
    first = node(first["t"], [node("Span", attr(classes=["number"]), [label]), node("Space"), *first["c"]])
    return node(element["t"], identity, [short, [first, *more]], *rest)


def _with_references(blocks: list[Node], name_of: dict[str, str], entries: Entries) -> list[Node]:
    if not any(element["t"] == "Link" for element in elements(blocks)):
        return blocks
    anchors = set(name_of) | {name for name in _anchors(blocks) if name}
    alike = {_loosely(name): name for name in sorted(anchors, reverse=True)}

    def refer(element: Node) -> Node | list[Node] | None:
        if element["t"] != "Link" or not element["c"][2][0].startswith("#"):
            return None
        _, inlines, (target, _) = element["c"]
        if target[1:] not in anchors and target[1:] not in entries.anchors:
            target = f"#{alike.get(_loosely(target), '')}"
        inlines = inlines or [node("Str", name_of.get(target[1:], "there").replace(" ", "\u00a0"))]
        if target[1:] in entries.anchors:
            return node("Link", NO_ATTR, inlines, [entries.address(target[1:]), ""])
        return node("Link", NO_ATTR, inlines, [target, ""]) if target[1:] in anchors else inlines

    return walk(blocks, refer)


def _loosely(anchor: str) -> str:
    """An anchor as far as notebook pages, which keep capitals and signs in it, and pandoc agree."""
    return re.sub(r"[^\w-]", "", unquote(anchor).lower()).strip("-")


def _anchors(blocks: list[Node]) -> list[str]:
    return [holder[0] for element in elements(blocks) if (holder := anchor_attributes(element))]


def shift_headings(blocks: list[Node], top_level: int = 1) -> list[Node]:
    """The headings from level `top_level`, one level deeper at a time.

    PDF/UA requires it, and screen readers build their list of contents from it.
    """
    open_levels: list[int] = []

    def step(element: Node) -> Node | None:
        if element["t"] != "Header":
            return None
        level, identity, inlines = element["c"]
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        return node("Header", min(len(open_levels) + top_level - 1, 6), identity, inlines)

    return walk(blocks, step, LEAF_BLOCKS)


def drop_title(blocks: list[Node], title: str) -> list[Node]:
    """The blocks without the heading that begins them where the title block already says the same."""
    heading = first_title(blocks[:1])
    if heading and _letters(text_of(heading["c"][2])) == _letters(title):
        return [block for block in blocks if block is not heading]
    return blocks


def _letters(text: str) -> str:
    """The text without spaces and signs, because Markdown changes quotation marks and dashes."""
    return re.sub(r"\W+", "", text)


def title_meta(title: str, subtitle: str, date_line: str, provenance: Sequence[tuple[str, str]], lang: str) -> dict:
    """The texts of the title block and of the closing box, as metadata that every pandoc writer escapes.

    Raises InputError for a language that is no BCP 47 tag.
    """
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang):
        raise InputError(f"lang: {lang!r} is no language tag; give one such as 'en' or 'ku'")
    texts = {"title": title, "subtitle": subtitle, "date-line": date_line}
    meta = {key: _meta_text(text) for key, text in texts.items() if text}
    pairs = [node("MetaMap", {"name": _meta_text(name), "value": _meta_text(value)}) for name, value in provenance]
    return {**meta, "lang": node("MetaString", lang), "provenance": node("MetaList", pairs)}


def _meta_text(value: object) -> Node:
    return node("MetaInlines", inlines_of_text(printable_text(str(value))))
