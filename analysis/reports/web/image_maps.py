"""From a bar to its row: the links drawn into a chart, as areas over its picture in a page."""

from __future__ import annotations

import base64
import html
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from analysis.reports.document.book import chapter_mark
from analysis.reports.document.sanitising import anchor
from analysis.reports.document.tree import (
    NO_ATTR,
    TEXTS,
    Node,
    attr,
    elements,
    node,
    text_of,
    walk,
    words_of,
)

SVG = "data:image/svg+xml;base64,"
HREF = "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
LEADS = "Each part of the picture leads to its row in"


class Row(NamedTuple):
    """A row that a chart may name: its table, and what the row says first."""

    table: str
    title: str


class Box(NamedTuple):
    """A part of a picture, in percent of its sides."""

    left: float
    top: float
    width: float
    height: float


def link_figures(blocks: list[Node]) -> list[Node]:
    """The blocks, with the parts of a chart that name a row of a table leading there.

    A chart names a row by a link `#<label of the table>-<first cell of the row>`. The areas are for
    pointers alone; a keyboard follows the sentence that is added to the caption.
    """
    tables = [element for element in elements(blocks) if element["t"] == "Table"]
    rows = {name: row for table in tables for name, row in _rows(table) if name}
    used: set[str] = set()

    def press(element: Node) -> Node | None:
        areas = {name: box for name, box in _drawn(element) if name in rows}
        used.update(areas)
        return _pressed(element, areas, rows) if areas else None

    pressed = walk(blocks, lambda element: press(element) if element["t"] == "Figure" else None, TEXTS)
    return walk(pressed, lambda element: _named(element, used) if element["t"] == "Table" else None, TEXTS)


def _rows(table: Node) -> Iterator[tuple[str, Row]]:
    (label, _, _), _, _, head, bodies, _ = table["c"]
    heads = [text_of(cell[4]) for row in head[1] for cell in row[1]]
    for cells in (row[1] for body in bodies for row in body[3]):
        said = [f"{name} {text_of(cell[4])}" for name, cell in zip(heads[:2], cells[:2], strict=False)]
        yield _name(label, cells), Row(label, ", ".join(said))


def _name(label: str, cells: list) -> str:
    return f"{label}-{anchor(text_of(cells[0][4]))}" if label and cells else ""


def _named(table: Node, used: set[str]) -> Node:
    """The table with an anchor on every row that a chart leads to."""
    (label, classes, pairs), caption, columns, head, bodies, foot = table["c"]
    bodies = [
        [*body[:3], [[attr(name) if (name := _name(label, row[1])) in used else row[0], row[1]] for row in body[3]]]
        for body in bodies
    ]
    return node("Table", attr(label, classes, pairs), caption, columns, head, bodies, foot)


def _drawn(figure: Node) -> Iterator[tuple[str, Box]]:
    """The links in the figure's drawing, each as the anchor it names here and the part it covers."""
    mark = chapter_mark(figure["c"][0][0])
    for image in elements(figure["c"][2]):
        if image["t"] == "Image" and image["c"][2][0].startswith(SVG):
            for href, box in links_in_svg(base64.b64decode(image["c"][2][0].removeprefix(SVG)).decode()):
                yield mark + href.removeprefix("#"), box


def links_in_svg(svg: str) -> list[tuple[str, Box]]:
    """Every link inside the drawing with the box around all that it holds."""
    root = ElementTree.fromstring(svg)
    view = [float(number) for number in NUMBER.findall(root.get("viewBox", ""))]
    if len(view) != 4 or min(view[2:]) <= 0:
        return []
    points = defaultdict(list)
    for element in root.iter():
        if element.tag.endswith("}a") and (href := element.get(HREF) or element.get("href")):
            points[href] += [point for path in element.iter() for point in _points(path.get("d", ""))]
    return [(href, _box(corners, view)) for href, corners in points.items() if corners]


def _points(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in NUMBER.findall(path)]
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _box(points: list[tuple[float, float]], view: list[float]) -> Box:
    x, y, width, height = view
    across, down = zip(*points, strict=True)
    left, right = (100 * (value - x) / width for value in (min(across), max(across)))
    top, bottom = (100 * (value - y) / height for value in (min(down), max(down)))
    return Box(left, top, right - left, bottom - top)


def _pressed(figure: Node, areas: dict[str, Box], rows: dict[str, Row]) -> Node:
    identity, (short, caption), content = figure["c"]
    over = "".join(_area(name, box, rows[name].title) for name, box in areas.items())
    picture = [*content, node("RawBlock", "html", f'<div class="areas" aria-hidden="true">{over}</div>')]
    return node("Figure", identity, [short, _leading(caption, rows[next(iter(areas))].table)], picture)


def _area(name: str, box: Box, title: str) -> str:
    place = f"left:{box.left:.2f}%;top:{box.top:.2f}%;width:{box.width:.2f}%;height:{box.height:.2f}%"
    return f'<a href="#{html.escape(name)}" title="{html.escape(title)}" tabindex="-1" style="{place}"></a>'


def _leading(caption: list[Node], table: str) -> list[Node]:
    """The caption and a link to the table, which `numbered` calls by its number."""
    told = [*words_of(LEADS), node("Space"), node("Link", NO_ATTR, [], [f"#{table}", ""]), node("Str", ".")]
    if not caption:
        return [node("Plain", told)]
    *before, last = caption
    return [*before, node(last["t"], [*last["c"], node("Space"), *told])]
