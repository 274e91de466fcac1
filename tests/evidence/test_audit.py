"""The audit: what is drawn, and what the sheets so far say."""

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.evidence.audit import COLUMNS, SHARES, audited_rows, draw_sheet, error_bound
from analysis.evidence.errors import InputError
from analysis.evidence.evidence_base import load_evidence


@pytest.mark.slow
def test_the_same_seed_draws_the_same_sheet_and_another_seed_another(evidence):
    sheet = draw_sheet(evidence, 50, seed=4)
    assert list(sheet.columns) == COLUMNS and len(sheet) == 50
    pd.testing.assert_frame_equal(sheet, draw_sheet(evidence, 50, seed=4))
    assert set(sheet["row"]) != set(draw_sheet(evidence, 50, seed=5)["row"])


@pytest.mark.slow
def test_a_sheet_holds_the_tables_in_their_proportion_and_no_row_twice(evidence):
    sheet = draw_sheet(evidence, 110, seed=1)
    assert sheet["file"].str.removesuffix(".csv").value_counts().to_dict() == SHARES
    assert not sheet.duplicated(["file", "row"]).any()
    assert (sheet["verdict"] == "").all()


def test_every_row_names_its_source_and_address_and_what_it_says(evidence):
    sheet = draw_sheet(evidence, 30, seed=2)
    address = evidence.sources.set_index("source_id")["url"]
    assert (sheet["address"].fillna("") == sheet["source_id"].map(address).fillna("")).all()
    claim = sheet[sheet["file"] == "claims.csv"].iloc[0]
    row = evidence.claims.set_index("claim_id").loc[claim["row"]]
    assert f"date_start: {row['date_start']:%Y-%m-%d}" in claim["fields"]
    assert f"result: {row['result']}" in claim["fields"]


def test_a_row_that_was_read_again_is_not_drawn_again(evidence):
    seen = evidence.audit.dropna(subset="file")
    every = draw_sheet(evidence, 700, seed=3)
    drawn = set(zip(every["file"], every["row"], strict=True))
    assert drawn.isdisjoint(zip(seen["file"], seen["row"], strict=True))


def test_more_rows_than_there_are_is_an_error(tiny):
    with pytest.raises(InputError, match="rows is 50: only 1 rows of claims.csv are left"):
        draw_sheet(load_evidence(tiny()), 50, seed=1)


def test_the_named_rows_exist_and_add_up_to_their_sheet(evidence):
    audit = evidence.audit
    sheets, rows = audit[audit["file"].isna()], audit.dropna(subset="file")
    assert audited_rows(audit).to_dict() == {"checked": 108, "major": 0, "minor": 24, "not_read": 52}
    named = rows.groupby("sheet")[["major", "minor"]].sum()
    whole = sheets.set_index("sheet").loc[named.index, ["major", "minor"]]
    assert (named.to_numpy() == whole.to_numpy()).all()
    keys = {"claims.csv": evidence.claims["claim_id"], "tallies.csv": evidence.tallies["tally_id"],
            "milestones.csv": evidence.milestones["milestone_id"] + " " + evidence.milestones["source_id"]}  # fmt: skip
    assert all(row.row in set(keys[row.file]) for row in rows.itertuples())


def test_the_bound_is_that_of_clopper_and_pearson():
    assert error_bound(0, 108) == pytest.approx(1 - 0.05 ** (1 / 108))
    assert error_bound(3, 3) == 1.0
    from scipy.stats import binom

    assert binom.cdf(2, 50, error_bound(2, 50)) == pytest.approx(0.05)


@pytest.mark.slow
def test_the_command_writes_the_sheet_for_a_spreadsheet(tmp_path):
    out = tmp_path / "sheet.csv"
    said = CliRunner().invoke(main, ["audit", "draw", "--rows", "12", "--seed", "9", "--out", str(out)])
    assert said.exit_code == 0 and "12 rows in" in said.output
    assert list(pd.read_csv(out).columns) == COLUMNS and len(pd.read_csv(out)) == 12
