"""A cross-tabulation loses no incident: what is not stated is a row and a column, and shares name their whole."""

import numpy as np
import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.measures.cross_tabulation import SHARES, crosstab


@pytest.fixture
def incidents():
    draw = np.random.default_rng(5)
    weapon = draw.choice(["rocket", "mortar", None], 200, p=[0.6, 0.2, 0.2])
    return pd.DataFrame({"weapon": weapon, "hurt": pd.array(draw.integers(0, 3, 200), dtype="Int64")}).assign(
        hurt=lambda frame: frame["hurt"].mask(frame.index % 7 == 0))  # fmt: skip


def test_counts_are_those_of_brute_force_and_add_up(incidents):
    table = crosstab(incidents, "weapon", "hurt")
    assert table.index.tolist() == ["rocket", "mortar", "not stated", "all"]
    assert table.columns.tolist() == [0, 1, 2, "not stated", "all"]
    assert table.loc["all", "all"] == len(incidents)
    here = incidents["weapon"].isna() & incidents["hurt"].isna()
    assert table.loc["not stated", "not stated"] == here.sum() > 0
    assert table.loc["rocket", 2] == ((incidents["weapon"] == "rocket") & (incidents["hurt"] == 2)).sum()
    assert (table.drop(columns="all").sum(axis=1) == table["all"]).all()


@pytest.mark.parametrize("shares", SHARES[1:])
def test_shares_are_of_what_they_say(incidents, shares):
    counts, table = crosstab(incidents, "weapon", "hurt"), crosstab(incidents, "weapon", "hurt", shares)
    whole = {"rows": counts.loc["mortar", "all"], "columns": counts.loc["all", 1], "all": len(incidents)}[shares]
    assert table.loc["mortar", 1] == pytest.approx(counts.loc["mortar", 1] / whole)
    assert table.loc["all", "all"] == 1


@pytest.mark.parametrize("missing", [False, True])
def test_days_are_columns_and_rows_as_texts(missing):
    days = pd.to_datetime(["2024-02-03", "2024-02-03", "2024-02-04", None if missing else "2024-02-04"])
    table = crosstab(pd.DataFrame({"day": days, "country": list("abab")}), "country", "day").reset_index()
    last = ["2024-02-04", "not stated", "all"] if missing else ["2024-02-04", "all"]
    assert table.columns.tolist() == ["country", "2024-02-03", *last]
    turned = crosstab(pd.DataFrame({"day": days, "country": list("abab")}), "day", "country")
    assert turned.index.tolist() == ["2024-02-03", *last]


def test_no_incident_is_a_table_without_shares():
    table = crosstab(pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype="str")}), "a", "b", "rows")
    assert table.index.tolist() == table.columns.tolist() == ["all"]
    assert table.isna().all(axis=None)


@pytest.mark.parametrize(("wrong", "said"), [
    (("x", "hurt"), "rows"), (("weapon", "weapon"), "both 'weapon'"), (("weapon", "hurt", "x"), "shares is 'x'"),
])  # fmt: skip
def test_a_wrong_column_or_share_is_refused(incidents, wrong, said):
    with pytest.raises(InputError, match=said):
        crosstab(incidents, *wrong)
