"""The committed tables: what is derived follows from what is coded, and what is coded is sound."""

import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from analysis.evidence import schema
from analysis.evidence.csv_tables import read_table
from analysis.evidence.folders import REPOSITORY
from analysis.evidence.schema import CONFIRMATION
from analysis.evidence.seed_verification import check_seeds
from analysis.incidents.incident_table import (
    OF_THE_PLACE,
    actor_parents,
    build_incidents,
    incident_files,
    load_saved_ids,
)
from analysis.incidents.resolution import PRECEDENCE, RULE_WORDS, voice_of
from analysis.incidents.value_agreement import RESULT_EFFECT, on_one_line
from analysis.incidents.views import View, select, select_values

DATA = REPOSITORY / "data"


def rebuilt(evidence) -> dict[str, bytes]:
    """Every file that `incidents build` would write, by its path in the repository."""
    texts = incident_files(evidence, build_incidents(evidence, load_saved_ids(evidence.root)))
    return {str(path.relative_to(REPOSITORY)): text.encode() for path, text in texts.items()}


def shuffled(evidence, seed: int):
    """The same evidence with the rows of every table in another order."""
    names = [table.name for table in (*schema.EVIDENCE, *schema.SHARED)]
    frames = {name: getattr(evidence, name).sample(frac=1, random_state=seed) for name in names}
    return replace(evidence, **frames)


@pytest.fixture(scope="module")
def made(evidence):
    return rebuilt(evidence)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "data/incidents.csv", "data/disputes.csv", "data/unplaced.csv", "data/retired.csv",
        "data/datapackage.json", "seeds/datapackage.json",
    ],
)  # fmt: skip
def test_what_is_derived_is_what_the_evidence_gives_byte_for_byte(made, name):
    assert (REPOSITORY / name).read_bytes() == made[name], "run 'incidents build'"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_in_the_evidence_does_not_matter(evidence, made, seed):
    assert rebuilt(shuffled(evidence, seed)) == made


def test_the_derived_tables_pass_their_own_schema():
    for table in schema.DERIVED:
        frame, problems = read_table(DATA / f"{table.name}.csv", table)
        assert problems == [], table.name
        assert list(frame.columns) == table.names


def test_every_table_is_utf_8_with_lf_and_a_last_line_end():
    for path in [*DATA.rglob("*.csv"), *(REPOSITORY / "seeds").glob("*.csv")]:
        content = path.read_bytes()
        content.decode("utf-8")
        assert not content.startswith(b"\xef\xbb\xbf"), path
        assert b"\r" not in content and content.endswith(b"\n"), path


# What is coded


def test_a_hit_that_only_the_attacker_reports_has_no_official_voice(evidence):
    hits = evidence.claims[evidence.claims["result"] == "claimed_hit"]
    assert len(hits)
    assert set(hits["confirmation"]) <= {"claim_only", "monitor", "unknown"}


def test_a_bound_is_given_exactly_where_a_total_is(evidence):
    assert (evidence.tallies["bound"].notna() == evidence.tallies["total"].notna()).all()


def test_a_total_is_counted_from_before_it_is_stated(evidence):
    tallies = evidence.tallies
    assert (tallies["since"].isna() | (tallies["since"] <= tallies["as_of"])).all()


def test_a_claim_names_the_country_of_its_place(evidence):
    home = evidence.claims["place_id"].map(evidence.places.set_index("place_id")["country"])
    wrong = evidence.claims[home.notna() & (evidence.claims["country"] != home)]
    assert wrong["claim_id"].to_list() == []


def test_claims_of_the_public_record_fall_in_its_period(evidence):
    claims = evidence.claims[evidence.claims["set"] == "public_record"]
    assert claims["date_start"].min() >= pd.Timestamp("2023-10-17")
    assert claims["date_end"].max() <= pd.Timestamp("2024-12-31")


def test_every_source_is_used(evidence):
    used = pd.concat([evidence.claims, evidence.tallies, evidence.milestones])["source_id"]
    assert set(evidence.sources["source_id"]) - set(used) == set()


