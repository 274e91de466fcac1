"""Bars say what the counts say; ground says where nobody searched."""

import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.dates import date2num

from analysis.charts import style
from analysis.charts.frequency_bars import frequency_bars
from analysis.charts.notebook_output import to_svg
from analysis.evidence.schema import CONFIRMATION
from analysis.measures.frequency import count

WINDOW = ("2024-01-01", "2024-02-04")  # five whole weeks


@pytest.fixture
def counts(attacks):
    def build(*days, window=WINDOW, coverage=None, every="week", **columns):
        return count(attacks(*days, **columns), every, by=["confirmation"], window=window, coverage=coverage)

    return build


def coverage(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["start", "end", "density"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def tops(ax) -> dict[float, float]:
    """The height at which the stack over each first day ends."""
    out: dict[float, float] = {}
    for bars in ax.containers:
        for bar in bars:
            out[bar.get_x()] = max(out.get(bar.get_x(), 0), bar.get_y() + bar.get_height())
    return out


def spans(ax) -> list[tuple[float, float, tuple]]:
    drawn = [patch for patch in ax.patches if patch.get_transform() == ax.get_xaxis_transform()]
    whole = [patch for patch in ax.patches if patch.get_y() == 0 and patch.get_height() == 1 and patch.zorder == 0]
    return [(p.get_x(), p.get_x() + p.get_width(), p.get_facecolor()) for p in drawn or whole]


def test_the_stack_over_a_week_ends_at_its_count(counts):
    found = counts("2024-01-02", "2024-01-03", "2024-01-03", "2024-01-30",
                   confirmation=["us_official", "monitor", "claim_only", "monitor"])  # fmt: skip
    ax = frequency_bars(found)
    heights = found.groupby("start")["count"].sum()
    assert tops(ax) == {date2num(day): float(height) for day, height in heights.items() if height}, "no mark for zero"


def test_voices_are_stacked_from_the_best_up_and_only_those_that_occur_are_listed(counts):
    ax = frequency_bars(counts("2024-01-02", "2024-01-03", confirmation=["claim_only", "us_official"]))
    listed = [text.get_text() for text in ax.get_legend().get_texts()]
    assert listed == [style.VOICE_LABEL["us_official"], style.VOICE_LABEL["claim_only"]]
    officials, claims = ax.containers[:2]
    assert officials[0].get_y() == 0
    assert claims[0].get_y() == officials[0].get_height() == 1


def test_the_weaker_the_voice_the_less_ink():
    lightness = [sum(to_rgba(style.VOICE_FILL[voice])[:3]) for voice in CONFIRMATION]
    assert lightness == sorted(lightness)


def test_every_period_nobody_searched_is_shaded_and_every_sparse_one_lighter(counts):
    searched = coverage(("2024-01-08", "2024-01-21", "days"), ("2024-01-22", "2024-01-28", "sparse"))
    ax = frequency_bars(counts("2024-01-09", coverage=searched))
    ground = sorted(spans(ax))
    dark, light = to_rgba(style.NOBODY), to_rgba(style.SPARSE)
    assert [colour for _, _, colour in ground] == [dark, light, dark]
    assert [(left, right - left) for left, right, _ in ground] == [
        (date2num(pd.Timestamp(day)), 7) for day in ("2024-01-01", "2024-01-22", "2024-01-29")
    ]


def test_a_searched_window_has_white_ground(counts):
    assert spans(frequency_bars(counts("2024-01-09"))) == []


def test_a_period_the_window_cuts_has_a_dotted_outline_if_it_has_a_bar(counts):
    ax = frequency_bars(counts("2024-01-03", "2024-01-09", window=("2024-01-03", "2024-02-02")))
    dotted = [bar for bars in ax.containers for bar in bars if bar.get_linestyle() == ":"]
    assert [(bar.get_x(), bar.get_height()) for bar in dotted] == [(date2num(pd.Timestamp("2024-01-03")), 1)]


def test_marked_days_carry_their_label(counts, words_of):
    ax = frequency_bars(counts("2024-01-09"), marks={pd.Timestamp("2024-01-20"): "4 Feb"})
    assert "4 Feb" in words_of(ax)
    assert date2num(pd.Timestamp("2024-01-20")) in [date2num(line.get_xdata()[0]) for line in ax.lines]


def test_the_axis_runs_over_all_days_and_starts_at_zero(counts):
    ax = frequency_bars(counts("2024-01-09"))
    assert ax.get_xlim() == (date2num(pd.Timestamp(WINDOW[0])), date2num(pd.Timestamp(WINDOW[1])) + 1)
    assert ax.get_ylim()[0] == 0


def test_one_day_and_one_row_are_drawn(counts):
    ax = frequency_bars(counts("2024-01-05", window=("2024-01-05", "2024-01-05"), every="day"))
    assert tops(ax) == {date2num(pd.Timestamp("2024-01-05")): 1}


def test_no_period_at_all_is_said_on_the_chart(counts, words_of):
    ax = frequency_bars(counts("2023-06-01"))
    assert words_of(ax) == ["no period to show"]
    assert to_svg(ax).startswith("<?xml")


def test_periods_without_any_incident_are_drawn_without_a_bar(counts):
    found = counts("2024-01-09").assign(count=pd.array([0] * 5, dtype="Int64"))
    ax = frequency_bars(found)
    assert tops(ax) == {}
    assert ax.get_legend() is None


def test_the_axes_given_are_used(counts):
    ax = style.new_axes()
    assert frequency_bars(counts("2024-01-09"), ax=ax) is ax


@pytest.mark.slow
def test_the_same_counts_give_the_same_bytes(counts):
    one, other = (to_svg(frequency_bars(counts("2024-01-09", "2024-01-30"))) for _ in range(2))
    assert one == other


def test_a_trailing_mean_is_a_line_that_breaks_where_it_is_missing(counts):
    bars = counts("2024-01-02", "2024-01-09", "2024-01-23")
    means = bars.drop_duplicates("start").assign(mean=[None, 1.0, None, 0.5, 0.5])
    ax = frequency_bars(bars, trailing=means)
    line = ax.lines[-1]
    assert [y == y for y in line.get_ydata()] == [False, True, False, True, True]
    assert "trailing mean" in [text.get_text() for text in ax.texts]
