"""Several documents bound as the chapters of one."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.reports.document.sanitising import anchor_attributes
from analysis.reports.document.tree import (
    NO_ATTR,
    Node,
    attr,
    elements,
    first_title,
    inlines_of_text,
    new_document,
    node,
    text_of,
    walk,
)

TECHNICAL = "Technical part"
ANNEX_TITLE = "Technical annex"


def bind_documents(documents: Sequence[dict], titles: Sequence[str] | None = None) -> dict:
    """One document whose level-1 headings are the chapters.

    The title of a chapter comes from `titles` or, if that is empty, from the first level-1 heading of its document.
    Anchors get the prefix `chapter-N-`, so that they stay unique. A link leads to its anchor in its own chapter, else
    in the first chapter that has it; a link to an anchor of no chapter stays as it is.
    """
    titles = titles or [""] * len(documents)
    named = list(zip(documents, titles, strict=True))
    chapters = [_chapter(document["blocks"], title, i) for i, (document, title) in enumerate(named, 1)]
    own = [_anchors(document["blocks"]) for document in documents]
    linked = [_linked(chapter, i, own) for i, chapter in enumerate(chapters, 1)]
    return new_document([block for chapter in linked for block in chapter], {"chapters": node("MetaBool", True)})


def split_annex(documents: Sequence[dict], titles: Sequence[str]) -> tuple[list[dict], dict | None]:
    """The documents without their technical parts, and these parts as one more document; None if there is none.

    A technical part begins at a heading of level 2 that begins with TECHNICAL and ends with its document.
    """
    bodies, annex = [], []
    for document, title in zip(documents, titles, strict=True):
        blocks = document["blocks"]
        at = next((i for i, block in enumerate(blocks) if _is_technical(block)), len(blocks))
        bodies.append({**document, "blocks": blocks[:at]})
        if at < len(blocks):
            heading = node("Header", 2, blocks[at]["c"][1], inlines_of_text(title))
            annex += [heading, *walk(blocks[at + 1 :], _one_level_deeper)]
    whole = [node("Header", 1, attr("technical-annex"), inlines_of_text(ANNEX_TITLE)), *annex]
    return bodies, new_document(whole) if annex else None


def _is_technical(block: Node) -> bool:
    return block["t"] == "Header" and block["c"][0] == 2 and text_of(block["c"][2]).startswith(TECHNICAL)


def _one_level_deeper(element: Node) -> Node | None:
    if element["t"] != "Header":
        return None
    return node("Header", min(max(element["c"][0], 2) + 1, 6), *element["c"][1:])


def _chapter(blocks: list[Node], title: str, number: int) -> list[Node]:
    heading = first_title(blocks[:1])
    named = heading or first_title(blocks)
    words = inlines_of_text(title) or (named["c"][2] if named else inlines_of_text(f"Chapter {number}"))
    rest = [block for block in blocks if block is not heading]
    identity = heading["c"][1] if heading else attr("chapter")
    return [_with_prefix(node("Header", 1, identity, words), number), *_below(rest, number)]


def _below(blocks: list[Node], number: int) -> list[Node]:
    """The blocks of a chapter: anchors get its prefix, headings are at level 2 or deeper."""

    def change(element: Node) -> Node:
        if element["t"] == "Header":
            level, identity, inlines = element["c"]
            element = node("Header", max(level, 2), identity, inlines)
        return _with_prefix(element, number)

    return walk(blocks, change)


def _with_prefix(element: Node, number: int) -> Node:
    attributes = anchor_attributes(element)
    if not attributes or not attributes[0]:
        return element
    at = element["c"].index(attributes)
    content = list(element["c"])
    content[at] = [_prefixed(number, attributes[0]), *attributes[1:]]
    return node(element["t"], content)


def _prefixed(number: int, name: str) -> str:
    return f"chapter-{number}-{name}"


def _anchors(blocks: list[Node]) -> set[str]:
    return {(anchor_attributes(element) or [""])[0] for element in elements(blocks)}


def _linked(blocks: list[Node], number: int, own: list[set[str]]) -> list[Node]:
    def change(element: Node) -> Node | None:
        if element["t"] != "Link" or not element["c"][2][0].startswith("#"):
            return None
        name = element["c"][2][0][1:]
        order = [number, *range(1, len(own) + 1)]
        chapter = next((i for i in order if name in own[i - 1]), None)
        if chapter is None:
            return None
        return node("Link", NO_ATTR, element["c"][1], [f"#{_prefixed(chapter, name)}", ""])

    return walk(blocks, change)
