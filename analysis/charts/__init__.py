"""What does it look like? One chart per module: a frame in, axes or a figure out."""

from analysis.charts.alt_text import cumulative_alt, frequency_alt, gap_strip_alt, step_rates_alt
from analysis.charts.base_map import base_map, map_alt
from analysis.charts.calendar import calendar, calendar_alt
from analysis.charts.captions import (
    caption_of_definitions,
    caption_of_incidents,
    caption_of_totals,
    format_caption,
    format_coverage,
)
from analysis.charts.cumulative import cumulative_steps
from analysis.charts.frequency_bars import frequency_bars
from analysis.charts.gap_strip import gap_strip
from analysis.charts.onset_dots import onset_alt, onset_dots
from analysis.charts.origins_per_incident import origins_per_incident, origins_per_incident_alt
from analysis.charts.rates_and_posterior import rates_and_posterior, rates_and_posterior_alt
from analysis.charts.rates_between_totals import step_rates
from analysis.charts.small_multiples import small_multiples, small_multiples_alt
from analysis.charts.vocabulary import use_vocabulary

__all__ = [
    "base_map",
    "calendar",
    "calendar_alt",
    "caption_of_definitions",
    "caption_of_incidents",
    "caption_of_totals",
    "cumulative_alt",
    "cumulative_steps",
    "format_caption",
    "format_coverage",
    "frequency_alt",
    "frequency_bars",
    "gap_strip",
    "gap_strip_alt",
    "map_alt",
    "onset_alt",
    "onset_dots",
    "origins_per_incident",
    "origins_per_incident_alt",
    "rates_and_posterior",
    "rates_and_posterior_alt",
    "small_multiples",
    "small_multiples_alt",
    "step_rates",
    "step_rates_alt",
    "use_vocabulary",
]
