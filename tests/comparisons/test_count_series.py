"""Count series: what each holds, its gap near the pause, its rates, and all of them in one table."""

from dataclasses import replace
from itertools import combinations_with_replacement, groupby, product

import pandas as pd
import pytest

from analysis.comparisons.count_series import WHOLE_TABLE, CountSeries, count_series
from analysis.comparisons.onset import middle_day
from analysis.comparisons.pause_gaps import first_attacks, gap_near_pause
from analysis.comparisons.period_rates import observed_in_period, period_rates, period_ratios
from analysis.comparisons.sensitivity import changes_by_definition, pause_by_definition
from analysis.incidents.views import DEFINITIONS, View

WINDOW = ("2023-10-17", "2024-06-30")
NOWHERE = pd.DataFrame({"start": [], "end": [], "density": []})


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


@pytest.fixture
def totals() -> CountSeries:
    rows = pd.DataFrame({
        "start": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-21", "2024-01-31"]),
        "end": pd.to_datetime(["2024-01-10", "2024-01-20", "2024-01-30", "2024-02-09"]),
        "count": pd.array([8, 3, 0, 2], dtype="Int64"),
    })  # fmt: skip
    rows["days"] = 10
    return CountSeries("totals", rows, None, None, NOWHERE, "Pentagon")


@pytest.fixture
def itemised(attacks) -> CountSeries:
    incidents = attacks("2024-01-02", "2024-01-02", "2024-01-12", ("2024-01-19", "2024-01-22"), "2024-02-03")
    return CountSeries("items", pd.DataFrame(), None, incidents, NOWHERE)


class TestTheGapNearThePause:
    def test_of_incidents_it_lies_between_two_of_them(self, itemised):
        found = gap_near_pause(itemised, day("2024-01-21"), day("2024-01-30"), ("2024-01-01", "2024-02-09"))
        assert found["last_low"] == found["last_high"] == day("2024-01-19")
        assert found["first_low"] == day("2024-02-03")
        assert (found["gap_days"], found["gap_days_low"], found["gap_days_high"]) == (14, 11, 14)
        assert (found["is_censored"], found["attacks_inside"]) == (False, 0)

    def test_of_totals_its_ends_are_known_to_the_interval_of_two_statements(self, totals):
        found = gap_near_pause(totals, day("2024-01-21"), day("2024-01-30"), None)
        assert (found["last_low"], found["last_high"]) == (day("2024-01-11"), day("2024-01-20"))
        assert (found["first_low"], found["first_high"]) == (day("2024-01-31"), day("2024-02-09"))
        assert (found["gap_days"], found["gap_days_low"], found["gap_days_high"]) == (10, 10, 28)
        assert found["attacks_inside"] == 0

    def test_a_gap_at_the_end_of_what_was_watched_may_go_on(self, totals, itemised):
        rows = totals.rows.iloc[:3]
        cut = CountSeries("cut", rows, None, None, NOWHERE)
        assert gap_near_pause(cut, day("2024-01-21"), day("2024-01-30"), None)["is_censored"]
        window = ("2024-01-01", "2024-02-01")
        assert gap_near_pause(itemised, day("2024-01-21"), day("2024-01-30"), window)["is_censored"]

    def test_a_total_that_fell_is_no_last_attack(self, totals):
        rows = totals.rows.assign(count=pd.array([5, None, 0, None], dtype="Int64"))
        found = gap_near_pause(CountSeries("f", rows, None, None, NOWHERE), day("2024-01-21"), day("2024-01-30"), None)
        assert pd.isna(found["last_low"]) and pd.isna(found["first_low"])
        assert (found["gap_days"], found["gap_days_high"], found["is_censored"]) == (10, 10, True)

    def test_a_longer_gap_that_only_touches_the_days_is_not_taken(self, attacks):
        incidents = attacks("2024-01-01", "2024-01-12", "2024-01-14", "2024-03-20")
        series = CountSeries("i", pd.DataFrame(), None, incidents, NOWHERE)
        found = gap_near_pause(series, day("2024-01-02"), day("2024-01-15"), ("2024-01-01", "2024-03-20"))
        assert found["gap_days"] == 10

    def test_where_the_total_never_stood_still_only_bounds_are_known(self, totals):
        found = gap_near_pause(totals, day("2024-01-01"), day("2024-01-20"), None)
        assert pd.isna(found["gap_days"])
        assert (found["gap_days_low"], found["gap_days_high"]) == (2, 18)  # 3 attacks on 10 days; 2 to 19 January
        assert found["attacks_inside"] == 11

    @pytest.mark.parametrize("counts", [(1, 2, 1), (2, 1, 3), (4, 1, 1), (1, 5, 2)])
    def test_the_bounds_are_those_of_every_way_to_place_the_attacks(self, counts):
        lengths, days = (3, 4, 3), range(10)
        starts = [0, 3, 7]
        rows = pd.DataFrame({"start": starts, "days": lengths, "count": pd.array(counts, dtype="Int64")})
        rows["end"] = rows["start"] + rows["days"] - 1
        for name in ("start", "end"):
            rows[name] = day("2024-01-01") + pd.to_timedelta(rows[name], unit="D")
        found = gap_near_pause(CountSeries("t", rows, None, None, NOWHERE), day("2024-01-04"), day("2024-01-07"), None)
        placements = product(*(
            combinations_with_replacement(range(start, start + length), number)
            for start, length, number in zip(starts, lengths, counts, strict=True)
        ))  # fmt: skip
        longest = []
        for placed in placements:
            attacks = {at for each in placed for at in each}
            runs = [list(run) for free, run in groupby(days, lambda at, a=attacks: at not in a) if free]
            longest.append(max((len(set(run) & {3, 4, 5, 6}) for run in runs), default=0))
        assert found["gap_days_high"] == max(longest)
        assert found["gap_days_low"] <= min(longest)

    def test_no_statement_inside_is_not_zero_attacks(self, totals):
        assert pd.isna(gap_near_pause(totals, day("2024-01-22"), day("2024-01-25"), None)["attacks_inside"])


