"""From a bar to its row: the links drawn into a chart become areas over its picture in a page."""

from __future__ import annotations

import base64
import html
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from analysis.reports.document.book import chapter_prefix
from analysis.reports.document.sanitising import anchor_name
from analysis.reports.document.tree import (
    LEAF_BLOCKS,
    NO_ATTR,
    Node,
    attr,
    elements,
    inlines_of_text,
    node,
    text_of,
    walk,
)

SVG_PREFIX = "data:image/svg+xml;base64,"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
SVG_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
CAPTION_LINK = "Each part of the picture leads to its row in"


class TableRow(NamedTuple):
    """A row to which a chart may link: the label of its table, and the texts of its first two cells."""

    table: str
    title: str


class Box(NamedTuple):
    """A rectangle in a picture, in percent of its width and height."""

    left: float
    top: float
    width: float
    height: float


def link_figures(blocks: list[Node]) -> list[Node]:
    """The blocks, in which the linked parts of a chart lead to rows of a table.

    A chart names a row by a link `#<label of the table>-<first cell of the row>`. The areas work for pointers only;
    for the keyboard, a sentence with a link to the table is added to the caption.
    """
    tables = [element for element in elements(blocks) if element["t"] == "Table"]
    rows = {name: row for table in tables for name, row in _rows(table) if name}
    used: set[str] = set()

    def link(element: Node) -> Node | None:
        areas = {name: box for name, box in _links_of_figure(element) if name in rows}
        used.update(areas)
        return _with_areas(element, areas, rows) if areas else None

    linked = walk(blocks, lambda element: link(element) if element["t"] == "Figure" else None, LEAF_BLOCKS)
    return walk(
        linked, lambda element: _with_row_anchors(element, used) if element["t"] == "Table" else None, LEAF_BLOCKS
    )


def _rows(table: Node) -> Iterator[tuple[str, TableRow]]:
    (label, _, _), _, _, head, bodies, _ = table["c"]
    heads = [text_of(cell[4]) for row in head[1] for cell in row[1]]
    for cells in (row[1] for body in bodies for row in body[3]):
        texts = [f"{name} {text_of(cell[4])}" for name, cell in zip(heads[:2], cells[:2], strict=False)]
        yield _row_anchor(label, cells), TableRow(label, ", ".join(texts))


def _row_anchor(label: str, cells: list) -> str:
    return f"{label}-{anchor_name(text_of(cells[0][4]))}" if label and cells else ""


def _with_row_anchors(table: Node, used: set[str]) -> Node:
    """The table with an anchor on every row to which a chart links."""
    (label, classes, pairs), caption, columns, head, bodies, foot = table["c"]
    bodies = [
        [
            *body[:3],
            [[attr(name) if (name := _row_anchor(label, row[1])) in used else row[0], row[1]] for row in body[3]],
        ]
        for body in bodies
    ]
    return node("Table", attr(label, classes, pairs), caption, columns, head, bodies, foot)


def _links_of_figure(figure: Node) -> Iterator[tuple[str, Box]]:
    """The links in the drawing of a figure: the anchor in this document that each names, and the area it covers."""
    prefix = chapter_prefix(figure["c"][0][0])
    for image in elements(figure["c"][2]):
        if image["t"] == "Image" and image["c"][2][0].startswith(SVG_PREFIX):
            for href, box in links_in_svg(base64.b64decode(image["c"][2][0].removeprefix(SVG_PREFIX)).decode()):
                yield prefix + href.removeprefix("#"), box


def links_in_svg(svg: str) -> list[tuple[str, Box]]:
    """Every link in an SVG drawing, with the rectangle around its content in percent of the drawing."""
    root = ElementTree.fromstring(svg)
    view = [float(number) for number in SVG_NUMBER.findall(root.get("viewBox", ""))]
    if len(view) != 4 or min(view[2:]) <= 0:
        return []
    points: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for element in root.iter():
        if element.tag.endswith("}a") and (href := element.get(XLINK_HREF) or element.get("href")):
            points[href] += [point for path in element.iter() for point in _points(path.get("d", ""))]
    return [(href, _box(corners, view)) for href, corners in points.items() if corners]


def _points(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in SVG_NUMBER.findall(path)]
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _box(points: list[tuple[float, float]], view: list[float]) -> Box:
    x, y, width, height = view
    across, down = zip(*points, strict=True)
    left, right = (100 * (value - x) / width for value in (min(across), max(across)))
    top, bottom = (100 * (value - y) / height for value in (min(down), max(down)))
    return Box(left, top, right - left, bottom - top)


def _with_areas(figure: Node, areas: dict[str, Box], rows: dict[str, TableRow]) -> Node:
    identity, (short, caption), content = figure["c"]
    over = "".join(_area(name, box, rows[name].title) for name, box in areas.items())
    picture = [*content, node("RawBlock", "html", f'<div class="areas" aria-hidden="true">{over}</div>')]
    return node("Figure", identity, [short, _with_link(caption, rows[next(iter(areas))].table)], picture)


def _area(name: str, box: Box, title: str) -> str:
    place = f"left:{box.left:.2f}%;top:{box.top:.2f}%;width:{box.width:.2f}%;height:{box.height:.2f}%"
    return f'<a href="#{html.escape(name)}" title="{html.escape(title)}" tabindex="-1" style="{place}"></a>'


def _with_link(caption: list[Node], table: str) -> list[Node]:
    """The caption with a link to the table, whose words `number_captions` fills in."""
    sentence = [
        *inlines_of_text(CAPTION_LINK),
        node("Space"),
        node("Link", NO_ATTR, [], [f"#{table}", ""]),
        node("Str", "."),
    ]
    if not caption:
        return [node("Plain", sentence)]
    *before, last = caption
    return [*before, node(last["t"], [*last["c"], node("Space"), *sentence])]
