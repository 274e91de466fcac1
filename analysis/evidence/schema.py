"""The columns of every table: the only place that knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.evidence.columns import (
    BOUNDS,
    CONFIRMATION,
    DATE_BASIS,
    PLACE_KINDS,
    RELIABILITY,
    RESULTS,
    WEAPONS,
    Column,
    Table,
)

if TYPE_CHECKING:
    import pandas as pd

C = Column

_LINE = (
    C("line", "integer", "line of the document that carries the fact (seeds only)", optional=True, low=1, high=10**6),
    C("words", "text", "the few words of that line that carry the fact (seeds only)", optional=True, max_words=8),
)


def _toll(who: str) -> tuple[C, C]:
    noun = "U.S. personnel" if who == "us" else "partner personnel (coalition, Iraqi, Kurdish)"
    return (
        C(f"{who}_killed", "integer", f"{noun} killed; 0 only where someone said none"),
        C(f"{who}_injured", "integer", f"{noun} injured; 0 only where someone said none"),
    )


SOURCES = Table(
    "sources",
    "One row per document.",
    (
        C("source_id", "id", "name of the document, unique over all sets", required=True),
        C("outlet", "text", "who published it", required=True),
        C("origin", "list", "whose reporting it relays; empty = the outlet's own"),
        C("kind", "text", "what kind of publisher", required=True,
          allowed=("official", "wire", "broadcaster", "press", "state_media", "militia_media",
                   "monitor", "think_tank", "encyclopedia", "aggregator", "unknown")),
        C("language", "text", "ISO 639-1 code of the language"),
        C("reliability", "text", "Admiralty grade of the source, A (completely reliable) to E "
          "(unreliable), F (cannot be judged); chooses, filters and shows, never a weight",
          required=True, allowed=RELIABILITY),
        C("reliability_reason", "text", "why that grade", required=True),
        C("url", "text", "address of the document"),
        C("published", "month", "day of publication, or its month; empty = the page shows none"),
        C("file", "text", "name of the original file (seeds only)", optional=True),
        C("sha256", "id", "hash of the original file (seeds only)", optional=True),
    ),
    key=("source_id",),
)  # fmt: skip

CLAIMS = Table(
    "claims",
    "One row is what one source says about one attack.",
    (
        C("claim_id", "id", "name of the claim, unique over all sets", required=True),
        C("source_id", "id", "the document that says it", required=True),
        C("date_start", "date", "first day the attack can have happened (local date)",
          required=True),
        C("date_end", "date", "last such day; equal to the first where the day is known",
          required=True),
        C("date_basis", "text", "how the day is known: `stated` in figures, `relative` to the day "
          "of publication ('on Monday'), `inferred` from context",
          required=True, allowed=DATE_BASIS),
        C("time_of_day", "time", "local time of the attack, as far as it is said", optional=True),
        C("ordinal", "integer", "which attack of that day at that place, if the source counts them: 1 = the first",
          optional=True, low=1, high=99),
        C("place_id", "id", "gazetteer id; empty = only a country or less is said"),
        C("place_as_reported", "text", "the place in the source's words"),
        C("country", "text", "country of the place; empty = not said"),
        C("weapon", "text", "weapon family", required=True, allowed=WEAPONS),
        C("weapon_count", "integer", "munitions fired, if a number is said", low=0, high=100_000),
        C("actor", "text", "who claims the attack"),
        C("attribution", "text", "who is blamed for it, and by the source's voice"),
        C("result", "text", "`claimed_hit` = a hit only the attacker reports", required=True,
          allowed=RESULTS),
        *_toll("us"),
        *_toll("partner"),
        C("stance", "text", "`denies` = the source says it did not happen; evidence against, "
          "never support", required=True, allowed=("reports", "denies")),
        C("confirmation", "text", "best voice behind this claim", required=True,
          allowed=CONFIRMATION),
        C("field_voices", "voices", "fields that are another voice's word than `confirmation` says, where the source "
          "tells them apart", optional=True),
        C("at_least", "numbers", "numbers that the source gives as a lower bound ('at least', 'more than')",
          optional=True),
        C("note", "text", "anything else, in our words"),
        *_LINE,
    ),
    key=("claim_id",),
    refers=(("source_id", "sources"), ("place_id", "places")),
    ranges=(("date_start", "date_end"),),
)  # fmt: skip

TALLIES = Table(
    "tallies",
    "One row is one stated running total. A total never becomes an incident.",
    (
        C("tally_id", "id", "name of the statement, unique over all sets", required=True),
        C("source_id", "id", "the document that says it", required=True),
        C("counter", "text", "who counts; two counters count different things and never share a "
          "line in a chart", required=True),
        C("scope", "text", "`all`, or the one country counted", required=True),
        C("stated_by", "text", "who said the number"),
        C("since", "date", "first day counted; empty = not said"),
        C("as_of", "date", "last day counted (inclusive)", required=True),
        C("total", "integer", "attacks from `since` to `as_of`; empty where only casualties are "
          "totalled"),
        C("iraq", "integer", "of these in Iraq", optional=True),
        C("syria", "integer", "of these in Syria", optional=True),
        C("jordan", "integer", "of these in Jordan", optional=True),
        C("bound", "text", "how the total is meant; empty only where there is no total",
          allowed=BOUNDS),
        C("us_injured", "integer", "U.S. personnel injured, running total"),
        C("us_killed", "integer", "U.S. personnel killed, running total"),
        C("note", "text", "anything else, in our words"),
        *_LINE,
    ),
    key=("tally_id",),
    refers=(("source_id", "sources"),),
    ranges=(("since", "as_of"),),
)  # fmt: skip

MILESTONES = Table(
    "milestones",
    "One row is what one source says about one other event: a strike, a statement, a truce.",
    (
        C("milestone_id", "id", "name of the event; several sources may carry the same",
          required=True),
        C("source_id", "id", "the document that says it", required=True),
        C("date_start", "date", "first day", required=True),
        C("date_end", "date", "last day; empty = not said or open"),
        C("kind", "text", "kind of event", required=True,
          allowed=("us_strike", "regional_strike", "diplomacy", "militia_statement",
                   "us_statement", "us_posture", "truce", "attack", "false_alarm",
                   "non_hostile_death", "background")),
        C("title", "text", "the event in a few words", required=True),
        C("place_id", "id", "gazetteer id, if the place is in it"),
        C("country", "list", "country or countries of the event"),
        C("actor", "list", "who acted"),
        C("killed", "integer", "people killed, all sides"),
        C("injured", "integer", "people injured, all sides"),
        C("targets_struck", "integer", "targets or sites struck"),
        C("confirmation", "text", "best voice behind this row", required=True,
          allowed=CONFIRMATION),
        C("note", "text", "anything else, in our words"),
        *_LINE,
    ),
    key=("milestone_id", "source_id", "line"),
    refers=(("source_id", "sources"), ("place_id", "places")),
    ranges=(("date_start", "date_end"),),
)  # fmt: skip

PLACES = Table(
    "places",
    "The gazetteer.",
    (
        C("place_id", "id", "name of the place", required=True),
        C("name", "text", "name as printed", required=True),
        C("kind", "text", "kind of place", required=True, allowed=PLACE_KINDS),
        C("country", "text", "country", required=True),
        C("admin1", "text", "province or governorate"),
        C("latitude", "number", "degrees north, WGS 84", low=-90, high=90),
        C("longitude", "number", "degrees east, WGS 84", low=-180, high=180),
        C("coord_precision", "text", "how exact the point is",
          allowed=("exact", "approx_km", "town")),
        C("aliases", "list", "other names"),
        C("coord_source", "text", "where the point comes from"),
        C("note", "text", "anything else, in our words"),
    ),
    key=("place_id",),
)  # fmt: skip

COVERAGE = Table(
    "coverage",
    "Who was counting when. A period that no row covers is 'not observed', never zero.",
    (
        C("counter", "text", "who counts; `itemised` = the claims of the public record",
          required=True),
        C("scope", "text", "`all`, or the one country counted", required=True),
        C("start", "date", "first day covered", required=True),
        C("end", "date", "last day covered", required=True),
        C("density", "text", "`days` = day by day; `weeks`; `statement` = one statement covers the period; "
          "`sparse` = a zero is weak", required=True, allowed=("days", "weeks", "statement", "sparse")),
        C("basis", "text", "why this is said to be covered", required=True),
    ),
    key=("counter", "scope", "start"),
    ranges=(("start", "end"),),
)  # fmt: skip

ACTORS = Table(
    "actors",
    "Names of attackers, each with the wider name that holds it.",
    (
        C("actor", "text", "a name as `actor` and `attribution` of a claim have it", required=True),
        C("parent", "text", "the next wider name; empty = a word that names nobody"),
        C("note", "text", "why it stands there"),
    ),
    key=("actor",),
    refers=(("parent", "actors"),),
)  # fmt: skip

REVIEWED = Table(
    "reviewed",
    "A reviewer's decisions: the same id = together, different ids = apart, not listed = open.",
    (
        C("claim_id", "id", "the claim", required=True),
        C("incident_id", "id", "the incident it reports", required=True),
    ),
    key=("claim_id",),
    refers=(("claim_id", "claims"),),
    once="a claim has one incident id, in one row",
)  # fmt: skip

INCIDENTS = Table(
    "incidents",
    "One row is one attack. Only incident_id and date are needed in a table of your own.",
    (
        C("incident_id", "id", "readable and sticky: day and place, `-b`, `-c` for more",
          required=True),
        C("date", "date", "best day; where only a range is known, its first day", required=True),
        C("date_start", "date", "first possible day", optional=True, required=True),
        C("date_end", "date", "last possible day", optional=True, required=True),
        C("place_id", "id", "gazetteer id; empty = place not known", optional=True),
        C("place", "text", "name of the place, or of the country", optional=True),
        C("place_kind", "text", "kind of place", optional=True),
        C("country", "text", "country; empty = not known", optional=True),
        C("latitude", "number", "degrees north, WGS 84", optional=True, low=-90, high=90),
        C("longitude", "number", "degrees east, WGS 84", optional=True, low=-180, high=180),
        C("weapon", "text", "weapon family", optional=True),
        C("weapon_count", "integer", "munitions fired, if a number is said", optional=True, low=0, high=100_000),
        C("actor", "text", "who claims the attack", optional=True),
        C("attribution", "text", "who is blamed for it", optional=True),
        C("result", "text", "what became of it", optional=True),
        C("us_killed", "integer", "U.S. personnel killed", optional=True),
        C("us_injured", "integer", "U.S. personnel injured, best figure", optional=True),
        C("us_injured_low", "integer", "lowest figure said", optional=True),
        C("us_injured_high", "integer", "highest figure said", optional=True),
        C("partner_killed", "integer", "partner personnel killed", optional=True),
        C("partner_injured", "integer", "partner personnel injured", optional=True),
        C("confirmation", "text", "best voice among the claims that support it", optional=True,
          allowed=CONFIRMATION),
        C("n_claims", "integer", "claims that support it", optional=True),
        C("n_origins", "integer", "independent origins among them", optional=True),
        C("reliability", "text", "best grade among its sources", optional=True,
          allowed=RELIABILITY),
        C("sets", "list", "evidence sets the claims come from", optional=True),
        C("disputed", "list", "fields on which its claims disagree", optional=True),
        C("claims", "list", "ids of all its claims, those that deny included", optional=True),
    ),
    key=("incident_id",),
    ranges=(("date_start", "date"), ("date", "date_end")),
)  # fmt: skip

DISPUTES = Table(
    "disputes",
    "What else was said about an incident, and by which claims.",
    (
        C("incident_id", "id", "the incident", required=True),
        C("field", "text", "the column of incidents.csv", required=True),
        C("chosen", "text", "the value in incidents.csv; empty = none"),
        C("rule", "text", "the rule that chose it", required=True),
        C("dissent", "text", "`value (claims)` for every other value, joined by |", required=True),
    ),
    key=("incident_id", "field"),
    refers=(("incident_id", "incidents"),),
)  # fmt: skip

VALUES = Table(
    "values",
    "Whose word each value of an incident is.",
    (
        C("incident_id", "id", "the incident", required=True),
        C("field", "text", "the column of incidents.csv that claims decide", required=True),
        C("value", "text", "the value there; of `date` the day or the range", required=True),
        C("voice", "text", "best voice that says it", required=True, allowed=CONFIRMATION),
        C("rule", "text", "the rule that chose it", required=True),
        C("claims", "list", "ids of the claims that say it", required=True),
    ),
    key=("incident_id", "field"),
    refers=(("incident_id", "incidents"),),
)  # fmt: skip

UNPLACED = Table(
    "unplaced",
    "Claims that belong to no incident, with the reason; listed, never dropped silently.",
    (
        C("claim_id", "id", "the claim", required=True),
        C("reason", "text", "why no incident could take it", required=True),
    ),
    key=("claim_id",),
    refers=(("claim_id", "claims"),),
)  # fmt: skip

RETIRED = Table(
    "retired",
    "Incident ids that are no longer in use, so that an old reference still finds its claims.",
    (
        C("incident_id", "id", "the id that was retired", required=True),
        C("now", "list", "ids of the incidents that hold its claims now; empty = none"),
    ),
    key=("incident_id",),
)  # fmt: skip

AUDIT = Table(
    "audit",
    "Rows read a second time against their pages: one row for each sheet, and one for each row of it that is known.",
    (
        C("sheet", "id", "the sheet, in order", required=True),
        C("file", "text", "the table of the row; empty = the row sums up the sheet"),
        C("row", "text", "the key of the row; of milestones.csv its milestone and its source"),
        C("checked", "integer", "rows read again; 1 for a single row", required=True),
        C("major", "integer", "of these with a major error: a wrong place, a day off by more than one, wrong "
          "casualties, a wrong total", required=True),
        C("minor", "integer", "of these with a minor error", required=True),
        C("not_read", "integer", "rows drawn that say nothing: page not found, or not searched"),
        C("drawn", "text", "how the sheet was drawn"),
        C("note", "text", "what was found"),
    ),
    key=("sheet", "file", "row"),
)  # fmt: skip

TRIED = ("off_by_a_day", "cannot_link", "small_cluster_bonus", "threshold")

LINKAGE_TRIALS = Table(
    "linkage_trials",
    "How good the grouping is in each period with other points; `incidents evaluate --trials` writes it.",
    (
        *(C(name, "number", "points tried of that name", required=True) for name in TRIED),
        C("start", "date", "first day of the period", required=True),
        C("end", "date", "last day of the period", required=True),
        C("incidents", "integer", "incidents of the reviewer in the period", required=True),
        C("f1", "number", "F1 over pairs of claims", required=True),
        C("b3_f1", "number", "B-cubed F1", required=True),
        C("count_bias", "number", "groups per incident of the reviewer, less one", required=True),
    ),
    key=(*TRIED, "start"),
    ranges=(("start", "end"),),
)  # fmt: skip

EVIDENCE = (SOURCES, CLAIMS, TALLIES, MILESTONES)
SHARED = (PLACES, ACTORS, COVERAGE, REVIEWED, AUDIT)
DERIVED = (INCIDENTS, VALUES, DISPUTES, UNPLACED, RETIRED)
JUDGED = (LINKAGE_TRIALS,)
TABLES = {table.name: table for table in (*EVIDENCE, *SHARED, *DERIVED, *JUDGED)}


def empty_table(table: Table) -> pd.DataFrame:
    """No rows, but every column with its type."""
    import pandas as pd  # slow to import, and names and values need it not

    dtypes = {"date": "datetime64[us]", "integer": "Int64", "number": "float64"}
    return pd.DataFrame({c.name: pd.Series(dtype=dtypes.get(c.kind, "str")) for c in table.columns})
