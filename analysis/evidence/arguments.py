"""Arguments of public functions: what a function cannot use is refused with one clear message."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


def require_type(value: Any, kind: type | tuple[type, ...], parameter: str, allowed: str) -> None:
    """Raise InputError unless `value`, given as `parameter`, is of this type; `allowed` says so in words."""
    if not isinstance(value, kind):
        raise InputError(f"{parameter} is {_kind(value)}; allowed: {allowed}")


def read_day(value: Any, parameter: str) -> date:
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
        return read_day(value.astype("datetime64[D]").item(), parameter)
    raise InputError(f"{parameter} is {_kind(value)}; allowed: a day, YYYY-MM-DD")


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
