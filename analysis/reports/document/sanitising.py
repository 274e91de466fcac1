"""Text from sources is data: removes whatever parsed text must not carry into a report.

Attributes are removed (pandoc's typst writer runs those named `typst:...` as code). Raw markup becomes text. Links keep
only safe schemes, and images only bytes that the notebook itself or a file below its folder holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from urllib.parse import unquote

from analysis.evidence.errors import InputError
from analysis.reports.document.formulas import OPEN, Formula, Formulas
from analysis.reports.document.html_reader import HtmlText, read_html
from analysis.reports.document.images import browser_size, drawable_uri, is_first_of_many, read_image_file
from analysis.reports.document.losses import Losses
from analysis.reports.document.markdown_html import join_html
from analysis.reports.document.table_alignment import align_table, map_cells
from analysis.reports.document.tree import NO_ATTR, Node, attr, inlines_of_text, node, text_of, walk

NO_DESCRIPTION = "Figure without description"
SAFE_LINK = re.compile(r"(https?://|mailto:|#)[^\s]*", re.IGNORECASE)
LANGUAGE = re.compile(r"[a-z0-9+-]{1,20}")
COMMENT = re.compile(r"<!--.*-->\s*", re.DOTALL)
COLOUR = re.compile(r"#[0-9a-f]{6}")
SIZE = re.compile(r"\d+(\.\d+)?(px|%)")
SIZES = ("width", "height", "most", "zoom")
PAGE_PIXELS = 640  # of a line of text
ORDER_OVERRIDES = "\u202d\u202e"  # they show a text in another order than it has
ANSI = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]+[0-~]|[0-Z\\-_=>])|\x9b[0-?]*[ -/]*[@-~]"
)


@dataclass(frozen=True)
class Location:
    """Where in the notebook a text stands, and which images it may use: those it brings (name -> data
    URI), and those in files below a folder, if one is given; the notebook's formulas, and what is lost of it."""

    name: str
    strict: bool = False
    images: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    formulas: Formulas = field(default_factory=Formulas)
    losses: Losses = field(default_factory=Losses)

    def lose(self, what: str) -> None:
        """Say what of this location is not in the document. Raises InputError if nothing may be lost."""
        self.losses.add(self.name, what)

    def lose_motion(self, uri: str) -> None:
        """Say where a picture is the first of an animation."""
        if is_first_of_many(uri):
            self.lose("of an animation only the first picture is shown")

    def image(self, target: str) -> str | None:
        """The image a text names, as a data URI; None for one it may not use."""
        here = self.images.get(target) or self.images.get(unquote(target)) or drawable_uri(target)
        return here or (read_image_file(self.folder, target) if self.folder is not None else None)

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
    """The blocks with everything removed that is not text, structure or an image held here.

    HTML that stands in a Markdown text is read as a browser reads it, around the parts of Markdown that it encloses.
    """
    return clean_blocks(_read_joined(_read_apart(blocks, location), location), location)


def _read_joined(blocks: list[Node], location: Location) -> list[Node]:
    joined = join_html(blocks)
    return read_for(joined[0], location, joined[1]).blocks if joined else blocks


def _read_apart(blocks: list[Node], location: Location) -> list[Node]:
    """The blocks, in which the HTML of each cell of a table and of each note is read: it ends there."""

    def cell(given: list[Node]) -> list[Node]:
        read = _read_joined(given, location)
        return given if read is given else [node("Plain", b["c"]) if b["t"] == "Para" else b for b in read]

    def change(element: Node) -> Node | None:
        if element["t"] == "Table":
            return map_cells(element, cell)
        return node("Note", _read_joined(element["c"], location)) if element["t"] == "Note" else None

    return walk(blocks, change)


def clean_blocks(blocks: list[Node], location: Location) -> list[Node]:
    """The same for blocks in which no HTML is left."""

    def change(element: Node) -> Node | list[Node] | None:
        rule = RULE_OF_KIND.get(element["t"])
        return rule(element, location) if rule else None

    return walk(blocks, change)


def read_for(html: str, location: Location, parts: Sequence[Node] = ()) -> HtmlText:
    """What a browser shows of an HTML text; what only a running page would show is lost, and said.

    `parts` are those of a Markdown text that stand in it; its formulas are marked already.
    """
    read = read_html(html, parts, str if parts else location.formulas.mark_html)
    if read.flattened:
        location.lose("HTML nested too deep is shown as its words")
    for what in read.lost:
        location.lose(what)
    for what in read.running:
        location.lose(f"its output is not shown whole: {what}, which only a running page draws")
    return read


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

    return walk(blocks, change, frozenset({"Para", "Plain"}))


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
    if kept == ["mermaid"]:
        location.lose("a Mermaid diagram is shown as its source")
    return node("CodeBlock", attr(classes=kept), printable_text(location.formulas.unmarked(text)))


