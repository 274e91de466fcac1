"""From a mark to its incidents: the links drawn into a chart become areas over its picture in a page."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from xml.etree import ElementTree

from analysis.charts.text_format import format_date, format_range, plural
from analysis.reports.document.entries import APPENDIX, Entries
from analysis.reports.document.tree import (
    LEAF_BLOCKS,
    NO_ATTR,
    Node,
    elements,
    inlines_of_text,
    node,
    walk,
)

SVG_PREFIX = "data:image/svg+xml;base64,"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
SVG_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
PERIOD = re.compile(r"#incidents-(\d{4}-\d\d-\d\d)-(\d{4}-\d\d-\d\d)")  # as `charts.incident_links` writes them
GROUP = re.compile(r"#incidents-with-(.+)")
WEEK = 7  # days of the longest period to which an entry leads back
CAPTION_LINK = "Each mark leads to its incidents in"


class Box(NamedTuple):
    """A rectangle in a picture, in percent of its width and height."""

    left: float
    top: float
    width: float
    height: float


class ChartPeriods(NamedTuple):
    """The chart to which entries lead back: its anchor, and first and last day of each linked period."""

    figure: str
    periods: tuple[tuple[str, str], ...]

    def holding(self, day: str) -> tuple[str, str] | None:
        """The period of a day."""
        return next((period for period in self.periods if period[0] <= day <= period[1]), None)


def weekly_chart(blocks: list[Node]) -> ChartPeriods | None:
    """The first figure whose marks stand for weeks; None if there is none."""
    for figure in elements(blocks):
        if figure["t"] == "Figure":
            periods = {(found[1], found[2]) for svg in _drawings(figure) for found in PERIOD.finditer(svg)}
            whole = [(first, last) for first, last in periods if 1 < _days(first, last) <= WEEK]
            if len(whole) > len(periods) / 2:
                return ChartPeriods(figure["c"][0][0], tuple(sorted(periods)))
    return None


def leads_to_incidents(blocks: list[Node]) -> bool:
    """Whether a mark of a chart leads to incidents."""
    figures = (each for each in elements(blocks) if each["t"] == "Figure")
    return any("#incidents-" in svg for figure in figures for svg in _drawings(figure))


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def link_figures(blocks: list[Node], entries: Entries) -> list[Node]:
    """The blocks, in which the linked parts of a chart lead to entries of the appendix.

    A chart names days by a link `#incidents-<first day>-<last day>`, and leads to the first entry of these days. The
    areas work for pointers only; for the keyboard, a sentence with a link to the first of them is added to the caption.
    """
    back = weekly_chart(blocks)

    def link(element: Node) -> Node | None:
        if element["t"] != "Figure":
            return None
        anchored = back is not None and element["c"][0][0] == back.figure
        areas = [area for area in _areas(element, entries, anchored) if area]
        return _with_areas(element, areas, entries) if areas else None

    return walk(blocks, link, LEAF_BLOCKS) if entries.days else blocks


def _drawings(figure: Node) -> Iterator[str]:
    """The drawings of a figure, as the text of SVG."""
    for image in elements(figure["c"][2]):
        if image["t"] == "Image" and image["c"][2][0].startswith(SVG_PREFIX):
            yield base64.b64decode(image["c"][2][0].removeprefix(SVG_PREFIX)).decode()


def links_in_svg(svg: str) -> list[tuple[str, Box]]:
    """Every link in an SVG drawing, with the rectangle around its content in percent of the drawing. The content is
    paths, or markers that stand in their place."""
    root = ElementTree.fromstring(svg)
    view = [float(number) for number in SVG_NUMBER.findall(root.get("viewBox", ""))]
    if len(view) != 4 or min(view[2:]) <= 0:
        return []
    marker = {f"#{path.get('id')}": _points(path.get("d", "")) for path in root.iter() if path.get("id")}
    found: list[tuple[str, Box]] = []
    for element in root.iter():
        if element.tag.endswith("}a") and (href := element.get(XLINK_HREF) or element.get("href")):
            points = [point for part in element.iter() for point in _points(part.get("d", ""))]
            points += [point for part in element.iter() for point in _placed(part, marker)]
            if points:
                found.append((href, _box(points, view)))
    return found


def _placed(part: ElementTree.Element, marker: dict[str, list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """The points of a marker where it stands; none for any other part."""
    if not part.tag.endswith("}use"):
        return []
    across, down = float(part.get("x", 0)), float(part.get("y", 0))
    return [(x + across, y + down) for x, y in marker.get(part.get(XLINK_HREF, ""), [])]


def _points(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in SVG_NUMBER.findall(path)]
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _box(points: list[tuple[float, float]], view: list[float]) -> Box:
    x, y, width, height = view
    across, down = zip(*points, strict=True)
    left, right = (100 * (value - x) / width for value in (min(across), max(across)))
    top, bottom = (100 * (value - y) / height for value in (min(down), max(down)))
    return Box(left, top, right - left, bottom - top)


def _areas(figure: Node, entries: Entries, anchored: bool) -> Iterator[str]:
    """The areas over the picture of a figure, as HTML."""
    for svg in _drawings(figure):
        named: set[str] = set()
        for href, box in links_in_svg(svg):
            if (period := PERIOD.fullmatch(href)) and (behind := entries.between(period[1], period[2])):
                name = bar_anchor(period[1]) if anchored and href not in named else ""
                named.add(href)
                yield _area(box, entries.address(behind[0]), _title(period[1], period[2], len(behind)), name)
            elif (group := GROUP.fullmatch(href)) and (behind := list(entries.groups.get(group[1], ()))):
                yield _area(box, entries.address(behind[0]), f"{plural(len(behind), 'incident')}: the first", "")


def bar_anchor(first: str) -> str:
    """The anchor of the bar that begins on a day."""
    return f"bar-{first}"


def _title(first: str, last: str, number: int) -> str:
    days = date.fromisoformat(first), date.fromisoformat(last)
    return f"{format_date(days[0]) if first == last else format_range(*days)}: {plural(number, 'incident')}"


def _area(box: Box, address: str, title: str, name: str) -> str:
    place = f"left:{box.left:.2f}%;top:{box.top:.2f}%;width:{box.width:.2f}%;height:{box.height:.2f}%"
    named = f' id="{name}"' if name else ""
    return f'<a{named} href="{html.escape(address)}" title="{html.escape(title)}" tabindex="-1" style="{place}"></a>'


def _with_areas(figure: Node, areas: list[str], entries: Entries) -> Node:
    identity, (short, caption), content = figure["c"]
    picture = [*content, node("RawBlock", "html", f'<div class="areas" aria-hidden="true">{"".join(areas)}</div>')]
    return node("Figure", identity, [short, _with_link(caption, entries)], picture)


def _with_link(caption: list[Node], entries: Entries) -> list[Node]:
    """The caption with a link to the appendix."""
    link = node("Link", NO_ATTR, inlines_of_text("the appendix"), [entries.address(APPENDIX), ""])
    sentence = [*inlines_of_text(CAPTION_LINK), node("Space"), link, node("Str", ".")]
    if not caption:
        return [node("Plain", sentence)]
    *before, last = caption
    return [*before, node(last["t"], [*last["c"], node("Space"), *sentence])]
