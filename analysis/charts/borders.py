"""Countries as the quiet ground of a map: their borders, from a small GeoJSON file in data/, and names."""

from __future__ import annotations

import matplotlib.path
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.transforms import Bbox

from analysis.charts import style
from analysis.evidence.border_outlines import WORLD, Borders, read_borders

REGION = (32.0, 52.0, 27.0, 40.0)  # degrees west, east, south, north of the fine outlines
SOME = 0.006  # share of a map that a country needs to be named
LENGTHS = tuple(digit * 10**power for power in range(4) for digit in (1, 2, 5))  # km of a scale bar


def borders_around(west: float, east: float, south: float, north: float, margin: float = 0.0) -> Borders:
    """Outlines for a map of points between these degrees: the fine ones of the region where they hold all points, else
    the world's as far as the map reaches, `margin` degrees further west and east, drawn again a turn away where the map
    crosses the date line."""
    if REGION[0] <= west and east <= REGION[1] and REGION[2] <= south and north <= REGION[3]:
        return read_borders()
    west, east = west - margin, east + margin
    turns = [turn for turn in (-360, 0, 360) if west < turn + 180 and east > turn - 180]
    out = {}
    for name, outlines in read_borders(WORLD).items():
        turned = [outline + (turn, 0) for turn in turns for outline in outlines]
        if seen := [outline for outline in turned if _touches(outline, west, east)]:
            out[name] = seen
    return out


def _touches(outline: np.ndarray, west: float, east: float) -> bool:
    return bool(outline[:, 0].max() > west and outline[:, 0].min() < east)


def western_edge(longitudes: np.ndarray) -> float:
    """The longitude at which a map of these points is cut open: the middle of the largest gap between them, so that
    points on both sides of the date line lie side by side. -180 where the date line itself lies in that gap.

    Examples
    --------
    >>> western_edge(np.array([170.0, -170.0, 175.0]))
    0.0
    >>> western_edge(np.array([20.0, 50.0]))
    -180.0
    """
    around = np.unique(longitudes % 360)
    gaps = np.diff(np.append(around, around[0] + 360))
    at = int(gaps.argmax())
    start, end = around[at], around[at] + gaps[at]
    if start <= 180 <= end or start <= 540 <= end:
        return -180.0
    middle = (start + end) / 2 % 360
    return float(middle - 360 if middle > 180 else middle)


def unwrap(longitudes: np.ndarray, edge: float) -> np.ndarray:
    """Longitudes from `edge` to `edge` + 360."""
    return (longitudes - edge) % 360 + edge


def countries_at(points: np.ndarray, borders: Borders) -> set[str]:
    """The countries that hold some of the points (n, 2)."""
    return {
        name for name, outlines in borders.items()
        if any(matplotlib.path.Path(outline).contains_points(points).any() for outline in outlines)
    }  # fmt: skip


def longitude_scale(south: float, north: float) -> float:
    """How long a degree of longitude is, by one of latitude, in the middle of the map."""
    return float(np.cos(np.radians((south + north) / 2)))


def draw_countries(ax: Axes, borders: Borders, ours: set[str]) -> None:
    """All countries, those named in `ours` white. The limits of the axes must be final."""
    known = np.concatenate([outline for outlines in borders.values() for outline in outlines] or [np.empty((0, 2))])
    corners = np.transpose([ax.get_xlim(), ax.get_ylim()])
    worldwide = set(borders) <= set(read_borders(WORLD)) and len(borders) > 0
    seen = len(known) and (known.min(axis=0) <= corners[0]).all() and (known.max(axis=0) >= corners[1]).all()
    seen = seen or worldwide  # beyond the world's outlines there is sea
    ax.set_facecolor(style.SEA if seen else style.LAND)  # beyond the file there may be land
    for name, outlines in borders.items():
        ax.add_collection(PolyCollection(outlines, facecolor=style.LAND if name in ours else style.ELSEWHERE,
                                         edgecolor=style.BORDER, linewidth=0.7, zorder=0), autolim=False)  # fmt: skip


def scale_bar(ax: Axes) -> Bbox:
    """A bar of a round number of kilometres in the lower right corner; returns its box in pixels."""
    west, east, south, north = *ax.get_xlim(), *ax.get_ylim()
    degree = 111.2 * longitude_scale(south, north)  # km along a parallel
    length = max(km for km in LENGTHS if km <= max((east - west) * degree / 5, 1))
    right, low = east - 0.02 * (east - west), south + 0.03 * (north - south)
    left = right - length / degree
    ax.plot([left, right], [low, low], color=style.QUIET, linewidth=1.2, solid_capstyle="butt")
    ax.annotate(f"{length:,} km", ((left + right) / 2, low), xytext=(0, 2), textcoords="offset points", ha="center",
                va="bottom", fontsize=7, color=style.QUIET)  # fmt: skip
    return Bbox(ax.transData.transform([(left, low), (right, low + 0.04 * (north - south))]))


def name_countries(ax: Axes, borders: Borders, taken: np.ndarray) -> list[Bbox]:
    """Name each country that takes up some of the map where most room is between its borders and the
    points `taken` (n, 2); returns the boxes of the names in pixels."""
    across, up = (np.linspace(*limits, 40)[1:-1] for limits in (ax.get_xlim(), ax.get_ylim()))
    grid = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)
    texts = []
    for name, outlines in borders.items():
        inside = grid[np.any([matplotlib.path.Path(outline).contains_points(grid) for outline in outlines], axis=0)]
        if len(inside) > SOME * len(grid):
            lines = [_dense(outline, (across[-1] - across[0]) / 40) for outline in outlines]
            spot = inside[_room(inside, np.concatenate([*lines, taken]), ax).argmax()]
            texts.append(
                ax.text(spot[0], spot[1], name.upper(), ha="center", va="center", fontsize=7, color=style.QUIET)
            )
    style.figure_of(ax).draw_without_rendering()
    return [text.get_window_extent() for text in texts]


def _dense(outline: np.ndarray, step: float) -> np.ndarray:
    """Points along an outline, at most `step` degrees apart."""
    pieces = np.ceil(np.hypot(*np.diff(outline, axis=0).T) / step).astype(int)
    sides = zip(outline[:-1], outline[1:], pieces, strict=True)
    return np.concatenate([np.linspace(start, end, number, endpoint=False) for start, end, number in sides])


def _room(spots: np.ndarray, others: np.ndarray, ax: Axes) -> np.ndarray:
    """How far each spot is from the nearest other and from the frame; names are wide, not high."""
    shape = np.array([0.35, 1.0])
    apart = np.hypot(*np.moveaxis((spots[:, None] - others[None]) * shape, -1, 0)).min(axis=1)
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    return np.minimum(apart, (np.minimum(spots - low, high - spots) * shape).min(axis=1))