def _text(element: Node, location: Location) -> Node | list[Node] | None:
    """The text; where a mark stands for a formula, the formula."""
    text = element["c"]
    if OPEN not in text:
        return None if text.isascii() and text.isprintable() else node("Str", printable_text(text))
    return [
        node("Str", printable_text(piece)) if isinstance(piece, str) else _formula(piece, location)
        for piece in location.formulas.pieces(text)
        if isinstance(piece, str) or piece.tex
    ]


def _formula(formula: Formula, location: Location) -> Node:
    """The formula; one that cannot be set is its source, marked as code."""
    if formula.failed:
        shown = shorten(printable_text(formula.source), 3000)
        location.lose(f"a formula is shown as its source: {formula.failed} ({shorten(shown, 60)})")
        return node("Code", NO_ATTR, " ".join(shown.split()))
    return node("Math", node("DisplayMath" if formula.display else "InlineMath"), printable_text(formula.tex))


def _code(element: Node, location: Location) -> Node:
    return node("Code", NO_ATTR, printable_text(location.formulas.unmarked(element["c"][1])))


def _span(element: Node, location: Location) -> Node | list[Node]:
    """Colours are kept, nothing else."""
    (_, _, pairs), inlines = element["c"]
    colours = _colours(pairs)
    return node("Span", attr(pairs=colours), inlines) if colours else inlines


def _colours(pairs: list) -> list:
    """What says a colour, as `html_styles` writes it."""
    return [[name, value] for name, value in pairs if name in ("ink", "fill") and COLOUR.fullmatch(value)]


def _unwrap(element: Node, location: Location) -> list[Node]:
    return element["c"][1]


def _raw_block(element: Node, location: Location) -> list[Node]:
    text = COMMENT.sub("", location.formulas.unmarked(element["c"][1]))
    return [node("Para", inlines_of_text(printable_text(text)))] if text.strip() else []


def _raw_inline(element: Node, location: Location) -> list[Node]:
    text = element["c"][1]
    if re.fullmatch(r"<br\s*/?>", text):
        return [node("LineBreak")]
    return inlines_of_text(printable_text(COMMENT.sub("", text)))


def _link(element: Node, location: Location) -> list[Node]:
    _, inlines, (target, _) = element["c"]
    target = location.formulas.unmarked(target)
    if not SAFE_LINK.fullmatch(target):
        return inlines
    return [node("Link", NO_ATTR, inlines, [target, ""])]


def _image(element: Node, location: Location) -> list[Node]:
    """The image if its bytes are here; a remote one is a link, and any other its words."""
    (_, _, pairs), inlines, (target, _) = element["c"]
    target = location.formulas.unmarked(target)
    if uri := location.image(target):
        location.lose_motion(uri)
        return [
            node(
                "Image",
                attr(pairs=_shown_size(pairs, uri)),
                inlines_of_text(location.describe(text_of(inlines))),
                [uri, ""],
            )
        ]
    location.lose(f"an image is not in the notebook ({printable_text(target)[:80]})")
    shown = inlines or inlines_of_text("[image]")
    if re.match(r"https?://", target):
        return _link(node("Link", NO_ATTR, shown, [target, ""]), location)
    return shown


def _shown_size(pairs: list, uri: str) -> list:
    """The stated width and height; a magnification and a greatest width are one, too."""
    said = {name: value for name, value in pairs if name in SIZES and SIZE.fullmatch(value)}
    zoom, most = said.pop("zoom", ""), said.pop("most", "")
    if zoom and not said:
        said["width"] = f"{browser_size(uri)[0] * float(zoom[:-1]) / 100:.0f}px"
    if most and "height" not in said and (_pixels(said.get("width", "")) or browser_size(uri)[0]) > _pixels(most):
        said["width"] = most
    return [[name, value] for name, value in said.items() if value != "0px"]


def _pixels(size: str) -> float:
    """A size in pixels; a percentage is one of the width of a page."""
    if size.endswith("%"):
        return float(size[:-1]) / 100 * PAGE_PIXELS
    return float(size[:-2]) if size else 0.0


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
    """Rows whose cells keep nothing but colours."""
    return [[NO_ATTR, [[_kept(cell[0]), *cell[1:]] for cell in cells]] for _, cells in rows]


def _kept(about: list) -> list:
    return attr(pairs=colours) if about[2] and (colours := _colours(about[2])) else NO_ATTR


RULE_OF_KIND = {
    "Header": _header, "CodeBlock": _code_block, "Str": _text, "Code": _code,
    "Div": _unwrap, "Span": _span, "Cite": _unwrap, "RawBlock": _raw_block, "RawInline": _raw_inline,
    "Link": _link, "Image": _image, "Figure": _figure, "OrderedList": _ordered_list,
    "Table": _table,
}  # fmt: skip
