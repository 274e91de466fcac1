"""Answers as data: what a submission returns is written as JSON by its kernel and read by the tests' process.

Nothing in the JSON names code: every value is built by a function of READERS from numbers and text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

MAX_DEPTH = 40  # of lists in lists
MAX_TEXT = 20_000_000  # characters of one answer
PLAIN = (bool, int, float, str)
DTYPE = re.compile(
    r"(u?int|float|complex|UInt|Int|Float)\d+|bool|boolean|object|str|string|category"
    r"|(datetime64|timedelta64)\[(Y|M|W|D|h|m|s|ms|us|ns)\]|datetime64\[(s|ms|us|ns), UTC\]|period\[[A-Z]+(-[A-Z]+)?\]"
)


class RefusedAnswer(Exception):
    """A value that is no data; the message says what it holds."""


def write_answer(value: Any) -> str:
    """The value as JSON. Raises RefusedAnswer for what is neither number, text, day, collection nor table."""
    text = json.dumps(_write(value, 0))
    if len(text) > MAX_TEXT:
        raise RefusedAnswer("the answer is too large")
    return text


def read_answer(data: Any) -> Any:
    """The value of parsed JSON that came from a submission. Raises RefusedAnswer, whatever is wrong with it."""
    try:
        return _read(data)
    except RefusedAnswer:
        raise
    except (Exception, RecursionError) as error:  # forged data may be wrong in any way
        raise RefusedAnswer(f"the answer cannot be read ({type(error).__name__})") from None


def _write(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise RefusedAnswer("the answer holds itself, or lists nested too deep")
    if value is None or type(value) in PLAIN:
        return value
    for kind, name, parts in WRITERS:
        if isinstance(value, kind):
            return {"is": name, "of": _parts(parts(value), depth)}
    if _is_axes(value):
        return {"is": "axes", "of": _parts(_axes_parts(value), depth)}
    if _is_view(value):
        return {"is": "view", "of": _parts(vars(value), depth)}
    raise RefusedAnswer(f"the answer holds a {_kind(value)}, which is no number, text, day, list, dictionary or table")


def _parts(parts: Any, depth: int) -> Any:
    if isinstance(parts, list):
        return [_write(part, depth + 1) for part in parts]
    if isinstance(parts, dict):
        return {name: _write(part, depth + 1) for name, part in parts.items()}
    return parts


def _kind(value: Any) -> str:
    name = type(value).__name__
    return "function (is it called?)" if callable(value) and not isinstance(value, type) else name


def _table_parts(frame: pd.DataFrame) -> dict:
    columns = [_array_parts(frame.iloc[:, number].array) for number in range(frame.shape[1])]
    return {"names": frame.columns, "index": frame.index, "columns": columns}


def _series_parts(series: pd.Series) -> dict:
    return {"name": series.name, "index": series.index, "values": _array_parts(series.array)}


def _index_parts(index: pd.Index) -> dict:
    if isinstance(index, pd.MultiIndex):
        return {"names": list(index.names), "values": [tuple(row) for row in index]}
    return {"names": list(index.names), "values": _array_parts(index.array)}


def _array_parts(array: Any) -> dict:
    return {"dtype": str(array.dtype), "items": array.tolist()}


def _array_of_numpy(array: np.ndarray) -> dict:
    return {"dtype": str(array.dtype), "shape": list(array.shape), "items": array.ravel().tolist()}


def _is_axes(value: Any) -> bool:
    from matplotlib.axes import Axes

    return isinstance(value, Axes)


def _is_view(value: Any) -> bool:
    from analysis.incidents.views import View

    return isinstance(value, View)


def _axes_parts(axes: Any) -> dict:
    """What a test may ask of a chart: its bars, limits and labels."""
    bars = [
        [float(bar.get_x()), float(bar.get_y()), float(bar.get_width()), float(bar.get_height())]
        for bar in axes.patches
        if hasattr(bar, "get_height")
    ]
    limits = [[float(x) for x in axes.get_xlim()], [float(y) for y in axes.get_ylim()]]
    return {"bars": bars, "limits": limits, "labels": [axes.get_xlabel(), axes.get_ylabel(), axes.get_title()]}


def _stamp(value: Any) -> str:
    return value.isoformat()


# By type: the name, and the parts, which are written in turn. Subclasses stand before the classes they come from.
WRITERS: tuple[tuple[Any, str, Callable], ...] = (
    (type(pd.NaT), "NaT", lambda value: None),
    (type(pd.NA), "NA", lambda value: None),
    (np.generic, "numpy", lambda value: [str(value.dtype), _numpy_text(value)]),
    (bool, "bool", bool),
    (int, "int", int),
    (float, "float", float),
    (str, "str", str.__str__),
    (bytes, "bytes", lambda value: base64.b64encode(value).decode()),
    (pd.Timestamp, "Timestamp", lambda value: [_stamp(value), value.unit]),
    (datetime, "datetime", _stamp),
    (date, "date", _stamp),
    (pd.Timedelta, "Timedelta", lambda value: [value._value, value.unit]),
    (timedelta, "timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    (pd.Period, "Period", lambda value: [str(value), value.freqstr]),
    (pd.DataFrame, "DataFrame", _table_parts),
    (pd.Series, "Series", _series_parts),
    (pd.Index, "Index", _index_parts),
    (np.ndarray, "ndarray", _array_of_numpy),
    (pd.api.extensions.ExtensionArray, "array", _array_parts),
    (dict, "dict", lambda value: [part for item in value.items() for part in item]),
    (list, "list", list),
    (tuple, "tuple", list),
    (set, "set", lambda value: list(value)),
    (frozenset, "frozenset", lambda value: list(value)),
    (range, "range", lambda value: [value.start, value.stop, value.step]),
)


def _numpy_text(value: np.generic) -> Any:
    return value.item() if isinstance(value, np.number | np.bool_ | np.str_) else str(value)


def _read(data: Any) -> Any:
    if data is None or type(data) in PLAIN:
        return data
    if type(data) is list:
        return [_read(part) for part in data]
    return READERS[data["is"]](data["of"])


def _dtype(name: str) -> str:
    if type(name) is not str or not DTYPE.fullmatch(name):
        raise RefusedAnswer(f"the answer holds a table or array of the type {str(name)[:40]!r}")
    return name


def _fields(of: dict) -> dict:
    return {name: _read(part) for name, part in of.items()}


def _array(parts: dict) -> pd.Series:
    return pd.Series(parts["items"], dtype=_dtype(parts["dtype"]))


def _read_index(of: dict) -> pd.Index:
    names, values = _fields(of).values()
    if isinstance(values, dict):
        return pd.Index(_array(values), name=names[0])
    return pd.MultiIndex.from_tuples(values, names=names)


def _read_series(of: dict) -> pd.Series:
    name, index, values = _fields(of).values()
    return _array(values).set_axis(index).rename(name)


def _read_table(of: dict) -> pd.DataFrame:
    names, index, columns = _fields(of).values()
    if not columns:
        return pd.DataFrame(index=index, columns=names)
    return pd.concat([_array(column) for column in columns], axis=1).set_axis(names, axis=1).set_axis(index, axis=0)


def _read_numpy(of: list) -> Any:
    dtype, value = _read(of)
    if dtype.startswith("<U"):
        return np.str_(value)
    return np.array([value], dtype=_dtype(dtype))[0]


def _read_ndarray(of: dict) -> np.ndarray:
    parts = _fields(of)
    dtype = "str" if parts["dtype"].startswith("<U") else _dtype(parts["dtype"])
    return np.array(parts["items"], dtype=dtype).reshape(parts["shape"])


def _read_dict(of: list) -> dict:
    parts = [_read(part) for part in of]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _read_axes(of: dict) -> Any:
    """A chart with the same bars, limits and labels."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    parts = _fields(of)
    axes: Any = Figure().subplots()
    for x, y, width, height in parts["bars"]:
        axes.add_patch(Rectangle((x, y), width, height))
    axes.set(xlim=parts["limits"][0], ylim=parts["limits"][1])
    for setter, label in zip((axes.set_xlabel, axes.set_ylabel, axes.set_title), parts["labels"], strict=True):
        setter(label)
    return axes


def _read_view(of: dict) -> Any:
    from analysis.incidents.views import View

    return View(**_fields(of))


READERS: dict[str, Callable] = {
    "NaT": lambda of: pd.NaT,
    "NA": lambda of: pd.NA,
    "numpy": _read_numpy,
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "bytes": lambda of: base64.b64decode(of, validate=True),
    "Timestamp": lambda of: pd.Timestamp(of[0]).as_unit(of[1]),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "Timedelta": lambda of: pd.Timedelta(of[0], unit=of[1]).as_unit(of[1]),
    "timedelta": lambda of: timedelta(*of),
    "Period": lambda of: pd.Period(of[0], freq=of[1]),
    "DataFrame": _read_table,
    "Series": _read_series,
    "Index": _read_index,
    "ndarray": _read_ndarray,
    "array": lambda of: _array(_fields(of)).array,
    "dict": _read_dict,
    "list": lambda of: [_read(part) for part in of],
    "tuple": lambda of: tuple(_read(part) for part in of),
    "set": lambda of: {_read(part) for part in of},
    "frozenset": lambda of: frozenset(_read(part) for part in of),
    "range": lambda of: range(*of),
    "axes": _read_axes,
    "view": _read_view,
}
