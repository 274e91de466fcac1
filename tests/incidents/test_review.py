"""The review loop: doubtful groupings out, decisions in, nothing lost."""

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.evidence.errors import InputError, InvalidTables
from analysis.evidence.evidence_base import load_evidence
from analysis.incidents.dataset import open_folder
from analysis.incidents.incident_table import LINKAGE_RULES
from analysis.incidents.review import COLUMNS, apply_decisions, doubtful_claims, points_between_incidents


@pytest.fixture(scope="module")
def questions(dataset):
    return doubtful_claims(dataset)


@pytest.fixture
def copy(tmp_path, dataset):
    """The evidence of the repository in a folder of its own, and a review file of two claims."""
    import shutil

    for name in ("data", "seeds"):
        shutil.copytree(dataset.root / name, tmp_path / name)
    return tmp_path


def review_file(folder, rows):
    path = folder / "review.csv"
    pd.DataFrame(rows, columns=["claim_id", "incident_id", "decision"]).to_csv(path, index=False)
    return path


def test_every_question_says_why_it_is_asked_and_leaves_the_decision_open(questions):
    assert list(questions.columns) == COLUMNS
    assert (questions["decision"] == "").all()
    assert questions["reason"].str.contains("are they one|hold together|disagree").all()


@pytest.mark.slow
def test_what_a_reader_has_decided_whole_is_not_asked_again(dataset, questions):
    decided = set(dataset.evidence.reviewed["claim_id"])
    open_claims = questions.assign(open=~questions["claim_id"].isin(decided)).groupby("question")["open"].any()
    assert open_claims.all()


def test_pairs_asked_about_lie_near_the_threshold(questions):
    points = questions["points"].dropna().astype(float)
    assert len(points)
    assert ((points - LINKAGE_RULES.threshold).abs() <= 1).all()


def test_links_are_symmetric_and_name_known_incidents(dataset):
    links = points_between_incidents(dataset)
    assert (links["a"] <= links["b"]).all()
    assert not links.duplicated(["a", "b"]).any()
    assert set(links["a"]) | set(links["b"]) <= set(dataset.incidents["incident_id"])


@pytest.mark.slow
def test_a_typed_decision_is_obeyed_by_the_next_build(copy):
    path = copy / "data" / "reviewed.csv"
    reviewed = pd.read_csv(path)
    reviewed[~reviewed["incident_id"].str.startswith("I202312")].to_csv(path, index=False)  # a month not yet decided
    free = open_folder(copy)
    decided = set(free.evidence.reviewed["claim_id"])
    open_ones = free.incidents[free.incidents["claims"].map(lambda c: not set(c.split("|")) & decided)]
    (a, b) = open_ones[open_ones["n_claims"] > 1].iloc[:2].itertuples()
    mover = a.claims.split("|")[0]
    rows = [(mover, a.incident_id, b.incident_id), *((c, b.incident_id, "") for c in b.claims.split("|"))]
    run = CliRunner()
    done = run.invoke(main, ["review", "--apply", str(review_file(copy, rows)), "--folder", str(copy)])
    assert done.exit_code == 0, done.output
    assert run.invoke(main, ["build", "--folder", str(copy)]).exit_code == 0
    after = open_folder(copy).incidents.set_index("incident_id")["claims"]
    assert mover in after[b.incident_id].split("|")
    assert set(b.claims.split("|")) <= set(after[b.incident_id].split("|"))


@pytest.mark.slow
def test_a_decision_on_a_claim_that_is_gone_fails_loudly_and_changes_nothing(copy):
    before = (copy / "data" / "reviewed.csv").read_bytes()
    file = review_file(copy, [("A1-0001", "I20231018-al-asad", "I20231018-al-asad")])
    done = CliRunner().invoke(main, ["review", "--apply", str(file), "--folder", str(copy)])
    assert done.exit_code == 2
    assert "row 2, column claim_id: 'A1-0001' - no such claim; did you mean" in done.output
    assert (copy / "data" / "reviewed.csv").read_bytes() == before


@pytest.mark.slow
def test_two_decisions_on_one_claim_are_refused(copy):
    rows = [("A1-001", "x", "I20231018-al-asad"), ("A1-001", "x", "I20231018-al-harir")]
    with pytest.raises(InvalidTables, match="row 2 decides I20231018-al-asad for A1-001"):
        apply_decisions(load_evidence(copy), review_file(copy, rows))


@pytest.mark.slow
def test_a_file_that_is_no_review_file_is_refused(copy):
    path = copy / "other.csv"
    path.write_text("claim_id,note\nA1-001,x\n")
    with pytest.raises(InputError, match="lacks the column decision, incident_id"):
        apply_decisions(load_evidence(copy), path)


@pytest.mark.slow
def test_an_untouched_review_file_changes_no_decision(copy):
    file = review_file(copy, [("A1-001", "I20231018-al-asad", "")])
    files, number = apply_decisions(load_evidence(copy), file)
    assert number == 0
    assert [text for text in files.values()] == [(copy / "data" / "reviewed.csv").read_text()]
