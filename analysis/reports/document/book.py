"""Several documents as chapters of one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.reports.document.sanitising import sanitise_anchor
from analysis.reports.document.tree import (
    NO_ATTR,
    Node,
    attr,
    elements,
    first_title,
    new_document,
    node,
    walk,
    words_of,
)


def bind_documents(documents: Sequence[dict], titles: Sequence[str] | None = None) -> dict:
    """One document whose level-1 headings are the chapters.

    A chapter is called as `titles` says, or after its document's first level-1 heading where that is
    not given or empty. Anchors get the chapter's number in front, so that they stay unique; a link
    follows its anchor, first inside its own chapter, then to the first chapter that has it.
    """
    titles = titles or [""] * len(documents)
    named = list(zip(documents, titles, strict=True))
    chapters = [_chapter(document["blocks"], title, i) for i, (document, title) in enumerate(named, 1)]
    own = [_anchors(document["blocks"]) for document in documents]
    linked = [_linked(chapter, i, own) for i, chapter in enumerate(chapters, 1)]
    return new_document([block for chapter in linked for block in chapter], {"chapters": node("MetaBool", True)})


def _chapter(blocks: list[Node], title: str, number: int) -> list[Node]:
    heading = first_title(blocks[:1])
    named = heading or first_title(blocks)
    called = words_of(title) or (named["c"][2] if named else words_of(f"Chapter {number}"))
    rest = [block for block in blocks if block is not heading]
    identity = heading["c"][1] if heading else attr("chapter")
    return [_named(node("Header", 1, identity, called), number), *_below(rest, number)]


def _below(blocks: list[Node], number: int) -> list[Node]:
    """Everything in a chapter: anchors named after it, no heading as high as its own."""

    def change(element: Node) -> Node:
        if element["t"] == "Header":
            level, identity, inlines = element["c"]
            element = node("Header", max(level, 2), identity, inlines)
        return _named(element, number)

    return walk(blocks, change)


def _named(element: Node, number: int) -> Node:
    holder = sanitise_anchor(element)
    if not holder or not holder[0]:
        return element
    at = element["c"].index(holder)
    content = list(element["c"])
    content[at] = [_inside(number, holder[0]), *holder[1:]]
    return node(element["t"], content)


def _inside(number: int, name: str) -> str:
    return f"chapter-{number}-{name}"


def chapter_mark(name: str) -> str:
    """What `book` put in front of an anchor: "chapter-2-" of "chapter-2-weeks", else nothing."""
    return mark[0] if (mark := re.match(r"chapter-\d+-", name)) else ""


def _anchors(blocks: list[Node]) -> set[str]:
    return {(sanitise_anchor(element) or [""])[0] for element in elements(blocks)}


def _linked(blocks: list[Node], number: int, own: list[set[str]]) -> list[Node]:
    def change(element: Node) -> Node | None:
        if element["t"] != "Link" or not element["c"][2][0].startswith("#"):
            return None
        name = element["c"][2][0][1:]
        order = [number, *range(1, len(own) + 1)]
        chapter = next((i for i in order if name in own[i - 1]), number)
        return node("Link", NO_ATTR, element["c"][1], [f"#{_inside(chapter, name)}", ""])

    return walk(blocks, change)
