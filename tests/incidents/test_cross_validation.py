"""Each period is judged with points that were chosen without it."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.evidence.errors import InputError
from analysis.incidents.cross_validation import (
    GOALS,
    GRID,
    PERIODS,
    choose_points,
    goal_margin,
    leave_one_period_out,
    load_trials,
    period_scores,
    trial_points,
    try_points,
)
from analysis.incidents.incident_table import LINKAGE_RULES


@pytest.fixture(scope="module")
def trials(evidence):
    return load_trials(evidence.root)


@pytest.fixture(scope="module")
def left_out(evidence, trials):
    return leave_one_period_out(evidence, trials)


@pytest.mark.slow
def test_every_point_of_the_grid_was_tried_in_every_period(trials):
    tried = set(map(tuple, trials[[*GRID, "start"]].to_numpy()))
    assert len(trials) == len(tried) == len(trial_points()) * len(PERIODS)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 26, 53, 80])
def test_a_trial_gives_again_what_the_table_says(evidence, trials, number):
    point = trial_points()[number]
    kept = trials[(trials[list(GRID)] == pd.Series(point)).all(axis=1)].reset_index(drop=True)
    again = try_points(evidence, [point])
    pd.testing.assert_frame_equal(again, kept, check_dtype=False)


def test_the_points_that_ship_are_those_that_the_trials_choose(trials):
    assert choose_points(trials) == {name: getattr(LINKAGE_RULES, name) for name in GRID}


@pytest.mark.slow
def test_in_every_period_the_points_chosen_without_it_reach_the_goals_and_beat_the_trivial_rule(left_out):
    assert len(left_out) == len(PERIODS)
    assert (left_out["f1"] >= GOALS["f1"]).all()
    assert (left_out["b3_f1"] >= GOALS["b3_f1"]).all()
    assert (left_out["count_bias"].abs() <= GOALS["count_bias"]).all()
    assert (left_out["f1"] > left_out["trivial_f1"]).all()
    assert (left_out["b3_f1"] > left_out["trivial_b3_f1"]).all()
    assert (left_out["count_bias"].abs() < left_out["trivial_count_bias"].abs()).all()


def test_a_period_has_no_say_in_the_points_that_judge_it(trials):
    for start, _ in PERIODS:
        spoilt = trials.assign(f1=trials["f1"].mask(trials["start"] == start, 0.0))
        assert choose_points(spoilt, without=start) == choose_points(trials, without=start)


@pytest.mark.slow
def test_the_scores_of_the_periods_are_those_of_all_their_incidents(evidence):
    scores = period_scores(evidence)
    reviewed = evidence.reviewed.merge(evidence.claims, on="claim_id")
    assert scores["incidents"].sum() == reviewed["incident_id"].nunique()
    assert period_scores(evidence, replace(LINKAGE_RULES, threshold=99.0))["f1"].max() < 0.5


def test_a_point_counts_as_the_worst_of_its_neighbours():
    rows = [{**point, "start": PERIODS[0][0], "f1": 0.95, "b3_f1": 0.95, "count_bias": 0.0} for point in trial_points()]
    trials = pd.DataFrame(rows)
    first = tuple(trial_points()[0].values())
    beside = {name: values[min(1, number)] for number, (name, values) in enumerate(GRID.items(), 1)}
    lucky = trials.assign(f1=trials["f1"].where((trials[list(GRID)] != pd.Series(beside)).any(axis=1), 0.5))
    assert choose_points(trials) == dict(zip(GRID, first, strict=True))
    assert choose_points(lucky) != beside


def test_the_margin_is_that_of_the_worst_score():
    scores = pd.DataFrame({"f1": [0.95, 0.89], "b3_f1": [0.94, 0.99], "count_bias": [-0.04, 0.0]})
    assert goal_margin(scores).round(9).to_list() == [0.01, -0.01]


def test_without_a_table_of_trials_the_command_that_writes_it_is_named(tmp_path):
    with pytest.raises(InputError, match="incidents evaluate --trials"):
        load_trials(tmp_path)
