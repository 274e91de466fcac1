"""The committed tables: what is derived follows from what is coded, and what is coded is sound."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.evidence import schema
from analysis.evidence.csv_tables import read_table
from analysis.evidence.folders import REPOSITORY
from analysis.evidence.seed_verification import check_seeds
from analysis.incidents.incident_table import build_incidents, incident_files

DATA = REPOSITORY / "data"


def rebuilt(evidence) -> dict[str, bytes]:
    """Every file that `incidents build` would write, by its path in the repository."""
    texts = incident_files(evidence, build_incidents(evidence))
    return {str(path.relative_to(REPOSITORY)): text.encode() for path, text in texts.items()}


def shuffled(evidence, seed: int):
    """The same evidence with the rows of every table in another order."""
    names = [table.name for table in (*schema.EVIDENCE, *schema.SHARED)]
    frames = {name: getattr(evidence, name).sample(frac=1, random_state=seed) for name in names}
    return replace(evidence, **frames)


@pytest.fixture(scope="module")
def made(evidence):
    return rebuilt(evidence)


@pytest.mark.parametrize(
    "name",
    [
        "data/incidents.csv", "data/disputes.csv", "data/unplaced.csv", "data/retired.csv",
        "data/datapackage.json", "seeds/datapackage.json",
    ],
)  # fmt: skip
def test_what_is_derived_is_what_the_evidence_gives_byte_for_byte(made, name):
    assert (REPOSITORY / name).read_bytes() == made[name], "run 'incidents build'"


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

CORRECTIONS = [
    [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in (DATA / "CORRECTIONS.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \w+\.csv \|", line)
]


def corrected(evidence, file: str, row: str) -> pd.DataFrame:
    """The rows of a table that the name in the list of corrections means."""
    frame = getattr(evidence, file.removesuffix(".csv"))
    table = schema.TABLES[file.removesuffix(".csv")]
    key = [name for name in table.key if name != "line"]
    text = frame[key].astype(str).agg((", " if file == "coverage.csv" else " ").join, axis=1)
    return frame[text == row]


def test_the_corrections_are_as_many_as_they_say(evidence):
    rows = {(file, row) for file, row, *_ in CORRECTIONS}
    text = (DATA / "CORRECTIONS.md").read_text(encoding="utf-8")
    assert f"{len(CORRECTIONS)} cells in {len(rows)} rows were changed" in text


@pytest.mark.slow
def test_every_correction_names_one_row_that_exists_and_holds_the_new_value(evidence):
    for file, row, column, was, now, reason in CORRECTIONS:
        found = corrected(evidence, file, row)
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
