"""Grouping in worlds whose truth is known: how good it is over many seeds, and what always holds."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.incidents.evaluation import MEASURES, cluster_scores, pair_contributions
from analysis.incidents.reconciliation import reconcile
from analysis.incidents.record_linkage import EARTH_KM, CategoryLevels, LinkageRules, candidate_pairs
from tests.incidents.planted import RULES, USUAL, Shares, datasets, kind_of, world

pytestmark = pytest.mark.slow

SEEDS = range(20)
SOUND = Shares(rerun=0, summary=0, denial=0)


@cache
def grouped(seed: int, shares: Shares = USUAL) -> pd.DataFrame:
    """The grouping of a world with its truth and the kind of each report, by report_id."""
    reports, truth = world(seed, shares=shares)
    found = reconcile(reports, RULES).set_index("report_id")
    return found.assign(truth=truth, kind=kind_of(reports))


def judged(found: pd.DataFrame) -> pd.Series:
    """The measures. An unplaced report is a group of its own; a rerun or summary that is unplaced is
    as it should be and not judged; a summary in a group is wrong there."""
    right = found["group"].isna() & found["kind"].isin(["rerun", "summary"])
    own = pd.Series(found.index, index=found.index)
    group, truth = found["group"].fillna(own), found["truth"].fillna(own)
    return pd.Series(cluster_scores(pair_contributions(group[~right], truth[~right]).sum()), index=MEASURES)


def over_seeds(shares: Shares = USUAL) -> pd.DataFrame:
    return pd.DataFrame([judged(grouped(seed, shares)) for seed in SEEDS])


def test_over_many_worlds_the_grouping_is_good_and_the_count_nearly_right(record_property):
    measures = over_seeds()
    for name in ("F1", "B3 F1", "count bias"):
        record_property(name, measures[name].round(3).tolist())
    assert measures["F1"].mean() >= 0.9
    assert measures["F1"].min() >= 0.85
    assert abs(measures["count bias"].mean()) <= 0.05
    assert measures["count bias"].abs().max() <= 0.15


@pytest.mark.parametrize(
    "shares",
    [
        Shares(off_by_a_day=0.14),
        Shares(two_days=0.4),
        Shares(no_place=0.1),
        Shares(wrong_country=0.02),
        Shares(rerun=0.04),
        Shares(no_weapon=0.3, no_count=0.7),
        Shares(wrong_count=0.3, wrong_injured=0.3),
        Shares(twin=0.1),
        Shares(wave=0.1),
    ],
    ids=["days", "ranges", "places", "countries", "reruns", "silence", "figures", "twins", "waves"],
)
def test_a_fault_twice_as_common_costs_little(shares):
    measures = over_seeds(shares)
    assert measures["F1"].mean() >= 0.87
    assert abs(measures["count bias"].mean()) <= 0.1


def all_seeds() -> pd.DataFrame:
    return pd.concat([grouped(seed) for seed in SEEDS], keys=SEEDS)


def test_summaries_are_in_no_group():
    found = all_seeds()
    summaries = found[found["kind"] == "summary"]
    assert len(summaries) > 50
    assert summaries["group"].isna().all()
    assert summaries["reason"].str.contains("it names no single").all()


def test_most_stories_told_again_months_later_make_no_event_and_few_others_are_taken_for_one():
    found = all_seeds()
    again = found["reason"].fillna("").astype(str).str.startswith("tells again")
    rerun = found["kind"] == "rerun"
    assert (again & rerun).sum() / rerun.sum() > 0.7
    assert (again & ~rerun).sum() / again.sum() < 0.05


def test_a_rerun_names_the_report_that_it_repeats():
    for seed in SEEDS:
        found = grouped(seed)
        again = found[(found["kind"] == "rerun") & found["reason"].astype(str).str.startswith("tells again")]
        older = again["reason"].str.extract(r"what an older report told: (r\d+)$")[0]
        same = found["truth"].reindex(older).to_numpy() == again["truth"].to_numpy()
        assert np.mean(same) > 0.8 if len(same) else True


def test_where_nothing_is_told_again_hardly_anything_is_taken_for_it():
    found = pd.concat([grouped(seed, SOUND) for seed in SEEDS])
    assert found["reason"].astype(str).str.startswith("tells again").mean() < 0.002


def test_almost_every_denial_joins_the_event_it_denies():
    found = all_seeds().reset_index(level=0, names="seed").reset_index()
    reports = found[found["kind"] == "report"]
    told = reports.groupby(["seed", "group"])["truth"].agg(set)
    denials = found[(found["kind"] == "denial") & found["group"].notna()]
    right = [d.truth in told.get((d.seed, d.group), set()) for d in denials.itertuples()]
    assert np.mean(right) > 0.9


def test_events_of_one_day_and_place_that_documents_tell_apart_stay_apart():
    told_alike = dict.fromkeys((f for f in Shares.__dataclass_fields__ if f != "cut"), 0.0)
    exact = Shares(**(told_alike | {"twin": 0.3, "cut": 0.0}))
    reports, truth = world(3, incidents=60, days=4000, shares=exact)
    found = reconcile(reports, RULES).set_index("report_id").assign(truth=truth)
    documents = reports.set_index("report_id")["document"]
    twice = found.assign(document=documents).groupby(["document", "group"], dropna=False).size()
    assert documents.duplicated().any()
    assert (twice == 1).all()


# Whatever the world is like.

shares = st.builds(
    Shares,
    **{name: st.sampled_from([0.0, default, 0.3]) for name, default in vars(USUAL).items()},
)
worlds = st.builds(
    world, st.integers(0, 10**6), incidents=st.integers(1, 25),
    reports_per_incident=st.sampled_from([1.5, 4.0]),
    days=st.sampled_from([5, 60, 400]), places=st.integers(1, 6), shares=shares,
)  # fmt: skip


def partition(found: pd.DataFrame) -> set[frozenset]:
    return {frozenset(ids) for ids in found.dropna(subset="group").groupby("group")["report_id"].agg(list)}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(worlds)
def test_every_report_is_in_one_group_or_has_a_reason(case):
    reports, _ = case
    found = reconcile(reports, RULES)
    assert sorted(found["report_id"]) == sorted(reports["report_id"])
    assert (found["group"].isna() == found["reason"].notna()).all()
    many = set(reports.loc[reports["events"] > 1, "report_id"])
    assert found.loc[found["report_id"].isin(many), "group"].isna().all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(worlds, st.randoms(use_true_random=False))
def test_shuffling_changes_nothing(case, rng):
    reports, _ = case
    rows = rng.sample(range(len(reports)), len(reports))
    again = reconcile(reports.iloc[rows].reset_index(drop=True), RULES)
    pd.testing.assert_frame_equal(again, reconcile(reports, RULES))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(worlds, st.data())
def test_a_copy_of_the_same_origin_changes_no_count(case, data):
    reports, _ = case
    row = reports.iloc[[data.draw(st.integers(0, len(reports) - 1))]]
    copied = pd.concat([reports, row.assign(report_id="z", document="one more")], ignore_index=True)
    before, after = reconcile(reports, RULES), reconcile(copied, RULES)
    new = after[after["report_id"] == "z"]
    assert partition(after[after["report_id"] != "z"]) == partition(before)
    assert after["group"].nunique() == before["group"].nunique()
    old = before[before["report_id"] == row["report_id"].iloc[0]]
    assert new["group"].isna().item() == old["group"].isna().item()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(worlds, st.data())
def test_decisions_are_always_obeyed(case, data):
    reports, _ = case
    every = st.sampled_from(sorted(reports["report_id"]))
    ids = data.draw(st.lists(every, min_size=1, max_size=8, unique=True))
    names = data.draw(st.lists(st.sampled_from("XYZ"), min_size=len(ids), max_size=len(ids)))
    decisions = pd.Series(names, index=ids)
    found = reconcile(reports, RULES, decisions).set_index("report_id")["group"]
    asserting = reports.set_index("report_id")["stance"].reindex(ids) == "reports"
    assert found.reindex(ids)[asserting].notna().all()
    placed = found.reindex(ids).dropna()
    both = pd.DataFrame({"decided": decisions.reindex(placed.index), "group": placed}).drop_duplicates()
    assert both["decided"].is_unique
    assert both["group"].is_unique


# Another country: three datasets of events with days, points and categories, and nothing else.

EVENTS = LinkageRules(
    tolerance_days=2, near_km=25.0, threshold=1.5,
    categories=(CategoryLevels("kind", ("kind", "class", "realm"), agree=1.0, differ=-2.0),
             CategoryLevels("actor", ("actor", "side"), agree=0.5, differ=-1.0)),
)  # fmt: skip


def dataset_scores(seed: int, rules: LinkageRules) -> pd.Series:
    events, truth = datasets(seed)
    found = reconcile(events, rules).set_index("report_id")["group"]
    assert found.notna().all()
    return pd.Series(cluster_scores(pair_contributions(found, truth.reindex(found.index)).sum()), index=MEASURES)


@pytest.mark.parametrize("threshold", [1.5, LinkageRules().threshold])
def test_three_event_datasets_of_another_country_become_one(threshold):
    rules = LinkageRules(**(vars(EVENTS) | {"threshold": threshold}))
    measures = pd.DataFrame([dataset_scores(seed, rules) for seed in range(5)])
    assert measures["F1"].min() >= 0.9
    assert measures["count bias"].abs().mean() <= (0.05 if threshold == 1.5 else 0.12)


def test_two_events_of_one_dataset_stay_two():
    events, _ = datasets(1)
    found = reconcile(events, EVENTS).set_index("report_id")["group"]
    document = events.set_index("report_id")["document"]
    assert pd.DataFrame({"group": found, "document": document}).duplicated().sum() == 0


@pytest.mark.parametrize("near_km", [1.0, 25.0, 300.0])
def test_no_pair_near_in_time_and_space_is_missed_or_given_twice(near_km):
    events = datasets(2, events=120, days=40)[0]
    events["date_end"] += pd.to_timedelta(np.arange(len(events)) % 4, unit="D")
    north, east = np.radians(events["latitude"]), np.radians(events["longitude"])
    vectors = np.column_stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    chord = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    start, end = (events[name].to_numpy("datetime64[D]").astype(int) for name in ("date_start", "date_end"))
    apart = np.maximum(start[:, None] - end[None], start[None] - end[:, None])
    near = (2 * EARTH_KM * np.arcsin(chord / 2) <= near_km) & (apart <= 2)
    expected = np.argwhere(np.triu(near, 1))
    found = candidate_pairs(events, LinkageRules(tolerance_days=2, near_km=near_km))
    assert found.tolist() == expected.tolist()
