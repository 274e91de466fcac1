"""Worlds in which the truth is known: planted events, and sources that tell them as sources do.

A scene is a day at a place where one event happens, sometimes two. Tellers (origins) tell a scene,
each in its own version; outlets print what a teller says, one document for each outlet and day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.incidents.record_linkage import CategoryLevels, LinkageRules

FAMILY = {"drone": "aircraft", "rocket": "indirect fire", "mortar": "indirect fire", "bomb": "bomb"}
EFFECT = {"shot down": "stopped", "fell short": "stopped", "hit": "hit", "destroyed": "hit"}
FIRST_DAY = pd.Timestamp("2031-01-01")

RULES = LinkageRules(
    near_km=5.0,
    same_origin=-0.5,
    categories=(
        CategoryLevels("weapon", ("weapon", "family"), agree=1.0, differ=-2.0),
        CategoryLevels("result", ("result", "effect"), agree=0.5, differ=-0.5),
    ),
    figures=("count", "injured"),
)


@dataclass(frozen=True)
class Shares:
    """How often, as shares: of scenes `twin` and `wave`, of copies `cut`, of all reports and added to them
    `rerun`, `summary`, `denial`; of the versions told, all others. The defaults are about those of the
    record in data/, where they can be counted there, and no better."""

    twin: float = 0.05  # two events on one day at one place
    wave: float = 0.02  # three of them
    no_ordinal: float = 0.5  # a teller of several events of one day does not say which was the first
    no_time: float = 0.8  # ... nor at what hour
    passed_over: float = 0.1  # a teller of two such events leaves one out
    off_by_a_day: float = 0.07
    two_days: float = 0.2  # a range of two days, one of which is right
    no_place: float = 0.05  # names the country only
    wrong_country: float = 0.01  # half of them name the right place, half no place
    no_weapon: float = 0.15
    wrong_weapon: float = 0.03
    no_result: float = 0.5
    wrong_result: float = 0.1
    no_count: float = 0.5
    wrong_count: float = 0.1
    no_injured: float = 0.7
    wrong_injured: float = 0.1
    cut: float = 0.05  # a copy that drops the figures
    rerun: float = 0.02  # an old report printed again months later under a new date
    summary: float = 0.02  # one line that sums up the last two to five events of a place
    denial: float = 0.01


USUAL = Shares()


def world(
    seed: int, incidents: int = 120, reports_per_incident: float = 4.0, days: int = 180, places: int = 12,
    countries: int = 3, tellers: int = 30, shares: Shares = USUAL,
) -> tuple[pd.DataFrame, pd.Series]:  # fmt: skip
    """Reports as `analysis.incidents.reconciliation.reconcile` takes them, and the truth.

    The truth is the event id by report_id; missing for a summary, which is no single event's. An
    event that nobody tells is not in it. The rows come in no order. `RULES` suit the columns; the
    column kind (report, rerun, summary, denial) is for the judge alone.
    """
    rng = np.random.default_rng(seed)
    scenes = _scenes(rng, incidents, days, places, shares)
    scenes["country"] = scenes["place"] % countries
    events = _events(rng, scenes, incidents)
    versions = _versions(rng, scenes, events, reports_per_incident, tellers, shares)
    told = _printed(rng, _distorted(rng, versions, countries, shares), tellers, shares)
    summaries = _summaries(rng, events, told["origin"].to_numpy(), shares)
    extra = [_reruns(rng, told, shares), summaries, _denials(rng, told, shares)]
    reports = pd.concat([told, *extra], ignore_index=True)
    reports = reports.iloc[rng.permutation(len(reports))].reset_index(drop=True)
    reports.insert(0, "report_id", [f"r{number:06}" for number in range(len(reports))])
    truth = reports.set_index("report_id")["event"]
    return _finished(reports, rng, places), truth


def kind_of(reports: pd.DataFrame) -> pd.Series:
    """What each report is, by report_id: report, rerun, summary or denial."""
    return reports.set_index("report_id")["kind"]


def _scenes(rng, incidents: int, days: int, places: int, shares: Shares) -> pd.DataFrame:
    """Some places are hit far more often than others, up to three times and a half."""
    popularity = 1 / np.sqrt(1 + np.arange(places) % 12)
    return pd.DataFrame(
        {
            "day": rng.integers(0, days, incidents),
            "place": rng.choice(places, incidents, p=popularity / popularity.sum()),
            "events": rng.choice([1, 2, 3], incidents, p=[1 - shares.twin - shares.wave, shares.twin, shares.wave]),
        }
    )


def _events(rng, scenes: pd.DataFrame, incidents: int) -> pd.DataFrame:
    events = scenes.loc[scenes.index.repeat(scenes["events"]), ["day", "place", "country"]].iloc[:incidents]
    n = len(events)
    injured = np.where(rng.random(n) < 0.2, rng.geometric(0.2, n), 0)
    nth = events.groupby(level=0).cumcount() + 1
    return events.assign(
        scene=events.index,
        ordinal=nth.astype(float).where(scenes.loc[events.index, "events"] > 1),
        minute=60 * 6 * nth + rng.integers(-60, 60, n),  # six hours apart
        event=[f"e{number:06}" for number in range(n)],
        weapon=rng.choice(list(FAMILY), n, p=[0.5, 0.3, 0.1, 0.1]),
        result=rng.choice(list(EFFECT), n),
        count=rng.geometric(0.4, n).astype(float),
        injured=injured.astype(float),
    ).reset_index(drop=True)


def _versions(rng, scenes, events, reports_per_incident: float, tellers: int, shares: Shares) -> pd.DataFrame:
    """One row per event and teller. The big tellers tell most; each is printed one to four times."""
    copies = 1.5
    heard = 1 + rng.poisson(max(reports_per_incident / copies - 1, 0), len(scenes))
    weight = 1 / np.arange(1, tellers + 1)
    told = pd.DataFrame({"scene": np.repeat(scenes.index, heard)})
    told["origin"] = rng.choice(tellers, len(told), p=weight / weight.sum())
    told["printed"] = np.minimum(rng.geometric(1 / copies, len(told)), 4)
    told = told.drop_duplicates(["scene", "origin"])
    told["telling"] = np.arange(len(told))
    versions = told.merge(events, on="scene")
    twins = versions["scene"].map(events["scene"].value_counts()) > 1
    return versions[~(twins & (rng.random(len(versions)) < shares.passed_over))].reset_index(drop=True)


def _distorted(rng, versions: pd.DataFrame, countries: int, shares: Shares) -> pd.DataFrame:
    """What a teller gets wrong or leaves out; all copies inherit it."""
    n = len(versions)

    def some(share: float) -> np.ndarray:
        return rng.random(n) < share

    shift = np.where(some(shares.off_by_a_day), rng.choice([-1, 1], n), 0)
    wide = some(shares.two_days)
    start = versions["day"] + np.where(wide, -rng.integers(0, 2, n), shift)
    abroad = some(shares.wrong_country)
    placeless = some(shares.no_place) | (abroad & some(0.5))
    out = versions.assign(
        true_day=versions["day"],
        start=start,
        end=start + wide,
        abroad=abroad,
        country=(versions["country"] + abroad) % countries,
        place=versions["place"].mask(placeless),
    )
    for name, values in (("weapon", list(FAMILY)), ("result", list(EFFECT))):
        wrong = some(getattr(shares, f"wrong_{name}"))
        out[name] = out[name].mask(wrong, rng.choice(values, n))
    for name in ("count", "injured"):
        wrong = some(getattr(shares, f"wrong_{name}"))
        out[name] = out[name].mask(wrong, out[name] + rng.integers(1, 4, n))
    out["time"] = out["minute"]
    for name in ("weapon", "result", "count", "injured", "ordinal", "time"):
        out[name] = out[name].mask(some(getattr(shares, f"no_{name}")))
    return out


def _printed(rng, versions: pd.DataFrame, tellers: int, shares: Shares) -> pd.DataFrame:
    """One row per event and document. A telling's copies stand in the same outlets for all its events;
    an outlet that prints two tellings of one event prints two documents."""
    printings = versions[["telling", "origin", "printed"]].drop_duplicates("telling")
    printings = printings.loc[printings.index.repeat(printings["printed"])].drop(columns="printed")
    first = ~printings["telling"].duplicated()
    others = rng.integers(tellers, 3 * tellers + 10, len(printings))
    printings["outlet"] = np.where(first, printings["origin"], others)
    printings = printings.drop_duplicates(["telling", "outlet"])
    told = versions.merge(printings[["telling", "outlet"]], on="telling")
    again = told.groupby(["outlet", "true_day", "event"]).cumcount()
    outlet, day = told["outlet"].astype(str), told["true_day"].astype(str)
    told["document"] = "outlet " + outlet + ", day " + day + ", " + again.astype(str)
    cut = rng.random(len(told)) < shares.cut
    told.loc[cut, ["count", "injured"]] = np.nan
    return told.assign(kind="report", stance="reports", events=np.nan)


def _reruns(rng, told: pd.DataFrame, shares: Shares) -> pd.DataFrame:
    """Reports printed again two to nine months later, as if they spoke of that day."""
    old = told.sample(rng.binomial(len(told), shares.rerun), random_state=rng)
    later = rng.integers(60, 270, len(old))
    return old.assign(
        start=old["start"] + later, end=old["end"] + later, kind="rerun",
        document=[f"printed again {number}" for number in range(len(old))],
    )  # fmt: skip


def _summaries(rng, events: pd.DataFrame, origins: np.ndarray, shares: Shares) -> pd.DataFrame:
    """'The last four attacks': it says how many, or its days are many."""
    rows = []
    for number in range(rng.binomial(len(origins), shares.summary)):
        last = events.iloc[rng.integers(len(events))]
        there = events[(events["place"] == last["place"]) & (events["day"] <= last["day"])]
        told = there.sort_values("day").tail(rng.integers(2, 6))
        if len(told) < 2:
            continue
        start, end = told["day"].min(), told["day"].max()
        rows.append(
            {"document": f"summary {number}", "origin": rng.choice(origins), "start": start, "end": end,
             "country": last["country"], "place": last["place"] if rng.random() < 0.5 else np.nan,
             "weapon": last["weapon"] if rng.random() < 0.5 else np.nan,
             "events": len(told) if end - start <= 7 or rng.random() < 0.5 else np.nan}
        )  # fmt: skip
    return pd.DataFrame(rows).assign(kind="summary", stance="reports") if rows else pd.DataFrame()


def _denials(rng, told: pd.DataFrame, shares: Shares) -> pd.DataFrame:
    denied = told.sample(rng.binomial(len(told), shares.denial), random_state=rng)
    return denied.assign(
        kind="denial", stance="denies", origin=rng.choice(told["origin"], len(denied)),
        count=np.nan, injured=np.nan,
        document=[f"denial {number}" for number in range(len(denied))],
    )  # fmt: skip


def _finished(reports: pd.DataFrame, rng, places: int) -> pd.DataFrame:
    """Days as dates, places with names and coordinates, columns that `reconcile` knows."""
    latitude, longitude = rng.uniform(30, 36, places), rng.uniform(36, 46, places)
    named = reports["place"].notna()
    at = reports["place"].fillna(0).astype(int).to_numpy()
    return pd.DataFrame(
        {
            "report_id": reports["report_id"],
            "document": reports["document"],
            "origin": "teller " + reports["origin"].astype(str),
            "date_start": FIRST_DAY + pd.to_timedelta(reports["start"], unit="D"),
            "date_end": FIRST_DAY + pd.to_timedelta(reports["end"], unit="D"),
            "place": pd.Series(at, dtype=str).radd("place ").where(named),
            "country": "country " + reports["country"].astype(int).astype(str),
            "latitude": pd.Series(latitude[at]).where(named),
            "longitude": pd.Series(longitude[at]).where(named),
            "weapon": reports["weapon"],
            "family": reports["weapon"].map(FAMILY),
            "result": reports["result"],
            "effect": reports["result"].map(EFFECT),
            "count": reports["count"],
            "injured": reports["injured"],
            "time_of_day": reports["time"].map(_clock, na_action="ignore").astype("str"),
            "ordinal": reports["ordinal"],
            "stance": reports["stance"],
            "events": reports["events"],
            "kind": reports["kind"],
        }
    )


def _clock(minute: float) -> str:
    return f"{int(minute) // 60:02}:{int(minute) % 60:02}"


# Another country: event datasets.

KINDS = (
    ("arson", "property", "violence"),
    ("looting", "property", "violence"),
    ("shooting", "armed", "violence"),
    ("ambush", "armed", "violence"),
    ("march", "crowd", "protest"),
    ("sit-in", "crowd", "protest"),
    ("strike", "labour", "protest"),
)
ACTORS = (("army", "state"), ("police", "state"), ("militia", "rebels"), ("cell", "rebels"), (None, None))


def datasets(seed: int, events: int = 400, days: int = 365, share: float = 0.75) -> tuple[pd.DataFrame, pd.Series]:
    """Three datasets of the events of one country, and the event id by report_id.

    Each dataset holds a `share` of the events: the day off by one or two in a fifth of its rows, the
    point some km off, the finest of three categories left out or another one's here and there. It
    names neither place nor country nor origin.
    """
    rng = np.random.default_rng(seed)
    towns = rng.uniform(0, 5, (25, 2))
    near_town = towns[rng.integers(0, 25, events)] + rng.normal(0, 0.05, (events, 2))
    point = np.where(rng.random((events, 1)) < 0.5, near_town, rng.uniform(0, 5, (events, 2)))
    day, kind = rng.integers(0, days, events), rng.integers(0, len(KINDS), events)
    actor = rng.integers(0, len(ACTORS), events)
    tables = []
    for name in ("alpha", "beta", "gamma"):
        held = np.flatnonzero(rng.random(events) < share)
        n = len(held)
        off = rng.choice([-2, -1, 0, 1, 2], n, p=[0.02, 0.08, 0.8, 0.08, 0.02])
        coded = np.where(rng.random(n) < 0.05, rng.integers(0, len(KINDS), n), kind[held])
        said = np.array(KINDS, dtype=object)[coded]
        said[rng.random(n) < 0.2, 0] = None
        who = np.array(ACTORS, dtype=object)[actor[held]]
        dates = FIRST_DAY + pd.to_timedelta(day[held] + off, unit="D")
        tables.append(pd.DataFrame(
            {"document": name, "date_start": dates, "date_end": dates,
             "latitude": 8 + point[held, 0] + rng.normal(0, 0.03, n),
             "longitude": 2 + point[held, 1] + rng.normal(0, 0.03, n),
             "kind": said[:, 0], "class": said[:, 1], "realm": said[:, 2],
             "actor": who[:, 0], "side": who[:, 1], "event": held}))  # fmt: skip
    reports = pd.concat(tables, ignore_index=True)
    reports.insert(0, "report_id", reports["document"] + reports.index.astype(str).str.zfill(6))
    return reports.drop(columns="event"), reports.set_index("report_id")["event"]
