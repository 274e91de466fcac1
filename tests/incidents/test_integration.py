"""Two databases of one conflict, with events that are known to be the same."""

import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.evidence.errors import InputError
from analysis.incidents.dataset import open_folder
from analysis.incidents.integration import IntegrationRules, integrate

ALPHA = """incident_id,date,latitude,longitude,event_type,deaths,event_kind
1,2024-01-05,10.0,20.0,Battles,3,event
2,2024-01-09,10.0,20.0,Riots,0,event
3,2024-02-01,11.0,21.0,Battles,2,episode
"""
BETA = """incident_id,date,date_start,date_end,latitude,longitude,event_type,deaths_low,deaths,deaths_high,event_kind
a,2024-01-05,2024-01-05,2024-01-07,10.05,20.0,clash,2,4,6,event
b,2024-02-01,2024-02-01,2024-02-01,11.0,21.0,clash,9,9,9,event
c,2024-05-01,2024-05-01,2024-05-01,40.0,21.0,clash,1,1,1,event
"""
RULES = IntegrationRules(
    values={
        "event_type": {"Battles": ["clash", "violence"], "clash": ["clash", "violence"], "Riots": ["riot", "protest"]}
    }
)


@pytest.fixture
def folders(tmp_path):
    for name, text in (("alpha", ALPHA), ("beta", BETA)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "incidents.csv").write_text(text)
    return [tmp_path / "alpha", tmp_path / "beta"]


def together(found) -> set[str]:
    return set(found.merged["records"])


def test_near_events_of_two_databases_are_one_and_an_episode_matches_no_event(folders):
    found = integrate(folders, RULES)
    assert together(found) == {"alpha:1; beta:a", "alpha:2", "alpha:3", "beta:b", "beta:c"}
    assert dict(found.summary().to_numpy()) == {"alpha+beta": 1, "alpha": 2, "beta": 2}


def test_the_merged_row_keeps_days_that_both_allow_and_the_range_of_deaths(folders):
    row = integrate(folders, RULES).merged.set_index("databases").loc["alpha+beta"]
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp("2024-01-05"),) * 2
    assert (row["deaths_low"], row["deaths_high"], row["deaths_agree"]) == (2, 6, "yes")


def test_deaths_whose_ranges_do_not_overlap_disagree(folders):
    beta = folders[1] / "incidents.csv"
    beta.write_text(BETA.replace("2,4,6", "7,8,9"))
    row = integrate(folders, RULES).merged.set_index("databases").loc["alpha+beta"]
    assert row["deaths_agree"] == "no"


def test_every_row_of_every_database_is_in_the_matches_once(folders):
    found = integrate(folders, RULES)
    assert sorted(found.matches["database"] + found.matches["incident_id"]) == [
        "alpha1", "alpha2", "alpha3", "betaa", "betab", "betac",
    ]  # fmt: skip


def test_the_command_writes_a_folder_that_opens(folders, tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text("values: {event_type: {Battles: clash, clash: clash, Riots: riot}}\n")
    out = CliRunner().invoke(
        main, ["integrate", *map(str, folders), "--rules", str(rules), "--to", str(tmp_path / "both")]
    )
    assert out.exit_code == 0, out.output
    assert "alpha+beta" in out.output
    assert len(open_folder(tmp_path / "both").incidents) == 5
    assert {"matches.csv", "review.csv"} <= {path.name for path in (tmp_path / "both").iterdir()}


def test_one_folder_is_not_enough(folders):
    with pytest.raises(InputError, match="two or more folders"):
        integrate(folders[:1])
