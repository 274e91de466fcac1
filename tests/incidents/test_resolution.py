import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.schema import CONFIRMATION, DATE_BASIS, INCIDENTS, RELIABILITY, WEAPONS
from analysis.incidents.resolution import PRECEDENCE, RULE_WORDS, resolve_incident, voice_of

TOLLS = ("us_killed", "us_injured", "partner_killed", "partner_injured")
FIELDS = [field for field in PRECEDENCE if field != "date"]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def claim(name: str, when="2024-01-28", until=None, *, published=None, **said) -> dict:
    """A claim of a monitor, of grade B, with an origin of its own, that says only what is given."""
    plain = dict.fromkeys(FIELDS) | {
        "claim_id": name, "date_start": day(when), "date_end": day(until or when),
        "date_basis": "stated", "weapon": "unknown", "result": "unknown", "stance": "reports",
        "confirmation": "monitor", "origin": f"origin of {name}", "reliability": "B",
        "published": day(published) if published else None, "set": "seeds",
        "time_of_day": None, "field_voices": None, "at_least": None,
    }  # fmt: skip
    assert set(said) <= set(plain)
    return plain | said


def dispute(disputes: list[dict], field: str) -> dict:
    (found,) = [dispute for dispute in disputes if dispute["field"] == field]
    return found


def test_one_claim_is_taken_at_its_word():
    row, disputes, _ = resolve_incident([claim("c1", weapon="rocket", us_injured=3, country="Iraq")])
    assert (row["weapon"], row["us_injured"], row["country"]) == ("rocket", 3, "Iraq")
    assert row["date"] == row["date_start"] == row["date_end"] == day("2024-01-28")
    assert disputes == [] and row["disputed"] is None


def test_what_nobody_says_stays_missing_and_is_not_zero():
    row, *_ = resolve_incident([claim("c1"), claim("c2")])
    tolls = ["us_killed", "us_injured", "us_injured_low", "us_injured_high", "partner_killed"]
    assert [row[name] for name in tolls] == [None] * 5
    assert (row["weapon"], row["result"]) == ("unknown", "unknown")


def test_zero_is_a_figure_where_someone_said_none():
    row, disputes, _ = resolve_incident([claim("c1", us_injured=0), claim("c2")])
    assert (row["us_injured"], row["us_injured_low"], row["us_injured_high"]) == (0, 0, 0)
    assert disputes == []


def test_unknown_is_never_chosen_and_never_dissents():
    many = [claim(f"u{i}", weapon="unknown", confirmation="us_official") for i in range(5)]
    row, disputes, _ = resolve_incident([*many, claim("c1", weapon="rocket", confirmation="claim_only")])
    assert row["weapon"] == "rocket"
    assert disputes == []


def test_a_later_official_figure_supersedes_an_earlier_one_however_often_copied():
    early = [claim(f"e{i}", us_injured=34, confirmation="us_official", published="2024-01-29") for i in range(5)]
    late = claim("z1", us_injured=47, confirmation="us_official", published="2024-02-20")
    row, disputes, _ = resolve_incident([late, *early])
    assert (row["us_injured"], row["us_injured_low"], row["us_injured_high"]) == (47, 34, 47)
    assert dispute(disputes, "us_injured") == {
        "field": "us_injured",
        "chosen": "47",
        "rule": RULE_WORDS["latest"],
        "dissent": "34 (e0, e1, e2, e3, e4)",
    }


def test_a_page_without_a_date_does_not_supersede_one_that_has_it():
    dated = claim("z", us_injured=4, confirmation="us_official", published="2024-01-29")
    undated = claim("a", us_injured=9, confirmation="us_official")
    assert resolve_incident([undated, dated])[0]["us_injured"] == 4


@pytest.mark.parametrize("toll", ["us_killed", "us_injured", "partner_killed", "partner_injured"])
def test_casualties_the_attackers_claim_never_beat_those_of_officials(toll):
    boast = [
        claim(f"b{i}", confirmation="claim_only", published="2024-06-01", reliability="A") | {toll: 4} for i in range(9)
    ]
    official = claim("z", confirmation="local_official", reliability="E") | {toll: 0}
    row, disputes, _ = resolve_incident([*boast, official])
    assert row[toll] == 0
    assert dispute(disputes, toll)["rule"] == RULE_WORDS["toll"]
    assert dispute(disputes, toll)["dissent"].startswith("4 (b0, b1")


