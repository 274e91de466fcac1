"""Each finding gives known answers on small tables, and says what it cannot carry."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.findings.attack_counts import frequency_finding
from analysis.findings.attack_distribution import (
    day_finding,
    group_finding,
    period_finding,
    place_finding,
    spread_finding,
)
from analysis.findings.attack_return import return_finding
from analysis.findings.casualties import casualties_finding
from analysis.findings.claim_support import dispute_finding, support_finding
from analysis.findings.contradictions import contradicting_totals
from analysis.findings.definition_spread import OnsetSpread, level_spread
from analysis.findings.document_errors import document_error_finding, errors_by_document
from analysis.findings.earlier_gaps import earlier_gap_finding, earlier_gaps
from analysis.findings.later_rises import later_rises, later_rises_finding
from analysis.findings.model_checks import exposure_finding
from analysis.findings.near_events import dated_events, events_in_set
from analysis.findings.official_coverage import coverage_finding, monthly_coverage
from analysis.findings.pause_counts import strip_definition
from analysis.findings.pause_onset import pause_finding
from analysis.findings.reading_guide import reading_guide
from analysis.findings.result_rows import frequency_results
from analysis.findings.study import open_study
from analysis.findings.summary import summary_findings
from analysis.findings.variant_comparison import compare_views
from analysis.incidents.dataset import open_folder
from analysis.incidents.views import View
from analysis.measures.frequency import count
from analysis.measures.rates import rate


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.fixture(scope="module")
def study():
    """This repository up to the end of June 2024."""
    return open_study(end="2024-06-30")


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A table with 20 incidents in 20 days, none for 30 days, 10 incidents in 20 days; it says no more."""
    folder = tmp_path_factory.mktemp("bare")
    days = [*pd.date_range("2030-01-01", "2030-01-20"), *pd.date_range("2030-02-20", periods=10, freq="2D")]
    rows = [f"A{n},{each:%Y-%m-%d}" for n, each in enumerate(days)]
    (folder / "incidents.csv").write_text("\n".join(["incident_id,date", *rows]) + "\n")
    about = "title: Raids\nsingular: raid\nplural: raids\npause: {start: 2030-01-21, end: 2030-02-19}\n"
    (folder / "about.yml").write_text(about)
    return open_study(folder)


