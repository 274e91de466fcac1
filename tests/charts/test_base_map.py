"""A map as honest as the gazetteer: area for count, hollow for vague, beside the map for unknown."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, PolyCollection

from analysis.charts.base_map import base_map, map_alt, size
from analysis.charts.borders import countries_at
from analysis.charts.notebook_output import to_svg
from analysis.evidence.border_outlines import WORLD, read_borders
from analysis.measures.place_counts import by_place


def places(*rows) -> pd.DataFrame:
    """Places from (name, latitude, longitude, precision, count)."""
    frame = pd.DataFrame(rows, columns=["place", "latitude", "longitude", "precision", "count"])
    return frame.assign(place_id=frame["place"], country="Iraq").astype({"latitude": float, "longitude": float})


BASES = (("Alpha", 33.8, 42.4, "exact", 16), ("Bravo", 36.2, 44.0, "town", 4), ("Charlie", 35.3, 40.3, "approx_km", 1))


def circles(ax) -> list[tuple[float, float, float, bool]]:
    """Longitude, latitude, area and whether it is filled, of every circle on the map."""
    drawn = [each for each in ax.collections if isinstance(each, PathCollection)]
    return [
        (*point, area, len(each.get_facecolor()) > 0)
        for each in drawn
        for point, area in zip(np.asarray(each.get_offsets()).tolist(), each.get_sizes(), strict=True)
    ]


def test_the_area_of_a_circle_is_in_proportion_to_its_count():
    drawn = circles(base_map(places(*BASES)).axes[0])
    areas = {round(latitude, 1): area for _, latitude, area, _ in drawn}
    assert areas[33.8] / areas[35.3] == pytest.approx(16)
    assert areas[36.2] / areas[35.3] == pytest.approx(4)
    assert size(5, 10) == pytest.approx(size(10, 10) / 2)


def test_a_place_known_only_by_its_town_is_hollow():
    filled = {round(latitude, 1): solid for _, latitude, _, solid in circles(base_map(places(*BASES)).axes[0])}
    assert filled == {33.8: True, 36.2: False, 35.3: True}


@pytest.mark.slow
def test_a_place_without_a_point_stands_below_the_map_and_never_on_it(words_of):
    nowhere = ("Syria, place not named", None, None, None, 3)
    ax, key = base_map(places(*BASES, nowhere)).axes
    assert len(circles(ax)) == 3
    assert "Syria, place not named: 3" in words_of(key)
    assert "no point known:" in words_of(key)
    assert "no point known:" not in words_of(base_map(places(*BASES)).axes[1])


def test_every_base_carries_its_name_and_count(words_of):
    said = words_of(base_map(places(*BASES)).axes[0])
    assert {"Alpha: 16", "Bravo: 4", "Charlie: 1", "IRAQ", "SYRIA"} <= set(said)


def test_only_the_largest_are_named_where_there_are_many(words_of):
    said = words_of(base_map(places(*BASES), names=1).axes[0])
    assert "Alpha: 16" in said and "Bravo: 4" not in said


def test_a_degree_of_longitude_is_drawn_as_short_as_it_is():
    ax = base_map(places(*BASES)).axes[0]
    middle = np.radians(np.mean(ax.get_ylim()))
    assert ax.get_aspect() == pytest.approx(1 / np.cos(middle))


def test_the_bar_of_kilometres_is_as_long_as_it_says(words_of):
    ax = base_map(places(*BASES)).axes[0]
    (said,) = (text for text in words_of(ax) if text.endswith(" km"))
    (west, east), (south, _) = ax.lines[0].get_data()
    middle = np.radians(np.mean(ax.get_ylim()))
    assert np.radians(east - west) * 6371 * np.cos(middle) == pytest.approx(float(said.removesuffix(" km")), rel=0.01)


@pytest.mark.slow
def test_no_name_covers_another_name_or_a_circle(dataset):
    figure = base_map(by_place(dataset.incidents, dataset.evidence.places))
    ax = figure.axes[0]
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    overlaps = [(a, b) for a in range(len(boxes)) for b in range(a) if boxes[a].overlaps(boxes[b])]
    assert overlaps == []
    inside = ax.get_window_extent().padded(1)
    assert all(inside.contains(*corner) for box in boxes for corner in (box.min, box.max))


def test_every_incident_is_on_the_map_or_below_it(dataset):
    found = by_place(dataset.incidents, dataset.evidence.places)
    said = map_alt(found)
    assert found["count"].sum() == len(dataset.incidents)
    nowhere = int(found.loc[found["latitude"].isna(), "count"].sum())
    assert f"{len(dataset.incidents)} attacks." in said
    assert said.endswith(f"Not on the map, for no point is known: {nowhere} attacks.")


@pytest.mark.slow
def test_one_place_makes_a_map_and_none_is_said(words_of):
    assert to_svg(base_map(places(BASES[0]))).startswith("<?xml")
    (ax,) = base_map(places(("x", None, None, None, 2))).axes
    assert words_of(ax) == ["no place with a known point to show"]
    assert map_alt(places()) == "Map of attacks: no place with a known point to show."


@pytest.mark.slow
def test_a_map_without_borders_and_far_away_is_drawn():
    assert to_svg(base_map(places(("Somewhere", -10.0, 150.0, None, 2)), borders={})).startswith("<?xml")
    assert len(circles(base_map(places(("Somewhere", -10.0, 150.0, None, 2))).axes[0])) == 1


def test_a_name_may_be_anything():
    assert to_svg(base_map(places((r"$\bad$ <b> & " + "x" * 200, 33.0, 44.0, "exact", 2)))).startswith("<?xml")


@pytest.mark.slow
def test_the_same_places_give_the_same_bytes():
    assert to_svg(base_map(places(*BASES))) == to_svg(base_map(places(*BASES)))


# The borders


def test_the_borders_are_small_and_those_of_the_region():
    from analysis.evidence.border_outlines import FILE

    assert FILE.stat().st_size < 100_000
    assert {"Iraq", "Syria", "Jordan", "Turkey", "Iran"} <= set(read_borders())


def test_every_outline_is_closed_and_has_as_much_land_as_the_country():
    area = {"Iraq": 437_072, "Syria": 185_180, "Jordan": 89_342}  # km2, as atlases give them
    for name, expected in area.items():
        total = 0.0
        for outline in read_borders()[name]:
            assert (outline[0] == outline[-1]).all()
            x, y = np.radians(outline[:, 0]), np.sin(np.radians(outline[:, 1]))  # equal-area
            total += 6371.0**2 * abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2
        assert total == pytest.approx(expected, rel=0.02)


def test_neighbours_share_their_border_point_by_point():
    borders = {name: np.concatenate(read_borders()[name]) for name in ("Iraq", "Syria", "Jordan")}
    points = {name: set(map(tuple, each)) for name, each in borders.items()}
    assert len(points["Iraq"] & points["Syria"]) > 20
    assert len(points["Iraq"] & points["Jordan"]) >= 3


@pytest.mark.slow
def test_every_base_lies_in_the_country_the_gazetteer_gives_it(evidence):
    from matplotlib.path import Path

    known = evidence.places.dropna(subset=["latitude"])
    wrong = [row.place_id for row in known.itertuples()
             if not any(Path(each).contains_point((row.longitude, row.latitude), radius=0.05) or
                        Path(each).contains_point((row.longitude, row.latitude), radius=-0.05)
                        for each in read_borders()[row.country])]  # fmt: skip
    assert wrong == []


def test_a_folder_without_borders_has_none(tmp_path):
    assert read_borders(tmp_path / "none.geojson") == {}


def test_the_world_has_land_everywhere_and_only_points_that_are_there():
    world = read_borders(WORLD)
    assert len(world) > 170
    paris, lagos, lima = (2.35, 48.85), (3.4, 6.6), (-77.0, -12.0)
    assert countries_at(np.array([paris, lagos, lima]), world) == {"France", "Nigeria", "Peru"}


def test_points_on_both_sides_of_the_date_line_lie_side_by_side():
    places = pd.DataFrame(
        {"place": ["Fiji", "Samoa"], "country": ["Fiji", "Samoa"],
         "latitude": [-17.0, -13.8], "longitude": [178.0, -172.0],
         "precision": None, "count": [3, 4], "place_id": None}
    )  # fmt: skip
    ax = base_map(places).axes[0]
    west, east = ax.get_xlim()
    assert east - west < 30


def test_a_map_has_land_up_to_its_edges_and_not_only_around_its_points():
    places = pd.DataFrame(
        {"place": ["Gondar", "Pemba"], "country": ["Ethiopia", "Mozambique"], "latitude": [12.6, -13.0],
         "longitude": [37.5, 40.5], "precision": None, "count": [3, 4], "place_id": None}
    )  # fmt: skip
    ax = base_map(places).axes[0]
    (west, _), (south, north) = ax.get_xlim(), ax.get_ylim()
    edge = np.array([(west + 0.5, at) for at in np.linspace(max(south, -10), min(north, 15), 9)])
    drawn = [path for each in ax.collections if isinstance(each, PolyCollection) for path in each.get_paths()]
    assert west < 25 and np.any([path.contains_points(edge) for path in drawn], axis=0).all()


def test_no_outline_runs_across_the_whole_map():
    for name, outlines in read_borders(WORLD).items():
        for outline in outlines:
            jumps = np.abs(np.diff(outline[:, 0]))
            assert name == "Antarctica" or jumps.max() < 180, name


def test_more_than_some_hundred_points_become_cells_that_keep_every_incident():
    rng = np.random.default_rng(0)
    n = 5000
    incidents = pd.DataFrame(
        {"date": pd.Timestamp("2024-01-01"), "place_id": None, "place": "place not named", "country": None,
         "latitude": rng.uniform(-60, 60, n), "longitude": rng.uniform(-180, 180, n)}
    )  # fmt: skip
    found = by_place(incidents)
    assert len(found) <= 300
    assert found["count"].sum() == n
    assert found["places"].sum() == n


def test_without_an_id_the_point_is_the_place():
    incidents = pd.DataFrame(
        {"date": pd.Timestamp("2024-01-01"), "place_id": None, "place": ["San Jose"] * 3, "country": "X",
         "latitude": [10.0, 10.0001, 20.0], "longitude": [5.0, 5.0, 6.0]}
    )  # fmt: skip
    assert by_place(incidents)[["latitude", "count"]].to_numpy().tolist() == [[10.0, 2], [20.0, 1]]


def test_a_point_that_stands_for_a_region_is_hollow_in_a_table_of_ones_own():
    incidents = pd.DataFrame(
        {"date": pd.Timestamp("2024-01-01"), "place_id": None, "place": ["A", "B"], "country": "X",
         "latitude": [10.0, 11.0], "longitude": [5.0, 6.0], "coord_precision": ["exact", "region"]}
    )  # fmt: skip
    assert dict(by_place(incidents)[["place", "precision"]].to_numpy()) == {"A": "exact", "B": "region"}
