"""Kenya watched and Serbia not: rows of one country hold for that country alone."""

import pandas as pd
import pytest

import analysis as a
from analysis.charts.captions import format_coverage
from analysis.measures.coverage_scopes import PARTLY, coverage_together, watched_everywhere
from analysis.measures.frequency import count
from analysis.measures.gaps import gaps

DAYS = pd.to_datetime(["2020-01-05", "2020-02-10", "2020-03-20", "2020-03-21"])
INCIDENTS = pd.DataFrame(
    {"incident_id": list("abcd"), "date": DAYS, "date_start": DAYS, "date_end": DAYS,
     "country": ["Kenya", "Kenya", "Serbia", "Kenya"]}
)  # fmt: skip
COVERAGE = pd.DataFrame(
    {"counter": "itemised", "scope": ["Kenya", "Serbia"], "start": pd.to_datetime(["2020-01-01", "2020-03-01"]),
     "end": pd.to_datetime(["2020-03-31"] * 2), "density": "days", "basis": "made up"}
)  # fmt: skip


def test_each_country_has_its_own_covered_days_and_no_zero_where_it_was_not_watched():
    months = count(INCIDENTS, "month", by="country", coverage=COVERAGE)
    table = months.pivot(index="country", columns="start", values="count")
    assert table.loc["Kenya"].tolist() == [1, 1, 1]
    assert table.loc["Serbia"].isna().tolist() == [True, True, False]
    covered = months[months["country"] == "Serbia"]["covered_days"].tolist()
    assert covered == [0, 0, 31]


def test_a_country_that_no_row_names_was_not_watched():
    other = INCIDENTS.assign(country=["Kenya", "Kenya", "Chile", "Kenya"])
    months = count(other, "month", by="country", coverage=COVERAGE)
    assert months[months["country"] == "Chile"]["covered_days"].tolist() == [0, 0, 0]


def test_a_row_of_all_holds_for_each_country():
    everywhere = pd.concat([COVERAGE, COVERAGE.head(1).assign(scope="all")])
    months = count(INCIDENTS, "month", by="country", coverage=everywhere)
    assert (months["covered_days"] == months["days"]).all()


def test_all_together_is_thin_where_only_some_are_watched():
    months = count(INCIDENTS, "month", coverage=COVERAGE)
    assert months["sparse_days"].tolist() == [31, 29, 0]
    assert months["covered_days"].tolist() == [31, 29, 31]


def test_together_says_which_days_are_watched_in_part():
    assert coverage_together(COVERAGE)["basis"].tolist() == [PARTLY, "all countries"]
    assert coverage_together(COVERAGE, ["Chile"])["basis"].tolist() == [PARTLY]
    assert watched_everywhere(COVERAGE, ["Chile"]).empty


def test_coverage_of_all_alone_stays_as_it_is():
    everywhere = COVERAGE.head(1).assign(scope="all")
    assert coverage_together(everywhere) is everywhere


def test_days_that_were_watched_in_part_belong_to_no_gap():
    found = gaps(INCIDENTS, coverage=COVERAGE)
    assert found["start"].min() == pd.Timestamp("2020-03-01")
    assert gaps(INCIDENTS.assign(country="Chile"), coverage=COVERAGE).empty


def test_the_caption_says_it_by_country():
    assert format_coverage(COVERAGE) == (
        "Kenya 2020-01-01 to 2020-03-31 day by day. Serbia 2020-03-01 to 2020-03-31 day by day. "
        "No other country was searched"
    )


@pytest.mark.slow
def test_a_caption_of_many_countries_stays_short():
    many = pd.concat(
        [COVERAGE.head(1).assign(scope=f"C{n}", start=pd.Timestamp(1990 + n % 9, 1, 1)) for n in range(200)]
    )
    assert len(format_coverage(many)) < 600


def test_a_view_of_all_countries_keeps_the_rows_of_each(tmp_path):
    INCIDENTS.to_csv(tmp_path / "incidents.csv", index=False)
    COVERAGE.to_csv(tmp_path / "coverage.csv", index=False)
    dataset = a.open_folder(tmp_path)
    assert a.view_coverage(dataset, a.View())["scope"].tolist() == ["Kenya", "Serbia"]
    assert a.view_coverage(dataset, a.View(countries="Serbia"))["scope"].tolist() == ["Serbia"]


@pytest.mark.parametrize("by", [["country"], ["country", "incident_id"]])
def test_counts_by_group_are_those_of_each_group_alone(by):
    months = count(INCIDENTS, "month", by=by)
    for key, rows in months.groupby(by):
        chosen = INCIDENTS
        for name, value in zip(by, key, strict=True):
            chosen = chosen[chosen[name] == value]
        alone = count(chosen, "month", window=(DAYS.min(), DAYS.max()))
        assert rows["count"].tolist() == alone["count"].tolist()
        assert rows["count_high"].tolist() == alone["count_high"].tolist()


def test_days_watched_by_week_are_those_of_each_country():
    rows = COVERAGE.assign(start=pd.Timestamp("2020-01-01"), density=["days", "weeks"])
    months = count(INCIDENTS, "month", by="country", coverage=rows).set_index("country")
    assert months.loc["Kenya", "weekly_days"].tolist() == [0, 0, 0]
    assert months.loc["Serbia", "weekly_days"].tolist() == [31, 29, 31]
