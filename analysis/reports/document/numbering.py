"""Numbers, references and levels: the same in every format, so they are set in the tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from analysis.evidence.errors import InputError
from analysis.reports.document.sanitising import printable_text, sanitise_anchor
from analysis.reports.document.tree import (
    NO_ATTR,
    TEXTS,
    Node,
    attr,
    elements,
    first_title,
    node,
    text_of,
    walk,
    words_of,
)

NAMES = {"Figure": "Figure", "Table": "Table"}


def number_captions(blocks: list[Node]) -> list[Node]:
    """Captions begin with "Figure 1." or "Table 1."; `[](#label)` becomes a link that says so.

    What has no caption has no number. A link to an anchor that is not there keeps its words only.
    """
    counts: Counter[str] = Counter()
    called: dict[str, str] = {}

    def number(element: Node) -> Node | None:
        if element["t"] in NAMES and element["c"][1][1]:
            counts[element["t"]] += 1
            called[element["c"][0][0]] = name = f"{NAMES[element['t']]} {counts[element['t']]}"
            return _entitled(element, name)
        return None

    blocks = walk(blocks, number, TEXTS)
    return _referring(blocks, called)


def _entitled(element: Node, name: str) -> Node:
    """The figure or table with its number before the caption's words; the space inside it does not break."""
    identity, (short, (first, *more)), *rest = element["c"]
    label = node("Strong", [node("Str", f"{name}.".replace(" ", "\u00a0"))])
    first = node(first["t"], [node("Span", attr(classes=["number"]), [label]), node("Space"), *first["c"]])
    return node(element["t"], identity, [short, [first, *more]], *rest)


def _referring(blocks: list[Node], called: dict[str, str]) -> list[Node]:
    if not any(element["t"] == "Link" for element in elements(blocks)):
        return blocks
    anchors = set(called) | {name for name in _anchors(blocks) if name}

    def refer(element: Node) -> Node | list[Node] | None:
        if element["t"] != "Link" or not element["c"][2][0].startswith("#"):
            return None
        _, inlines, (target, _) = element["c"]
        inlines = inlines or [node("Str", called.get(target[1:], "there").replace(" ", "\u00a0"))]
        return node("Link", NO_ATTR, inlines, [target, ""]) if target[1:] in anchors else inlines

    return walk(blocks, refer)


def _anchors(blocks: list[Node]) -> list[str]:
    return [holder[0] for element in elements(blocks) if (holder := sanitise_anchor(element))]


def shift_headings(blocks: list[Node], first: int = 1) -> list[Node]:
    """Headings without leaps: they begin at level `first` and go down one level at a time.

    PDF/UA asks for it, and screen readers build their contents from it.
    """
    open_levels: list[int] = []

    def step(element: Node) -> Node | None:
        if element["t"] != "Header":
            return None
        level, identity, inlines = element["c"]
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        return node("Header", min(len(open_levels) + first - 1, 6), identity, inlines)

    return walk(blocks, step, TEXTS)


def drop_title(blocks: list[Node], title: str) -> list[Node]:
    """The blocks without the heading that begins them where the title block already says the same."""
    heading = first_title(blocks[:1])
    if heading and _letters(text_of(heading["c"][2])) == _letters(title):
        return [block for block in blocks if block is not heading]
    return blocks


def _letters(text: str) -> str:
    """Without spaces and signs: Markdown has made quotation marks and dashes of the heading's."""
    return re.sub(r"\W+", "", text)


def title_meta(title: str, subtitle: str, date_line: str, provenance: Sequence[tuple[str, str]], lang: str) -> dict:
    """What the title block and the closing box say, as metadata that every writer escapes.

    Raises InputError for a language that is no BCP 47 tag.
    """
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang):
        raise InputError(f"lang: {lang!r} is no language tag; give one such as 'en' or 'ku'")
    texts = {"title": title, "subtitle": subtitle, "date-line": date_line}
    meta = {key: _said(text) for key, text in texts.items() if text}
    pairs = [node("MetaMap", {"name": _said(name), "value": _said(value)}) for name, value in provenance]
    return {**meta, "lang": node("MetaString", lang), "provenance": node("MetaList", pairs)}


def _said(value: object) -> Node:
    return node("MetaInlines", words_of(printable_text(str(value))))