class TestTheFirstAttackFromADay:
    def test_of_incidents_the_day_and_its_ids(self, itemised):
        row = first_attacks({"items": itemised}, "2024-01-15", "2024-01-31").iloc[0]
        assert (row["last_low"], row["first_low"], row["incident_ids"]) == (day("2024-01-12"), day("2024-01-19"), "i4")
        assert (row["count"], row["count_after"]) == (1, 1)

    def test_of_totals_the_first_rise_that_ends_on_it_or_later(self, totals):
        row = first_attacks({"totals": totals}, "2024-01-21", "2024-02-09").iloc[0]
        assert (row["last_low"], row["last_high"]) == (day("2024-01-11"), day("2024-01-20"))
        assert (row["first_low"], row["first_high"]) == (day("2024-01-31"), day("2024-02-09"))
        assert pd.isna(row["count"])

    def test_none_is_missing(self, itemised):
        row = first_attacks({"items": itemised}, "2024-03-01", "2024-03-31").iloc[0]
        assert pd.isna(row["first_low"])
        assert row["incident_ids"] == ""


class TestRatesOfPeriods:
    def test_of_totals_only_whole_intervals_of_the_period_are_used(self, totals):
        found = observed_in_period(totals, ("2024-01-05", "2024-02-01"))
        assert (found["covered_days"], found["count"]) == (20, 3)
        assert (found["start"], found["end"]) == (day("2024-01-11"), day("2024-01-30"))

    def test_of_incidents_only_watched_days_count_as_exposure(self, itemised):
        coverage = pd.DataFrame({"start": [day("2024-01-06")], "end": [day("2024-01-20")], "density": "days"})
        watched = CountSeries("w", pd.DataFrame(), None, itemised.incidents, coverage)
        assert observed_in_period(watched, ("2024-01-01", "2024-01-10")) == {
            "start": day("2024-01-01"), "end": day("2024-01-10"), "covered_days": 5, "thin_days": 0, "count": 2,
        }  # fmt: skip

    def test_a_period_that_nobody_observed_has_no_rate(self, totals):
        found = period_rates({"t": totals}, {"in": ("2024-01-01", "2024-01-20"), "out": ("2025-01-01", "2025-02-01")})
        assert found["period"].tolist() == ["in"]
        assert found.loc[0, "rate_per_day"] == pytest.approx(11 / 20)
        assert found.loc[0, "rate_per_day_low"] < 11 / 20 < found.loc[0, "rate_per_day_high"]

    def test_the_ratio_is_that_of_the_known_answer(self):
        rows = pd.DataFrame({
            "start": pd.to_datetime(["2023-10-17", "2024-01-30"]), "end": pd.to_datetime(["2024-01-29", "2024-04-24"]),
            "count": [165, 2], "days": [105, 86],
        })  # fmt: skip
        series = CountSeries("t", rows, None, None, NOWHERE)
        ratios = period_ratios({"t": series}, ("2023-10-17", "2024-01-29"), ("2024-01-30", "2024-04-24"))
        assert ratios.loc[0, ["ratio", "ratio_low", "ratio_high"]].to_numpy(float).round(4).tolist() == [
            0.0148,
            0.0018,
            0.0543,
        ]

    def test_too_few_days_or_nothing_before_give_no_ratio(self, totals):
        assert period_ratios({"t": totals}, ("2024-01-01", "2024-01-10"), ("2024-01-11", "2024-02-09")).empty
        assert period_ratios(
            {"t": totals}, ("2024-01-21", "2024-01-30"), ("2024-01-11", "2024-02-09"), min_days=1
        ).empty


@pytest.fixture(scope="module")
def found(dataset):
    return count_series(dataset, View(start=WINDOW[0], end=WINDOW[1]), WINDOW)