def test_one_counter_never_covers_a_day_twice(evidence):
    rows = evidence.coverage.sort_values(["counter", "scope", "start"])
    for (counter, scope), group in rows.groupby(["counter", "scope"]):
        assert (group["start"].iloc[1:].values > group["end"].iloc[:-1].values).all(), (counter, scope)


def test_decisions_put_no_two_claims_of_one_document_together(evidence):
    decided = evidence.reviewed.merge(evidence.claims, on="claim_id")
    assert not decided.duplicated(["incident_id", "source_id"]).any()


def test_every_decision_is_obeyed_in_the_table(dataset, evidence):
    rows = dataset.incidents.itertuples()
    holds = {claim: row.incident_id for row in rows for claim in row.claims.split("|")}
    decided = evidence.reviewed.set_index("claim_id")["incident_id"].to_dict()
    assert {claim: holds.get(claim, decided[claim]) for claim in decided} == decided
    assert set(decided) - set(holds) == set()


# The corrections

CORRECTED = (DATA / "CORRECTIONS.md").read_text(encoding="utf-8")


def corrections() -> list[list[str]]:
    """One entry for each cell: file, row, column, was, is, reason. A line may name several rows of one table."""
    cells = []
    for line in CORRECTED.splitlines():
        if re.match(r"\| \w+\.csv \|", line):
            file, rows, *rest = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            named = [rows] if file == "coverage.csv" else rows.split(", ")  # the key of coverage.csv has commas
            cells += [[file, row, *rest] for row in named]
    return cells


CORRECTIONS = corrections()


@pytest.fixture(scope="module")
def corrected(evidence):
    """The rows of a table that a name in the list of corrections means."""

    @cache
    def by_name(file: str) -> dict[str, pd.DataFrame]:
        frame = getattr(evidence, file.removesuffix(".csv"))
        table = schema.TABLES[file.removesuffix(".csv")]
        key = [name for name in table.key if name != "line"]
        text = frame[key].astype(str).agg((", " if file == "coverage.csv" else " ").join, axis=1)
        return dict(list(frame.groupby(text)))

    return lambda file, row: by_name(file).get(row, pd.DataFrame())


def test_the_corrections_are_as_many_as_they_say(evidence):
    rows = {(file, row) for file, row, *_ in CORRECTIONS}
    assert f"{len(CORRECTIONS)} cells in {len(rows)} rows were changed, in three rounds" in CORRECTED
    cells = [(file, row, column) for file, row, column, *_ in CORRECTIONS]
    assert len(set(cells)) == len(cells)


def test_what_the_corrections_take_out_is_in_no_table_and_what_they_put_in_is(evidence):
    names = {*evidence.claims["claim_id"], *evidence.places["place_id"], *evidence.reviewed["claim_id"]}

    def named(title: str) -> set[str]:
        part = re.search(rf"### {title}\n(.*?)\n###", CORRECTED, re.DOTALL)
        assert part, title
        lines = part[1].strip().splitlines()
        heads = (line.split(":")[0] for line in lines if line)
        return {name for head in heads for name in re.findall(r"`([^`]+)`", head)}

    assert len(named("Taken out")) == 3 and not named("Taken out") & names
    assert named("Put in by the second reading") == {"A5-081"} <= names


def test_who_says_that_nobody_was_hurt_says_that_nobody_was_killed(evidence):
    claims = evidence.claims
    assert (claims.loc[claims["us_injured"] == 0, "us_killed"] == 0).all()


def test_us_killed_sums_to_what_officials_said_and_the_rest_is_dissent(dataset, evidence):
    """The rule: no weaker voice than the best that speaks of casualties fills in a figure."""
    assert dataset.incidents["us_killed"].sum() == 3
    dead = dataset.incidents[dataset.incidents["us_killed"] > 0]
    assert dead["incident_id"].to_list() == ["I20240128-tower-22"]
    alone = evidence.claims[(evidence.claims["us_killed"] > 0) & (evidence.claims["date_end"] < "2023-12-01")]
    assert set(alone["claim_id"]) == {"A1-317", "A1-318"} and set(alone["confirmation"]) == {"unknown"}
    (said,) = dataset.disputes[dataset.disputes["dissent"].str.contains("A1-317, A1-318")].itertuples()
    assert (said.field, said.chosen, said.rule) == ("us_killed", "0", RULE_WORDS["toll"])
    assert said.dissent == "4 (A1-317, A1-318)"