def test_the_word_of_us_officials_comes_before_that_of_local_ones_even_if_earlier():
    early = claim("a", partner_killed=1, confirmation="us_official", published="2024-01-29")
    later = claim("b", partner_killed=6, confirmation="local_official", published="2024-02-05")
    assert resolve_incident([later, early])[0]["partner_killed"] == 1


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"date_basis": "stated", "confirmation": "us_official"}, {"date_basis": "stated"}),
        ({"date_basis": "stated"}, {"date_basis": "relative", "confirmation": "us_official"}),
        ({"date_basis": "relative"}, {"date_basis": "inferred", "confirmation": "us_official"}),
        ({"reliability": "B"}, {"reliability": "C"}),
    ],
)
def test_the_day_goes_by_how_it_is_known_then_by_the_grade_of_the_source(better, worse):
    others = [claim(f"a{i}", "2024-01-27", **worse) for i in range(3)]
    row, disputes, _ = resolve_incident([*others, claim("z", "2024-01-28", **better)])
    assert row["date"] == day("2024-01-28")
    assert dispute(disputes, "date")["dissent"] == "2024-01-27 (a0, a1, a2)"


def test_copies_of_one_origin_do_not_outvote_two_origins():
    copies = [claim(f"a{i}", "2024-01-27", weapon="mortar", origin="AFP") for i in range(9)]
    two = [claim(f"z{i}", "2024-01-28", weapon="rocket") for i in range(2)]
    row, disputes, _ = resolve_incident([*copies, *two])
    assert (row["date"], row["weapon"]) == (day("2024-01-28"), "rocket")
    assert {found["rule"] for found in disputes} == {RULE_WORDS["origins"]}
    assert row["n_claims"] == 11 and row["n_origins"] == 3


def test_a_day_is_chosen_before_a_range():
    row, *_ = resolve_incident([claim("a", "2024-01-27", "2024-01-30"), claim("b", "2024-01-28")])
    assert (row["date_start"], row["date_end"]) == (day("2024-01-28"), day("2024-01-28"))


def test_a_range_that_holds_the_chosen_day_is_no_dissent():
    within = claim("a", "2024-01-21", "2024-01-31", date_basis="inferred")
    outside = claim("b", "2024-01-29", "2024-01-31", date_basis="inferred")
    _, disputes, _ = resolve_incident([within, outside, claim("c", "2024-01-28")])
    assert dispute(disputes, "date")["dissent"] == "2024-01-29 to 2024-01-31 (b)"
    assert resolve_incident([within, claim("c", "2024-01-28")])[1] == []


def test_where_only_a_range_is_known_the_row_says_so():
    row, *_ = resolve_incident([claim("a", "2024-01-21", "2024-01-31")])
    assert row["date"] == row["date_start"] == day("2024-01-21")
    assert row["date_end"] == day("2024-01-31")


def test_a_denial_is_shown_and_neither_supports_nor_removes():
    denial = claim("n", stance="denies", confirmation="us_official", reliability="A", us_injured=0,
                   weapon="mortar", set="other")  # fmt: skip
    row, disputes, _ = resolve_incident([claim("c", weapon="rocket", us_injured=2), denial])
    assert (row["weapon"], row["us_injured"], row["us_injured_low"]) == ("rocket", 2, 2)
    assert (row["confirmation"], row["reliability"], row["n_claims"]) == ("monitor", "B", 1)
    assert (row["claims"], row["sets"]) == ("c|n", "other|seeds")
    assert [(d["field"], d["dissent"]) for d in disputes] == [("incident", "denied (n)")]


def test_denials_alone_make_no_incident():
    with pytest.raises(ValueError, match="at least one claim that reports it"):
        resolve_incident([claim("n", stance="denies")])


def test_confirmation_and_grade_are_the_best_of_the_claims_that_support():
    row, *_ = resolve_incident(
        [claim("a", confirmation="claim_only", reliability="D"), claim("b", confirmation="unknown")]
    )
    assert (row["confirmation"], row["reliability"]) == ("unknown", "B")


def test_a_bar_in_a_value_does_not_break_the_list_of_dissent():
    _, disputes, _ = resolve_incident([claim("a", actor="One|Two"), claim("b", actor="One", origin="x"),
                           claim("c", actor="One", origin="y")])  # fmt: skip
    assert dispute(disputes, "actor")["dissent"] == "One/Two (a)"


def test_where_claims_do_not_decide_the_rule_says_so():
    row, disputes, _ = resolve_incident([claim("a", weapon="rocket"), claim("b", weapon="mortar")])
    assert row["weapon"] == "mortar"
    assert dispute(disputes, "weapon")["rule"] == RULE_WORDS[""]


def test_the_rules_cover_the_columns_that_claims_decide():
    assert set(PRECEDENCE) <= set(INCIDENTS.names)
    assert {key for keys in PRECEDENCE.values() for key in keys} <= set(RULE_WORDS)


