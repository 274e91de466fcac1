import numpy as np
import pandas as pd
import pytest

from analysis.incidents.copies import assign_witnesses, find_reruns
from analysis.incidents.reconciliation import reconcile
from analysis.incidents.record_linkage import CategoryLevels, LinkageRules

RULES = LinkageRules(categories=(CategoryLevels("weapon", ("weapon",), agree=1.0, differ=-2.0),), figures=("count",))


def table(*rows: dict) -> pd.DataFrame:
    """Reports of one agency on day 1 of 2031, in a document each, as far as `rows` say nothing else."""
    usual = {"day": 0, "origin": "agency", "place": "a", "country": "x", "weapon": "drone", "count": 3}
    frame = pd.DataFrame([{"document": f"d{i}"} | usual | row for i, row in enumerate(rows)])
    dates = pd.Timestamp("2031-01-01") + pd.to_timedelta(frame["day"], unit="D")
    names = [f"r{i:03}" for i in range(len(frame))]
    return frame.assign(report_id=names, date_start=dates, date_end=dates)


def heard(*rows: dict) -> int:
    reports = table(*rows)
    return len(set(assign_witnesses(reports, RULES, pd.Series(None, reports.index, dtype="object"))))


@pytest.mark.parametrize(
    ("other", "number"),
    [({}, 1), ({"origin": "press"}, 2), ({"origin": None}, 2), ({"day": 1}, 2), ({"count": 4}, 2),
     ({"count": None}, 2), ({"weapon": None}, 2), ({"place": "b"}, 2), ({"document": "d0"}, 2)],
)  # fmt: skip
def test_copies_agree_in_all_but_the_document(other, number):
    assert heard({}, other) == number


def test_two_documents_with_the_same_two_lines_are_two_witnesses():
    assert heard({"document": "d"}, {"document": "d"}, {"document": "e"}, {"document": "e"}) == 2


def stories(n: int = 60) -> list[dict]:
    """One event a week, each told by the agency alone, no two alike."""
    weapons = ("drone", "rocket", "mortar", "bomb")
    return [{"day": 7 * i, "place": f"p{i % 12}", "weapon": weapons[i % 4], "count": 1 + i} for i in range(n)]


def again(**said) -> list[dict]:
    """Twenty of the stories told again after the last, with what `said` changes."""
    return [story | {"day": 500 + 7 * i} | said for i, story in enumerate(stories()[:20])]


def called(*rows: dict) -> list[str]:
    found = reconcile(table(*rows), RULES)
    return [reason for reason in found["reason"].dropna() if reason.startswith("tells again")]


def test_old_stories_told_again_as_new_are_called_with_the_older_report():
    assert called(*stories(), *again()) == [
        f"tells again, as new, what an older report told: r{i:03}" for i in range(20)
    ]


@pytest.mark.parametrize("said", [{"origin": "press"}, {"origin": None}, {"date_basis": "stated"}, {"count": 99}])
def test_what_another_says_or_what_states_its_day_or_differs_is_told_anew(said):
    assert called(*stories(), *again(**said)) == []


def test_what_another_origin_tells_as_well_is_no_old_story():
    others = [story | {"origin": "press", "document": f"press {i}"} for i, story in enumerate(again())]
    assert called(*stories(), *again(), *others) == []


def test_a_single_repeat_may_be_chance():
    assert called(*stories(), *again()[:1]) == []


def test_an_agency_whose_reports_are_all_alike_tells_no_old_story():
    assert called(*({"day": 40 * i} for i in range(30))) == []


def test_a_repeat_within_the_month_is_no_old_story():
    reports = table(*stories(), *(story | {"day": story["day"] + 21} for story in stories()[:20]))
    assert find_reruns(reports, pd.Series(np.arange(len(reports))), RULES).isna().all()
    assert RULES.rerun_days > 21


def test_a_decision_places_a_story_told_again():
    decisions = pd.Series({"r060": "X"})
    found = reconcile(table(*stories(), *again()), RULES, decisions).set_index("report_id")
    assert found["group"]["r060"] == "r060"
    assert found["group"].iloc[61:].isna().all()
