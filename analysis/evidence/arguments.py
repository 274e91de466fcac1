"""Arguments of public functions: what a function cannot use is refused with one clear message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from analysis.evidence.errors import InputError, suggest_name

if TYPE_CHECKING:
    import pandas as pd

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def require_columns(frame: pd.DataFrame, columns: Iterable[str], parameter: str) -> None:
    """Raise InputError unless `frame`, given as `parameter`, is a table with all these columns.

    The message names every column that is missing, and the column that is probably meant.
    """
    import pandas as pd  # slow, and needed only here

    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{parameter} is {_kind(frame)}; allowed: a DataFrame with the columns {', '.join(columns)}")
    needed = list(columns)
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        known = [str(name) for name in frame.columns if name not in needed]
        hint = suggest_name(missing[0], known)
        raise InputError(
            f"{parameter} has no column {', '.join(map(repr, missing))}{hint} (needed: {', '.join(needed)})"
        )


def require_frames(frames: Mapping[str, pd.DataFrame], columns: Iterable[str], parameter: str) -> None:
    """Raise InputError unless `frames`, given as `parameter`, are tables with all these columns, by label."""
    if not isinstance(frames, Mapping):
        raise InputError(f"{parameter} is {_kind(frames)}; allowed: a dict of DataFrames by label")
    needed = list(columns)
    for label, frame in frames.items():
        require_columns(frame, needed, f"{parameter}[{label!r}]")


def require_column_name(name: str, allowed: Iterable[str], parameter: str) -> None:
    """Raise InputError unless `name`, given as `parameter`, is one of the columns that are allowed."""
    known = [str(each) for each in allowed]
    if not isinstance(name, str) or name not in known:
        raise InputError(f"{parameter} is {name!r}{suggest_name(name, known)} (allowed: {', '.join(known) or 'none'})")


def require_whole_number(value: int, least: int, parameter: str, most: int | None = None) -> None:
    """Raise InputError unless `value`, given as `parameter`, is a whole number from `least` to `most`."""
    whole = isinstance(value, int) and not isinstance(value, bool) or hasattr(value, "__index__")
    if isinstance(value, bool) or not whole or value < least or (most is not None and value > most):
        allowed = f"{least} or more" if most is None else f"{least} to {most}"
        raise InputError(f"{parameter} is {value!r}; allowed: a whole number, {allowed}")


def require_numbers(**given: Any) -> None:
    """Raise InputError unless every value, given by the name of its parameter, is one number."""
    for parameter, value in given.items():
        is_number = isinstance(value, (int, float)) or (hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0)
        if not is_number or isinstance(value, bool):
            raise InputError(f"{parameter} is {_kind(value)}; allowed: a number")


def require_dict_of(given: Mapping[str, Any], kind: type, parameter: str, words: str) -> None:
    """Raise InputError unless `given` is a dict whose values are all of this kind; `words` says so."""
    if not isinstance(given, Mapping):
        raise InputError(f"{parameter} is {_kind(given)}; allowed: a dict of {words} by definition")
    for label, value in given.items():
        if not isinstance(value, kind):
            raise InputError(f"{parameter}[{label!r}] is {_kind(value)}; allowed: a dict of {words} by definition")


def require_type(value: Any, kind: type | tuple[type, ...], parameter: str, allowed: str) -> None:
    """Raise InputError unless `value`, given as `parameter`, is of this type; `allowed` says so in words."""
    if not isinstance(value, kind):
        raise InputError(f"{parameter} is {_kind(value)}; allowed: {allowed}")


def read_day(value: Any, parameter: str, allowed: str = "a day, YYYY-MM-DD") -> date:
    """The day that `value`, given as `parameter`, names: a date, or text of the form YYYY-MM-DD.

    No other form is guessed: `28.01.2024` and `2024-02` raise InputError.
    """
    if isinstance(value, datetime) and value == value:  # a Timestamp too; NaT is not equal to itself
        return value.date()
    if isinstance(value, date) and value == value:
        return value
    if isinstance(value, str) and ISO_DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    if hasattr(value, "astype") and hasattr(value, "item"):  # numpy.datetime64
        return read_day(value.astype("datetime64[D]").item(), parameter, allowed)
    raise InputError(f"{parameter} is {_kind(value)}; allowed: {allowed}")


def read_window(value: Any, parameter: str = "window") -> tuple[date, date]:
    """First and last day of a window that is given as a pair of days.

    Raises InputError for anything but two days, and for a window that ends before it starts.
    """
    if isinstance(value, str) or not hasattr(value, "__len__") or len(value) != 2:
        raise InputError(f"{parameter} is {_kind(value)}; allowed: first and last day, each YYYY-MM-DD")
    first, last = (read_day(day, parameter) for day in value)
    if last < first:
        raise InputError(f"{parameter} ends ({last}) before it starts ({first})")
    return first, last


def _kind(value: Any) -> str:
    """A value in a message: itself where it is short, else its type."""
    plain = isinstance(value, (str, int, float, type(None), date))
    return repr(value) if plain and len(repr(value)) <= 60 else f"a {type(value).__name__}"
