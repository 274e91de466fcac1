# ruff: noqa: E501  (tables of values and of code that is tried)
"""Answers come back as the values they are; nothing else can be written, and nothing forged is read."""

import json
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import analysis as a
from analysis.exercises.answer_data import RefusedAnswer, read_answer, write_answer


def returned(value):
    return read_answer(json.loads(write_answer(value)))


@pytest.mark.parametrize(
    "value",
    [None, True, np.bool_(True), 3, np.int64(3), np.float64(2.5), float("nan"), float("inf"), "\u00e9\ud800", np.str_("y"),
     b"%PDF", pd.Timestamp("2024-01-01 10:00"), pd.NaT, pd.NA, date(2024, 1, 1), datetime(2024, 1, 2, 3), pd.Timedelta("3D"),
     timedelta(2), pd.Period("2024-01", freq="M"), np.datetime64("2024-01-01"), [1, [2.0]], (1, "a"), {1}, frozenset([1]),
     {"a": 1, (1, 2): [3]}, range(3), np.arange(4).reshape(2, 2), np.array(["a", "b"]),
     pd.array([True, None], dtype="boolean"), a.View(countries=["Iraq"], start="2024-01-01")],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_value_comes_back_as_it_was(value):
    assert type(returned(value)) is type(value) and repr(returned(value)) == repr(value)


@pytest.mark.parametrize(
    "series",
    [pd.Series([1, None], dtype="Int64", name="n"), pd.Series(["a", None], dtype="str"), pd.Series([True, False]),
     pd.Series([1.5, 2], index=pd.to_datetime(["2024-01-01", "2024-01-03"])), pd.Series(["a", "b"], dtype="category"),
     pd.Series([[1], {"a": 2}], dtype=object), pd.Series([1], index=pd.MultiIndex.from_tuples([(1, "a")], names=["p", "q"])),
     pd.Series(pd.to_timedelta(["1D", None])), pd.Series([], dtype=float)],
    ids=lambda series: str(series.dtype),
)  # fmt: skip
def test_a_series_comes_back_with_type_name_and_index(series):
    pd.testing.assert_series_equal(returned(series), series)


def test_a_frame_comes_back_by_its_columns():
    frame = pd.DataFrame(
        {"n": [1, 2], "text": ["x", "y"], "day": pd.to_datetime(["2024-01-01", None])}, index=["p", "q"]
    )
    pd.testing.assert_frame_equal(returned(frame), frame)
    twice = frame.set_axis(["n", "n", "day"], axis=1)
    pd.testing.assert_frame_equal(returned(twice), twice)
    assert returned(pd.DataFrame()).shape == (0, 0)


def test_a_chart_comes_back_with_its_bars_limits_and_labels():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    axes.bar([0, 2], [3, 4])
    axes.set(ylabel="attacks", ylim=(0, 9))
    again = returned(axes)
    assert [(bar.get_x(), bar.get_height()) for bar in again.patches] == [(-0.4, 3), (1.6, 4)]
    assert again.get_ylabel() == "attacks" and again.get_ylim() == (0, 9)


class Yes(str):
    """Claims to equal everything."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return True


def test_a_subclass_of_text_becomes_text():
    assert type(returned(Yes("a"))) is str and type(returned([Yes("a")])[0]) is str


def endless() -> list:
    made: list = []
    made.append(made)
    return made


@pytest.mark.parametrize(
    "value", [object(), len, (letter for letter in ""), {"a": [object()]}, endless(), pd.DataFrame, 1j]
)
def test_what_is_no_data_is_refused_with_the_reason(value):
    with pytest.raises(RefusedAnswer, match="the answer holds"):
        write_answer(value)


@pytest.mark.parametrize(
    "forged",
    [{}, {"is": "os.system", "of": "true"}, {"is": ["int"], "of": 1}, {"is": "int", "of": "x"}, {"is": "set", "of": [[]]},
     {"is": "array", "of": {"dtype": "V8", "items": []}}, {"is": "Series", "of": {"a": 1}}, {"is": "numpy", "of": 3},
     {"is": "View", "of": {}}, {"is": "Timestamp", "of": ["soon", "s"]}, {"is": "int", "of": "9" * 5000}],
)  # fmt: skip
def test_forged_data_is_refused(forged):
    with pytest.raises(RefusedAnswer):
        read_answer(forged)


@pytest.mark.slow
def test_data_nested_without_end_is_refused():
    forged: object = 1
    for _ in range(100_000):
        forged = [forged]
    with pytest.raises(RefusedAnswer, match="RecursionError"):
        read_answer(forged)
