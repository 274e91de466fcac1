"""The ground says who was searching."""

import pandas as pd
from matplotlib.colors import to_rgba
from matplotlib.dates import date2num

from analysis.charts import style
from analysis.charts.coverage_shading import explain_shading, shade_coverage, unsearched_periods


def periods(*rows) -> pd.DataFrame:
    """Weeks from (covered days, sparse days) or (covered, sparse, weekly days)."""
    start = pd.date_range("2024-01-01", periods=len(rows), freq="7D")
    frame = pd.DataFrame({"start": start, "end": start + pd.Timedelta(days=6)})
    full = [(*row, 0)[:3] for row in rows]
    return frame.assign(
        **{name: [row[n] for row in full] for n, name in enumerate(("covered_days", "sparse_days", "weekly_days"))}
    )


DAY = pd.Timestamp("2024-01-01")
WEEK = pd.Timedelta(days=7)


def test_neighbouring_periods_are_shaded_as_one_stretch():
    found = unsearched_periods(periods((0, 0), (0, 0), (7, 0), (7, 7), (0, 0)))
    assert found == {"nobody": [(DAY, DAY + 2 * WEEK), (DAY + 4 * WEEK, DAY + 5 * WEEK)],
                     "sparse": [(DAY + 3 * WEEK, DAY + 4 * WEEK)]}  # fmt: skip


def test_nobody_is_hatched_and_hardly_anybody_is_not():
    ax = style.new_axes()
    shade_coverage(ax, periods((0, 0), (7, 0), (7, 7)))
    looks = {patch.get_x(): (patch.get_facecolor(), bool(patch.get_hatch())) for patch in ax.patches}
    assert looks == {date2num(DAY): (to_rgba(style.NOBODY), True),
                     date2num(DAY + 2 * WEEK): (to_rgba(style.SPARSE), False)}  # fmt: skip


def test_a_shade_is_named_once_and_only_where_there_is_room(words_of):
    wide, narrow = style.new_axes(), style.new_axes()
    shade_coverage(wide, periods((0, 0), (7, 0), (0, 0)))
    assert words_of(wide) == ["nobody searched"]
    shade_coverage(narrow, periods((0, 0), *[(7, 0)] * 9))
    assert words_of(narrow) == []


def test_what_was_searched_needs_no_ground(words_of):
    ax = style.new_axes()
    shade_coverage(ax, periods((7, 0), (7, 0)))
    assert list(ax.patches) == [] and words_of(ax) == []
    assert explain_shading(periods((7, 0))) == ""


def test_the_meaning_names_the_shades_that_occur():
    assert explain_shading(periods((7, 7), (7, 0))) == "grey: searched sparsely; some may be missing there"
    assert explain_shading(periods((0, 0), (7, 7))).startswith("hatched: nobody searched; grey:")


def test_what_was_searched_by_week_is_shaded_lighter_than_what_was_searched_sparsely():
    found = periods((7, 0, 7), (7, 7, 0), (7, 3, 4), (0, 0, 0))
    assert unsearched_periods(found) == {
        "nobody": [(DAY + 3 * WEEK, DAY + 4 * WEEK)],
        "sparse": [(DAY + WEEK, DAY + 3 * WEEK)],
        "weekly": [(DAY, DAY + WEEK)],
    }
    ax = style.new_axes()
    shade_coverage(ax, found, words=False)
    light = {patch.get_x(): sum(patch.get_facecolor()[:3]) for patch in ax.patches}
    assert light[date2num(DAY)] > light[date2num(DAY + WEEK)]
    assert explain_shading(found).endswith("light grey: searched by week; some may be missing there")
