"""Comparison that no answer can talk its way through."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.exercises.answer_comparison import same


class Yes:
    """Equal to everything, and whatever else it is asked for."""

    def __eq__(self, other):
        return True

    def __float__(self):
        return 5.0

    def __iter__(self):
        return iter([5])

    def __len__(self):
        return 1

    __hash__ = None  # type: ignore[assignment]  # what a list is: not hashable


class YesFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class YesFrame(pd.DataFrame):
    def equals(self, other):
        return True


FRAME = pd.DataFrame({"day": pd.to_datetime(["2024-01-28"]), "count": [1]})


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (5, 5.0), (np.int64(5), 5), (0.1 + 0.2, 0.3), ("a", np.str_("a")), (True, np.bool_(True)),
        ([1, 2], (1, 2)), (np.array([1.0, 2.0]), [1, 2]), ({"a": [1]}, {"a": (1,)}), ({1, 2}, {2, 1}),
        (None, None), (float("nan"), None), (pd.NA, None), (date(2024, 1, 28), pd.Timestamp("2024-01-28")),
        (pd.Series([1, 2], dtype="Int64"), pd.Series([1, 2])), (FRAME.copy(), FRAME), (pd.RangeIndex(2), [0, 1]),
    ],
)  # fmt: skip
def test_what_is_the_same_passes(got, expected):
    same(got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (Yes(), 5), (YesFloat(4), 5), ([Yes()], [5]), ({"a": Yes()}, {"a": 5}), (pd.Series([Yes()]), pd.Series([5])),
        (np.array([Yes()], dtype=object), [5]), (YesFrame({"count": [2]}), FRAME), (FRAME.assign(count=[Yes()]), FRAME),
        (5, 6), (True, 1), ("5", 5), (None, 0), ([1, 2], [2, 1]), ([1], [1, 1]), ({"a": 1}, {"b": 1}), ({1}, {1, 2}),
        (pd.Series([1, 2]), pd.Series([1, 2], index=[1, 2])), (FRAME.rename(columns={"count": "n"}), FRAME),
    ],
)  # fmt: skip
def test_what_differs_or_could_say_yes_to_everything_fails(got, expected):
    with pytest.raises(AssertionError):
        same(got, expected)


def test_tolerance_is_relative():
    same(1000.5, 1000, tolerance=1e-3)
    with pytest.raises(AssertionError, match="the answer is 1002, not 1000"):
        same(1002, 1000, tolerance=1e-3)


def test_what_differs_is_said_with_its_place():
    with pytest.raises(AssertionError, match="the answer, b, item 2 is 3, not 2"):
        same({"a": 1, "b": [1, 3]}, {"a": 1, "b": [1, 2]})