class TestTheSeriesOfTheRecord:
    @pytest.mark.slow
    def test_totals_come_first_then_the_definitions_then_sets_alone(self, found):
        assert list(found) == ["Pentagon totals", "Syrian Observatory totals", *DEFINITIONS, "seeds alone"]
        assert found["seeds alone"].is_thinly_covered
        assert not found["all claims"].is_thinly_covered

    @pytest.mark.slow
    def test_a_total_counts_its_rises_inside_the_window_and_an_incident_its_best_day(self, found, dataset):
        assert found["Pentagon totals"].n == found["Pentagon totals"].rows["count"].sum() == 172
        dates = found["all claims"].incidents["date"]
        assert dates.between(*WINDOW).all()
        assert found["all claims"].n == len(dates)

    @pytest.mark.slow
    def test_a_view_of_one_country_takes_that_countrys_part_of_a_total(self, dataset):
        iraq = count_series(dataset, View(countries=("Iraq",)), ("2023-10-17", "2024-12-31"))
        assert iraq["Pentagon totals, Iraq"].n < 79  # on which side of the pause the last 13 fell, nobody said
        assert "Syrian Observatory totals" not in iraq
        syria = count_series(dataset, View(countries=("Syria",)), ("2023-10-17", "2024-12-31"))
        assert syria["Syrian Observatory totals"].n == 163
        assert syria["Pentagon totals, Syria"].n < 125

    @pytest.mark.parametrize("country", ["Iraq", "Syria", "Jordan"])
    @pytest.mark.parametrize("end", ["2024-04-10", "2024-06-30"])
    @pytest.mark.slow
    def test_the_pause_has_a_table_for_every_country_and_a_short_window(self, dataset, country, end):
        few = count_series(dataset, View(countries=(country,)), (WINDOW[0], end))
        table = pause_by_definition(
            few, changes_by_definition(few, max_changes=1), "2024-02-04", "2024-04-01", (WINDOW[0], end)
        )
        assert table["definition"].tolist() == list(few)
        unobserved = table[table["probability"].isna()]
        assert not unobserved["is_announced"].any()

    @pytest.mark.slow
    def test_the_first_total_of_all_countries_is_not_replaced_by_one_of_a_country(self, dataset):
        part = dataset.tallies[dataset.tallies["counter"] == "Pentagon"].assign(scope="Iraq")
        both = replace(dataset, tallies=pd.concat([dataset.tallies, part], ignore_index=True))
        assert count_series(both, View(), WINDOW)["Pentagon totals"].scope == "all"
        assert count_series(both, View(countries=("Iraq",)), WINDOW)["Pentagon totals"].scope == "Iraq"

    @pytest.mark.slow
    def test_a_view_of_two_countries_has_no_total_that_counts_just_them(self, dataset):
        found = count_series(dataset, View(countries=("Iraq", "Jordan")), WINDOW).values()
        assert not [each for each in found if each.incidents is None]

    @pytest.mark.slow
    def test_a_definition_that_counts_nothing_is_left_out(self, dataset):
        assert "reported by monitors" not in count_series(dataset, View(sets=("seeds",)), WINDOW)

    @pytest.mark.slow
    def test_the_table_of_the_pause_says_what_each_part_says_alone(self, found):
        few = {label: found[label] for label in ("Pentagon totals", "U.S. officials")}
        table = pause_by_definition(few, changes_by_definition(few), "2024-02-04", "2024-04-20", WINDOW).set_index(
            "definition"
        )
        assert table.loc["Pentagon totals", "last_high"] == day("2024-02-04")
        assert (table.loc["Pentagon totals", "gap_days"], table.loc["Pentagon totals", "ratio"]) == (76, 0)
        assert table.loc["U.S. officials", "attacks_inside"] == 2
        assert table["is_announced"].all()

    @pytest.mark.slow
    def test_by_the_observatorys_totals_the_lower_rate_begins_later(self, found):
        few = {label: found[label] for label in ("Pentagon totals", "Syrian Observatory totals")}
        table = pause_by_definition(few, changes_by_definition(few), "2024-02-04", "2024-04-20", WINDOW)
        assert table.loc[0, "day_high"] < table.loc[1, "day"]

    def test_a_table_without_claims_or_totals_has_its_definitions_only(self, other_conflict):
        from analysis.incidents.dataset import open_folder

        bare = count_series(open_folder(str(other_conflict)), View(), ("1900-01-01", "2100-01-01"))
        assert list(bare) == [WHOLE_TABLE]


def test_options_reach_the_posterior(totals):
    (found,) = changes_by_definition({"t": totals}, max_changes=1, phi=1).values()
    assert len(found.poisson.number) == 2
    assert found.phi == 1
    assert middle_day(totals.rows["start"].min(), totals.rows["end"].max()) == day("2024-01-20")


def test_a_series_shows_its_definition_and_its_number(totals, itemised):
    assert repr(totals) == "CountSeries('totals', n=13, totals of 4 intervals)"
    assert repr(itemised) == "CountSeries('items', n=5, itemised incidents)"
    assert "<script>" not in replace(totals, label="<script>")._repr_html_()
