"""Names stand beside their points, and not on each other."""

import pytest
from matplotlib.text import Text

from analysis.charts import style
from analysis.charts.point_labels import Point, name_points


def named(*points: Point):
    ax = style.new_axes(width=5, height=4)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    name_points(ax, list(points))
    style.figure_of(ax).draw_without_rendering()
    return {text.get_text(): text for text in ax.texts}, ax


def test_a_name_stands_right_of_its_point_where_there_is_room():
    names, ax = named(Point(5, 5, 6, "Alpha"))
    box = names["Alpha"].get_window_extent()
    assert box.x0 > ax.transData.transform((5, 5))[0] + 6
    assert names["Alpha"].arrow_patch is None


def test_at_the_right_edge_a_name_stands_left():
    names, ax = named(Point(9.8, 5, 6, "Alpha"))
    assert names["Alpha"].get_window_extent().x1 < ax.transData.transform((9.8, 5))[0]


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 5, 9])
def test_names_of_points_that_lie_close_do_not_touch(number):
    points = [Point(5 + 0.05 * each, 5 + 0.03 * each, 4, f"Base number {each}") for each in range(number)]
    names, _ = named(*points)
    boxes = [Text.get_window_extent(name) for name in names.values()]  # without the line to the point
    assert len(boxes) == number
    assert not any(boxes[a].overlaps(boxes[b]) for a in range(number) for b in range(a))


@pytest.mark.slow
def test_a_name_that_stands_off_has_a_line_to_its_point():
    points = [Point(5, 5, 4, f"Base number {each}") for each in range(9)]
    names, _ = named(*points)
    assert names["Base number 0"].arrow_patch is None
    assert names["Base number 8"].arrow_patch is not None


def test_a_point_without_a_name_takes_its_place_all_the_same():
    names, ax = named(Point(5, 5, 4, "Alpha"), Point(5.6, 5, 8))
    assert set(names) == {"Alpha"}
    assert names["Alpha"].get_window_extent().x1 < ax.transData.transform((5, 5))[0]
