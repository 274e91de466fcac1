"""What does it look like? One chart per module: a frame in, axes or a figure out."""

from analysis.charts.alt import cumulative_alt, frequency_alt, ladder_alt, strip_alt
from analysis.charts.base_map import base_map, map_alt
from analysis.charts.calendar import calendar, calendar_alt
from analysis.charts.caption import caption, coverage_words, itemised, of_ways, totalled
from analysis.charts.change_ladder import change_ladder, change_ladder_alt
from analysis.charts.cumulative import cumulative_steps
from analysis.charts.frequency_bars import frequency_bars
from analysis.charts.gap_strip import gap_strip
from analysis.charts.interval_rates import rate_ladder
from analysis.charts.multiples import multiples, multiples_alt
from analysis.charts.onset_dots import onset_alt, onset_dots
from analysis.charts.support import support_alt, support_bars

__all__ = [
    "caption",
    "change_ladder",
    "change_ladder_alt",
    "coverage_words",
    "cumulative_alt",
    "cumulative_steps",
    "frequency_alt",
    "frequency_bars",
    "gap_strip",
    "itemised",
    "ladder_alt",
    "of_ways",
    "onset_alt",
    "onset_dots",
    "rate_ladder",
    "strip_alt",
    "support_alt",
    "support_bars",
    "base_map",
    "calendar",
    "calendar_alt",
    "map_alt",
    "multiples",
    "multiples_alt",
    "totalled",
]
