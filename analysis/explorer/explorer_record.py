"""The record of an explorer: what its views show, as one small dict and columns of bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.charts import style
from analysis.charts.base_map import VAGUE
from analysis.charts.borders import borders_around
from analysis.charts.text_format import format_value, plural
from analysis.evidence.errors import InputError
from analysis.evidence.schema import CONFIRMATION, INCIDENTS, RELIABILITY
from analysis.explorer.explorer_state import State, state_of_view, without_filters
from analysis.incidents.claim_search import text_of_rows
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_and_sources
from analysis.incidents.views import DEFINITIONS, View, as_code, given_fields, select, values_as_text, view_coverage
from analysis.measures.coverage import observed_window
from analysis.measures.frequency import count

OURS = {
    "confirmation": "best voice",
    "n_origins": "independent origins",
    "reliability": "best grade of a source",
    "country": "country",
    "place": "place",
    "place_kind": "kind of place",
    "weapon": "weapon",
    "result": "result",
    "actor": "claimed by",
    "attribution": "attributed to",
    "us_killed": "U.S. killed",
    "us_injured": "U.S. injured",
}
# Columns that name one row each, or are shown elsewhere.
NEVER = {"note", "source", "record_id", "record_file", "record_row", "coord_precision"}
MOST_VALUES = 20_000  # of a column that can be a facet
LARGE = 50_000  # incidents from which ids and texts are asked for, and not sent
MOST_ROWS = 2_500_000  # incidents of which all are sent; of more, a sample
EVERY = ("week", "month", "quarter")
MOST_BARS, BARS_AT_FIRST = 1000, 170
MOST_DAYS = 800  # of a calendar with a square for each day
POINT_DIGITS = 3
CLAIM_COLUMNS = ("claim_id", "stance", "confirmation", "date_start", "date_end", "place_as_reported", "weapon",
                 "result", "actor", "time_of_day", "note", "line", "words", "set")  # fmt: skip
SOURCE_COLUMNS = ("outlet", "origin", "kind", "reliability", "published", "url", "reliability_reason")


@dataclass(frozen=True)
class Record:
    """What an explorer shows: `head` (JSON), `columns` (bytes, named by number in the head), the incidents under each
    definition (`tables`), the state it opens with, the view it stays within, and `sampled`, empty or a sentence."""

    head: dict[str, Any]
    columns: list[bytes]
    tables: dict[str, pd.DataFrame]
    state: State
    base: View


def build_record(dataset: Dataset, view: View, by: str = "confirmation") -> Record:
    """The record of a dataset, opened at a view and split by a column.

    Raises InputError if the view selects nothing, or `by` is no column that can split.
    """
    select(dataset, view)
    base, state = without_filters(view), state_of_view(dataset, view, by)
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
    facets = _facets(tables, dataset)
    if by not in facets:
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
            _definition(name, table, facets, first, writer, every, spots if ambiguous else None, base)
            for name, table in tables.items()
        ],
        "periods": _periods(dataset, base, every, window, first),
        "events": _events(dataset, window, first),
        "spots": [[int(s.code), round(s.latitude, 4), round(s.longitude, 4), int(s.vague)] for s in spots.itertuples()],
        "borders": _borders(spots),
        "shades": [style.SHADES, DARK_SHADES],
        "ids": ids,
        "large": not small,
        "has_claims": dataset.evidence is not None,
    }
    if small and dataset.evidence is not None:
        head |= _claims(dataset, every)
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


@dataclass(frozen=True)
class _Facet:
    label: str
    keys: list[str]
    labels: list[str]
    fills: list[tuple[str, str]]


DARK_SHADES = ("#1f3f57", "#2f6389", "#4d8fb8", "#86b9da", "#cfe6f5")
DARK_VOICES = {"us_official": "#cfe6f5", "local_official": "#86b5d4", "monitor": "#4d84a8", "unknown": "#5d6a75",
               "claim_only": "#14181d"}  # fmt: skip
DARK_CATEGORIES = ("#5aa3d4", "#e8873a", "#a9cbe0", "#f0cf9c", "#b58be0", "#c79a9a", "#d4604f")
OTHER_FILLS, NOT_STATED_FILLS = (style.OTHER_FILL, "#4a545e"), (style.NOT_STATED_FILL, "#14181d")


def _tables(dataset: Dataset, base: View) -> dict[str, pd.DataFrame]:
    """The incidents of the view under each definition that leaves some: all claims first, its own last."""
    if dataset.evidence is None:
        return {"all claims": select(dataset, base)}
    chosen = DEFINITIONS | ({base.words(): base.confirmation} if base.confirmation else {})
    views = {name: replace(base, confirmation=levels) for name, levels in chosen.items()}
    found = {name: select(dataset, each, empty_ok=True) for name, each in views.items()}
    return {name: table for name, table in found.items() if len(table)}


def _window(dataset: Dataset, base: View, incidents: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """From the first to the last day that was watched or has an incident."""
    first, last = observed_window(incidents, None, view_coverage(dataset, base))
    return min(first, incidents["date"].min()), max(last, incidents["date"].max())


def _facets(tables: dict[str, pd.DataFrame], dataset: Dataset) -> dict[str, _Facet]:
    every = next(iter(tables.values()))
    own = set(INCIDENTS.names) | NEVER
    further = {name: name.replace("_", " ") for name in every if name not in own and _can_split(every[name])}
    found = {name: _facet(name, label, tables) for name, label in (OURS | further).items() if name in every}
    return {name: facet for name, facet in found.items() if facet}


def _can_split(column: pd.Series) -> bool:
    """Whether a column of somebody's table has few values: no day, no measured number, no text of its own a row."""
    if column.dtype.kind == "M" or column.dtype.kind == "f" and (column.dropna() % 1 != 0).any():
        return False
    values = column.nunique()
    return 2 <= values <= MOST_VALUES and values <= (40 if column.dtype.kind in "iuf" else max(len(column) / 2, 10))