# Whose word each value is

TOLLS = {"us": ("us_killed", "us_injured"), "partner": ("partner_killed", "partner_injured")}


def voices(evidence) -> pd.DataFrame:
    """The voice of every field of every claim."""
    claims = evidence.claims.astype(object).where(evidence.claims.notna(), None).to_dict("records")
    rows = {claim["claim_id"]: {field: voice_of(claim, field) for field in PRECEDENCE} for claim in claims}
    return pd.DataFrame.from_dict(rows, orient="index")


def test_every_value_of_every_incident_has_a_voice_and_the_claims_that_say_it(dataset):
    rows = dataset.incidents.set_index("incident_id")
    said = dataset.values.pivot(index="incident_id", columns="field", values="value")
    for field in PRECEDENCE:
        if field != "date":
            held = rows[field].astype(object).where(rows[field].notna() & (rows[field] != "unknown"))
            pd.testing.assert_series_equal(
                held.dropna().astype(str).sort_index(), said[field].dropna().astype(str).sort_index(), check_names=False
            )
    assert said["date"].notna().all() and len(said) == len(rows)


@pytest.mark.slow
def test_no_value_of_the_view_of_us_officials_lacks_a_us_voice(dataset, evidence):
    view = View(confirmation=("us_official",))
    values, voice = select_values(dataset, view), voices(evidence)
    assert set(values["voice"]) == {"us_official"}
    for row in values.itertuples():
        field = "place_id" if row.rule == OF_THE_PLACE else row.field
        assert {voice.at[name, field] for name in row.claims.split("|")} == {"us_official"}, row
    chosen = select(dataset, view)
    assert len(chosen) > 100
    assert chosen[["actor"]].isna().all().all()  # who claims an attack is the attackers' word
    filled = values.groupby("field")["incident_id"].nunique()
    for field in ("result", "weapon"):
        assert (chosen[field] != "unknown").sum() == filled[field]
    for field in ("weapon_count", "us_killed", "us_injured", "partner_killed", "partner_injured"):
        assert chosen[field].notna().sum() == filled.get(field, 0)


@pytest.mark.slow
@pytest.mark.parametrize("side", sorted(TOLLS))
def test_no_toll_is_a_weaker_voices_than_the_best_that_speaks_of_that_side(dataset, evidence, side):
    voice = voices(evidence)
    said = evidence.claims.set_index("claim_id")
    order = CONFIRMATION.index
    for row in dataset.values[dataset.values["field"].isin(TOLLS[side])].itertuples():
        names = dataset.incidents.set_index("incident_id").at[row.incident_id, "claims"].split("|")
        support = [name for name in names if said.at[name, "stance"] == "reports"]
        spoken = [voice.at[n, f] for n in support for f in TOLLS[side] if pd.notna(said.at[n, f])]
        assert row.voice == min(spoken, key=order), row


# Disagreement that is none


def test_no_dispute_of_actor_attribution_or_result_lies_on_one_line_or_in_one_family(dataset, evidence):
    parents = actor_parents(evidence.actors)
    for row in dataset.disputes.itertuples():
        for part in row.dissent.split("|"):
            said = part.rsplit(" (", 1)[0]
            if row.field in ("actor", "attribution"):
                assert not on_one_line(said, row.chosen, parents), row
            if row.field == "result":
                assert RESULT_EFFECT[said] != RESULT_EFFECT[row.chosen], row
    assert "attribution" not in set(dataset.disputes["field"])


def test_every_name_that_a_claim_gives_stands_in_the_table_of_actors(evidence):
    named = {*evidence.claims["actor"].dropna(), *evidence.claims["attribution"].dropna()}
    assert named <= set(evidence.actors["actor"])
    nobody = evidence.actors.loc[evidence.actors["parent"].isna(), "actor"]
    assert set(nobody) == {"unidentified", "unnamed militia"}


