"""From what sources say to what a reader can check: the names a notebook needs.

Imported on first use, so that the command line answers at once.
"""

from importlib import import_module

_WHERE = {
    "InputError": "analysis.evidence.problems",
    "View": "analysis.incidents.views",
    "open_folder": "analysis.incidents.dossier",
    "select": "analysis.incidents.views",
    "changes": "analysis.measures.changes",
    "count": "analysis.measures.frequency",
    "cumulative": "analysis.measures.frequency",
    "daily": "analysis.measures.observed",
    "dispersion": "analysis.measures.frequency",
    "longest_gap_on_days": "analysis.measures.gap_chance",
    "endings": "analysis.measures.onset",
    "firsts": "analysis.measures.quiet",
    "middle_of": "analysis.measures.onset",
    "observed_in": "analysis.measures.periods",
    "onsets": "analysis.measures.onset",
    "pauses": "analysis.measures.robustness",
    "period_rates": "analysis.measures.periods",
    "period_ratios": "analysis.measures.periods",
    "posteriors": "analysis.measures.robustness",
    "under_priors": "analysis.measures.robustness",
    "ways": "analysis.measures.ways",
    "overdispersed": "analysis.measures.frequency",
    "span": "analysis.measures.frequency",
    "under_definitions": "analysis.incidents.views",
    "watched": "analysis.incidents.views",
    "gaps": "analysis.measures.gaps",
    "by_place": "analysis.measures.places",
    "largest": "analysis.measures.groups",
    "compare": "analysis.measures.rates",
    "completeness": "analysis.measures.completeness",
    "rate_interval": "analysis.measures.rates",
    "chance": "analysis.charts.words",
    "counted": "analysis.charts.words",
    "listed": "analysis.charts.words",
    "counter_name": "analysis.measures.totals",
    "kind_name": "analysis.charts.words",
    "of_set": "analysis.charts.words",
    "on": "analysis.charts.words",
    "over": "analysis.charts.words",
    "say": "analysis.charts.show",
    "say_if_thin": "analysis.charts.show",
    "show_figure": "analysis.charts.show",
    "show_incidents": "analysis.charts.show",
    "show_results": "analysis.runs.results",
    "show_table": "analysis.charts.show",
}
_MODULES = {
    "charts": "analysis.charts",
    "tables": "analysis.charts.way_tables",
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
