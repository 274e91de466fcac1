"""Facets: the columns whose values an explorer counts, with names and fills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.charts import style
from analysis.charts.text_format import format_value
from analysis.evidence.schema import CONFIRMATION, INCIDENTS, RELIABILITY
from analysis.incidents.views import values_as_text

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


@dataclass(frozen=True)
class Facet:
    """A column to filter and split by: its name for readers, its values as text and as readers know them, and a fill
    on light and on dark paper for the first of them."""

    label: str
    keys: list[str]
    labels: list[str]
    fills: list[tuple[str, str]]


DARK_VOICES = {"us_official": "#cfe6f5", "local_official": "#86b5d4", "monitor": "#4d84a8", "unknown": "#5d6a75",
               "claim_only": "#14181d"}  # fmt: skip
DARK_CATEGORIES = ("#5aa3d4", "#e8873a", "#a9cbe0", "#f0cf9c", "#b58be0", "#c79a9a", "#d4604f")
OTHER_FILLS, NOT_STATED_FILLS = (style.OTHER_FILL, "#4a545e"), (style.NOT_STATED_FILL, "#14181d")


@dataclass(frozen=True)
class CodedColumn:
    """A column as the numbers of its distinct values, with these as text; what is missing is the text "" at the end."""

    codes: np.ndarray
    texts: np.ndarray

    def counts(self) -> dict[str, int]:
        """Rows by value."""
        number = np.bincount(self.codes, minlength=len(self.texts)).tolist()
        out: dict[str, int] = {}
        for text, more in zip(self.texts, number, strict=True):
            out[text] = out.get(text, 0) + more
        return out

    def numbered(self, keys: list[str]) -> np.ndarray:
        """The number of each row's value among some keys."""
        return pd.Index(keys).get_indexer(self.texts)[self.codes]


def code_column(column: pd.Series) -> CodedColumn:
    """A column as numbers and distinct texts."""
    codes, distinct = pd.factorize(column)
    texts = np.append(values_as_text(pd.Series(distinct)).to_numpy(object), "")
    return CodedColumn(np.where(codes < 0, len(texts) - 1, codes), texts)


def find_facets(tables: dict[str, pd.DataFrame], coded: dict[str, dict[str, CodedColumn]]) -> dict[str, Facet]:
    """The facets of some tables, by column: those with two values, or with one and some that are not stated."""
    every = next(iter(tables.values()))
    labels = OURS | {name: name.replace("_", " ") for name in next(iter(coded.values())) if name not in OURS}
    numeric = {name for name in labels if name in every and pd.api.types.is_numeric_dtype(every[name])}
    found = {
        name: _facet(name, label, [of[name] for of in coded.values()], name in numeric)
        for name, label in labels.items() if name in next(iter(coded.values()))
    }  # fmt: skip
    some = {name: facet for name, facet in found.items() if facet}
    return some or {"confirmation": Facet(OURS["confirmation"], ["unknown"], ["no named voice"], [OTHER_FILLS])}


def facet_columns(every: pd.DataFrame) -> list[str]:
    """The columns that can be a facet: ours, and further ones of a table of one's own."""
    own = set(INCIDENTS.names) | NEVER
    return [name for name in every if name in OURS or (name not in own and _can_split(every[name]))]


def _can_split(column: pd.Series) -> bool:
    """Whether a column of somebody's table has few values: no day, no measured number, no text of its own a row."""
    if column.dtype.kind == "M" or column.dtype.kind == "f" and (column.dropna() % 1 != 0).any():
        return False
    values = column.nunique()
    return 2 <= values <= MOST_VALUES and values <= (40 if column.dtype.kind in "iuf" else max(len(column) / 2, 10))


def _facet(name: str, label: str, coded: list[CodedColumn], numeric: bool) -> Facet | None:
    counts = [each.counts() for each in coded]
    keys = list(dict.fromkeys(key for each in counts for key, number in each.items() if key and number))
    missing = any(each.get("", 0) for each in counts)
    known = {"confirmation": CONFIRMATION, "reliability": RELIABILITY}.get(name)
    if known is not None and set(keys) <= set(known):
        keys = [key for key in known if key in keys]
    elif numeric:
        keys.sort(key=float)
    else:
        keys.sort(key=lambda key: (-counts[0].get(key, 0), key))
    if not keys or len(keys) > MOST_VALUES or (len(keys) == 1 and not missing):
        return None
    keys += [""] if missing else []
    voices = name == "confirmation"
    labels = [style.VOICE_LABEL.get(key, key) if voices else _label(name, key) for key in keys]
    fills = list(zip(style.CATEGORY_FILL, DARK_CATEGORIES, strict=True))
    fills = [(style.VOICE_FILL[key], DARK_VOICES[key]) for key in keys if key in DARK_VOICES] if voices else fills
    drawn = [fills[at] if at < len(fills) else OTHER_FILLS for at in range(min(len(keys), len(fills) + 1))]
    return Facet(label, keys, [text or "not stated" for text in labels], drawn)


def _label(name: str, key: str) -> str:
    """A value as readers know it; the name of a place stays as it is."""
    return key if name == "place" else format_value(key)
