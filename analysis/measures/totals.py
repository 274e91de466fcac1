"""From contradictory statements to one running total per counter, and counts between dates."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

import pandas as pd
from scipy import optimize

from analysis.evidence.errors import InputError
from analysis.measures.coverage import DAY, Window

# Which statement of a day is used, best first. `more_than` is a stale lower bound: "more than 150"
# was still said when the count stood at 165; it never stands for the total.
USABLE = ("exact", "at_least", "about")
DEFINITION = {  # what the counters of this repository count
    "Pentagon": "attacks on U.S. and coalition forces in Iraq, Syria and Jordan",
    "SOHR": "attacks on bases in Syria only",
}
COUNTER_NAME = {"SOHR": "Syrian Observatory"}  # where readers know a counter by another name
COUNTRIES = ("iraq", "syria", "jordan")  # a total may be split by country; the columns may lack
START_SLACK_DAYS = 1  # "since 18 October" and "since 17 October" begin the same count


def running_total(tallies: pd.DataFrame, counter: str, scope: str = "all") -> pd.DataFrame:
    """The running total of one counter and scope, one row per day on which one was stated.

    Rules, in this order: other counters, other scopes and `more_than` are left out; of one day the
    best bound is used (exact, at_least, about), of several such the highest, with the spread of all
    that stand shown in low and high; parts by country that add up to more than their total are left
    out; "n since a later day" holds the total at its start plus n,
    so "none since" keeps it where it was, and of the totals stated inside such a span the last
    exact one stands for all of it; a "none since" that reaches a day for which some are stated
    since the same day is not used; a total below an earlier one stays, flagged `falls`.

    Returns
    -------
    as_of (day, inclusive), total, low, high, iraq, syria, jordan, bound, n_statements, tally_ids,
    note ("", "falls", "parts exceed the total", "from 'none since'", "contradicted by 'none since'"). Rows whose note
    begins with "contradicted" are for the reader: `intervals` passes over them.

    Raises InputError if the counter or scope states nothing, or only lower bounds.
    """
    stated = tallies[(tallies["counter"] == counter) & tallies["total"].notna()]
    stated = stated[stated["scope"] == scope]
    if stated.empty:
        known = ", ".join(f"{c} ({s})" for c, s in _known(tallies))
        raise InputError(f"no totals of counter {counter!r}, scope {scope!r}; there are: {known}")
    begin = stated["since"].min()
    later = stated["since"] > begin + START_SLACK_DAYS * DAY
    usable = stated[~later & stated["bound"].isin(USABLE)]
    if usable.empty:
        raise InputError(f"counter {counter!r}, scope {scope!r} states no total that stands: only 'more than'")
    parts = [country for country in COUNTRIES if country in usable]
    said = sorted(usable.itertuples(), key=attrgetter("as_of"))
    days = pd.DataFrame([_of_one_day(day, list(rows), parts) for day, rows in groupby(said, attrgetter("as_of"))])
    days = _with_spans(days, stated[later])
    stands = days.loc[~days["note"].str.startswith("contradicted"), "total"]
    days.loc[stands.index[stands < stands.cummax()], "note"] = "falls"
    return days.assign(since=begin).reset_index(drop=True)


def _known(tallies: pd.DataFrame) -> list[tuple[str, str]]:
    return sorted(set(zip(tallies["counter"], tallies["scope"], strict=True)))


def _of_one_day(day: pd.Timestamp, rows: list, parts: list[str]) -> dict:
    bound = next(bound for bound in USABLE if any(row.bound == bound for row in rows))
    best = [row for row in rows if row.bound == bound]
    most = max(row.total for row in best)
    highest = [row for row in best if row.total == most]
    chosen = min(highest, key=lambda row: (*(_known_first(getattr(row, part)) for part in parts[:1]), row.tally_id))
    stated = {part: getattr(chosen, part) for part in parts}
    possible = sum(number for number in stated.values() if pd.notna(number)) <= chosen.total  # else a misprint
    return {
        "as_of": day,
        "total": int(chosen.total),
        "total_low": int(min(row.total for row in rows)),
        "total_high": int(max(row.total for row in rows)),
        **{part: number if possible else pd.NA for part, number in stated.items()},
        "bound": bound,
        "n_statements": len(rows),
        "tally_ids": "|".join(row.tally_id for row in rows),
        "note": "" if possible else "parts exceed the total",
    }


def _known_first(number) -> tuple[bool, int]:
    return (True, 0) if pd.isna(number) else (False, number)


def _with_spans(days: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Add what "n since a later day" says about the running total."""
    some = spans[spans["total"] > 0].groupby("since")["as_of"].min()
    for since, rows in spans[spans["total"] == 0].groupby("since"):
        stands = rows[rows["as_of"] < some.get(since, pd.Timestamp.max)]
        if len(stands):
            days = _hold(days, since, stands)
    for row in spans[spans["total"] > 0].sort_values("as_of").itertuples():
        before = days[(days["as_of"] < row.since) & ~days["note"].str.startswith("contradicted")]
        if len(before):
            total = int(before["total"].iloc[-1] + row.total)
            days = _add(days, row.as_of, total, row.tally_id, f"{row.total} since {row.since:%Y-%m-%d}")
    return days.sort_values(["as_of", "note"], ignore_index=True)