number = st.none() | st.integers(0, 5)
said = st.fixed_dictionaries(
    {
        "weapon": st.sampled_from(WEAPONS),
        "confirmation": st.sampled_from(CONFIRMATION),
        "reliability": st.sampled_from(RELIABILITY),
        "date_basis": st.sampled_from(DATE_BASIS),
        "us_injured": number,
        "us_killed": number,
        "origin": st.sampled_from(["AFP", "Reuters", "Outlet"]),
        "stance": st.sampled_from(["reports", "reports", "denies"]),
        "published": st.none() | st.dates(day("2024-01-01").date(), day("2024-03-01").date()).map(str),
    }
)
spans = st.tuples(st.integers(1, 9), st.integers(0, 3))
worlds = st.lists(st.tuples(said, spans), min_size=1, max_size=6).map(
    lambda claims: [
        claim(f"c{i}", f"2024-01-{first:02}", f"2024-01-{first + width:02}", **words)
        for i, (words, (first, width)) in enumerate(claims)
    ]
).filter(lambda claims: any(claim["stance"] == "reports" for claim in claims))  # fmt: skip


@pytest.mark.slow
@given(worlds, st.randoms())
def test_the_order_of_the_claims_does_not_matter(claims, rng: random.Random):
    shuffled = rng.sample(claims, len(claims))
    assert resolve_incident(shuffled) == resolve_incident(claims)


@given(worlds)
def test_every_chosen_value_was_said_by_a_claim_that_supports(claims):
    row, *_ = resolve_incident(claims)
    support = [claim for claim in claims if claim["stance"] == "reports"]
    assert (row["date_start"], row["date_end"]) in [(c["date_start"], c["date_end"]) for c in support]
    for field in FIELDS:
        spoken = {claim[field] for claim in support} - {None, "unknown"}
        silent = field in TOLLS or not spoken  # a toll may stay empty: `a weaker voice` fills nothing in
        assert row[field] in spoken | ({None, "unknown"} if silent else set()), field


@given(worlds)
def test_every_other_value_is_kept_with_the_claims_that_said_it_unless_it_leaves_room_for_the_chosen(claims):
    row, disputes, _ = resolve_incident(claims)
    support = [claim for claim in claims if claim["stance"] == "reports"]
    kept = {found["field"]: found["dissent"] for found in disputes}
    for field in FIELDS:
        others = [c for c in support if c[field] not in (None, "unknown", row[field])]
        assert (field in kept) == bool(others)
        assert all(c["claim_id"] in kept[field] for c in others)
    assert set(kept) == set((row["disputed"] or "").split("|")) - {""}


@given(worlds)
def test_the_chosen_number_of_injured_lies_between_the_lowest_and_the_highest(claims):
    row, *_ = resolve_incident(claims)
    if row["us_injured"] is not None:
        assert row["us_injured_low"] <= row["us_injured"] <= row["us_injured_high"]
    assert (row["us_injured_low"] is None) == (row["us_injured_high"] is None)


# Whose word a value is.


def value(found, field: str) -> dict:
    (one,) = [each for each in found.values if each["field"] == field]
    return one


@pytest.mark.slow
@given(worlds)
def test_every_value_of_the_row_has_one_voice_and_the_claims_that_say_it_with_that_voice(claims):
    found = resolve_incident(claims)
    by_name = {claim["claim_id"]: claim for claim in claims}
    filled = {field for field in FIELDS if found.row[field] not in (None, "unknown")} | {"date"}
    assert {each["field"] for each in found.values} == filled
    for each in found.values:
        behind = [by_name[name] for name in each["claims"].split("|")]
        voices = [voice_of(claim, each["field"]) for claim in behind]
        assert each["voice"] == min(voices, key=CONFIRMATION.index)
        assert each["rule"] in RULE_WORDS.values()


@given(worlds, st.sampled_from(CONFIRMATION))
def test_with_one_voice_no_value_is_another_voices_word(claims, voice):
    found = resolve_incident(claims, voices=(voice,))
    assert {each["voice"] for each in found.values if each["field"] != "date"} <= {voice}


def test_where_the_best_voice_says_nothing_the_weaker_one_that_fills_in_is_named():
    official = claim("a", confirmation="us_official", weapon="rocket")
    monitor = claim("b", weapon="rocket", weapon_count=12)
    found = resolve_incident([official, monitor])
    assert found.row["confirmation"] == "us_official" and found.row["weapon_count"] == 12
    assert value(found, "weapon_count") == {
        "field": "weapon_count", "value": "12", "voice": "monitor", "rule": RULE_WORDS["only"], "claims": "b",
    }  # fmt: skip
    assert value(found, "weapon")["voice"] == "us_official"


