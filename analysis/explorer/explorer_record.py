"""The record of an explorer: what its views show, as one small dict and columns of bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.charts.base_map import VAGUE
from analysis.charts.borders import borders_around
from analysis.charts.text_format import format_value, plural
from analysis.charts.vocabulary import use_vocabulary
from analysis.evidence.errors import InputError
from analysis.explorer.claim_table import claim_columns, details_of_rows
from analysis.explorer.explorer_state import State, state_of_view, without_filters
from analysis.explorer.facets import Facet, code_column, facet_columns, find_facets
from analysis.incidents.claim_search import text_of_rows
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import DEFINITIONS, View, as_code, given_fields, select, values_as_text, view_coverage
from analysis.measures.coverage import observed_window
from analysis.measures.frequency import count

LARGE = 50_000  # incidents from which ids and texts are asked for, and not sent
MOST_ROWS = 2_500_000  # incidents of which all are sent; of more, a sample
EVERY = ("week", "month", "quarter")
MOST_BARS, BARS_AT_FIRST = 1000, 170
MOST_DAYS = 800  # of a calendar with a square for each day
POINT_DIGITS = 3


@dataclass(frozen=True)
class Record:
    """What an explorer shows: `head` (JSON), `columns` (bytes, named by number in the head), the incidents under each
    definition (`tables`), the state it opens with, the view it stays within, and `sampled`, empty or a sentence."""

    head: dict[str, Any]
    columns: list[bytes]
    tables: dict[str, pd.DataFrame]
    state: State
    base: View


def build_record(dataset: Dataset, view: View, by: str = "") -> Record:
    """The record of a dataset, opened at a view and split by a column: by confirmation, or by what there is.

    Raises InputError if the view selects nothing, or `by` is no column that can split.
    """
    select(dataset, view)
    use_vocabulary(dataset.about)
    base, state = without_filters(view), state_of_view(dataset, view)
    tables = _tables(dataset, base)
    writer = _Columns()
    every = next(iter(tables.values()))
    sampled = ""
    if len(every) > MOST_ROWS:
        step = -(-len(every) // MOST_ROWS)
        sampled = (
            f"One in {step} of {plural(len(every), 'incident')} is shown, and every count is of these: give a narrower "
            "view to see all."
        )
        every = every.iloc[::step].reset_index(drop=True)
        tables = {name: table[table["incident_id"].isin(every["incident_id"])].reset_index(drop=True)
                  for name, table in tables.items()}  # fmt: skip
    window = _window(dataset, base, every)
    first = min([window[0], *(table["date_start"].min() for table in tables.values() if len(table))])
    columns = facet_columns(every)
    coded = {name: {column: code_column(table[column]) for column in columns} for name, table in tables.items()}
    facets = find_facets(tables, coded)
    state["by"] = by or ("confirmation" if "confirmation" in facets else next(iter(facets)))
    if state["by"] not in facets:
        raise InputError(f"by: {by!r} cannot split the bars; allowed: {', '.join(facets)}")
    small = len(every) <= LARGE
    spots, ambiguous = _spots(dataset, every, facets)
    ids = every["incident_id"].tolist() if small else []
    head: dict[str, Any] = {
        "title": dataset.about.title or dataset.about.subject or "Incidents",
        "singular": dataset.about.singular,
        "plural": dataset.about.plural,
        "base": f"{first:%Y-%m-%d}",
        "window": [int((day - first).days) for day in window],
        "sampled": sampled,
        "within": base.words() if base != View() else "",
        "base_fields": {name: as_code(value) for name, value in given_fields(base).items() if name != "confirmation"},
        "state": state,
        "facets": [
            {"name": name, "label": facet.label, "keys": facet.keys, "labels": facet.labels, "fills": facet.fills}
            for name, facet in facets.items()
        ],
        "definitions": [
            _definition(name, table, facets, coded[name], first, writer, every, spots if ambiguous else None, base)
            for name, table in tables.items()
        ],
        "periods": _periods(dataset, base, every, window, first),
        "events": _events(dataset, window, first),
        "spots": [[int(s.code), round(s.latitude, 4), round(s.longitude, 4), int(s.vague)] for s in spots.itertuples()],
        "borders": _borders(spots),
        "ids": ids,
        "large": not small,
        "has_claims": dataset.evidence is not None,
    }
    if small and dataset.evidence is not None:
        head |= claim_columns(dataset, every)
    elif small:
        head |= {"texts": text_of_rows(every).tolist(), "details": details_of_rows(every, range(len(every)))}
    return Record(head, writer.columns, tables, state, base)


def first_record(record: Record) -> dict[str, Any]:
    """A few kilobytes to draw before the rest arrives: the bars of the first definition, split as it opens."""
    head, state = record.head, record.state
    every = next(iter(head["periods"]))
    facet = next(facet for facet in head["facets"] if facet["name"] == state["by"])
    table = record.tables.get(state["evidence"], next(iter(record.tables.values())))
    text = values_as_text(table[state["by"]])
    start = np.array([period[0] for period in head["periods"][every]["bars"]])
    day = (table["date"] - pd.Timestamp(head["base"])).dt.days.to_numpy()
    at = start.searchsorted(day, "right") - 1
    kept = facet["keys"][:12]
    counts = [np.bincount(at[(text == key).to_numpy() & (at >= 0)], minlength=len(start)).tolist() for key in kept]
    named = ("title", "singular", "plural", "base", "window")
    return {name: head[name] for name in named} | {
        "total": len(table), "every": every, "bars": head["periods"][every]["bars"], "counts": counts,
        "fills": facet["fills"][: len(kept)],
    }  # fmt: skip


class _Columns:
    """Columns as bytes, in the order in which they were added."""

    def __init__(self) -> None:
        self.columns: list[bytes] = []

    def add(self, values: np.ndarray) -> dict[str, Any]:
        """Where a column of whole numbers from 0 up is, in the smallest type that holds it."""
        most = int(values.max()) if len(values) else 0
        kind = "u1" if most < 2**8 else "u2" if most < 2**16 else "u4"
        self.columns.append(values.astype(f"<{kind}").tobytes())
        return {"type": kind, "at": len(self.columns) - 1}


def _tables(dataset: Dataset, base: View) -> dict[str, pd.DataFrame]:
    """The incidents of the view under each definition that leaves some: all claims first, its own last."""
    if dataset.evidence is None:
        return {"all claims": select(dataset, base)}
    chosen = DEFINITIONS | ({base.words(): base.confirmation} if base.confirmation else {})
    views = {name: replace(base, confirmation=levels) for name, levels in chosen.items()}
    found = {name: select(dataset, each, empty_ok=True) for name, each in views.items()}
    return {name: table for name, table in found.items() if len(table)}


def _window(dataset: Dataset, base: View, incidents: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """From the first to the last day that was searched or has an incident."""
    first, last = observed_window(incidents, None, view_coverage(dataset, base))
    return min(first, incidents["date"].min()), max(last, incidents["date"].max())


def _definition(name, table, facets, coded, first, writer, every, spots, base) -> dict[str, Any]:
    days = {column: (table[column] - first).dt.days.to_numpy() for column in ("date", "date_start", "date_end")}
    ranged = np.flatnonzero((days["date_start"] != days["date"]) | (days["date_end"] != days["date"]))
    codes = {key: writer.add(coded[key].numbered(facet.keys)) for key, facet in facets.items()}
    out = {
        "name": name, "n": len(table), "levels": list(DEFINITIONS.get(name, base.confirmation)),
        "day": writer.add(days["date"]),
        "ranged": writer.add(ranged), "first": writer.add(days["date_start"][ranged]),
        "last": writer.add(days["date_end"][ranged]), "codes": codes,
    }  # fmt: skip
    if table is not every:  # which row of the first table each row is
        out["row"] = writer.add(pd.Index(every["incident_id"]).get_indexer(table["incident_id"]))
    if spots is not None:
        keys = ["place", "north", "east"]
        at = _points(table).merge(spots.reset_index()[[*keys, "index"]], how="left", on=keys)["index"]
        out["spot"] = writer.add(at.fillna(len(spots)).astype(int).to_numpy())
    return out


def _points(table: pd.DataFrame) -> pd.DataFrame:
    """The place and the rounded point of each incident."""
    north, east = (table[name].astype(float).round(POINT_DIGITS) for name in ("latitude", "longitude"))
    return pd.DataFrame({"place": values_as_text(table["place"]), "north": north, "east": east})


def _spots(dataset: Dataset, every: pd.DataFrame, facets: dict[str, Facet]) -> tuple[pd.DataFrame, bool]:
    """The points of the places, and whether some place has several."""
    points = _points(every).assign(latitude=every["latitude"], longitude=every["longitude"])
    exact = every["coord_precision"] if "coord_precision" in every else pd.Series(pd.NA, every.index)
    if dataset.evidence is not None:
        exact = every["place_id"].map(dataset.evidence.places.set_index("place_id")["coord_precision"])
    points = points.assign(vague=exact.isin(VAGUE))[points["north"].notna() & points["east"].notna()]
    spots = points.drop_duplicates(["place", "north", "east"]).reset_index(drop=True)
    keys = facets["place"].keys if "place" in facets else []
    spots["code"] = pd.Index(keys, dtype="object").get_indexer(spots["place"]) if len(keys) else -1
    ambiguous = bool(spots["place"].duplicated().any())
    return (spots if "place" in facets else spots.iloc[:0]), ambiguous


def _periods(dataset: Dataset, base: View, incidents, window, first) -> dict[str, Any]:
    """Bars of a week, month and quarter, and the days of the calendar, as `count` cuts and covers them: first day,
    last day, whether it is whole, and how it was searched (0 by day, 1 by week, 2 sparsely, 3 by nobody)."""
    coverage = view_coverage(dataset, base)
    found: dict[str, Any] = {}
    days = (window[1] - window[0]).days + 1
    for every in ("day", *EVERY):
        if every == "day" and days > MOST_DAYS:
            continue
        counts = count(incidents, every, window=window, coverage=coverage)
        if every != "day" and len(counts) > MOST_BARS and every != EVERY[-1]:
            continue
        nobody = counts["covered_days"] == 0
        ground = np.select([nobody, counts["sparse_days"] > 0, counts["weekly_days"] > 0], [3, 2, 1], 0)
        start, end = ((counts[name] - first).dt.days for name in ("start", "end"))
        bars = np.stack([start, end, counts["is_complete"].astype(int), ground], axis=1)
        found[every] = {"bars": bars.tolist()}
    order = sorted((name for name in found if name != "day"), key=lambda name: len(found[name]["bars"]) > BARS_AT_FIRST)
    return {name: found[name] for name in [*order, *(["day"] if "day" in found else [])]}


def _events(dataset: Dataset, window, first) -> list[list[Any]]:
    """Each event once: its day by most sources, how many sources, title and kind. What is background has no day."""
    found = dataset.milestones[["date_start", "title", "kind"]]
    found = found[found["kind"].ne("background") & found["date_start"].between(*window)]
    rows = [
        [int((days["date_start"].mode().min() - first).days), title, format_value(days["kind"].iloc[0]), len(days)]
        for title, days in found.groupby("title", sort=False)
    ]
    marked = [(pd.Timestamp(event.start), event.title) for event in dataset.about.events]
    rows += [[int((day - first).days), title, "marked", 0] for day, title in marked if window[0] <= day <= window[1]]
    return sorted(rows, key=lambda row: (row[0], row[1]))


def _borders(spots: pd.DataFrame) -> list[list[Any]]:
    """Outlines of the countries around the points, to a hundredth of a degree."""
    if spots.empty:
        return []
    west, east, south, north = _extent(spots)
    out = []
    for name, outlines in borders_around(west, east, south, north).items():
        seen = [line for line in outlines if line[:, 0].max() > west and line[:, 0].min() < east
                and line[:, 1].max() > south and line[:, 1].min() < north]  # fmt: skip
        if seen:
            out.append([name, [_thinned(line.round(2)).ravel().tolist() for line in seen]])
    return out


def _thinned(line: np.ndarray) -> np.ndarray:
    """A line without points that repeat the one before."""
    return line[np.append(True, (np.diff(line, axis=0) != 0).any(axis=1))]


def _extent(spots: pd.DataFrame) -> tuple[float, float, float, float]:
    west, east = spots["longitude"].min(), spots["longitude"].max()
    south, north = spots["latitude"].min(), spots["latitude"].max()
    across, up = max(east - west, 2) * 0.35, max(north - south, 2) * 0.35
    return west - across, east + across, south - up, north + up
