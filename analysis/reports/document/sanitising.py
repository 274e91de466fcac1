"""Text from sources is data: removes whatever parsed text must not carry into a report.

Attributes are removed (pandoc's typst writer runs those named `typst:...` as code). Raw markup becomes text. Links keep
only safe schemes, and images only bytes that the notebook itself or a file below its folder holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.evidence.errors import InputError
from analysis.reports.document.images import drawable_uri, read_image_file
from analysis.reports.document.table_alignment import align_table
from analysis.reports.document.tree import NO_ATTR, Node, attr, inlines_of_text, node, text_of, walk

NO_DESCRIPTION = "Figure without description"
SAFE_LINK = re.compile(r"(https?://|mailto:|#)[^\s]*", re.IGNORECASE)
LANGUAGE = re.compile(r"[a-z0-9+-]{1,20}")
COMMENT = re.compile(r"<!--.*-->\s*", re.DOTALL)
ORDER_OVERRIDES = "\u202d\u202e"  # characters that change the order in which text is shown
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


@dataclass(frozen=True)
class Location:
    """Where in the notebook a text stands, and which images it may use.

    `name` is for messages. `images` are those of the cell (name -> data URI); files below `folder` may be used if it is
    given. If `strict`, a figure without description is an error.
    """

    name: str
    strict: bool = False
    images: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def image(self, address: str) -> str | None:
        """The data URI of an image that a text names; None for one that the text may not use."""
        held = self.images.get(address) or drawable_uri(address)
        return held or (read_image_file(self.folder, address) if self.folder is not None else None)

    def describe(self, alt: str) -> str:
        """The description `alt`, or a neutral phrase if it is empty. Raises InputError for an empty one if strict."""
        if alt.strip():
            return " ".join(printable_text(alt).split())
        if self.strict:
            raise InputError(
                f"{self.name}: a figure has no description; give the output metadata 'alt', "
                "or write ![description](image) in Markdown"
            )
        return NO_DESCRIPTION


def sanitise(blocks: list[Node], location: Location) -> list[Node]:
    """The blocks, reduced to text, structure and images that the notebook may use."""

    def change(element: Node) -> Node | list[Node] | None:
        rule = RULE_OF_KIND.get(element["t"])
        return rule(element, location) if rule else None

    return walk(blocks, change)


def printable_text(text: str) -> str:
    """The text without terminal colours and without control and unassigned characters."""
    text = ANSI.sub("", text).replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    return "".join(_allowed(character) for character in text)


def _allowed(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    if category in ("Co", "Cs", "Cn"):
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category == "Cc" or character in ORDER_OVERRIDES else character


def unique_anchors(blocks: list[Node]) -> list[Node]:
    """The blocks, in which no two anchors are equal: a repeated one gets -2, -3, ..."""
    seen: Counter[str] = Counter()

    def change(element: Node) -> None:
        attributes = anchor_attributes(element)
        if attributes and attributes[0]:
            name = attributes[0]
            while seen[attributes[0]]:
                seen[name] += 1
                attributes[0] = f"{name}-{seen[name]}"
            seen[attributes[0]] += 1

    return walk(blocks, change)


def anchor_attributes(element: Node) -> list | None:
    """The attributes [identifier, classes, pairs] of a heading, figure or table, to which links lead; else None."""
    if element["t"] == "Header":
        return element["c"][1]
    return element["c"][0] if element["t"] in ("Figure", "Table") else None


def anchor_name(text: str) -> str:
    """A label as an identifier that HTML, typst and PDF all accept."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")


def _header(element: Node, location: Location) -> Node | list[Node]:
    """The heading; without words it becomes a paragraph if it holds an image, else nothing."""
    level, (identifier, _, _), inlines = element["c"]
    if not text_of(inlines).strip():
        return [node("Para", inlines)] if inlines else []
    return node("Header", level, attr(anchor_name(identifier)), inlines)


def _code_block(element: Node, location: Location) -> Node:
    (_, classes, _), text = element["c"]
    kept = [name for name in classes[:1] if LANGUAGE.fullmatch(name)]
    return node("CodeBlock", attr(classes=kept), printable_text(text))


def _text(element: Node, location: Location) -> Node:
    return node("Str", printable_text(element["c"]))


def _second(element: Node, location: Location) -> Node:
    """Code and Math: [attributes or kind, text]."""
    kept = NO_ATTR if element["t"] == "Code" else element["c"][0]
    return node(element["t"], kept, printable_text(element["c"][1]))


def _unwrap(element: Node, location: Location) -> list[Node]:
    return element["c"][1]


def _raw_block(element: Node, location: Location) -> list[Node]:
    text = COMMENT.sub("", element["c"][1])
    return [node("Para", inlines_of_text(printable_text(text)))] if text.strip() else []


def _raw_inline(element: Node, location: Location) -> list[Node]:
    text = element["c"][1]
    if re.fullmatch(r"<br\s*/?>", text):
        return [node("LineBreak")]
    return inlines_of_text(printable_text(COMMENT.sub("", text)))


def _link(element: Node, location: Location) -> list[Node]:
    _, inlines, (target, _) = element["c"]
    if not SAFE_LINK.fullmatch(target):
        return inlines
    return [node("Link", NO_ATTR, inlines, [target, ""])]


def _image(element: Node, location: Location) -> list[Node]:
    """The image if the text may use it; a remote image becomes a link, any other its words."""
    _, inlines, (target, _) = element["c"]
    if uri := location.image(target):
        return [node("Image", NO_ATTR, inlines_of_text(location.describe(text_of(inlines))), [uri, ""])]
    shown = inlines or inlines_of_text("[image]")
    if re.match(r"https?://", target):
        return _link(node("Link", NO_ATTR, shown, [target, ""]), location)
    return shown


def _ordered_list(element: Node, location: Location) -> Node:
    """The list; one that begins at a negative or a huge number begins at 1."""
    (start, style, mark), items = element["c"]
    return node("OrderedList", [start if 0 <= start < 10_000 else 1, style, mark], items)


def _figure(element: Node, location: Location) -> Node:
    return node("Figure", NO_ATTR, *element["c"][1:])


def _table(element: Node, location: Location) -> Node:
    """Attributes stripped at every level: table, head, bodies, foot, rows and cells."""
    _, caption, columns, head, bodies, foot = element["c"]
    return align_table(
        node("Table", NO_ATTR, caption, columns, [NO_ATTR, _rows(head[1])],
             [[NO_ATTR, heads, _rows(top), _rows(rows)] for _, heads, top, rows in bodies],
             [NO_ATTR, _rows(foot[1])])
    )  # fmt: skip


def _rows(rows: list) -> list:
    return [[NO_ATTR, [[NO_ATTR, *cell[1:]] for cell in cells]] for _, cells in rows]


RULE_OF_KIND = {
    "Header": _header, "CodeBlock": _code_block, "Str": _text, "Code": _second, "Math": _second,
    "Div": _unwrap, "Span": _unwrap, "Cite": _unwrap, "RawBlock": _raw_block, "RawInline": _raw_inline,
    "Link": _link, "Image": _image, "Figure": _figure, "OrderedList": _ordered_list,
    "Table": _table,
}  # fmt: skip
