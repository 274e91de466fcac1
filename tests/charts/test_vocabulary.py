import matplotlib.pyplot as plt
import pandas as pd
import pytest

from analysis import charts
from analysis.charts.style import VOICE_LABEL
from analysis.charts.vocabulary import use_vocabulary
from analysis.evidence.about import About
from analysis.measures.frequency import count
from analysis.measures.place_counts import by_place


@pytest.fixture
def raids():
    use_vocabulary(About(singular="raid", plural="raids", officials="the coast guard"))
    days = pd.to_datetime(["2021-03-04", "2021-03-04", "2021-05-06"])
    yield pd.DataFrame({
        "incident_id": ["1", "2", "3"], "date": days, "date_start": days, "date_end": days, "place": ["A", "A", "B"],
        "place_id": ["A", "A", "B"], "country": "Nowhere", "latitude": [1.0, 1.0, 2.0], "longitude": [3.0, 3.0, 4.0],
        "weapon": ["gun", "gun", "knife"], "confirmation": ["us_official", "unknown", "unknown"],
    })  # fmt: skip
    use_vocabulary(About())
    plt.close("all")


def drawn(axes) -> str:
    figure = axes.figure
    return " ".join(text.get_text() for text in figure.findobj(plt.Text))


def test_charts_and_their_descriptions_speak_in_the_words_of_the_folder(raids):
    months, days = count(raids, "month", by="confirmation"), count(raids, "day")
    weapons, places = count(raids, "month", by="weapon"), by_place(raids, None)
    bars = charts.frequency_bars(months)
    said = [
        charts.frequency_alt(months), drawn(bars), charts.calendar_alt(days), charts.map_alt(places),
        charts.small_multiples_alt(weapons, "weapon"), charts.gap_strip_alt({}, ("2021-03-01", "2021-06-01")),
    ]  # fmt: skip
    assert all("raid" in each for each in said), said
    assert not [each for each in said if "attack" in each]
    assert "the coast guard" in drawn(bars)


def test_without_a_folder_of_its_own_they_are_attacks():
    assert VOICE_LABEL["us_official"] == "U.S. officials"
    assert charts.gap_strip_alt({}, ("2021-03-01", "2021-06-01")).startswith("One strip per view with a tick for every")