def test_the_three_unnamed_bases_of_one_day_are_three_incidents(dataset):
    rows = dataset.incidents[dataset.incidents["incident_id"].str.startswith("I20231208-unnamed-syria")]
    assert len(rows) == 3
    assert (rows["confirmation"] == "us_official").all() and rows["place_id"].isna().all()


def test_one_gazetteer_place_holds_the_claims_on_both_airstrips(evidence):
    words = evidence.claims["place_as_reported"].fillna("")
    strips = evidence.claims[words.str.contains("Kharab al-Jir|Rumaylan|Rumalyn")]
    assert strips["place_as_reported"].str.contains("Kharab").sum() > 50
    assert set(strips["place_id"]) == {"rumalyn"}


@pytest.mark.slow
def test_every_correction_names_one_row_that_exists_and_holds_the_new_value(corrected):
    for file, row, column, was, now, reason in CORRECTIONS:
        found = corrected(file, row)
        assert len(found) == 1, (file, row)
        value = found[column].iloc[0]
        value = value.strftime("%Y-%m-%d") if isinstance(value, pd.Timestamp) else value
        assert ("(empty)" if pd.isna(value) else str(value)) == now, (file, row, column)
        assert was != now and reason


# The seeds


def documents() -> Path | None:
    """The original documents: where $SEEDS_DIR says, else beside the repository, if there."""
    named = os.environ.get("SEEDS_DIR")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "seeds"
    return folder if folder.is_dir() else None


@pytest.mark.slow
def test_every_row_of_the_seeds_stands_in_its_document():
    folder = documents()
    if folder is None:
        pytest.skip(
            "the five seed documents are other authors' texts and not in this repository: "
            "set SEEDS_DIR to their folder, or put it at ../shared/seeds"
        )
    rows, found = check_seeds(REPOSITORY / "seeds", folder)
    assert found == 5
    assert rows == sum(
        len(read_table(REPOSITORY / "seeds" / f"{table.name}.csv", table)[0])
        for table in (schema.CLAIMS, schema.TALLIES, schema.MILESTONES)
    )


def test_every_row_of_the_seeds_names_its_line_and_eight_words_at_most(evidence):
    for frame in (evidence.claims, evidence.tallies, evidence.milestones):
        seeds = frame[frame["set"] == "seeds"]
        assert len(seeds)
        assert seeds["line"].notna().all()
        assert seeds["words"].str.split().str.len().between(1, 8).all()


def test_the_seeds_hold_tables_and_no_document():
    kinds = {path.suffix for path in (REPOSITORY / "seeds").rglob("*") if path.is_file()}
    assert kinds <= {".csv", ".json", ".md"}


def test_no_passage_of_a_document_stands_in_the_seeds():
    """Eight words, `U.S.` being two to the test, carry a fact; twelve in a row would be a text."""
    folder = documents()
    if folder is None:
        pytest.skip("needs the five seed documents: set SEEDS_DIR, or put them at ../shared/seeds")
    ours = " ".join(
        " ".join(re.findall(r"\w+", path.read_text(encoding="utf-8").lower()))
        for path in (REPOSITORY / "seeds").iterdir()
        if path.suffix in (".csv", ".md")
    )
    for path in folder.glob("*.txt"):
        words = re.findall(r"\w+", path.read_text(encoding="utf-8").lower())
        passages = (" ".join(words[i : i + 12]) for i in range(len(words) - 11))
        copied = [passage for passage in passages if f" {passage} " in f" {ours} "]
        assert copied == [], path.name


def test_a_program_that_says_it_wrote_a_document_is_graded_as_such(evidence):
    seeds = evidence.sources[evidence.sources["set"] == "seeds"]
    machines = seeds[seeds["source_id"].str.contains("machine")]
    assert len(seeds) == 5 and len(machines) == 2
    assert set(machines["reliability"]) <= {"E", "F"}
    assert machines["reliability_reason"].str.contains("program").all()
