"""A map of the bases: circles as large as their counts, hollow where the place is known only vaguely."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts import style
from analysis.charts.borders import (
    Borders,
    borders_around,
    countries_at,
    draw_countries,
    longitude_scale,
    name_countries,
    scale_bar,
    unwrap,
    western_edge,
)
from analysis.charts.incident_links import url_of_group
from analysis.charts.point_labels import Point, name_points
from analysis.charts.text_format import join_names, plural, shorten
from analysis.charts.vocabulary import format_counted, vocabulary
from analysis.evidence.arguments import require_columns, require_whole_number

COLUMNS = ("place", "country", "latitude", "longitude", "precision", "count")
WIDTH = 7.0  # inches
LARGEST = 34  # points, diameter of the largest circle
KEY = (LARGEST + 2) / 72  # inches, height of a line of the key
CROWD = 40  # circles from which all become smaller
LEAST = 2.0  # degrees a map spans at least
SHAPE = (0.5, 0.72)  # height of a map by its width, at least and at most
FEW_NAMES = 8  # circles that carry a name where there are very many
LISTED = 3  # places without a point that are named below the map
SOLID: dict[str, Any] = {"facecolor": style.ACCENT, "edgecolor": "white", "linewidth": 0.6, "alpha": 0.8}
HOLLOW: dict[str, Any] = {"facecolor": "none", "edgecolor": style.ACCENT, "linewidth": 1.2}
VAGUE = ("town", "region", "country")  # the point stands for something larger than the place
NOWHERE = HOLLOW | {"linestyle": ":"}


def base_map(places: pd.DataFrame, borders: Borders | None = None, names: int = 20, unit: str = "") -> Figure:
    """Draw a map with a circle for each place, its area in proportion to its count.

    Parameters
    ----------
    places : DataFrame
        What `by_place` returns: place, country, latitude, longitude (degrees, WGS 84), precision, count.
    borders : dict, optional
        Outlines of countries, {name: list of arrays (n, 2) of longitude and latitude}; those that come
        with the package by default.
    names : int, default 20
        How many of the largest circles carry name and count.
    unit : str, optional
        What is counted, in the singular, for the key; the word of the folder by default.

    Returns
    -------
    Figure
        The map, with a key below it.

    Raises
    ------
    InputError
        If a column is missing or `names` is no whole number from 0 up.

    See Also
    --------
    map_alt : The same map in words.

    Notes
    -----
    A circle is filled where the place is known to about a kilometre, and hollow where only a town near it is
    known. A place without a point stands below the map. A degree of longitude is drawn as long as it is in the
    middle of the map. The map shows counts and cannot be split by a column: select the incidents first.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> places = a.by_place(a.select(dataset, a.View(countries="Syria")), dataset.evidence.places)
    >>> len(a.charts.base_map(places).axes)
    2
    """
    require_columns(places, COLUMNS, "places")
    require_whole_number(names, 0, "names")
    at = places[places["latitude"].notna()]
    if at.empty:
        return style.figure_of(style.draw_nothing(style.new_axes(height=1), "no place with a known point to show"))
    at = at.assign(longitude=unwrap(at["longitude"].to_numpy(), western_edge(at["longitude"].to_numpy())))
    west, east, south, north = _extent(at)
    shape = (north - south) / ((east - west) * longitude_scale(south, north))
    with mpl.rc_context(style.RC):
        heights = WIDTH * shape, KEY * (1 + places["latitude"].isna().any())
        figure, (ax, key) = plt.subplots(2, figsize=(WIDTH, sum(heights)), height_ratios=heights)
        ax.set(xlim=(west, east), ylim=(south, north), aspect=1 / longitude_scale(south, north), xticks=[], yticks=[])
        ax.spines[:].set(visible=True, color=style.BORDER)
        land = borders_around(*_hull(at), margin=at["longitude"].min() - west) if borders is None else borders
        points = at[["longitude", "latitude"]].to_numpy()
        draw_countries(ax, land, set(places["country"].dropna()) | countries_at(points, land))
        _key(key, places, unit)
        _circles(ax, at, places["count"].max())
        bar = scale_bar(ax)
        taken = name_countries(ax, land, np.vstack([points, ax.transData.inverted().transform(bar.corners())]))
        some = names if len(at) <= 2 * CROWD else min(names, FEW_NAMES)
        name_points(ax, _points(at, places["count"].max(), some), [*taken, bar])
    return figure


def _hull(at: pd.DataFrame) -> tuple[float, float, float, float]:
    """West, east, south, north of the points themselves."""
    return (at["longitude"].min(), at["longitude"].max(), at["latitude"].min(), at["latitude"].max())


def _points(at: pd.DataFrame, most: int, names: int) -> list[Point]:
    """The circles as obstacles to names, the first of them with name and count."""
    radius = np.sqrt(size(at["count"], most, len(at))) / 2
    said = [f"{shorten(row.place)}: {row.count:,}" for row in at.head(names).itertuples()]
    said += [""] * (len(at) - len(said))
    return [Point(*each) for each in zip(at["longitude"], at["latitude"], radius, said, strict=True)]


def size(count, most: int, circles: int = 1):
    """Area of a circle in square points, as `scatter` takes it; smaller where there are many circles."""
    return LARGEST**2 * min(1, CROWD / circles) * count / most


def _extent(at: pd.DataFrame) -> tuple[float, float, float, float]:
    """West, east, south, north of the map: all points with a margin, neither flat nor slender."""
    south, north = at["latitude"].min(), at["latitude"].max()
    west, east = at["longitude"].min(), at["longitude"].max()
    parallel = longitude_scale(south, north)
    height, width = max(1.3 * (north - south), LEAST), max(1.3 * (east - west) * parallel, LEAST)
    width = max(width, height / SHAPE[1])
    width = min(width, 360 * parallel)
    height = min(max(height, width * SHAPE[0]), 180)
    middle = (west + east) / 2, (south + north) / 2
    return (middle[0] - width / parallel / 2, middle[0] + width / parallel / 2,
            middle[1] - height / 2, middle[1] + height / 2)  # fmt: skip


def _circles(ax: Axes, at: pd.DataFrame, most: int) -> None:
    vague = at["precision"].isin(VAGUE)
    for rows, fill in ((at[~vague], SOLID), (at[vague], HOLLOW)):
        drawn = ax.scatter(rows["longitude"], rows["latitude"], size(rows["count"], most, len(at)), zorder=3, **fill)
        if "place_id" in rows:
            drawn.set_urls([url_of_group("place_id", place) for place in rows["place_id"]])


def _key(ax: Axes, places: pd.DataFrame, unit: str) -> None:
    """What the circles mean, and below it what has no point."""
    ax.set_axis_off()
    most, nowhere = places["count"].max(), places[places["latitude"].isna()]
    circles = max(int(places["latitude"].notna().sum()), 1)
    ax.set(xlim=(0, WIDTH * 72), ylim=(-1.5 if len(nowhere) else -0.5, 0.5))
    numbers = _round_numbers(most)
    last = plural(numbers[-1], unit) if unit else format_counted(numbers[-1])
    said = [*map("{:,}".format, numbers[:-1]), last]
    sizes = [(number, SOLID, words) for number, words in zip(numbers, said, strict=True)]
    vague = (most / 12, HOLLOW, "only a town or region is known")
    _line(ax, 0, [*sizes, vague] if places["precision"].isin(VAGUE).any() else sizes, most, circles)
    if len(nowhere):
        rest = pd.DataFrame({"place": ["others"], "count": [nowhere["count"].iloc[LISTED:].sum()]})
        shown = pd.concat([nowhere.head(LISTED), rest[rest["count"] > 0]])
        named = [(row.count, NOWHERE, f"{shorten(row.place)}: {row.count:,}") for row in shown.itertuples()]
        _line(ax, -1, [(0, NOWHERE, "no point known:"), *named], most, circles)


def _line(ax: Axes, level: int, entries: list[tuple], most: int, circles: int) -> None:
    """Circles with their words, one after the other; a count of 0 has words only."""
    at = 0.0
    for count, fill, words in entries:
        width = size(count, most, circles) ** 0.5
        if count:
            ax.scatter(at + width / 2, level, size(count, most, circles), clip_on=False, **fill)
        ax.text(at + width + 3 * bool(count), level, words, va="center_baseline", fontsize=7.5)
        at += width + 16 + style.text_width(words, 7.5)


def _round_numbers(most: int) -> list[int]:
    """Up to three round counts, from 1 to the largest that occurs."""
    steps = [digit * 10**power for power in range(len(str(most))) for digit in (1, 2, 5) if digit * 10**power <= most]
    return sorted({steps[0], steps[len(steps) // 2], steps[-1]})


def map_alt(places: pd.DataFrame) -> str:
    """Describe `base_map` in words: how many places, the three with most, what is vague or has no point.

    Parameters
    ----------
    places : DataFrame
        What `by_place` returns.

    Returns
    -------
    str
        Whole sentences.

    Raises
    ------
    InputError
        If a column is missing.

    See Also
    --------
    base_map : The map.

    Examples
    --------
    >>> import analysis as a
    >>> places = a.by_place(a.select(a.open_folder(), a.View(countries="Jordan")))
    >>> a.charts.map_alt(places).split(",")[0]
    'Map of 1 place with circles as large as their number of attacks'
    """
    require_columns(places, COLUMNS, "places")
    at, nowhere = places[places["latitude"].notna()], places[places["latitude"].isna()]
    if at.empty:
        return f"Map of {vocabulary().plural}: no place with a known point to show."
    total, first = int(places["count"].sum()), at.nlargest(3, "count")
    named = join_names(f"{row.place} {row.count:,}" for row in first.itertuples())
    share, vague = 100 * first["count"].sum() / total, int(at["precision"].isin(VAGUE).sum())
    hollow = f" {plural(vague, 'place')} hollow: only a town or region is known." if vague else ""
    missing = int(nowhere["count"].sum())
    in_cells = "places" in at and int(at["places"].sum()) > len(at)
    shown = f"{len(at):,} cells of a grid" if in_cells else plural(len(at), "place")
    lost = f" Not on the map, for no point is known: {format_counted(missing)}." if missing else ""
    return (
        f"Map of {shown} with circles as large as their number of {vocabulary().plural}, from "
        f"{at['count'].min():,} to {at['count'].max():,}. The most at {named}: {share:.0f} percent of "
        f"{format_counted(total)}.{hollow}{lost}"
    )