class TestABareTable:
    def test_it_counts_its_rows_and_states_no_total_and_no_voice(self, bare):
        found = frequency_finding(bare)
        assert (found.itemised, found.totals) == (30, ())
        assert found.sentence() == "This table itemises 30 to 10 March 2030."
        assert found.voices() == "The table does not say who confirms an incident."
        assert found.rate_per_day == 1.0

    def test_days_that_only_begin_a_range_are_not_called_certain(self, bare):
        days = count(bare.incidents, "day", window=bare.window).assign(count_low=0)
        assert "(1 January 2030; 0 of them are certain to that day)" in day_finding(bare, days).sentence()

    def test_a_group_is_told_with_the_column_that_names_it(self, bare):
        groups = bare.incidents.assign(side_a=["Blue"] * 20 + ["other"] * 10)
        assert (
            group_finding(bare, groups, "side_a").title() == "The most frequent side A is Blue, in 67 % of the raids."
        )

    def test_a_map_of_cells_is_not_called_a_map_of_places(self, bare):
        places = pd.DataFrame({"place": ["A", "B", "C"], "latitude": 1.0, "count": [20, 6, 4], "places": [200, 2, 1]})
        found = place_finding(bare, places)
        assert found.sentence().startswith("203 places with a known point are too many for a map, which shows 3 cells")
        assert found.title() == "Three cells of a grid have 100 % of the raids."

    def test_a_caption_names_bands_only_where_a_gap_is_shaded(self, bare):
        short, long = pd.Series({"gap_days": 13}), pd.Series({"gap_days": 14})
        assert strip_definition(bare, {"all": short, "none": None}) == "a tick is a day with raids"
        assert strip_definition(bare, {"all": long}).endswith("a band a gap of 14 days or more")

    def test_the_pause_is_that_of_about_yml(self, bare):
        assert (bare.pause.days, bare.pause.is_given) == (30, True)
        assert pause_finding(bare).middle == day("2030-02-04")

    def test_what_came_after_it_is_counted_in_its_own_words(self, bare):
        found = return_finding(bare)
        assert (found.during.count, found.during.days, found.after.count, found.after.days) == (0, 30, 10, 19)
        assert found.ratio == pytest.approx(10 / 19)
        assert "0 raids in 30 days of the pause and 10 in 19 days after it: 53 % of the former rate" in found.sentence()

    def test_figures_that_nobody_gives_are_not_none(self, bare):
        found = casualties_finding(bare)
        assert (found.itemised, found.stated, found.table().empty) == ((), (), True)
        assert "does not mean none" in found.sentence()

    @pytest.mark.slow
    def test_its_guide_names_no_glossary_of_claims(self, bare):
        assert "glossary" not in reading_guide(bare)
        assert "glossary" in reading_guide(open_study())

    def test_the_summary_says_that_nobody_declares_when_it_was_searched(self, bare):
        summary = summary_findings(bare.dataset, View())
        assert summary.title == "Raids"
        assert summary.answers[0].question == "How many raids, by whose count?"
        assert "does not say when somebody searched" in summary.caveats[0]
        assert summary.caveats[0].endswith("a day that nobody searched.")
        assert "one way of counting" in summary.caveats[1]

    @pytest.mark.slow
    def test_a_table_searched_day_by_day_has_no_thin_days_to_warn_of(self, bare, tmp_path):
        for file in ("incidents.csv", "about.yml"):
            (tmp_path / file).write_bytes((bare.dataset.root / file).read_bytes())
        searched = "itemised,all,2030-01-01,2030-03-10,days,diary\n"
        (tmp_path / "coverage.csv").write_text("counter,scope,start,end,density,basis\n" + searched)
        study = open_study(tmp_path)
        caveat = summary_findings(study.dataset, View()).caveats[0]
        assert "All 69 days were searched day by day" in caveat
        assert "short bars" not in caveat
        assert exposure_finding(study, study.pause.middle, list(study.itemised)).sentence() == ""

    @pytest.mark.slow
    def test_without_a_stated_pause_the_longest_gap_is_taken_and_called_found_by_looking(self, other_conflict):
        found = open_study(other_conflict)
        assert (found.pause.start, found.pause.days, found.pause.is_given) == (day("2031-06-25"), 40, False)
        rate = frequency_finding(found)
        assert (rate.rate_start, rate.rate_end) == found.window
        shown = found.days_around(found.pause.eve, 10, shown=[day("2031-06-01")])
        assert shown == (day("2031-05-30"), day("2031-07-04"))
        assert "found by looking" in summary_findings(found.dataset, View()).caveats[2]

    def test_the_rate_leaves_out_days_searched_less_than_weekly_and_allows_for_clustering(self, tmp_path):
        rows = [f"A{n},{day}" for n, day in enumerate(pd.date_range("2030-01-01", "2030-01-20").strftime("%Y-%m-%d"))]
        (tmp_path / "incidents.csv").write_text("\n".join(["incident_id,date", *rows]) + "\n")
        (tmp_path / "coverage.csv").write_text(
            "counter,scope,start,end,density,basis\nitemised,all,2030-01-01,2030-01-05,days,diary\n"
            "itemised,all,2030-01-06,2030-01-10,weeks,diary\nitemised,all,2030-01-11,2030-01-20,sparse,diary\n"
        )
        study = open_study(tmp_path)
        counts = count(study.incidents, "week", window=study.window, coverage=study.coverage)
        spread = replace(spread_finding(study, counts, "week"), phi_within=4.0)
        rows = frequency_results(study, period_finding(study, counts, "week"), spread)
        found = next(row for row in rows if "searched at least by week" in row["measure"])
        assert (found["value"], found["measure"]) == (
            1.0,
            "incidents per day, on the 10 days searched at least by week",
        )
        assert found["high"] > rate(10, 10).interval()[1]


class TestTheRecord:
    @pytest.mark.slow
    def test_the_pentagon_counted_none_in_76_days_and_36_in_215(self):
        found = return_finding(open_study())
        assert (found.during.count, found.during.days, found.after.count, found.after.days) == (0, 76, 36, 215)
        assert found.ratio == pytest.approx((36 / 215) / (170 / 111))
        assert found.ratio_low < found.ratio < found.ratio_high < 1

    @pytest.mark.slow
    def test_a_view_of_officials_holds_their_counts_only(self):
        assert list(open_study(confirmation="us_official").definitions) == ["Pentagon totals", "U.S. officials"]
        both = open_study(confirmation=["us_official", "local_official"]).definitions
        assert list(both) == ["Pentagon totals", "U.S. or local officials", "U.S. officials"]

    @pytest.mark.slow
    def test_seeds_alone_date_nothing_and_compare_no_rate(self):
        thin = open_study(sets="seeds")
        assert "the start cannot be dated" in pause_finding(thin).sentence()
        assert "too thinly" in return_finding(thin).sentence()
        assert frequency_finding(thin).rate_per_day != frequency_finding(thin).rate_per_day  # NaN

    @pytest.mark.slow
    def test_casualties_are_summed_by_who_says_so(self):
        found = casualties_finding(open_study())
        table = found.table().set_index("who says so")
        assert list(table.index[:1]) == ["Pentagon spokesman Lt. Col. Garry"]
        assert (found.killed, found.injured) == (3, 95)
        assert found.silent + sum(each.incidents for each in found.itemised) == found.incidents

    @pytest.mark.slow
    def test_the_window_of_the_begin_ends_two_months_after_the_pause(self):
        assert open_study().near_pause().window[1] == day("2024-06-30")

    def test_days_out_of_order_are_refused_by_name(self, study):
        with pytest.raises(InputError, match="last_before .* and resumed .* must lie in this order"):
            study.stated_pause("2024-02-04", resumed="2024-01-01")
        with pytest.raises(InputError, match="last_before is '04.02.2024'; allowed: a day, YYYY-MM-DD"):
            study.stated_pause("04.02.2024", none_until="2024-04-20")


