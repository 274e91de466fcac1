"""A drawing on a dark screen."""

import base64

import matplotlib.colors
import pytest

from analysis.reports.web.dark_drawings import PAPER, dark_colour, with_dark_colours


def light(colour):
    """Relative luminance, after WCAG."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_white_becomes_the_paper_of_a_dark_page_and_the_order_of_shades_is_turned():
    assert dark_colour("#ffffff") == PAPER
    shades = ["#c9dcea", "#8fbad6", "#4d8fb8", "#1f608f", "#0b3554"]
    assert sorted(shades, key=light) == sorted(shades, key=lambda shade: -light(dark_colour(shade)))


@pytest.mark.parametrize("ink", ["#1b1f24", "#6b7280", "#0b4f7d", "#c2570c"])
def test_lettering_stays_readable(ink):
    assert contrast(dark_colour(ink), PAPER) >= 4.5


def test_only_the_colours_of_the_drawing_are_named_and_another_picture_stays_as_it_is():
    svg = '<svg viewBox="0 0 9 9"><path style="fill: #0b4f7d; stroke: none"/></svg>'
    made = with_dark_colours("data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode())
    text = base64.b64decode(made.split(",")[1]).decode()
    assert text.count("!important") == 1
    assert f'[style*="fill: #0b4f7d"]{{fill:{dark_colour("#0b4f7d")}!important}}' in text
    bare = "data:image/svg+xml;base64," + base64.b64encode(b"<svg/>").decode()
    assert with_dark_colours(bare) == bare