def test_dead_of_a_weaker_voice_are_dissent_where_the_best_voice_says_that_nobody_was_hurt():
    nobody = claim("a", confirmation="us_official", us_killed=0, us_injured=0)
    outlet = claim("b", confirmation="unknown", us_killed=4, published="2024-09-01")
    found = resolve_incident([nobody, outlet])
    assert found.row["us_killed"] == 0
    assert dispute(found.disputes, "us_killed")["dissent"] == "4 (b)"
    assert dispute(found.disputes, "us_killed")["rule"] == RULE_WORDS["toll"]


def test_no_figure_is_taken_from_a_weaker_voice_than_one_that_speaks_of_that_sides_casualties():
    official = claim("a", confirmation="us_official", us_injured=2)
    outlet = claim("b", confirmation="unknown", us_killed=4, partner_killed=6)
    found = resolve_incident([official, outlet])
    assert found.row["us_killed"] is None and found.row["partner_killed"] == 6
    assert dispute(found.disputes, "us_killed")["chosen"] is None
    assert value(found, "partner_killed")["voice"] == "unknown"


def test_who_claims_an_attack_is_the_attackers_word_whoever_relays_it():
    found = resolve_incident([claim("a", confirmation="us_official", actor="Brigade", attribution="militias")])
    assert value(found, "actor")["voice"] == "claim_only"
    assert value(found, "attribution")["voice"] == "unknown"


def test_a_claim_may_say_that_a_field_is_another_voices_word():
    mixed = claim("a", confirmation="us_official", result="impact", weapon_count=14, attribution="Brigade",
                  field_voices="weapon_count=unknown|attribution=us_official")  # fmt: skip
    found = resolve_incident([mixed])
    voices = {each["field"]: each["voice"] for each in found.values}
    assert voices["weapon_count"] == "unknown"
    assert voices["result"] == voices["attribution"] == "us_official"


def test_a_hit_that_only_the_attacker_reports_is_the_attackers_word():
    assert value(resolve_incident([claim("a", result="claimed_hit")]), "result")["voice"] == "claim_only"


# Disagreement that is none.

PARENTS = {
    "unidentified": None,
    "unnamed militia": None,
    "militias": "unidentified",
    "Union": "militias",
    "Brigade": "Union",
    "Other": "militias",
}


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ("Brigade", "Union", False),
        ("Brigade", "militias", False),
        ("unidentified", "Brigade", False),
        ("unnamed militia", "Other", False),
        ("Brigade", "Other", True),
        ("Brigade", "not in the table", True),
    ],
)
@pytest.mark.parametrize("field", ["actor", "attribution"])
def test_a_wider_name_does_not_contradict_a_narrower_one(field, one, other, contradict):
    claims = [claim("a") | {field: one}, claim("b") | {field: other}]
    assert bool(resolve_incident(claims, PARENTS).disputes) == contradict


def test_who_names_nobody_never_wins_over_a_name():
    nobody = [claim(f"a{i}", attribution="unidentified", reliability="A") for i in range(5)]
    assert resolve_incident([*nobody, claim("z", attribution="militias")], PARENTS).row["attribution"] == "militias"
    assert resolve_incident(nobody, PARENTS).row["attribution"] == "unidentified"


def test_results_of_one_family_do_not_contradict_each_other():
    said = {name: claim(name, result=name) for name in ("intercepted", "failed", "impact", "claimed_hit")}
    assert not resolve_incident([said["intercepted"], said["failed"]]).disputes
    assert not resolve_incident([said["impact"], said["claimed_hit"]]).disputes
    assert resolve_incident([said["intercepted"], said["claimed_hit"]]).disputes


@pytest.mark.parametrize(("bound", "exact", "contradict"), [(40, 47, False), (40, 25, True)])
def test_more_than_forty_leaves_room_for_forty_seven_and_not_for_twenty_five(bound, exact, contradict):
    claims = [claim("a", us_injured=bound, at_least="us_injured"), claim("b", us_injured=exact)]
    assert bool(resolve_incident(claims).disputes) == contradict
    assert resolve_incident([claims[0] | {"at_least": None}, claims[1]]).disputes


@pytest.mark.parametrize(("time", "contradict"), [("night", False), ("03:30", False), ("15:00", True), (None, True)])
def test_the_us_date_of_an_attack_in_the_night_does_not_contradict_the_local_one(time, contradict):
    local = claim("a", "2024-01-28", time_of_day=time, reliability="A")
    washington = claim("b", "2024-01-27", confirmation="us_official", date_basis="relative")
    found = resolve_incident([local, washington])
    assert found.row["date"] == day("2024-01-28")
    assert bool(found.disputes) == contradict
