"""From what sources say to what a reader can check: the names a notebook needs.

Imported on first use, so that the command line answers at once.
"""

from importlib import import_module

_WHERE = {
    "InputError": "analysis.evidence.errors",
    "View": "analysis.incidents.views",
    "open_folder": "analysis.incidents.dataset",
    "select": "analysis.incidents.views",
    "changes": "analysis.measures.changepoints.changes",
    "count": "analysis.measures.frequency",
    "cumulative": "analysis.measures.frequency",
    "daily_counts": "analysis.measures.daily_counts",
    "dispersion": "analysis.measures.dispersion",
    "longest_gap_probability": "analysis.measures.gap_probability",
    "ending_by_definition": "analysis.comparisons.onset",
    "first_attacks": "analysis.comparisons.pause_gaps",
    "middle_day": "analysis.comparisons.onset",
    "observed_in_period": "analysis.comparisons.period_rates",
    "onset_by_definition": "analysis.comparisons.onset",
    "pause_by_definition": "analysis.comparisons.sensitivity",
    "period_rates": "analysis.comparisons.period_rates",
    "period_ratios": "analysis.comparisons.period_rates",
    "changes_by_definition": "analysis.comparisons.sensitivity",
    "prior_sensitivity_by_definition": "analysis.comparisons.sensitivity",
    "count_series": "analysis.comparisons.count_series",
    "is_overdispersed": "analysis.measures.dispersion",
    "observed_window": "analysis.measures.coverage",
    "select_by_definition": "analysis.incidents.views",
    "view_coverage": "analysis.incidents.views",
    "gaps": "analysis.measures.gaps",
    "by_place": "analysis.measures.place_counts",
    "lump_categories": "analysis.measures.categories",
    "compare": "analysis.measures.rate_ratios",
    "completeness": "analysis.measures.completeness",
    "rate": "analysis.measures.rates",
    "rate_interval": "analysis.measures.rates",
    "total_intervals": "analysis.measures.total_intervals",
    "zero_intervals": "analysis.measures.total_intervals",
    "format_probability": "analysis.charts.text_format",
    "plural": "analysis.charts.text_format",
    "join_names": "analysis.charts.text_format",
    "format_counter": "analysis.measures.totals",
    "format_value": "analysis.charts.text_format",
    "format_date_set": "analysis.charts.text_format",
    "format_date": "analysis.charts.text_format",
    "format_range": "analysis.charts.text_format",
    "show_text": "analysis.charts.notebook_output",
    "warn_if_thinly_covered": "analysis.charts.notebook_output",
    "show_figure": "analysis.charts.notebook_output",
    "show_incidents": "analysis.charts.notebook_output",
    "show_results": "analysis.runs.result_table",
    "show_table": "analysis.charts.notebook_output",
}
_MODULES = {
    "charts": "analysis.charts",
    "reader_tables": "analysis.charts.reader_tables",
    "totals": "analysis.measures.totals",
}
__all__ = sorted({**_WHERE, **_MODULES})


def __getattr__(name: str):
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
