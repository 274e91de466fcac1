"""The grouping is judged by the reviewer's decisions, and the judge itself by arithmetic."""

import numpy as np
import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.incidents.evaluation import (
    MEASURES,
    bootstrap_scores,
    cluster_scores,
    evaluate_grouping,
    labelled_clusters,
    pair_contributions,
    worst_disagreements,
)


def scored(found: str, true: str) -> dict[str, float]:
    """Scores of a grouping written as one letter a claim."""
    return dict(
        zip(
            MEASURES,
            cluster_scores(pair_contributions(pd.Series(list(found)), pd.Series(list(true))).sum()),
            strict=True,
        )
    )


def test_a_perfect_grouping_scores_one_and_counts_right():
    score = scored("aabbbc", "xxyyyz")
    assert score.pop("count bias") == 0
    assert all(value == 1 for value in score.values())


def test_known_arithmetic_of_one_wrong_split():
    # true pairs: 3 (xxx) + 1 (yy) = 4; found pairs: 1 (aa) + 1 (cc) = 2, both right
    score = scored("aabcc", "xxxyy")
    assert score["precision"] == 1
    assert score["recall"] == 2 / 4
    assert score["F1"] == pytest.approx(2 / 3)
    assert score["B3 precision"] == 1
    assert score["B3 recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert score["count bias"] == pytest.approx(3 / 2 - 1)


def test_known_arithmetic_of_two_incidents_joined():
    score = scored("aaaa", "xxyy")
    assert score["precision"] == pytest.approx(2 / 6)
    assert score["recall"] == 1
    assert score["B3 precision"] == 0.5
    assert score["count bias"] == pytest.approx(1 / 2 - 1)
    assert score["adjusted Rand"] == pytest.approx(0)


def test_the_adjusted_rand_index_is_that_of_the_literature():
    # Hubert and Arabie (1985): sum C(n_ij,2)=4, rows 7, columns 6, of C(7,2)=21
    found, true = "aaabbbb", "xxyyyyz"
    table = pd.crosstab(pd.Series(list(found)), pd.Series(list(true))).to_numpy()

    def pairs(n):
        return (n * (n - 1) / 2).sum()

    both, rows, columns = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    chance = rows * columns / pairs(np.array([7]))
    assert scored(found, true)["adjusted Rand"] == pytest.approx((both - chance) / ((rows + columns) / 2 - chance))


def test_only_single_claims_and_none_joined_is_no_error():
    assert scored("abc", "xyz")["F1"] == 1


def test_the_interval_of_the_bootstrap_holds_the_score_and_is_the_same_for_the_same_seed():
    rng = np.random.default_rng(1)
    true = pd.Series(rng.integers(0, 40, 200))
    found = true.where(rng.random(200) > 0.2, 100 + rng.integers(0, 40, 200))
    parts = pair_contributions(found, true)
    low, high = bootstrap_scores(parts, 300, 0.95, seed=3)
    assert (low <= cluster_scores(parts.sum())).all()
    assert (cluster_scores(parts.sum()) <= high).all()
    assert (low < high).all()
    np.testing.assert_array_equal(low, bootstrap_scores(parts, 300, 0.95, seed=3)[0])


@pytest.mark.slow
def test_on_the_record_the_rule_alone_reaches_its_goals_and_beats_the_trivial_rule(evidence):
    table = evaluate_grouping(evidence, draws=200).set_index("measure")
    assert table.loc["F1", "algorithm"] >= 0.90
    assert table.loc["B3 F1", "algorithm"] >= 0.92  # 0.93 but for three bases that officials do not name
    assert abs(table.loc["count bias", "algorithm"]) <= 0.07
    assert table.loc["F1", "algorithm"] > table.loc["F1", "trivial_high"]
    assert abs(table.loc["count bias", "algorithm"]) < abs(table.loc["count bias", "trivial"])


def test_the_rule_is_judged_without_having_seen_the_decisions(evidence):
    grouping = labelled_clusters(evidence)
    assert set(grouping.index) == set(evidence.reviewed["claim_id"])
    assert (grouping["algorithm"] != grouping["incident_id"]).any()
    split = grouping.groupby("incident_id")["algorithm"].nunique()
    assert (split > 1).any(), "with the decisions no reviewed incident could be split"


@pytest.mark.slow
def test_disagreements_name_the_claims_and_come_worst_first(evidence):
    table = worst_disagreements(evidence, most=10)
    assert list(table["wrong_pairs"]) == sorted(table["wrong_pairs"], reverse=True)
    assert set(table["kind"]) <= {"split", "joined"}
    assert table["detail"].str.contains(r"\|").all()


@pytest.mark.slow
def test_without_decisions_there_is_nothing_to_judge_by(evidence):
    from dataclasses import replace

    with pytest.raises(InputError, match="no decision"):
        evaluate_grouping(replace(evidence, reviewed=evidence.reviewed.iloc[:0]))