def test_events_lie_in_a_set_wholly_partly_or_not():
    events = pd.DataFrame({"date": [day("2024-01-01"), day("2024-01-05"), day("2024-01-09"), day("2024-01-20")],
                           "until": [day("2024-01-05"), pd.NaT, day("2024-01-12"), pd.NaT]})  # fmt: skip
    assert events_in_set(events, day("2024-01-03"), day("2024-01-10")).tolist() == ["partly", "yes", "partly", ""]


def test_dated_events_leave_out_attacks_and_end_where_some_source_says_so(study):
    events = dated_events(study, "2023-11-20", "2023-11-30")
    truce = events[events["event"] == "Gaza truce between Israel and Hamas"].iloc[0]
    assert (truce["sources"], truce["date"], truce["until"]) == (3, day("2023-11-24"), day("2023-11-30"))
    assert "attack" not in set(events["kind"])


@pytest.mark.slow
def test_monthly_coverage_takes_the_last_total_of_each_month_and_the_share_of_its_rise(study):
    table = monthly_coverage(study)
    assert table["to"].dt.to_period("M").is_unique
    last = table[table["to"] == day("2024-04-24")].iloc[0]
    assert (last["total"], last["confirmed"]) == (172, 100)
    assert last["share_confirmed"] == (100 - table["confirmed"].iloc[-2]) / 2
    found = coverage_finding(study)
    assert found.lowest_share == table["share_confirmed"].min()
    assert found.lowest_start <= found.lowest_end


def test_contradicted_totals_are_listed_and_marked_as_not_counted_from(study):
    table = contradicting_totals(study, "2024-01-16", "2024-04-25")
    assert len(table)
    assert not table.loc[table["note"].str.startswith("contradicted"), "is_used"].any()
    assert (table["total_low"].lt(table["total_high"]) | table["note"].ne("")).all()


@pytest.mark.slow
def test_the_steepest_rise_and_the_lulls_are_those_of_the_total():
    whole = open_study()
    rises = later_rises(whole, "Pentagon totals", "2024-04-21")
    assert rises["count"].tolist() == [2, 34]
    found = later_rises_finding(whole, "Pentagon totals", "2024-04-21")
    assert (found.steepest_start, found.attacks, found.total) == (day("2024-04-21"), 36, 206)
    observatory = later_rises_finding(whole, "Syrian Observatory totals", "2024-04-21")
    assert [days for *_, days in observatory.still] == [49]


@pytest.mark.slow
def test_the_longest_earlier_gap_lies_in_the_truce_and_totals_did_not_rise_in_it(study):
    found = earlier_gap_finding(study, "2024-02-04")
    assert (found.start, found.days) == (day("2023-11-24"), 5)
    assert "Pentagon" not in dict(found.rises)
    with pytest.raises(InputError, match="shortest_gap is 0; it must be 1 or more"):
        earlier_gaps(study, "all claims", "2024-02-04", 0)


@pytest.mark.slow
def test_the_document_that_errs_most_has_the_highest_share_of_contradicted_claims(study):
    table = errors_by_document(study)
    assert table["share"].is_monotonic_decreasing
    assert table["contradicted"].le(table["claims"]).all()
    found = document_error_finding(study)
    assert found.claims == table["claims"].sum() == 14
    assert found.worst_contradicted / found.worst_claims == table["share"].max()


def test_support_and_disputes_are_counted_once_for_each_incident(study):
    found = support_finding(study)
    assert (found.incidents, found.confirmed) == (len(study.incidents), 100)
    assert 0 < dispute_finding(study).disputed < found.incidents


@pytest.mark.slow
def test_the_level_moves_more_between_definitions_than_within_one(study):
    found = level_spread(study)
    assert found.factor > found.widest_factor > 1


def test_the_date_moves_less_between_definitions_than_within_one():
    spread = {"definition": "d", "by": "By d", "view": "", "as_of": day("2024-06-30"), "definitions": 8, "announced": 6,
              "earliest": day("2024-02-04"), "latest": day("2024-02-17")}  # fmt: skip
    within = OnsetSpread(**spread, shortest_set=23, longest_set=116)
    assert within.days == 14
    assert within.verdict().startswith("For the date, the uncertainty within one definition is larger")
    assert "is larger than the uncertainty" in OnsetSpread(**spread, shortest_set=3, longest_set=9).verdict()


@pytest.mark.slow
def test_views_are_compared_side_by_side_and_what_they_cannot_carry_is_missing():
    views = {"officials": View(confirmation="us_official"), "seeds": View(sets="seeds")}
    table = compare_views(open_folder(), views).set_index("view")
    assert table["inside"].tolist() == [2, 1]
    assert pd.isna(table.loc["seeds", "day"]) and pd.isna(table.loc["seeds", "gap_days"])
    assert table.loc["officials", "gap_days"] == 55
