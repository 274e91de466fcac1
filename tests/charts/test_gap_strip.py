"""A tick per day with an incident, a shaded stretch per long gap."""

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.dates import date2num

from analysis.charts import style
from analysis.charts.gap_strip import gap_strip
from analysis.charts.notebook_output import to_svg

WINDOW = ("2024-01-01", "2024-03-31")


def ticks(ax) -> list[list[float]]:
    return [[segment[0][0] for segment in each.get_segments()] for each in ax.collections
            if isinstance(each, LineCollection)]  # fmt: skip


def stretches(ax) -> list[tuple[float, float]]:
    paths = [path for each in ax.collections if isinstance(each, PolyCollection) for path in each.get_paths()]
    across = [np.asarray(path.vertices)[:, 0] for path in paths]
    return [(each.min(), each.max()) for each in across]


def day(text: str) -> float:
    return date2num(pd.Timestamp(text))


def test_a_day_with_several_incidents_has_one_tick(attacks):
    ax = gap_strip({"all": attacks("2024-01-05", "2024-01-05", "2024-01-09", "2025-01-01")}, WINDOW)
    assert ticks(ax) == [[day("2024-01-05"), day("2024-01-09")]]


def test_long_gaps_are_shaded_over_their_empty_days_and_carry_their_length(attacks, words_of):
    ax = gap_strip({"all": attacks("2024-01-01", "2024-01-20", "2024-01-25", "2024-03-31")}, WINDOW)
    assert sorted(stretches(ax)) == [
        (day("2024-01-02"), day("2024-01-20")), (day("2024-01-26"), day("2024-03-31")),
    ]  # fmt: skip
    assert sorted(words_of(ax)) == ["18", "65"]


def test_a_gap_at_the_edge_says_that_it_may_be_longer(attacks, words_of):
    ax = gap_strip({"all": attacks("2024-03-01")}, WINDOW)
    assert sorted(words_of(ax)) == ["≥ 30", "≥ 60"]


def test_the_least_length_that_is_shaded_can_be_set(attacks, words_of):
    incidents = attacks("2024-01-01", "2024-01-20", "2024-03-31")
    assert words_of(gap_strip({"all": incidents}, WINDOW, label_from=30)) == ["70"]


def test_the_first_view_stands_on_top(attacks):
    ax = gap_strip({"first": attacks("2024-01-05"), "second": attacks("2024-01-06")}, WINDOW)
    heights = dict(zip((label.get_text() for label in ax.get_yticklabels()), ax.get_yticks(), strict=True))
    assert heights == {"first": 1, "second": 0}
    assert ticks(ax) == [[day("2024-01-06")], [day("2024-01-05")]]


def test_a_view_without_incidents_says_so(attacks, words_of):
    ax = gap_strip({"all": attacks("2024-03-30"), "none": attacks()}, WINDOW)
    assert "no incident" in words_of(ax)
    assert len(ticks(ax)) == 1


def test_unsearched_days_have_a_grey_ground_and_are_no_gap(attacks, words_of):
    searched = pd.DataFrame({"start": pd.to_datetime(["2024-01-11"]), "end": pd.to_datetime(["2024-02-29"])})
    searched["density"] = "days"
    ax = gap_strip({"all": attacks("2024-01-11", "2024-02-10")}, WINDOW, coverage=searched)
    grey = [(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches
            if p.get_facecolor() == to_rgba(style.NOBODY)]  # fmt: skip
    assert grey == [(day("2024-01-01"), day("2024-01-11")), (day("2024-03-01"), day("2024-04-01"))]
    assert sorted(words_of(ax)) == ["29", "nobody searched", "≥ 19"]


def test_no_view_and_one_day_are_drawn(attacks):
    assert to_svg(gap_strip({}, WINDOW)).startswith("<?xml")
    ax = gap_strip({"all": attacks("2024-01-01")}, ("2024-01-01", "2024-01-01"))
    assert ticks(ax) == [[day("2024-01-01")]]
    assert to_svg(ax).startswith("<?xml")


def test_a_view_may_be_called_anything(attacks):
    assert to_svg(gap_strip({r"$\bad$ <b> _{": attacks("2024-01-05")}, WINDOW)).startswith("<?xml")


def test_the_same_views_give_the_same_bytes(attacks):
    views = {"all": attacks("2024-01-05", "2024-03-01"), "none": attacks()}
    assert to_svg(gap_strip(views, WINDOW)) == to_svg(gap_strip(views, WINDOW))
