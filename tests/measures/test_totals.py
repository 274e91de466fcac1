"""From contradictory statements to one running total: each rule with the statements that need it."""

import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.measures.total_intervals import total_intervals
from analysis.measures.totals import list_counters, running_total, tallies_of_sets, usable_totals


def tallies(*rows) -> pd.DataFrame:
    """Statements as (as_of, total) with what differs from an exact Pentagon total from the start."""
    usual = {"counter": "Pentagon", "scope": "all", "since": "2023-10-17", "bound": "exact",
             "iraq": None, "syria": None, "jordan": None}  # fmt: skip
    made = [
        usual | {"tally_id": f"t{number}", "as_of": as_of, "total": total} | (more[0] if more else {})
        for number, (as_of, total, *more) in enumerate(rows, 1)
    ]
    frame = pd.DataFrame(made)
    for name in ("since", "as_of"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.astype({name: "Int64" for name in ("total", "iraq", "syria", "jordan")})


def said(frame: pd.DataFrame) -> dict[str, int]:
    return dict(zip(frame["as_of"].dt.strftime("%m-%d"), frame["total"].astype(int), strict=True))


def none_since(since: str) -> dict:
    return {"since": since}


def test_statements_are_ordered_by_the_day_they_count_to():
    found = running_total(tallies(("2023-11-30", 74), ("2023-10-24", 13), ("2023-11-05", 32)), "Pentagon")
    assert said(found) == {"10-24": 13, "11-05": 32, "11-30": 74}


@pytest.mark.parametrize(
    ("bounds", "chosen"),
    [
        ({"about": 30, "exact": 20, "at_least": 40}, 20),
        ({"about": 30, "at_least": 20}, 20),
        ({"about": 30, "more_than": 90}, 30),
    ],
)
def test_of_one_day_the_best_bound_is_used_whatever_the_number(bounds, chosen):
    rows = [("2023-11-01", total, {"bound": bound}) for bound, total in bounds.items()]
    found = running_total(tallies(*rows), "Pentagon")
    assert said(found) == {"11-01": chosen}


def test_of_several_such_totals_the_highest_is_used_and_the_spread_shown():
    rows = [("2023-11-09", 42), ("2023-11-09", 46), ("2023-11-09", 44), ("2023-11-09", 99, {"bound": "about"})]
    row = running_total(tallies(*rows), "Pentagon").iloc[0]
    assert (row["total"], row["total_low"], row["total_high"], row["n_statements"]) == (46, 42, 99, 4)
    assert row["tally_ids"] == "t1|t2|t3|t4"


def test_of_equal_totals_the_one_that_names_countries_is_used():
    found = running_total(tallies(("2023-11-06", 38), ("2023-11-06", 38, {"iraq": 20, "syria": 18})), "Pentagon")
    assert (found.loc[0, "iraq"], found.loc[0, "syria"]) == (20, 18)


def test_more_than_is_never_used():
    rows = [("2024-01-29", 165), ("2024-01-31", 150, {"bound": "more_than"})]
    assert said(running_total(tallies(*rows), "Pentagon")) == {"01-29": 165}


def test_a_counter_that_only_ever_said_more_than_has_no_series():
    rows = [("2024-01-29", 60, {"bound": "more_than", "counter": "CRS"}), ("2024-01-29", 165)]
    with pytest.raises(InputError, match="'CRS'.*only 'more than'"):
        running_total(tallies(*rows), "CRS")


def test_other_counters_and_other_scopes_are_never_mixed_in():
    rows = [
        ("2023-11-01", 30),
        ("2023-11-02", 99, {"counter": "SOHR"}),
        ("2023-11-03", 12, {"scope": "Iraq"}),
        ("2023-11-04", 35),
    ]
    assert said(running_total(tallies(*rows), "Pentagon")) == {"11-01": 30, "11-04": 35}
    assert said(running_total(tallies(*rows), "Pentagon", "Iraq")) == {"11-03": 12}


@pytest.mark.parametrize(("counter", "scope"), [("Pentagn", "all"), ("Pentagon", "Syria")])
def test_an_unknown_counter_or_scope_is_answered_with_those_there_are(counter, scope):
    rows = [("2023-11-01", 30), ("2023-11-02", 14, {"counter": "SOHR", "scope": "Syria"})]
    with pytest.raises(InputError, match=r"there are: Pentagon \(all\), SOHR \(Syria\)"):
        running_total(tallies(*rows), counter, scope)


def test_none_since_holds_the_total_from_the_eve_to_the_day_it_was_said():
    found = running_total(tallies(("2023-11-23", 73), ("2023-11-28", 0, none_since("2023-11-24"))), "Pentagon")
    assert said(found) == {"11-23": 73, "11-28": 73}
    counted = total_intervals(found)
    assert counted["count"].tolist() == [73, 0]
    assert counted["days"].tolist() == [38, 5]


def test_none_since_needs_no_total_on_its_eve():
    rows = [("2024-01-29", 165), ("2024-02-13", 170), ("2024-04-20", 0, none_since("2024-02-05"))]
    found = running_total(tallies(*rows), "Pentagon")
    assert said(usable_totals(found)) == {"01-29": 165, "02-04": 170, "02-13": 170, "04-20": 170}
    assert found.loc[found["as_of"] == "2024-02-04", "note"].tolist() == ["from 'none since'"]


def test_none_since_contradicts_another_total_inside_its_days():
    rows = [
        ("2024-01-30", 165), ("2024-02-06", 169), ("2024-02-13", 170), ("2024-04-20", 0, none_since("2024-02-05")),
    ]  # fmt: skip
    found = running_total(tallies(*rows), "Pentagon")
    contradicted = found[found["note"].str.startswith("contradicted")]
    assert said(contradicted) == {"02-06": 169}  # the reader sees it
    assert "02-06" not in said(usable_totals(found))  # the counts pass over it
    counted = total_intervals(found)
    assert counted["end"].dt.strftime("%m-%d").tolist() == ["01-30", "02-04", "02-13", "04-20"]
    assert counted["count"].tolist() == [165, 5, 0, 0]


def test_none_since_is_not_used_where_some_are_stated_since_the_same_day():
    rows = [
        ("2024-02-04", 170), ("2024-04-23", 2, {"since": "2024-02-05"}), ("2024-04-25", 0, none_since("2024-02-05")),
    ]  # fmt: skip
    found = running_total(tallies(*rows), "Pentagon")
    assert said(found) == {"02-04": 170, "04-23": 172}


def test_n_since_a_later_day_adds_to_the_total_at_its_start():
    rows = [("2024-02-03", 170), ("2024-04-23", 2, {"since": "2024-02-05"}), ("2024-11-21", 206)]
    found = running_total(tallies(*rows), "Pentagon")
    assert said(found) == {"02-03": 170, "04-23": 172, "11-21": 206}
    assert found.loc[1, "note"] == "2 since 2024-02-05"


def test_n_since_a_later_day_with_no_total_before_it_says_nothing_about_the_total():
    rows = [("2024-11-21", 206), ("2023-12-01", 2, {"since": "2023-11-20"})]
    assert said(running_total(tallies(*rows), "Pentagon")) == {"11-21": 206}


def test_a_day_of_difference_in_since_begins_the_same_count():
    rows = [("2023-10-24", 13), ("2023-11-05", 32, {"since": "2023-10-18"})]
    assert said(running_total(tallies(*rows), "Pentagon")) == {"10-24": 13, "11-05": 32}


def test_a_total_that_falls_stays_visible_and_its_count_is_missing_never_negative():
    found = running_total(tallies(("2023-11-01", 30), ("2023-11-05", 28), ("2023-11-09", 41)), "Pentagon")
    assert said(found) == {"11-01": 30, "11-05": 28, "11-09": 41}
    assert found["note"].tolist() == ["", "falls", ""]
    counted = total_intervals(found)
    assert counted["count"].isna().tolist() == [False, True, False]
    assert counted["rate_per_day"].isna().tolist() == [False, True, False]
    assert counted["rate_per_day_high"].isna().tolist() == [False, True, False]
    assert (counted["count"].dropna() >= 0).all()


def test_statements_without_a_total_are_about_casualties_and_left_out():
    rows = [("2023-11-01", 30), ("2023-11-05", None, {"bound": None})]
    assert said(running_total(tallies(*rows), "Pentagon")) == {"11-01": 30}


def test_counts_begin_on_the_first_day_counted_and_their_rates_are_per_day():
    counted = total_intervals(running_total(tallies(("2023-10-24", 13), ("2023-10-26", 17)), "Pentagon"))
    assert counted["start"].dt.strftime("%Y-%m-%d").tolist() == ["2023-10-17", "2023-10-25"]
    assert counted["days"].tolist() == [8, 2]
    assert counted["rate_per_day"].tolist() == [1.625, 2.0]
    assert counted["rate_per_day_low"].iloc[0] == pytest.approx(0.865, abs=5e-4)


def test_totals_after_the_last_day_asked_for_are_left_out():
    found = running_total(tallies(("2023-10-24", 13), ("2023-10-26", 17), ("2023-10-27", 20)), "Pentagon")
    assert total_intervals(found, until="2023-10-26")["total"].tolist() == [13, 17]


def test_a_single_statement_is_a_single_interval():
    counted = total_intervals(running_total(tallies(("2023-10-24", 13)), "Pentagon"))
    assert counted["count"].tolist() == [13]


def test_the_statements_of_named_sets_only():
    frame = tallies(("2023-11-01", 30), ("2023-11-02", 31)).assign(set=["seeds", "public_record"])
    assert tallies_of_sets(frame, ["seeds"])["total"].tolist() == [30]
    assert len(tallies_of_sets(frame, [])) == 2
    assert len(tallies_of_sets(frame.drop(columns="set"), ["seeds"])) == 2  # a table someone brings has no sets


def test_a_counter_is_listed_when_it_states_enough_days_of_the_window():
    often = [(f"2023-11-0{day}", 10 + day) for day in range(1, 5)]
    seldom = [("2023-11-01", 5, {"counter": "SOHR"}), ("2023-11-02", 6, {"counter": "SOHR"})]
    vague = [(f"2023-11-0{day}", 9, {"counter": "CRS", "bound": "more_than"}) for day in range(1, 5)]
    frame = tallies(*often, *seldom, *vague)
    window = (pd.Timestamp("2023-11-01"), pd.Timestamp("2023-11-30"))
    assert list_counters(frame, window) == [("Pentagon", "all")]
    assert list_counters(frame, window, min_days=2) == [("Pentagon", "all"), ("SOHR", "all")]
    assert list_counters(frame, (window[0], pd.Timestamp("2023-11-02"))) == []


@pytest.mark.parametrize(
    ("counter", "scope", "first", "last", "total"),
    [
        ("Pentagon", "all", "2023-10-17", "2024-11-21", 206),
        ("SOHR", "Syria", "2023-10-19", "2024-12-26", 163),
    ],
)
class TestTheRealRecord:
    def test_the_last_total_is_the_one_known(self, dataset, counter, scope, first, last, total):
        row = running_total(dataset.tallies, counter, scope).iloc[-1]
        assert (row["as_of"], row["total"]) == (pd.Timestamp(last), total)

    def test_counts_add_up_to_the_last_total(self, dataset, counter, scope, first, last, total):
        counted = total_intervals(running_total(dataset.tallies, counter, scope))
        assert counted["count"].notna().all()
        assert counted["count"].sum() == total

    def test_intervals_are_contiguous_and_disjoint(self, dataset, counter, scope, first, last, total):
        counted = total_intervals(running_total(dataset.tallies, counter, scope))
        assert counted["start"].iloc[0] == pd.Timestamp(first)
        assert counted["end"].iloc[-1] == pd.Timestamp(last)
        assert (counted["start"].shift(-1) - counted["end"]).dropna().eq(pd.Timedelta(days=1)).all()
        assert (counted["days"] >= 1).all()

    def test_every_total_leads_back_to_its_statements(self, dataset, counter, scope, first, last, total):
        found = running_total(dataset.tallies, counter, scope)
        known = dataset.tallies.set_index("tally_id")
        for ids in found["tally_ids"].str.split("|"):
            assert set(known.loc[ids, "counter"]) == {counter}
            assert set(known.loc[ids, "scope"]) == {scope}


def test_the_observatorys_totals_are_those_it_published(dataset):
    known = {"2023-10-30": 14, "2024-02-05": 108, "2024-02-13": 116, "2024-02-24": 120, "2024-04-07": 124,
             "2024-04-21": 126, "2024-08-10": 135, "2024-09-28": 135, "2024-10-08": 143}  # fmt: skip
    found = running_total(dataset.tallies, "SOHR", "Syria").set_index("as_of")["total"]
    assert {day: found[pd.Timestamp(day)] for day in known} == known


def test_the_pentagon_counts_none_from_the_fifth_of_february_to_the_twentieth_of_april(dataset):
    counted = total_intervals(running_total(dataset.tallies, "Pentagon"))
    held = counted[(counted["start"] >= "2024-02-05") & (counted["end"] <= "2024-04-20")]
    assert (held["count"].sum(), held["days"].sum()) == (0, 76)


def test_every_counter_of_the_record_is_answered(dataset):
    for counter, scope in dataset.tallies[["counter", "scope"]].drop_duplicates().itertuples(index=False):
        try:
            counted = total_intervals(running_total(dataset.tallies, counter, scope))
        except InputError as error:
            assert counter in str(error)
        else:
            assert len(counted) >= 1
