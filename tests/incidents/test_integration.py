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


@pytest.mark.slow
def test_near_events_of_two_databases_are_one_and_an_episode_matches_no_event(folders):
    found = integrate(folders, RULES)
    assert together(found) == {"alpha:1; beta:a", "alpha:2", "alpha:3", "beta:b", "beta:c"}
    assert dict(found.summary().to_numpy()) == {"alpha+beta": 1, "alpha": 2, "beta": 2}


@pytest.mark.slow
def test_the_merged_row_keeps_days_that_both_allow_and_the_range_of_deaths(folders):
    row = integrate(folders, RULES).merged.set_index("databases").loc["alpha+beta"]
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp("2024-01-05"),) * 2
    assert (row["deaths_low"], row["deaths_high"], row["deaths_agree"]) == (2, 6, "yes")


@pytest.mark.slow
def test_deaths_whose_ranges_do_not_overlap_disagree(folders):
    beta = folders[1] / "incidents.csv"
    beta.write_text(BETA.replace("2,4,6", "7,8,9"))
    row = integrate(folders, RULES).merged.set_index("databases").loc["alpha+beta"]
    assert row["deaths_agree"] == "no"


@pytest.mark.slow
def test_every_row_of_every_database_is_in_the_matches_once(folders):
    found = integrate(folders, RULES)
    assert sorted(found.matches["database"] + found.matches["incident_id"]) == [
        "alpha1", "alpha2", "alpha3", "betaa", "betab", "betac",
    ]  # fmt: skip


@pytest.mark.slow
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


class TestWhatAPersonTypes:
    @pytest.fixture
    def run(self, folders, tmp_path):
        def again():
            out = CliRunner().invoke(main, ["integrate", *map(str, folders), "--to", str(tmp_path / "both")])
            return out, tmp_path / "both" / "review.csv"

        return again

    def events(self, review):
        return set(pd.read_csv(review.parent / "incidents.csv")["records"])

    def type_in(self, review, text):
        review.write_text("a;b;decision;why\n" + text, encoding="utf-16")  # as a spreadsheet saves it

    @pytest.mark.slow
    def test_it_comes_before_the_rule_and_stays_in_the_file(self, run):
        _, review = run()
        assert "alpha:1; beta:a" in self.events(review)
        self.type_in(review, "alpha:1;beta:a;No;two squads\nalpha:2;beta:c;yes;same report\nalpha:9;beta:a;yes;\n")
        for _ in range(2):
            out, review = run()
            assert out.exit_code == 0, out.output
            assert {"alpha:1", "beta:a", "alpha:2; beta:c"} <= self.events(review)
        typed = pd.read_csv(review, keep_default_na=False).set_index(["a", "b"])
        assert typed.loc[("alpha:1", "beta:a"), ["decision", "why", "joined"]].tolist() == ["no", "two squads", "no"]
        assert typed.loc[("alpha:9", "beta:a"), "joined"] == "row is gone"

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("alpha:1;beta:a;perhaps;\n", "row 2, column decision: 'perhaps'"),
            ("alpha:1;beta:a;yes;\nalpha:1;beta:a;no;\n", "one decision for each pair"),
            ("alpha:1;beta:a;yes;\nalpha:2;beta:a;yes;\n", "two rows of one database stay two"),
            ("alpha:3;beta:a;yes;\n", "an event and an episode are never one"),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_is_written(self, run, text, said):
        _, review = run()
        self.type_in(review, text)
        before = review.read_bytes()
        out, _ = run()
        assert out.exit_code == 2
        assert said in out.output
        assert review.read_bytes() == before