def _hold(days: pd.DataFrame, since: pd.Timestamp, stands: pd.DataFrame) -> pd.DataFrame:
    """The total does not move from the eve of `since` to the last day for which some of `stands` say so."""
    eve, until = since - DAY, stands["as_of"].max()
    inside = days["as_of"].between(since, until)
    exact = days[inside & (days["bound"] == "exact")]
    at_eve = days[days["as_of"] <= eve]
    if len(exact):
        total = int(exact["total"].iloc[-1])
    elif len(at_eve):
        total = int(at_eve["total"].iloc[-1])
    else:
        return days
    days.loc[inside & (days["total"] != total), "note"] = "contradicted by 'none since'"
    days = days[(days["as_of"] != eve) | (days["total"] == total)]
    said = {eve: stands, **dict(iter(stands.groupby("as_of")))}
    for day in (day for day in said if not (days["as_of"] == day).any()):
        days = _add(days, day, total, "|".join(said[day]["tally_id"]), "from 'none since'")
    return days.sort_values("as_of")


def _add(days: pd.DataFrame, day: pd.Timestamp, total: int, ids: str, note: str) -> pd.DataFrame:
    row = {"as_of": day, "total": total, "total_low": total, "total_high": total, "bound": "exact",
           "n_statements": ids.count("|") + 1, "tally_ids": ids, "note": note}  # fmt: skip
    return pd.concat([days, pd.DataFrame([row])], ignore_index=True)


def usable_totals(running: pd.DataFrame) -> pd.DataFrame:
    """The days of a series that stand: those contradicted by "none since" are left out, and of
    one day the last."""
    stands = running[~running["note"].str.startswith("contradicted")]
    return stands.drop_duplicates("as_of", keep="last").reset_index(drop=True)


def tallies_of_sets(tallies: pd.DataFrame, sets) -> pd.DataFrame:
    """The statements that come from the evidence sets named; all of them if none is."""
    return tallies[tallies["set"].isin(sets)] if len(sets) and "set" in tallies else tallies


def format_counter(counter: str) -> str:
    """A counter as readers know it."""
    return COUNTER_NAME.get(counter, counter)


def list_counters(tallies: pd.DataFrame, window: Window, min_days: int = 3) -> list[tuple[str, str]]:
    """(counter, scope) of every running total stated on at least `min_days` days of the window, the one
    stated most often first."""
    start, end = window
    stated = tallies[tallies["bound"].isin(USABLE) & tallies["as_of"].between(start, end)]
    days = stated[stated["total"].notna()].groupby(["counter", "scope"])["as_of"].nunique()
    often = days[days >= min_days].reset_index().sort_values(["as_of", "counter"], ascending=[False, True])
    return list(often[["counter", "scope"]].itertuples(index=False, name=None))


def country_shares(running: pd.DataFrame) -> pd.DataFrame:
    """Share of each country in the running total, on the days on which all parts were stated.

    Returns as_of, country, total (attacks in that country so far), share (0 to 1, of the sum of the
    parts: a statement whose parts do not add up to its total is not repaired).
    """
    stands = usable_totals(running)
    parts = [country for country in COUNTRIES if country in stands]
    stated = stands[stands[parts].notna().sum(axis=1) >= 2]
    long = stated[["as_of", *parts]].melt("as_of", parts, "country", "total").dropna(subset="total")
    whole = long.groupby("as_of")["total"].transform("sum")
    return long.assign(share=long["total"] / whole).sort_values(["as_of", "country"], ignore_index=True)


def isotonic_total(running: pd.DataFrame) -> pd.DataFrame:
    """A running total that never falls, nearest to the stated ones: for display only.

    Adds `fitted` (least squares under monotony; Barlow et al. 1972, by way of scipy). Nothing is
    ever computed from it.
    """
    stands = usable_totals(running)
    fit = optimize.isotonic_regression(stands["total"].astype(float))
    return stands.assign(fitted=fit.x)
