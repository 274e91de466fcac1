"""The pandoc document tree, in its JSON form: how to build it, read it and walk it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

SPACES = re.compile(r"[ \t\n\r\f]+")  # a space that does not break is none of them
Node = dict[str, Any]
Change = Callable[[Node], "Node | list[Node] | None"]

API_VERSION = [1, 23, 1, 1]
NO_ATTR: list = ["", [], []]
_PARAGRAPHS, _LEAVES = frozenset({"Para", "Plain"}), frozenset({"Space", "Str"})  # most of what there is
RIGHT_TO_LEFT = [["dir", "rtl"]]  # as pairs of an attribute
LEAF_BLOCKS = frozenset({"Header", "LineBlock", "Para", "Plain", "Table"})  # they hold no heading and no figure
FIRST_PAGE_CLASS = "first-page"
ENTRY_CLASS, MONTH_CLASS = "entry", "month"  # of an entry of an appendix, and of the heading above those of a month


# Marks between blocks that a writer replaces: the contents, and the end of a page; a page of the web has neither.
CONTENTS_HERE: Node = {"t": "RawBlock", "c": ["typst", "#contents-here()"]}
NEW_PAGE: Node = {"t": "RawBlock", "c": ["typst", "#pagebreak(weak: true)"]}


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


def text_inlines(text: str) -> list[Node]:
    """A text as words and spaces; spaces that do not break stay in the words."""
    if " " not in text and not SPACES.search(text):
        return [node("Str", text)] if text else []
    made: list[Node] = []
    for i, word in enumerate(SPACES.split(text)):
        if i:
            made.append(node("Space"))
        if word:
            made.append(node("Str", word))
    return made


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
        if tree_part.get("t") == "Table":
            return node("Table", *_walk_table(tree_part["c"], change, closed))
        return {key: walk(value, change, closed) if isinstance(value, dict | list) else value
                for key, value in tree_part.items()}  # fmt: skip
    if not isinstance(tree_part, list):
        return tree_part
    walked: list = []
    for part in tree_part:
        if isinstance(part, dict):
            content = part.get("c", part)
            if isinstance(content, dict | list) and "t" in part and part["t"] not in closed:
                part = walk(part, change, closed)
            changed = change(part) if "t" in part else None
            if isinstance(changed, list):
                walked += changed
            else:
                walked.append(part if changed is None else changed)
        else:
            walked.append(walk(part, change, closed) if isinstance(part, list) else part)
    return walked


def _walk_table(content: list, change: Change, closed: frozenset[str]) -> list:
    """Caption and cells only: attributes, sides and widths hold no element of the text, and tables can be long."""

    def rows(given: list) -> list:
        return [[about, [[*cell[:4], blocks(cell[4]) if cell[4] else []] for cell in cells]] for about, cells in given]

    def blocks(given: list[Node]) -> list[Node]:
        if len(given) > 1 or given[0]["t"] != "Plain" or len(given[0]["c"]) > 1 or given[0]["c"][0]["t"] != "Str":
            return walk(given, change, closed)
        plain = given[0]  # one word or number, as most cells hold
        if "Plain" not in closed and (changed := change(plain["c"][0])) is not None:
            plain = node("Plain", changed if isinstance(changed, list) else [changed])
        changed = change(plain)
        return changed if isinstance(changed, list) else [plain if changed is None else changed]

    identity, (short, caption), columns, head, bodies, foot = content
    bodies = [[body[0], body[1], rows(body[2]), rows(body[3])] for body in bodies]
    caption = [short, walk(caption, change, closed)]
    return [list(identity), caption, columns, [head[0], rows(head[1])], bodies, [foot[0], rows(foot[1])]]


def elements(tree_part: Any) -> Iterator[Node]:
    """Every element below, parents first; sides and widths of tables are none."""
    waiting = [tree_part]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            kind = part.get("t")
            if kind is not None:
                yield part
                if kind in _LEAVES:
                    continue
                if kind in _PARAGRAPHS:
                    waiting += reversed(part["c"])
                    continue
                if kind == "Table":
                    waiting += reversed(_held(part["c"]))
                    continue
            part = part.values()
        if isinstance(part, str):
            continue
        waiting += reversed([each for each in part if isinstance(each, dict | list)])


def _held(table: list) -> list:
    """The blocks of a table: its caption's, then those of its cells, row by row."""
    _, (_, caption), _, head, bodies, foot = table
    parts = [head[1], *(part for body in bodies for part in body[2:]), foot[1]]
    return [caption, *(cell[4] for rows in parts for _, cells in rows for cell in cells if cell[4])]


def text_of(tree_part: Any) -> str:
    """The words a reader sees, without markup; notes are left out."""
    if isinstance(tree_part, list):
        return text_of(tree_part[0]) if len(tree_part) == 1 else "".join([text_of(part) for part in tree_part])
    if not isinstance(tree_part, dict):
        return ""
    kind = tree_part.get("t")
    content: Any = tree_part.get("c")
    if kind in ("Plain", "Para") and len(content) == 1 and content[0]["t"] == "Str":
        return content[0]["c"]
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


PROSE = frozenset(
    {"BlockQuote", "BulletList", "DefinitionList", "Div", "HorizontalRule", "LineBlock", "OrderedList", "Para", "Plain"}
)


def first_title(blocks: list[Node]) -> Node | None:
    """The first heading, if it is of level 1 and nothing but prose comes before it; else None."""
    first = next((block for block in blocks if block["t"] not in PROSE), None)
    return first if first and first["t"] == "Header" and first["c"][0] == 1 else None


def title_of(document: dict, otherwise: str = "") -> str:
    """The text of a document's first level-1 heading."""
    heading = first_title(document["blocks"])
    return text_of(heading["c"][2]) if heading else otherwise
