"""One square per day: none, hardly searched and not searched are three different things."""

import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from analysis.charts import style
from analysis.charts.calendar import calendar, calendar_alt, shade_bounds, shade_of
from analysis.charts.notebook_output import to_svg
from analysis.measures.frequency import count

SEARCHED = pd.DataFrame(
    {
        "start": pd.to_datetime(["2024-01-02", "2024-01-04"]),
        "end": pd.to_datetime(["2024-01-03", "2024-01-04"]),
        "density": ["days", "sparse"],
    }
)


def daily(attacks, *days, window=("2024-01-01", "2024-01-31"), coverage=None) -> pd.DataFrame:
    return count(attacks(*days), "day", window=window, coverage=coverage)


def squares(ax) -> list[Rectangle]:
    """The days, without the key below them."""
    key = min((text.get_position()[1] for text in ax.texts if text.get_fontsize() == 7.5), default=99) - 1.5
    return [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_y() < key]


def place(square: Rectangle) -> tuple[float, float]:
    return int(square.get_x()), int(square.get_y())


def test_every_day_has_one_square_in_the_column_of_its_weekday(attacks):
    drawn = squares(calendar(daily(attacks, "2024-01-09")))
    assert len(drawn) == 31
    assert place(drawn[0]) == (0, 0)  # 1 January 2024 is a Monday
    assert place(drawn[6]) == (6, 0)
    assert place(drawn[7]) == (0, 1)


def test_a_window_that_starts_within_a_month_leaves_the_days_before_empty(attacks):
    drawn = squares(calendar(daily(attacks, "2023-10-18", window=("2023-10-17", "2023-10-31"))))
    assert len(drawn) == 15
    assert place(drawn[0]) == (1, 3)  # the 17th, a Tuesday, in the fourth week


def test_the_more_attacks_the_darker_and_from_five_on_the_same(attacks):
    days = [f"2024-01-{day:02}" for day in range(2, 9) for _ in range(day - 1)]
    drawn = squares(calendar(daily(attacks, *days)))
    shades = [square.get_facecolor() for square in drawn[:8]]
    assert shades == [to_rgba(each) for each in ("white", *style.SHADES, style.SHADES[-1], style.SHADES[-1])]


def test_none_hardly_searched_and_nobody_look_different(attacks):
    ax = calendar(daily(attacks, "2024-01-03", window=("2024-01-01", "2024-01-04"), coverage=SEARCHED))
    nobody, none, one, hardly = squares(ax)
    assert nobody.get_hatch() and nobody.get_facecolor() == to_rgba(style.NOBODY)
    assert none.get_facecolor() == to_rgba("white") and none.get_linewidth() > 0
    assert one.get_facecolor() == to_rgba(style.SHADES[0])
    assert hardly.get_facecolor() == to_rgba(style.SPARSE) and not hardly.get_hatch()


@pytest.mark.slow
def test_the_key_explains_what_occurs_and_nothing_else(attacks, words_of):
    all_kinds = words_of(calendar(daily(attacks, "2024-01-03", window=("2024-01-01", "2024-01-04"), coverage=SEARCHED)))
    assert all_kinds[-4:-1] == ["attacks on the day", "none", "none, searched sparsely, some may be missing"]
    assert all_kinds[-1] == "nobody searched"
    assert words_of(calendar(daily(attacks, "2024-01-03")))[-2:] == ["attacks on the day", "none"]
    assert "5+" in words_of(calendar(daily(attacks, *["2024-01-03"] * 7)))
    assert "5" in words_of(calendar(daily(attacks, *["2024-01-03"] * 5)))


def test_a_month_carries_its_name_and_the_first_of_a_year_the_year(attacks, words_of):
    said = words_of(calendar(daily(attacks, "2023-12-24", window=("2023-11-20", "2024-02-10"))))
    assert [name for name in said if name[:3] in ("Nov", "Dec", "Jan", "Feb")] == [
        "November 2023", "Dec", "January 2024", "Feb",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("end", "across"), [("2024-12-31", 5), ("2025-09-30", 6), ("2025-09-29", 6)])
def test_the_longer_the_window_the_more_months_stand_side_by_side(attacks, end, across):
    ax = calendar(daily(attacks, "2023-10-18", window=("2023-10-01", end)))
    assert ax.get_xlim()[1] == pytest.approx(7 * across + 1.3 * (across - 1))
    assert len(squares(ax)) == (pd.Timestamp(end) - pd.Timestamp("2023-10-01")).days + 1
    rightmost = max(square.get_x() + square.get_width() for square in squares(ax))
    assert rightmost <= ax.get_xlim()[1]


def test_no_two_days_share_a_square(attacks):
    drawn = squares(calendar(daily(attacks, "2023-10-18", window=("2023-10-01", "2026-03-31"))))
    assert len({(round(each.get_x(), 3), round(each.get_y(), 3)) for each in drawn}) == len(drawn)


def test_one_day_and_no_day_at_all(attacks, words_of):
    one = daily(attacks, "2024-01-05", window=("2024-01-05", "2024-01-05"))
    assert len(squares(calendar(one))) == 1
    assert words_of(calendar(one.iloc[:0])) == ["no day to show"]
    assert to_svg(calendar(one)).startswith("<?xml")


def test_in_words_what_nobody_searched_and_what_hardly_anybody_did(attacks):
    counts = daily(attacks, "2024-01-03", window=("2024-01-01", "2024-01-05"), coverage=SEARCHED)
    assert calendar_alt(counts) == (
        "Calendar of attacks per day from 1 January 2024 to 5 January 2024. 1 attack on 1 of 3 days; the most, 1, on "
        "3 January 2024. The longest run without: 1 day from 2 January 2024 to 2 January 2024. Also 2 days that nobody "
        "searched."
    )
    told = calendar_alt(counts[counts["count"].isna()])
    assert told.endswith("No attack on 0 days, and 2 days that nobody searched.")


def test_the_same_days_give_the_same_bytes(attacks):
    counts = daily(attacks, "2024-01-03", "2024-01-09")
    assert to_svg(calendar(counts)) == to_svg(calendar(counts))


def test_more_than_two_years_have_a_square_for_each_month(attacks, words_of):
    ax = calendar(daily(attacks, "2001-03-05", "2001-03-06", "2003-07-01", window=("2001-01-01", "2004-12-31")))
    (image,) = ax.images
    assert image.get_array().shape == (4, 12)
    assert image.get_array()[0, 2] == 2
    assert image.get_array().sum() == 3
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2001", "2002", "2003", "2004"]


def test_shades_do_not_saturate_at_five():
    bounds = shade_bounds(60)
    assert bounds[-1] == 60
    assert len({shade_of(number, bounds) for number in (1, 4, 10, 20, 60)}) == 5
    assert shade_bounds(7) == (1, 2, 3, 4, 5)
