"""What grouping must keep, whatever the reports: tried on small tables that hypothesis makes."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.evidence.errors import InputError
from analysis.incidents.reconciliation import reconcile
from analysis.incidents.record_linkage import CategoryLevels, LinkageRules

pytestmark = pytest.mark.slow

RULES = LinkageRules(
    categories=(CategoryLevels("weapon", ("weapon", "family"), agree=1.0, differ=-2.0),), figures=("count",)
)
FAMILY = {"rocket": "fire", "mortar": "fire", "drone": "drone"}
LIKELY = LinkageRules(threshold=0.5)  # joins far more, so that a rule that forbids joining has work to do


def table(reports: list[dict]) -> pd.DataFrame:
    """Reports as a frame; days are numbers of a day in 2024, a report is one day long by default."""
    rows = [
        {"report_id": f"r{i:02}", "document": f"doc {i}", "end": report["day"], "place": None,
         "country": "Iraq", "weapon": None, "count": None, "stance": "reports",
         "time_of_day": None, "ordinal": None} | report
        for i, report in enumerate(reports)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    origin = pd.Timestamp("2023-12-31")
    return frame.assign(
        date_start=origin + pd.to_timedelta(frame["day"], unit="D"),
        date_end=origin + pd.to_timedelta(frame["end"], unit="D"),
        family=frame["weapon"].map(FAMILY).astype("str"),
        count=frame["count"].astype("Int64"),
    ).astype({"place": "str", "country": "str", "weapon": "str", "time_of_day": "str", "ordinal": "Int64"})


def partition(grouped: pd.DataFrame) -> set[frozenset]:
    placed = grouped.dropna(subset="group")
    return {frozenset(ids) for ids in placed.groupby("group")["report_id"].agg(list)}


def parts(reports: list[dict], rules=RULES, decisions=None) -> set[frozenset]:
    return partition(reconcile(table(reports), rules, decisions))


report = st.fixed_dictionaries(
    {
        "document": st.sampled_from("ABCDEF"),
        "day": st.integers(1, 9),
        "width": st.sampled_from([0, 0, 0, 1, 3, 7, 8, 60]),
        "place": st.sampled_from(["a", "a", "b", None]),
        "country": st.sampled_from(["Iraq", "Iraq", "Syria", None]),
        "weapon": st.sampled_from(["rocket", "mortar", "drone", None]),
        "count": st.sampled_from([None, None, 2, 3]),
        "time_of_day": st.sampled_from([None, None, "night", "16:03"]),
        "ordinal": st.sampled_from([None, None, 1, 2]),
        "stance": st.sampled_from(["reports", "reports", "reports", "denies"]),
    }
).map(lambda row: row | {"end": row["day"] + row["width"]})  # type: ignore[operator]
tables = st.lists(report, min_size=1, max_size=12)
rules = st.sampled_from([RULES, LinkageRules(), LIKELY])


@st.composite
def decided(draw):
    """Reports, and decisions on some of them."""
    reports = draw(tables)
    ids = draw(st.lists(st.sampled_from(["X", "Y", "Z", None]), min_size=len(reports), max_size=len(reports)))
    return reports, pd.Series({f"r{i:02}": name for i, name in enumerate(ids) if name}, dtype="str")


@given(decided(), rules)
def test_every_report_is_in_one_group_or_has_a_reason(case, rules):
    reports, decisions = case
    grouped = reconcile(table(reports), rules, decisions)
    assert list(grouped["report_id"]) == [f"r{i:02}" for i in range(len(reports))]
    assert (grouped["group"].isna() == grouped["reason"].notna()).all()
    assert grouped["reason"].dropna().str.len().gt(0).all()


@given(decided(), rules)
def test_a_group_is_named_after_its_smallest_report(case, rules):
    grouped = reconcile(table(case[0]), rules, case[1]).dropna(subset="group")
    smallest = grouped.groupby("group")["report_id"].min()
    assert (smallest == smallest.index).all()


@given(decided(), rules, st.randoms())
def test_the_order_of_the_rows_does_not_matter(case, rules, rng):
    reports, decisions = table(case[0]), case[1]
    rows = rng.sample(range(len(reports)), len(reports))
    shuffled = reports.iloc[rows].reset_index(drop=True)
    again = reconcile(shuffled, rules, decisions.iloc[::-1])
    pd.testing.assert_frame_equal(again, reconcile(reports, rules, decisions))


@given(decided(), rules)
def test_reports_decided_together_are_together_and_those_decided_apart_are_apart(case, rules):
    reports, decisions = case
    grouped = reconcile(table(reports), rules, decisions).set_index("report_id")
    reported = {name for name, i in decisions.items() if reports[int(name[1:])]["stance"] == "reports"}
    assert grouped.loc[list(reported), "group"].notna().all()
    placed = grouped["group"].dropna()
    both = decisions[decisions.index.isin(placed.index)]
    names = pd.DataFrame({"decided": both, "group": placed.loc[both.index]}).drop_duplicates()
    assert names["decided"].is_unique
    assert names["group"].is_unique


@given(decided(), rules)
def test_two_reports_of_one_document_are_together_only_if_decided(case, rules):
    reports, decisions = case
    for group in partition(reconcile(table(reports), rules, decisions)):
        by_document: dict[str, list] = {}
        for name in group:
            by_document.setdefault(reports[int(name[1:])]["document"], []).append(name)
        for names in by_document.values():
            assert len(names) == 1 or len({decisions.get(name, name) for name in names}) == 1


@given(decided(), rules)
def test_every_incident_has_a_report_that_does_not_deny(case, rules):
    reports, decisions = case
    for group in partition(reconcile(table(reports), rules, decisions)):
        assert any(reports[int(name[1:])]["stance"] == "reports" for name in group)


@settings(max_examples=150)
@given(decided(), rules)
def test_denials_of_other_documents_change_nothing_about_which_reports_belong_together(case, rules):
    reports, decisions = case
    frame = table(reports)  # a denial tells the other attacks of its own document apart, as any report
    denials = frame["stance"] == "denies"
    frame.loc[denials, "document"] = "denial " + frame.loc[denials, "report_id"]
    asserting = frame[frame["stance"] == "reports"]
    names = set(asserting["report_id"])
    if not names:
        return
    alone = reconcile(asserting, rules, decisions[decisions.index.isin(names)])
    everyone = partition(reconcile(frame, rules, decisions))
    assert {group & names for group in everyone} == partition(alone)


@given(decided())
def test_a_range_too_wide_is_unplaced_with_a_reason_unless_decided(case):
    reports, decisions = case
    grouped = reconcile(table(reports), RULES, decisions).set_index("report_id")
    for i, row in enumerate(reports):
        name = f"r{i:02}"
        wide = row["width"] > RULES.longest_range_days and name not in decisions.index
        nowhere = row["place"] is row["country"] is None and name not in decisions.index
        if wide and not nowhere:
            assert grouped.at[name, "reason"] == ("its days span more than 7 days: it names no single attack")
        if nowhere:
            assert grouped.at[name, "reason"] == "names neither a place nor a country"
        if not wide and not nowhere and row["stance"] == "reports":
            assert pd.notna(grouped.at[name, "group"])


@given(decided(), rules)
def test_a_report_far_away_changes_no_other_group(case, rules):
    reports, decisions = case
    far = [{"day": 200, "place": "a"}, {"day": 5, "place": "elsewhere", "country": "Jordan"}]
    width = [row | {"end": row["end"]} for row in reports]
    after = parts([*width, *far], rules, decisions)
    n = len(reports)
    assert after == parts(reports, rules, decisions) | {
        frozenset({f"r{n:02}"}),
        frozenset({f"r{n + 1:02}"}),
    }


# Worlds in which the truth is known: attacks on one place are at least five days apart, every
# report of an attack names its place and day rightly, and says of weapon and number the truth or
# nothing.
attack = st.fixed_dictionaries(
    {
        "place": st.sampled_from(["a", "b"]),
        "weapon": st.sampled_from(["rocket", "mortar", "drone"]),
        "count": st.integers(1, 4),
        "said": st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=4),
    }
)


@st.composite
def known_worlds(draw):
    """(reports, the attack each report is of); every report in a document of its own."""
    reports, truth = [], []
    for number, event in enumerate(draw(st.lists(attack, min_size=1, max_size=5))):
        for weapon, count in event["said"]:
            reports.append(
                {
                    "day": 1 + 5 * number,
                    "place": event["place"],
                    "weapon": event["weapon"] if weapon else None,
                    "count": event["count"] if count else None,
                }
            )
            truth.append(number)
    return reports, truth


@given(known_worlds())
def test_reports_of_one_attack_are_grouped_and_of_two_are_not(world):
    reports, truth = world
    names = pd.Series([f"r{i:02}" for i in range(len(truth))])
    assert parts(reports) == {frozenset(ids) for _, ids in names.groupby(truth)}


@given(known_worlds(), st.data())
def test_copies_of_a_report_in_other_documents_change_no_count(world, data):
    reports, truth = world
    copied = data.draw(st.lists(st.sampled_from(range(len(reports))), min_size=1, max_size=6))
    with_copies = [*reports, *(reports[i] for i in copied)]
    names = pd.Series([f"r{i:02}" for i in range(len(with_copies))])
    expected = {frozenset(ids) for _, ids in names.groupby([*truth, *(truth[i] for i in copied)])}
    assert parts(with_copies) == expected


@pytest.mark.parametrize("apart", [0, 1])
def test_two_attacks_that_one_document_tells_apart_stay_two_with_their_copies(apart):
    first, second = {"day": 5, "place": "a", "weapon": "rocket"}, {"day": 5 + apart, "place": "a"}
    second |= {"weapon": "drone"}
    reports = [row | {"document": name} for name in "ABC" for row in (first, second)]
    assert parts(reports) == {frozenset({"r00", "r02", "r04"}), frozenset({"r01", "r03", "r05"})}


def test_a_night_that_carries_two_dates_is_one_attack_if_the_rest_agrees():
    night = [{"day": day, "place": "a", "weapon": "drone", "count": 2} for day in (5, 6)]
    assert parts(night) == {frozenset({"r00", "r01"})}


def test_another_weapon_on_the_next_day_is_another_attack():
    two = [{"day": 5, "place": "a", "weapon": "drone"}, {"day": 6, "place": "a", "weapon": "rocket"}]
    assert len(parts(two)) == 2


def test_a_tie_does_not_join():
    two = [{"day": 5, "place": "a"}, {"day": 5, "place": "a"}]
    assert len(parts(two, LinkageRules(threshold=5.0, small_cluster_bonus=0.0))) == 2
    assert len(parts(two, LinkageRules(threshold=4.99, small_cluster_bonus=0.0))) == 1


def test_a_report_without_a_weapon_does_not_bridge_two_attacks():
    day = {"day": 5, "place": "a"}
    rules = LinkageRules(categories=(CategoryLevels("weapon", ("weapon", "family"), agree=1.0, differ=-4.0),))
    groups = parts([day | {"weapon": "rocket"}, day, day | {"weapon": "drone"}], rules)
    assert not any({"r00", "r02"} <= group for group in groups)


def test_attacks_of_one_day_that_sources_count_stay_apart():
    wave = [{"day": 5, "place": "a", "weapon": "drone", "ordinal": number} for number in (1, 2, 3, 1, 2, 3)]
    assert parts(wave) == {frozenset({f"r{i:02}", f"r{i + 3:02}"}) for i in range(3)}


def test_attacks_of_one_day_at_other_hours_stay_apart():
    rules = LinkageRules(times_differ=-4.0)
    hours = [{"day": 5, "place": "a", "time_of_day": time} for time in ("09:45", "23:06", "morning")]
    assert parts(hours, rules) == {frozenset({"r00", "r02"}), frozenset({"r01"})}


def test_what_one_document_tells_apart_holds_others_apart_who_differ_in_the_weapon():
    told = [{"day": 5, "place": "a", "document": "A", "weapon": weapon} for weapon in ("drone", "rocket")]
    rules = LinkageRules(cannot_link=-2.0, threshold=1.5, categories=RULES.categories)
    others = [{"day": 5, "place": "a", "weapon": weapon} for weapon in ("drone", "rocket")]
    assert len(parts(others, rules)) == 1
    assert len(parts([*told, *others], rules)) == 2


def test_ranges_that_only_touch_are_further_apart_than_two_days_in_a_row():
    days = {"place": "a", "weapon": "drone", "count": 2}
    assert len(parts([{"day": 5} | days, {"day": 6, "end": 7} | days])) == 2


def test_a_report_that_names_only_the_country_joins_the_attack_of_that_day():
    vague = {"day": 5, "country": "Iraq"}
    one, other = {"day": 5, "place": "a"}, {"day": 5, "place": "b", "country": "Syria"}
    assert parts([one, other, vague]) == {frozenset({"r00", "r02"}), frozenset({"r01"})}


def test_an_old_story_run_again_months_later_is_not_joined_to_the_new_day():
    rerun = [{"day": day, "place": "a", "weapon": "drone", "count": 2} for day in (5, 95)]
    assert len(parts(rerun)) == 2


def test_a_denial_joins_what_it_denies():
    denial = {"day": 5, "place": "a", "stance": "denies"}
    assert parts([{"day": 5, "place": "a"}, denial]) == {frozenset({"r00", "r01"})}


def test_a_denial_of_what_nobody_reports_is_unplaced_even_if_decided():
    denial = [{"day": 5, "place": "a", "stance": "denies"}]
    for decisions in (None, pd.Series({"r00": "X"})):
        grouped = reconcile(table(denial), RULES, decisions)
        assert list(grouped["reason"]) == ["denies an attack that no other claim reports"]


def test_a_denial_of_several_days_does_not_bring_two_attacks_together():
    said = {"place": "a", "weapon": "drone", "count": 2}
    two = [{"day": 5} | said, {"day": 7} | said]
    denial = {"day": 5, "end": 7, "stance": "denies"} | said
    groups = parts([*two, denial])
    assert len(groups) == 2
    assert not any({"r00", "r01"} <= group for group in groups)


def test_a_denial_decided_into_a_group_does_not_keep_other_reports_out():
    said = {"day": 5, "place": "a"}
    reports = [said, said | {"stance": "denies"}, said]
    decisions = pd.Series({"r00": "X", "r01": "X"})
    assert parts(reports, decisions=decisions) == {frozenset({"r00", "r01", "r02"})}


def test_a_decision_puts_together_what_the_rules_would_keep_apart():
    far = [{"day": 5, "place": "a", "document": "A"}, {"day": 90, "end": 300, "place": "b", "document": "A"}]
    together = pd.Series({"r00": "X", "r01": "X"})
    assert parts(far, decisions=together) == {frozenset({"r00", "r01"})}


def test_a_decision_keeps_apart_what_the_rules_would_put_together():
    same = [{"day": 5, "place": "a", "weapon": "drone"}] * 2
    assert len(parts(same)) == 1
    assert len(parts(same, decisions=pd.Series({"r00": "X", "r01": "Y"}))) == 2


def test_a_report_that_is_not_decided_may_join_a_decided_one():
    same = [{"day": 5, "place": "a", "weapon": "drone"}] * 2
    assert parts(same, decisions=pd.Series({"r01": "X"})) == {frozenset({"r00", "r01"})}


def test_a_decision_on_a_report_that_is_gone_is_named():
    with pytest.raises(InputError, match="decisions name reports that do not exist: r77, r99"):
        parts([{"day": 5}], decisions=pd.Series({"r99": "X", "r77": "X", "r00": "X"}))


def test_one_report_under_two_decisions_is_named():
    with pytest.raises(InputError, match="decisions name these more than once: r00"):
        parts([{"day": 5}], decisions=pd.Series(["X", "Y"], index=["r00", "r00"]))


def test_no_reports_make_no_groups():
    grouped = reconcile(table([{"day": 5}]).iloc[:0], RULES)
    assert list(grouped.columns) == ["report_id", "group", "reason"]
    assert grouped.empty


def test_the_rules_may_speak_of_quite_another_world():
    """Nothing of this campaign is built in: categories and figures are whatever the rules name."""
    rows = [("p1", "press", "riot", "unrest", 40), ("p2", "police", "brawl", "unrest", 40),
            ("p3", "radio", "flood", "nature", 2)]  # fmt: skip
    strange = pd.DataFrame(rows, columns=["report_id", "document", "kind", "class", "crowd"])
    strange = strange.assign(date_start=pd.Timestamp("1931-05-01"), date_end=pd.Timestamp("1931-05-01"),
                             place=None, country="Utopia")  # fmt: skip
    category = CategoryLevels("kind", ("kind", "class"), agree=1.0, differ=-4.0)
    grouped = reconcile(strange, LinkageRules(categories=(category,), figures=("crowd",)))
    assert partition(grouped) == {frozenset({"p1", "p2"}), frozenset({"p3"})}
