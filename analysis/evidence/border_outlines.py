"""The outlines of countries in data/: fine ones of the region, and rough ones of the world."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from analysis.evidence.folders import REPOSITORY

FILE = REPOSITORY / "data" / "borders.geojson"
WORLD = REPOSITORY / "data" / "world.geojson"

Borders = dict[str, list[np.ndarray]]  # country -> outlines, each (n, 2) degrees east and north


@cache
def read_borders(path: Path = FILE) -> Borders:
    """Outlines of each country in the file; nothing where there is no file. Holes are left out."""
    if not path.is_file():
        return {}
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["name"]: _outlines(feature["geometry"]) for feature in features}


def _outlines(geometry: dict) -> list[np.ndarray]:
    parts = geometry["coordinates"]
    polygons = [parts] if geometry["type"] == "Polygon" else parts
    return [np.array(polygon[0]) for polygon in polygons]
