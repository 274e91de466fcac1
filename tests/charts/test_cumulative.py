"""One stepped line per counter, ending where the counter last spoke."""

import pandas as pd
import pytest
from matplotlib.dates import date2num

from analysis.charts import style
from analysis.charts.cumulative import cumulative_steps
from analysis.charts.notebook_output import to_svg
from analysis.evidence.errors import InputError

WINDOW = ("2024-01-01", "2024-03-31")


def line(*points) -> pd.DataFrame:
    frame = pd.DataFrame(points, columns=["day", "total"])
    return frame.assign(day=pd.to_datetime(frame["day"]), total=frame["total"].astype("Int64"))


LINES = {
    "Pentagon": line(("2024-01-05", 10), ("2024-02-01", 30)),
    "SOHR": line(("2024-01-10", 5), ("2024-03-01", 29), ("2024-05-01", 99)),
}


def steps(ax) -> list[list[tuple[float, float]]]:
    drawn = [each for each in ax.lines if each.get_drawstyle() == "steps-post"]
    return [list(zip(date2num(each.get_xdata()), each.get_ydata(), strict=True)) for each in drawn]


def test_each_counter_has_its_own_line_through_its_own_totals(words_of):
    ax = cumulative_steps(LINES, WINDOW)
    assert steps(ax) == [
        [(date2num(pd.Timestamp("2024-01-05")), 10), (date2num(pd.Timestamp("2024-02-01")), 30)],
        [(date2num(pd.Timestamp("2024-01-10")), 5), (date2num(pd.Timestamp("2024-03-01")), 29)],
    ]
    assert sorted(words_of(ax)) == ["Pentagon: 30 on 1 Feb", "Syrian Observatory: 29 on 1 Mar"]


def test_labels_of_lines_that_end_at_like_heights_do_not_overlap():
    ax = cumulative_steps(LINES, WINDOW)
    ax.get_figure().canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == 2
    assert not boxes[0].overlaps(boxes[1])


def test_a_counter_has_the_same_colour_whoever_stands_beside_it():
    assert style.counter_colours(["Pentagon"])["Pentagon"] == style.counter_colours(["x", "Pentagon"])["Pentagon"]
    many = style.counter_colours([f"counter {number}" for number in range(4)] + ["Pentagon", "SOHR"])
    assert len(set(many.values())) == 6


@pytest.mark.parametrize("lines", [{}, {"Pentagon": LINES["Pentagon"].iloc[:0]}, {"SOHR": line(("2025-01-01", 3))}])
def test_nothing_in_the_window_is_an_empty_chart(lines):
    ax = cumulative_steps(lines, WINDOW)
    assert steps(ax) == []
    assert to_svg(ax).startswith("<?xml")


def test_each_week_in_which_the_itemised_line_rises_leads_to_its_incidents():
    lines = LINES | {"ours": line(("2024-01-03", 1), ("2024-01-06", 3), ("2024-01-16", 4), ("2024-05-01", 9))}
    ax = cumulative_steps(lines, ("2024-01-02", "2024-03-31"), itemised="ours")
    areas = {patch.get_url(): patch for patch in ax.patches}
    assert list(areas) == ["#incidents-2024-01-02-2024-01-07", "#incidents-2024-01-15-2024-01-21"]
    first, second = areas.values()
    assert (first.get_y() < 0, first.get_y() + first.get_height() > 3) == (True, True)
    assert 1 < second.get_y() < 3 and second.get_x() == date2num(pd.Timestamp("2024-01-15"))
    assert not any(patch.get_url() for patch in cumulative_steps(LINES, WINDOW).patches)


def test_the_itemised_line_must_be_one_of_the_lines():
    with pytest.raises(InputError, match="'ours' labels no line; the labels: 'Pentagon', 'SOHR'"):
        cumulative_steps(LINES, WINDOW, itemised="ours")


def test_one_statement_and_one_day_are_drawn(words_of):
    ax = cumulative_steps({"SOHR": line(("2024-01-05", 3))}, ("2024-01-05", "2024-01-05"))
    assert words_of(ax) == ["Syrian Observatory: 3 on 5 Jan"]
    assert to_svg(ax).startswith("<?xml")


def test_a_label_with_dollars_is_text_and_not_mathematics():
    assert to_svg(cumulative_steps({r"$\counter$ ^ $": line(("2024-01-05", 3))}, WINDOW)).startswith("<?xml")


def test_the_same_totals_give_the_same_bytes():
    assert to_svg(cumulative_steps(LINES, WINDOW)) == to_svg(cumulative_steps(LINES, WINDOW))