def _facet(name: str, label: str, tables: dict[str, pd.DataFrame]) -> _Facet | None:
    texts = pd.concat([values_as_text(table[name]) for table in tables.values()])
    number = values_as_text(next(iter(tables.values()))[name]).value_counts()
    keys = [key for key in texts.unique() if key]
    known = {"confirmation": CONFIRMATION, "reliability": RELIABILITY}.get(name)
    if known is not None and set(keys) <= set(known):
        keys = [key for key in known if key in keys]
    elif pd.api.types.is_numeric_dtype(next(iter(tables.values()))[name]):
        keys.sort(key=float)
    else:
        keys.sort(key=lambda key: (-int(number.get(key, 0)), key))
    if not keys or len(keys) > MOST_VALUES or len(keys) == 1 and not (texts == "").any():
        return None
    keys += [""] if (texts == "").any() else []
    voices = name == "confirmation"
    labels = [style.VOICE_LABEL.get(key, key) if voices else _label(name, key) for key in keys]
    fills = list(zip(style.CATEGORY_FILL, DARK_CATEGORIES, strict=True))
    fills = [(style.VOICE_FILL[key], DARK_VOICES[key]) for key in keys if key in DARK_VOICES] if voices else fills
    drawn = [fills[at] if at < len(fills) else OTHER_FILLS for at in range(min(len(keys), len(fills) + 1))]
    return _Facet(label, keys, [text or "not stated" for text in labels], drawn)


def _label(name: str, key: str) -> str:
    """A value as readers know it; the name of a place stays as it is."""
    return key if name == "place" else format_value(key)


def _definition(name, table, facets, first, writer, every, spots, base) -> dict[str, Any]:
    days = {column: (table[column] - first).dt.days.to_numpy() for column in ("date", "date_start", "date_end")}
    ranged = np.flatnonzero((days["date_start"] != days["date"]) | (days["date_end"] != days["date"]))
    codes = {
        key: writer.add(pd.Index(facet.keys).get_indexer(values_as_text(table[key]))) for key, facet in facets.items()
    }
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


def _spots(dataset: Dataset, every: pd.DataFrame, facets: dict[str, _Facet]) -> tuple[pd.DataFrame, bool]:
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
    last day, whether it is whole, and how it was watched (0 by day, 1 by week, 2 sparsely, 3 by nobody)."""
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


def _claims(dataset: Dataset, every: pd.DataFrame) -> dict[str, Any]:
    """Claims by columns, their sources once each, and the disputes of each incident."""
    claims = claims_and_sources(dataset)
    row = pd.Series(range(len(every)), every["incident_id"])
    claims = claims.assign(of=claims["incident_id"].map(row)).dropna(subset="of").sort_values(["of", "claim_id"])
    sources = claims.drop_duplicates("source_id").sort_values("source_id", ignore_index=True)
    at = pd.Series(range(len(sources)), sources["source_id"])
    said = dataset.disputes[dataset.disputes["incident_id"].isin(row.index)]
    columns = {name: _texts(claims[name]) for name in CLAIM_COLUMNS if name in claims}
    columns["actor_searched"] = columns.pop("actor")
    return {
        "claims": columns | {"of": claims["of"].astype(int).tolist(), "source": claims["source_id"].map(at).tolist()},
        "sources": {name: _texts(sources[name]) for name in SOURCE_COLUMNS},
        "disputes": [
            [int(row[d.incident_id]), d.field, _text(d.chosen), _text(d.rule), _text(d.dissent)]
            for d in said.itertuples()
        ],
    }


def _texts(column: pd.Series) -> list[str] | dict[str, Any]:
    """A column as text; where values repeat, as the distinct values and their numbers."""
    texts = values_as_text(column).tolist()
    distinct = sorted(set(texts))
    if len(distinct) > len(texts) / 3:
        return texts
    number = {text: at for at, text in enumerate(distinct)}
    return {"values": distinct, "codes": [number[text] for text in texts]}


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def details_of_rows(incidents: pd.DataFrame, rows) -> list[dict[str, str]]:
    """What a table of one's own says of some rows beyond days and facets: each column that is filled, as text."""
    shown = [name for name in incidents if name not in ("date", "date_start", "date_end", "claims", "incident_id")]
    part = incidents.iloc[list(rows)][shown]
    texts = {name: values_as_text(part[name]) for name in part if part[name].notna().any()}
    return [{name: text.iloc[at] for name, text in texts.items() if text.iloc[at]} for at in range(len(part))]
