"""How many independent origins stand behind the incidents."""

import pandas as pd
import pytest

from analysis.charts import style
from analysis.charts.notebook_output import to_svg
from analysis.charts.origins_per_incident import origins_per_incident, origins_per_incident_alt


def incidents(attacks, origins, voices=None) -> pd.DataFrame:
    days = [f"2024-01-{number:02}" for number in range(1, len(origins) + 1)]
    more = {"confirmation": voices} if voices else {}
    return attacks(*days, n_origins=pd.array(origins, dtype="Int64"), **more)


def tops(ax) -> dict[int, float]:
    out: dict[int, float] = {}
    for bars in ax.containers:
        for bar in bars:
            origin = round(bar.get_x() + bar.get_width() / 2)
            out[origin] = max(out.get(origin, 0), bar.get_y() + bar.get_height())
    return out


def test_bars_count_incidents_by_origins_and_the_last_holds_all_with_more(attacks, words_of):
    ax = origins_per_incident(incidents(attacks, [1, 1, 1, 2, 6, 7, 30]))
    assert tops(ax) == {1: 3, 2: 1, 3: 0, 4: 0, 5: 0, 6: 3}
    assert words_of(ax) == ["3", "1", "0", "0", "0", "3"]
    assert ax.get_xticklabels()[-1].get_text() == "6 or more"


def test_voices_are_stacked_from_the_best_up(attacks):
    ax = origins_per_incident(incidents(attacks, [1, 1, 1], ["claim_only", "us_official", "claim_only"]))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        style.VOICE_LABEL["us_official"], style.VOICE_LABEL["claim_only"],
    ]  # fmt: skip
    officials, claims = ax.containers
    assert (officials[0].get_height(), claims[0].get_y(), claims[0].get_height()) == (1, 1, 2)


@pytest.mark.parametrize("origins", [[], [None, None]])
def test_nothing_known_is_drawn_as_zeros_and_said_in_words(attacks, origins):
    frame = incidents(attacks, origins)
    ax = origins_per_incident(frame)
    assert set(tops(ax).values()) <= {0}
    assert to_svg(ax).startswith("<?xml")
    assert "For none of them is the number known." in origins_per_incident_alt(frame)


def test_the_words_say_the_numbers_of_the_frame(attacks):
    assert origins_per_incident_alt(incidents(attacks, [1, 1, 4, 9])) == (
        "Bar chart of 4 incidents by the number of independent origins behind them. "
        "From 1 to 9 origins; 50 percent (2) rest on one, 1 on 6 or more."
    )


@pytest.mark.slow
def test_the_same_incidents_give_the_same_bytes(attacks):
    frame = incidents(attacks, [1, 2, 8], ["monitor", "us_official", "claim_only"])
    assert to_svg(origins_per_incident(frame)) == to_svg(origins_per_incident(frame))
