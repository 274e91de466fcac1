"""One function for small and large: the answers of an engine equal those from a frame, row for row."""

import numpy as np
import pandas as pd
import pytest

from analysis import InputError
from analysis.measures.categories import lump_categories
from analysis.measures.frequency import count, cumulative
from analysis.measures.gaps import gaps
from analysis.measures.place_counts import by_place

ibis = pytest.importorskip("ibis", reason="the extra `scale` is not installed")


def made(rows=900, seed=0, groups=7):
    """Incidents of a year, some known to a range, with a missing group, sorted as an import sorts them."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 400, rows) ** 2 // 400, unit="D")
    wide = rng.random(rows) < 0.2
    frame = pd.DataFrame({
        "incident_id": [f"e{n:05d}" for n in rng.permutation(rows)], "date": day,
        "date_start": day - pd.to_timedelta(np.where(wide, rng.integers(0, 9, rows), 0), unit="D"),
        "date_end": day + pd.to_timedelta(np.where(wide, rng.integers(0, 40, rows), 0), unit="D"),
        "country": rng.choice(["Kenya", "Serbia", "Peru"], rows),
        "actor": pd.Series(rng.choice([*"abcdefghi"[:groups]], rows)).mask(rng.random(rows) < 0.05).astype("str"),
        "deaths": pd.Series(rng.integers(0, 9, rows)).mask(rng.random(rows) < 0.1).astype("Int64"),
        "deaths_high": pd.Series(rng.integers(9, 12, rows)).astype("Int64"),
    })  # fmt: skip
    frame[["date", "date_start", "date_end"]] = frame[["date", "date_start", "date_end"]].astype("datetime64[us]")
    return frame.sort_values(["date", "incident_id"], ignore_index=True)


COVERAGE = pd.DataFrame({
    "start": pd.to_datetime(["2023-01-05", "2023-03-10", "2023-03-12", "2023-06-01"]),
    "end": pd.to_datetime(["2023-03-08", "2023-03-31", "2023-04-20", "2023-12-20"]),
    "density": ["days", "weeks", "sparse", "days"],
})  # fmt: skip
SCOPED = pd.DataFrame({
    "scope": ["all", "Kenya", "Serbia", "Serbia"], "counter": "c",
    "start": pd.to_datetime(["2023-02-01", "2023-04-01", "2023-01-01", "2023-09-01"]),
    "end": pd.to_datetime(["2023-03-10", "2023-11-30", "2023-05-31", "2023-12-31"]),
    "density": ["days", "days", "sparse", "days"], "basis": "given",
})  # fmt: skip
EXAMPLES = [
    {}, {"coverage": COVERAGE}, {"window": ("2023-02-03", "2023-10-10"), "coverage": COVERAGE},
    {"by": "actor", "coverage": COVERAGE}, {"by": ["country", "actor"]}, {"by": "country", "coverage": SCOPED},
    {"coverage": SCOPED}, {"by": "actor", "window": ("2023-03-01", "")},
]  # fmt: skip


def equal(one, other):
    pd.testing.assert_frame_equal(one, other, check_dtype=False, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "11 days"])
@pytest.mark.parametrize("options", EXAMPLES[:1] + EXAMPLES[2:6], ids=str)
def test_counts_are_equal(every, options):
    frame = made()
    equal(count(ibis.memtable(frame), every, **options), count(frame, every, **options))


@pytest.mark.parametrize("options", [{}, {"by": "actor", "coverage": COVERAGE}], ids=str)
def test_sums_of_deaths_are_equal(options):
    frame = made()
    equal(
        count(ibis.memtable(frame), "month", weight="deaths", **options),
        count(frame, "month", weight="deaths", **options),
    )


@pytest.mark.slow
def test_zeros_of_sparse_groups_are_made_only_when_asked():
    frame = made(80, groups=9)
    dense, few = (
        count(ibis.memtable(frame), "week", "actor", coverage=COVERAGE, zeros=zeros) for zeros in (True, False)
    )
    equal(few, count(frame, "week", "actor", coverage=COVERAGE, zeros=False))
    assert few["count"].sum() == dense["count"].sum() == len(frame[frame["date"].between("2023-01-05", "2023-12-20")])
    assert len(few) < len(dense) / 2 and (few["count_high"] > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("min_days", [1, 3])
@pytest.mark.parametrize("options", EXAMPLES, ids=str)
def test_gaps_are_equal(options, min_days):
    frame = made(150)
    equal(gaps(ibis.memtable(frame), min_days=min_days, **options), gaps(frame, min_days=min_days, **options))


def test_running_totals_are_equal():
    frame = made()
    for window in (None, ("2023-02-03", "2023-10-10")):
        equal(cumulative(ibis.memtable(frame), window), cumulative(frame, window))


def test_what_a_frame_refuses_an_engine_refuses():
    table = ibis.memtable(made(20))
    for ask in (
        lambda: count(table, "fortnight"), lambda: count(table, by="nonsense"), lambda: gaps(table, by="nonsense"),
        lambda: count(table.drop("date_end")), lambda: count(table, weight="actor"),
        lambda: count(table, window=("2024-01-01", "2023-01-01")),
    ):  # fmt: skip
        with pytest.raises(InputError):
            ask()


@pytest.mark.slow
def test_places_are_equal_and_columns_are_lumped_alike():
    rng = np.random.default_rng(5)
    frame = made(400).assign(
        place_id=None, place=rng.choice(["Village", "Town", "Farm"], 400), latitude=rng.integers(0, 3, 400) + 0.5,
        longitude=rng.integers(0, 2, 400) + rng.choice([0.1, 0.1001], 400),
        coord_precision=rng.choice(["exact", "town"], 400),
    ).astype({"place_id": "str"})  # fmt: skip
    frame.loc[::9, ["latitude", "longitude"]] = np.nan
    for most in (300, 4):
        equal(by_place(ibis.memtable(frame), most=most), by_place(frame, most=most))
    lumped = lump_categories(ibis.memtable(frame), "actor", 2)
    plain = lump_categories(frame, "actor", 2)["actor"].astype("str").value_counts()
    assert count(lumped, "quarter", "actor").groupby("actor")["count"].sum().to_dict() == plain.to_dict()
