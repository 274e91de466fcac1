"""How tests compare an answer: types first, so that `__eq__` of the answer is never called."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

NUMBER_TYPES = (int, float, *(kind for kind in np.sctypeDict.values() if issubclass(kind, (np.integer, np.floating))))
DATE_TYPES = (datetime, date, pd.Timestamp, np.datetime64)
SEQUENCE_TYPES = (
    list,
    tuple,
    np.ndarray,
    pd.Index,
    pd.RangeIndex,
    pd.DatetimeIndex,
    pd.MultiIndex,
    pd.CategoricalIndex,
)
SHOWN_CHARACTERS = 60


def same(got: Any, expected: Any, tolerance: float = 1e-9, message: str = "") -> None:
    """Raises AssertionError unless `got` equals `expected`, up to a relative `tolerance`.

    Both are compared as plain values (see `to_plain_value`). Only exact types are accepted, because a subclass or a
    foreign object could claim to equal everything. `message`, if any, is that of the error, as of an `assert`; what
    differs is then its cause.
    """
    try:
        _compare(to_plain_value(got), to_plain_value(expected), tolerance, "the answer")
    except AssertionError as error:
        if message:
            raise AssertionError(message) from error
        raise


def to_plain_value(value: Any) -> Any:
    """The value in Python's own types, with None for anything missing; a tuple, an array or an index becomes a list.

    Raises AssertionError for a type that is not known.
    """
    kind = type(value)
    if value is None or value is pd.NA or value is pd.NaT or (kind in NUMBER_TYPES and math.isnan(value)):
        return None
    if kind in (bool, np.bool_):
        return bool(value)
    if kind in NUMBER_TYPES:
        return float(value) if not issubclass(kind, (int, np.integer)) else int(value)
    if kind in (str, np.str_):
        return str.__str__(value)
    if kind in DATE_TYPES:
        return pd.Timestamp(value)
    if kind is pd.Period:
        return str(value)
    if kind in (pd.Timedelta, np.timedelta64):
        return pd.Timedelta(value)
    return _plain_collection(value, kind)


def _plain_collection(value: Any, kind: type) -> Any:
    if kind is pd.DataFrame:
        return {"columns": _items(list(value.columns)), "rows": [_items(row) for row in _rows(value)]}
    if kind is pd.Series:
        return {"index": _items(list(value.index)), "values": _items(list(value))}
    if kind in SEQUENCE_TYPES:
        return _items(list(value))
    if kind in (set, frozenset):
        return sorted(_items(list(value)), key=lambda item: (type(item).__name__, repr(item)))
    if kind is dict:
        return {_key(key): to_plain_value(item) for key, item in value.items()}
    raise AssertionError(f"the answer holds a {kind.__name__}, which is no plain value")


def _items(values: Iterable) -> list:
    return [to_plain_value(value) for value in values]


def _rows(frame: pd.DataFrame) -> list[tuple]:
    return list(zip(*(list(frame.iloc[:, i]) for i in range(frame.shape[1])), strict=True))


def _key(key: Any) -> Any:
    key = to_plain_value(key)
    return tuple(key) if type(key) is list else key


def _compare(got: Any, expected: Any, tolerance: float, where: str) -> None:
    if type(got) in (int, float) and type(expected) in (int, float):
        if not math.isclose(got, expected, rel_tol=tolerance, abs_tol=tolerance):
            raise AssertionError(f"{where} is {got}, not {expected}")
    elif type(got) is not type(expected):
        raise AssertionError(f"{where} is a {type(got).__name__}, not a {type(expected).__name__}")
    elif type(got) is list:
        _compare_items(got, expected, tolerance, where)
    elif type(got) is dict:
        _compare_items(sorted(got, key=repr), sorted(expected, key=repr), tolerance, f"{where}, the names")
        for key in expected:
            _compare(got[key], expected[key], tolerance, f"{where}, {str(key)[:SHOWN_CHARACTERS]}")
    elif got != expected:
        raise AssertionError(f"{where} is {str(got)[:SHOWN_CHARACTERS]!r}, not {str(expected)[:SHOWN_CHARACTERS]!r}")


def _compare_items(got: list, expected: list, tolerance: float, where: str) -> None:
    if len(got) != len(expected):
        raise AssertionError(f"{where} has {len(got)} items, not {len(expected)}")
    for number, (one, other) in enumerate(zip(got, expected, strict=True), start=1):
        _compare(one, other, tolerance, f"{where}, item {number}")
