"""Coordinates as people write them, and points that lie in their country only when exchanged."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from analysis.evidence.border_outlines import WORLD, read_borders

MARGIN = 1.0  # degrees around a country: its outline is rough, and events at sea are coded to it
# 44°30.5'E, 44 30 30 E, N 12:10, 12-10.5S, 12.5° N
_PARTS = (
    r"(?P<before>[NSEW])?\s*(?P<degrees>[+-]?\d{1,3}(?:\.\d+)?)(?P<sign>\s*[°º])?"
    r"(?:(?:(?<=[°º])\s*|\s*[:\s-]\s*)(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['′’]?"
    r"(?:(?:(?<=['′’])\s*|\s*[:\s-]\s*)(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”]|''|′′)?)?)?"
    r"\s*(?P<after>[NSEW])?"
)


def from_degrees_and_minutes(text: pd.Series, axis: str) -> pd.Series:
    """Degrees as decimal numbers, missing where the text is none in degrees, minutes and seconds.

    Parameters
    ----------
    text : Series of str
        Such as 12°10'N, 44 30 30 E or N 12:10. A sign for degrees or a letter is needed; 12 30 alone is no coordinate.
    axis : str
        `latitude`, for which the letters are N and S, or `longitude`, E and W.

    Returns
    -------
    Series of float64
        South and west are negative.

    Examples
    --------
    >>> from_degrees_and_minutes(pd.Series(["12°30'N", "S 3 15 0", "12 30", "44°30'E"]), "latitude").tolist()
    [12.5, -3.25, nan, nan]
    """
    positive, negative = ("N", "S") if axis == "latitude" else ("E", "W")
    whole = f"^{_PARTS}$"
    parts = text.astype("str").str.strip().str.upper().str.extract(whole)
    minutes, seconds = (parts[name].astype("float64") for name in ("minutes", "seconds"))
    degrees, letter = parts["degrees"].astype("float64"), parts["before"].fillna(parts["after"])
    size = degrees.abs() + minutes.fillna(0) / 60 + seconds.fillna(0) / 3600
    below = degrees.lt(0) | parts["degrees"].str.startswith("-").fillna(False) | letter.eq(negative)
    good = (letter.notna() | parts["sign"].notna()) & letter.fillna(positive).isin([positive, negative])
    good &= ~(parts["before"].notna() & parts["after"].notna()) & ~(letter.notna() & (degrees < 0))
    good &= ~(minutes >= 60) & ~(seconds >= 60)
    return size.where(~below, -size).where(good.fillna(False)).round(6)


def only_when_exchanged(country: pd.Series, latitude: pd.Series, longitude: pd.Series) -> pd.Series:
    """Whether a point lies outside its country, and inside it with latitude and longitude exchanged.

    Parameters
    ----------
    country : Series of str
        Names; a country that the world's outlines do not have under that name tells nothing.
    latitude, longitude : Series of float64
        Degrees.

    Returns
    -------
    Series of bool

    Examples
    --------
    >>> only_when_exchanged(pd.Series(["Kenya", "Kenya"]), pd.Series([-1.0, 36.0]), pd.Series([36.0, -1.0])).tolist()
    [False, True]
    """
    found = pd.Series(False, country.index)
    known = country.notna() & latitude.notna() & longitude.notna()
    for name, rows in country[known].groupby(country[known]):
        if boxes := _boxes().get(str(name)):
            north, east = latitude[rows.index].to_numpy(), longitude[rows.index].to_numpy()
            found[rows.index] = ~_within(boxes, east, north) & _within(boxes, north, east)
    return found


def _within(boxes: list[tuple[float, float, float, float]], east: np.ndarray, north: np.ndarray) -> np.ndarray:
    inside = [(west <= east) & (east <= right) & (south <= north) & (north <= top) for west, right, south, top in boxes]
    return np.any(inside, axis=0)


@cache
def _boxes() -> dict[str, list[tuple[float, float, float, float]]]:
    """West, east, south, north of each part of each country, with a margin."""
    boxes = {}
    for name, outlines in read_borders(WORLD).items():
        low, high = ([end(line, axis=0) for line in outlines] for end in (np.min, np.max))
        boxes[name] = [
            (west - MARGIN, east + MARGIN, south - MARGIN, north + MARGIN)
            for (west, south), (east, north) in zip(low, high, strict=True)
        ]
    return boxes
