"""Names beside points, so that none covers another name or a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from analysis.charts import style

AWAY = (2.0, 9.0, 18.0, 30.0, 45.0)  # points between the rim of a circle and its name
# Right first, as a reader expects, then left, above, below, and the corners.
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (0.7, -0.7), (-0.7, 0.7), (-0.7, -0.7))


@dataclass(frozen=True)
class Point:
    """A circle on a chart: its middle in data coordinates, its radius in points, its name."""

    x: float
    y: float
    radius: float
    name: str = ""


def name_points(ax: Axes, points: list[Point], taken: Sequence[Bbox] = (), fontsize: float = 7.5) -> None:
    """Write the names beside their points, in the order given: each at the nearest place that is free,
    or the least covered one, with a thin line to the point where it stands off. `taken` are boxes (in
    pixels) to keep free. The limits of the axes must be final."""
    figure = style.figure_of(ax)
    figure.draw_without_rendering()
    pixels = figure.dpi / 72
    circles = [_circle(ax, point, pixels) for point in points]
    boxes = list(taken)
    for number, point in enumerate(points):
        if point.name:
            others = circles[:number] + circles[number + 1 :]
            boxes.append(_write(ax, point, [*others, *boxes], pixels, fontsize))


def _circle(ax: Axes, point: Point, pixels: float) -> Bbox:
    middle = ax.transData.transform((point.x, point.y))
    return Bbox([middle - point.radius * pixels, middle + point.radius * pixels])


def _write(ax: Axes, point: Point, boxes: list[Bbox], pixels: float, fontsize: float) -> Bbox:
    size = np.array([style.text_width(point.name, fontsize), 1.15 * fontsize]) * pixels  # unhinted, as in SVG
    middle = ax.transData.transform((point.x, point.y))
    spots = [_spot(middle, point.radius * pixels, away * pixels, side, size) for away in AWAY for side in SIDES]
    corners = np.array([box.extents for box in boxes]).reshape(-1, 4)
    best = min(spots, key=lambda spot: _covered(spot, corners, ax.bbox))  # the first of equals is the nearest
    near = spots.index(best) < len(SIDES)
    _annotate(ax, point, (best.get_points().mean(axis=0) - middle) / pixels, near, fontsize)
    return best


def _annotate(ax: Axes, point: Point, offset, near: bool, fontsize: float) -> None:
    line = None if near else {"arrowstyle": "-", "color": style.QUIET, "linewidth": 0.5, "shrinkA": 1,
                              "shrinkB": point.radius}  # fmt: skip
    ax.annotate(point.name, (point.x, point.y), xytext=offset, textcoords="offset points", ha="center", va="center",
                arrowprops=line, zorder=5, fontsize=fontsize,
                bbox={"boxstyle": "square,pad=0.05", "facecolor": "white", "alpha": 0.75, "linewidth": 0})  # fmt: skip


def _spot(middle, radius: float, away: float, side: tuple[float, float], size) -> Bbox:
    """The box of a name of this size on one side of a circle."""
    towards = np.array(side)
    centre = middle + towards * (radius + away) + np.sign(towards) * size / 2
    return Bbox([centre - size / 2, centre + size / 2])


def _covered(spot: Bbox, corners: np.ndarray, inside: Bbox) -> float:
    """Pixels of a box that others (left, bottom, right, top of each) cover, or that stand outside the axes."""
    outside = spot.width * spot.height - _shared(spot, np.array([inside.extents]))
    return round(_shared(spot, corners) + outside, 3)


def _shared(spot: Bbox, corners: np.ndarray) -> float:
    low, high = np.maximum(corners[:, :2], spot.min), np.minimum(corners[:, 2:], spot.max)
    return float(np.maximum(high - low, 0.0).prod(axis=1).sum())
