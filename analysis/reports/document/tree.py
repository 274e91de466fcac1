"""The pandoc document tree, in its JSON form: how to build it, read it and walk it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Node = dict[str, Any]
Change = Callable[[Node], "Node | list[Node] | None"]

API_VERSION = [1, 23, 1, 1]
NO_ATTR: list = ["", [], []]
RIGHT_TO_LEFT = [["dir", "rtl"]]  # as pairs of an attribute
LEAF_BLOCKS = frozenset({"Header", "LineBlock", "Para", "Plain", "Table"})  # they hold no heading and no figure
ENTRY_CLASS, MONTH_CLASS = "entry", "month"  # of an entry of an appendix, and of the heading above those of a month


def node(kind: str, *content: Any) -> Node:
    """One element; a single argument is the content itself, several become a list."""
    if not content:
        return {"t": kind}
    return {"t": kind, "c": content[0] if len(content) == 1 else list(content)}


def attr(identifier: str = "", classes: Iterable[str] = (), pairs: Iterable = ()) -> list:
    """The attributes of an element: its anchor, its classes, its key-value pairs."""
    return [identifier, list(classes), [list(pair) for pair in pairs]]


def new_document(blocks: list[Node], meta: dict | None = None) -> dict:
    """A whole document; `meta` is the metadata that pandoc's templates read."""
    return {"pandoc-api-version": API_VERSION, "meta": meta or {}, "blocks": blocks}


def inlines_of_text(text: str) -> list[Node]:
    """Plain text as inlines; nothing in it is read as markup."""
    inlines: list[Node] = []
    for word in text.split():
        inlines += [node("Space"), node("Str", word)]
    return inlines[1:]


def paragraph(text: str) -> Node:
    """A paragraph of plain text."""
    return node("Para", inlines_of_text(text))


def code_block(text: str, *classes: str) -> Node:
    """Text kept as it is, line by line."""
    return node("CodeBlock", attr(classes=classes), text)


def figure_block(uri: str, alt: str, caption_inlines: Sequence[Node] = (), label: str = "", width: int = 0) -> Node:
    """A figure with one image from a data URI; `width` is in pixels, 0 for the image's own."""
    image = node("Image", attr(pairs=[("width", f"{width}px")] if width else []), inlines_of_text(alt), [uri, ""])
    blocks = [node("Plain", list(caption_inlines))] if caption_inlines else []
    return node("Figure", attr(label), [None, blocks], [node("Plain", [image])])


def walk(tree_part: Any, change: Change, closed: frozenset[str] = frozenset()) -> Any:
    """A copy of the tree in which `change` was called with every element, in reading order, children first.

    `change` returns a replacement, a list to put in the element's place, or None to keep the element. The children of
    elements of the kinds `closed` are not visited. Elements that are not visited, and words and spaces, are shared
    with the original: `change` must replace them, never alter them.
    """
    if isinstance(tree_part, dict):
        return {key: walk(value, change, closed) if isinstance(value, dict | list) else value
                for key, value in tree_part.items()}  # fmt: skip
    if not isinstance(tree_part, list):
        return tree_part
    walked: list = []
    for part in tree_part:
        if isinstance(part, dict):
            if isinstance(part.get("c", part), dict | list) and part.get("t") not in closed:
                part = walk(part, change, closed)
            changed = change(part) if "t" in part else None
            if isinstance(changed, list):
                walked += changed
            else:
                walked.append(part if changed is None else changed)
        else:
            walked.append(walk(part, change, closed) if isinstance(part, list) else part)
    return walked


def elements(tree_part: Any) -> Iterator[Node]:
    """Every element of the tree, parents first."""
    waiting = [tree_part]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "t" in part:
                yield part
            part = list(part.values())
        waiting += [each for each in reversed(part) if isinstance(each, dict | list)] if isinstance(part, list) else ()


def text_of(tree_part: Any) -> str:
    """The words a reader sees, without markup; notes are left out."""
    if isinstance(tree_part, list):
        return "".join(text_of(part) for part in tree_part)
    if not isinstance(tree_part, dict):
        return ""
    kind, content = tree_part.get("t"), tree_part.get("c", [])
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind == "Str":
        return content
    if kind in ("Code", "CodeBlock", "Math"):
        return content[1]
    return "" if kind in ("Note", "RawInline", "RawBlock") else text_of(content)


def inlines_of_blocks(blocks: list[Node]) -> list[Node]:
    """The inlines of all paragraphs as one run of text; of other blocks, their words."""
    runs = [block["c"] if block["t"] in ("Plain", "Para") else inlines_of_text(text_of(block)) for block in blocks]
    return [inline for i, run in enumerate(runs) for inline in ([node("Space")] if i else []) + run]


def first_title(blocks: list[Node]) -> Node | None:
    """The first level-1 heading, or None."""
    headings = (block for block in blocks if block["t"] == "Header" and block["c"][0] == 1)
    return next(headings, None)


def title_of(document: dict, otherwise: str = "") -> str:
    """The text of a document's first level-1 heading."""
    heading = first_title(document["blocks"])
    return text_of(heading["c"][2]) if heading else otherwise
