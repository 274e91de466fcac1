"""From what sources say to what a reader can check: the names an analyst needs, grouped by task.

Open a folder
    `open_folder` reads and checks the tables of a folder and returns a `Dataset`. `open_table` opens a large table in
    an engine without reading it whole and returns a `LargeDataset`; what counts takes both. Wrong input raises
    `InputError`.

View: decide what counts
    `View` says which evidence counts, `select` gives the incidents it counts, `select_by_definition` gives them
    under each definition, `view_coverage` says when somebody looked, `observed_window` from which day to which.

Count
    `count` gives incidents per period, `cumulative` their running sum, `by_place` incidents per place, `crosstab`
    incidents by two columns, `lump_categories` a column with few values, `daily_counts` the series that `changes`
    takes. `dispersion` and `is_overdispersed` measure clustering. `totals` holds the running totals that officials
    and monitors state, `total_intervals` gives the counts between them, `zero_intervals` the stretches without a
    rise.

Rates
    `rate` gives one rate per day with its interval, `rate_interval` many at once.
    `completeness` sets incidents beside a stated total.

Gaps
    `gaps` lists runs of days without an incident, `longest_gap_probability` says how likely such a run is.

Changes
    `changes` gives the posterior of the dates on which the rate changed. `find_pauses` searches every series of a
    table, such as each actor of each country, for a low rate between two higher ones.

Compare
    `compare` sets the rates of two periods beside each other. `count_series` gives one series per definition;
    `period_rates`, `period_ratios`, `observed_in_period`, `first_attacks`, `changes_by_definition`,
    `onset_by_definition`, `ending_by_definition`, `pause_by_definition` and `prior_sensitivity_by_definition`
    answer one question under each of them. `middle_day` is the day between two days.

Explore
    `explore` shows incidents as linked views to filter and press, as an `Exploration` that gives the selection back.
    `browse` shows a long frame as a table that sorts and searches.

Find and search
    `find_incidents` finds incidents by days, place, values and words, `search_claims` finds claims by words.

From a bar to the sources
    `incidents_per_bar` lists the incidents behind each bar, `trace_incident` gives one incident with its claims and
    disputes, `claims_of_incidents` the claims behind many, `dissenting_claims` the claims that contradict.

Export
    `export` writes incidents or claims, with their sources, to .csv, .xlsx or .geojson.

Charts
    `charts` holds every chart, its caption and its description in words.

Findings
    `open_study` opens a folder through a view. `frequency_finding`, `pause_finding`, `return_finding` and
    `casualties_finding` answer its questions, each with a sentence; `summary_findings` gives those of the first page
    and `compare_views` those of several views side by side.

For notebooks
    `show_sentences` displays findings. `show_figure`, `show_table`, `show_incidents`, `show_results`, `show_text` and
    `warn_if_thinly_covered` display; `format_counter`, `format_date`, `format_date_set`, `format_probability`,
    `format_range`, `format_value`, `join_names` and `plural` put a value into words; `reader_tables` gives tables the
    headings that readers expect.

Every name is imported when it is first used, so that the command line answers at once.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis import charts as charts
    from analysis.charts import reader_tables as reader_tables
    from analysis.charts.bar_incidents import incidents_per_bar as incidents_per_bar
    from analysis.charts.notebook_output import show_figure as show_figure
    from analysis.charts.notebook_output import show_incidents as show_incidents
    from analysis.charts.notebook_output import show_sentences as show_sentences
    from analysis.charts.notebook_output import show_table as show_table
    from analysis.charts.notebook_output import show_text as show_text
    from analysis.charts.notebook_output import warn_if_thinly_covered as warn_if_thinly_covered
    from analysis.charts.text_format import format_date as format_date
    from analysis.charts.text_format import format_date_set as format_date_set
    from analysis.charts.text_format import format_probability as format_probability
    from analysis.charts.text_format import format_range as format_range
    from analysis.charts.text_format import format_value as format_value
    from analysis.charts.text_format import join_names as join_names
    from analysis.charts.text_format import plural as plural
    from analysis.comparisons.count_series import count_series as count_series
    from analysis.comparisons.onset import ending_by_definition as ending_by_definition
    from analysis.comparisons.onset import middle_day as middle_day
    from analysis.comparisons.onset import onset_by_definition as onset_by_definition
    from analysis.comparisons.pause_gaps import first_attacks as first_attacks
    from analysis.comparisons.pause_search import find_pauses as find_pauses
    from analysis.comparisons.period_rates import observed_in_period as observed_in_period
    from analysis.comparisons.period_rates import period_rates as period_rates
    from analysis.comparisons.period_rates import period_ratios as period_ratios
    from analysis.comparisons.sensitivity import changes_by_definition as changes_by_definition
    from analysis.comparisons.sensitivity import pause_by_definition as pause_by_definition
    from analysis.comparisons.sensitivity import prior_sensitivity_by_definition as prior_sensitivity_by_definition
    from analysis.evidence.errors import InputError as InputError
    from analysis.explorer.exploration import Exploration as Exploration
    from analysis.explorer.exploration import explore as explore
    from analysis.explorer.frame_browser import browse as browse
    from analysis.findings.attack_counts import frequency_finding as frequency_finding
    from analysis.findings.attack_return import return_finding as return_finding
    from analysis.findings.casualties import casualties_finding as casualties_finding
    from analysis.findings.pause_onset import pause_finding as pause_finding
    from analysis.findings.study import open_study as open_study
    from analysis.findings.summary import summary_findings as summary_findings
    from analysis.findings.variant_comparison import compare_views as compare_views
    from analysis.incidents.claim_search import search_claims as search_claims
    from analysis.incidents.dataset import Dataset as Dataset
    from analysis.incidents.dataset import open_folder as open_folder
    from analysis.incidents.export import export as export
    from analysis.incidents.incident_search import find_incidents as find_incidents
    from analysis.incidents.large_dataset import LargeDataset as LargeDataset
    from analysis.incidents.large_dataset import open_table as open_table
    from analysis.incidents.trace import claims_of_incidents as claims_of_incidents
    from analysis.incidents.trace import dissenting_claims as dissenting_claims
    from analysis.incidents.trace import trace_incident as trace_incident
    from analysis.incidents.views import View as View
    from analysis.incidents.views import select as select
    from analysis.incidents.views import select_by_definition as select_by_definition
    from analysis.incidents.views import view_coverage as view_coverage
    from analysis.measures import totals as totals
    from analysis.measures.categories import lump_categories as lump_categories
    from analysis.measures.changepoints.changes import changes as changes
    from analysis.measures.completeness import completeness as completeness
    from analysis.measures.coverage import observed_window as observed_window
    from analysis.measures.cross_tabulation import crosstab as crosstab
    from analysis.measures.daily_counts import daily_counts as daily_counts
    from analysis.measures.dispersion import dispersion as dispersion
    from analysis.measures.dispersion import is_overdispersed as is_overdispersed
    from analysis.measures.frequency import count as count
    from analysis.measures.frequency import cumulative as cumulative
    from analysis.measures.gap_probability import longest_gap_probability as longest_gap_probability
    from analysis.measures.gaps import gaps as gaps
    from analysis.measures.place_counts import by_place as by_place
    from analysis.measures.rate_ratios import compare as compare
    from analysis.measures.rates import rate as rate
    from analysis.measures.rates import rate_interval as rate_interval
    from analysis.measures.total_intervals import total_intervals as total_intervals
    from analysis.measures.total_intervals import zero_intervals as zero_intervals
    from analysis.measures.totals import format_counter as format_counter
    from analysis.runs.result_table import show_results as show_results
else:  # hidden from type checkers: a module with __getattr__ has every name for them
    from importlib import import_module

    _MODULES = {
        "charts": "analysis.charts",
        "reader_tables": "analysis.charts.reader_tables",
        "totals": "analysis.measures.totals",
    }
    _NAMES = {
        "analysis.charts.bar_incidents": "incidents_per_bar",
        "analysis.charts.notebook_output": "show_figure show_incidents show_sentences show_table show_text "
        "warn_if_thinly_covered",
        "analysis.charts.text_format": "format_date format_date_set format_probability format_range format_value "
        "join_names plural",
        "analysis.comparisons.count_series": "count_series",
        "analysis.comparisons.onset": "ending_by_definition middle_day onset_by_definition",
        "analysis.comparisons.pause_gaps": "first_attacks",
        "analysis.comparisons.pause_search": "find_pauses",
        "analysis.comparisons.period_rates": "observed_in_period period_rates period_ratios",
        "analysis.comparisons.sensitivity": "changes_by_definition pause_by_definition prior_sensitivity_by_definition",
        "analysis.evidence.errors": "InputError",
        "analysis.findings.attack_counts": "frequency_finding",
        "analysis.findings.attack_return": "return_finding",
        "analysis.findings.casualties": "casualties_finding",
        "analysis.findings.pause_onset": "pause_finding",
        "analysis.findings.study": "open_study",
        "analysis.findings.summary": "summary_findings",
        "analysis.findings.variant_comparison": "compare_views",
        "analysis.explorer.exploration": "Exploration explore",
        "analysis.explorer.frame_browser": "browse",
        "analysis.incidents.claim_search": "search_claims",
        "analysis.incidents.dataset": "Dataset open_folder",
        "analysis.incidents.export": "export",
        "analysis.incidents.incident_search": "find_incidents",
        "analysis.incidents.trace": "claims_of_incidents dissenting_claims trace_incident",
        "analysis.incidents.large_dataset": "LargeDataset open_table",
        "analysis.incidents.views": "View select select_by_definition view_coverage",
        "analysis.measures.categories": "lump_categories",
        "analysis.measures.changepoints.changes": "changes",
        "analysis.measures.cross_tabulation": "crosstab",
        "analysis.measures.daily_counts": "daily_counts",
        "analysis.measures.completeness": "completeness",
        "analysis.measures.coverage": "observed_window",
        "analysis.measures.dispersion": "dispersion is_overdispersed",
        "analysis.measures.frequency": "count cumulative",
        "analysis.measures.gap_probability": "longest_gap_probability",
        "analysis.measures.gaps": "gaps",
        "analysis.measures.place_counts": "by_place",
        "analysis.measures.rate_ratios": "compare",
        "analysis.measures.rates": "rate rate_interval",
        "analysis.measures.total_intervals": "total_intervals zero_intervals",
        "analysis.measures.totals": "format_counter",
        "analysis.runs.result_table": "show_results",
    }
    _WHERE = {name: module for module, names in _NAMES.items() for name in names.split()}
    __all__ = sorted({**_WHERE, **_MODULES})

    def __getattr__(name: str):
        if name in _MODULES:
            return import_module(_MODULES[name])
        if name in _WHERE:
            return getattr(import_module(_WHERE[name]), name)
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __all__
