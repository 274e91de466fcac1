"""From contradictory statements to one running total per counter, and counts between dates."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

import pandas as pd
from scipy import optimize

from analysis.evidence.arguments import read_window, require_columns, require_type
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
COUNTER_CONFIRMATION = {"Pentagon": "us_official", "Lead IG": "us_official", "SOHR": "monitor"}  # others: unknown
COUNTRIES = ("iraq", "syria", "jordan")  # a total may be split by country; the columns may lack
START_SLACK_DAYS = 1  # "since 18 October" and "since 17 October" begin the same count


def running_total(tallies: pd.DataFrame, counter: str, scope: str = "all") -> pd.DataFrame:
    """One running total of a counter from contradictory statements, one row for each day on which it was stated.

    Parameters
    ----------
    tallies : DataFrame
        Rows of tallies.csv: tally_id, counter, scope, since, as_of, total, bound and, where stated, one column for each
        country.
    counter : str
        Who counts, such as Pentagon.
    scope : str
        What is counted: all, or one country.

    Returns
    -------
    DataFrame
        as_of (day, inclusive), total, total_low, total_high (lowest and highest total stated for that day), iraq,
        syria, jordan (parts, where stated), bound, n_statements, tally_ids (joined by ``|``), note ("", "falls", "parts
        exceed the total", "from 'none since'", "contradicted by 'none since'"), since (first day of the count).

    Raises
    ------
    InputError
        If the counter or the scope states nothing, or only lower bounds.

    Notes
    -----
    The rules, in this order:

    - Other counters, other scopes and the bound more_than are left out.
    - Of one day the best bound is used (exact, at_least, about), of several such the highest.
    - Parts by country that add up to more than their total are left out.
    - "n since a later day" sets the total to its value at that day plus n, so that "none since" keeps it where it was.
      Of the totals stated inside such days the last exact one stands for all of them. A "none since" that reaches a
      day for which some are stated since the same day is not used.
    - A total below an earlier one stays, with the note "falls".

    Rows whose note begins with "contradicted" are for the reader: `usable_totals` leaves them out.

    Examples
    --------
    >>> tallies = pd.DataFrame({
    ...     "tally_id": ["t1", "t2"], "counter": "Pentagon", "scope": "all", "since": pd.Timestamp("2023-10-17"),
    ...     "as_of": pd.to_datetime(["2023-11-30", "2024-01-29"]), "total": [73, 165], "bound": "exact"})
    >>> running_total(tallies, "Pentagon")[["total", "note"]].to_numpy().tolist()
    [[73, ''], [165, '']]
    """
    require_columns(tallies, ("counter", "scope", "since", "as_of", "total", "bound"), "tallies")
    stated = tallies[(tallies["counter"] == counter) & tallies["total"].notna()]
    stated = stated[stated["scope"] == scope]
    if stated.empty:
        known = ", ".join(f"{c} ({s})" for c, s in _known(tallies))
        raise InputError(f"no totals of counter {counter!r}, scope {scope!r}; there are: {known}")
    begin = stated["since"].min()
    later = stated["since"] > begin + START_SLACK_DAYS * DAY
    usable = stated[~later & stated["bound"].isin(USABLE)]
    if usable.empty:
        raise InputError(f"counter {counter!r}, scope {scope!r} states no usable total: only 'more than'")
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
    """The days of a running total that can be used.

    Parameters
    ----------
    running : DataFrame
        From `running_total`.

    Returns
    -------
    DataFrame
        The rows that no "none since" contradicts; of one day the last.

    Examples
    --------
    >>> running = pd.DataFrame({"as_of": [1, 2], "total": [5, 9], "note": ["", "contradicted by 'none since'"]})
    >>> usable_totals(running)["total"].tolist()
    [5]
    """
    require_columns(running, ("as_of", "note"), "running")
    stands = running[~running["note"].str.startswith("contradicted")]
    return stands.drop_duplicates("as_of", keep="last").reset_index(drop=True)


def tallies_of_sets(tallies: pd.DataFrame, sets) -> pd.DataFrame:
    """The statements that come from some evidence sets.

    Parameters
    ----------
    tallies : DataFrame
        Rows of tallies.csv, with the column set.
    sets : sequence of str
        Names of evidence sets; empty for all.

    Returns
    -------
    DataFrame
        The rows of these sets.

    Examples
    --------
    >>> tallies_of_sets(pd.DataFrame({"set": ["seeds", "public_record"], "total": [1, 2]}), ["seeds"])["total"].tolist()
    [1]
    """
    require_columns(tallies, (), "tallies")
    return tallies[tallies["set"].isin(sets)] if len(sets) and "set" in tallies else tallies


def format_counter(counter: str) -> str:
    """A counter under the name that readers know.

    Parameters
    ----------
    counter : str
        As in tallies.csv.

    Returns
    -------
    str
        Its name.

    Examples
    --------
    >>> format_counter("SOHR")
    'Syrian Observatory'
    """
    require_type(counter, str, "counter", "the name of a counter")
    return COUNTER_NAME.get(counter, counter)


def tallies_of_voices(tallies: pd.DataFrame, confirmation) -> pd.DataFrame:
    """The statements of counters that have one of these voices.

    Parameters
    ----------
    tallies : DataFrame
        Rows of tallies.csv, with the column counter.
    confirmation : sequence of str
        Levels of confirmation; empty for all.

    Returns
    -------
    DataFrame
        The rows of these counters. The Pentagon's is us_official, the Syrian Observatory's monitor, another's unknown.

    Examples
    --------
    >>> tallies_of_voices(pd.DataFrame({"counter": ["Pentagon", "SOHR"]}), ["monitor"])["counter"].tolist()
    ['SOHR']
    """
    require_columns(tallies, ("counter",), "tallies")
    if not len(confirmation):
        return tallies
    return tallies[tallies["counter"].map(COUNTER_CONFIRMATION).fillna("unknown").isin(confirmation)]


def list_counters(tallies: pd.DataFrame, window: Window, min_days: int = 3) -> list[tuple[str, str]]:
    """The counters that state a running total often enough, the most frequent one first.

    Parameters
    ----------
    tallies : DataFrame
        Rows of tallies.csv.
    window : tuple of two days
        First and last day, inclusive.
    min_days : int
        Fewest days of the window on which a total is stated.

    Returns
    -------
    list of tuple of str
        (counter, scope) of each.

    Examples
    --------
    >>> tallies = pd.DataFrame({"counter": "Pentagon", "scope": "all", "bound": "exact", "total": [1, 2],
    ...                         "as_of": pd.to_datetime(["2024-01-01", "2024-01-05"])})
    >>> list_counters(tallies, ("2024-01-01", "2024-01-31"), min_days=2)
    [('Pentagon', 'all')]
    """
    require_columns(tallies, ("counter", "scope", "as_of", "total", "bound"), "tallies")
    start, end = (pd.Timestamp(day) for day in read_window(window))
    stated = tallies[tallies["bound"].isin(USABLE) & tallies["as_of"].between(start, end)]
    days = stated[stated["total"].notna()].groupby(["counter", "scope"])["as_of"].nunique()
    often = days[days >= min_days].reset_index().sort_values(["as_of", "counter"], ascending=[False, True])
    return list(often[["counter", "scope"]].itertuples(index=False, name=None))


def country_shares(running: pd.DataFrame) -> pd.DataFrame:
    """Share of each country in a running total, on the days on which all parts were stated.

    Parameters
    ----------
    running : DataFrame
        From `running_total`.

    Returns
    -------
    DataFrame
        as_of (day), country, total (attacks in that country so far), share (0 to 1, of the sum of the parts).

    Notes
    -----
    A statement whose parts do not add up to its total is not repaired: the share is of the sum of the parts.

    Examples
    --------
    >>> running = pd.DataFrame({"as_of": [1], "total": [10], "iraq": [3], "syria": [6], "note": [""]})
    >>> country_shares(running)[["country", "share"]].round(3).to_numpy().tolist()
    [['iraq', 0.333], ['syria', 0.667]]
    """
    stands = usable_totals(running)
    parts = [country for country in COUNTRIES if country in stands]
    stated = stands[stands[parts].notna().sum(axis=1) >= 2]
    long = stated[["as_of", *parts]].melt("as_of", parts, "country", "total").dropna(subset="total")
    whole = long.groupby("as_of")["total"].transform("sum")
    return long.assign(share=long["total"] / whole).sort_values(["as_of", "country"], ignore_index=True)


def isotonic_total(running: pd.DataFrame) -> pd.DataFrame:
    """The running total that never falls and is nearest to the stated one: for display only.

    Parameters
    ----------
    running : DataFrame
        From `running_total`.

    Returns
    -------
    DataFrame
        The usable rows, with the column fitted (attacks).

    Notes
    -----
    Least squares under monotony [1]_, computed by scipy. Nothing else is computed from it: a stated total that falls is
    a contradiction to report, and not an error to repair.

    References
    ----------
    .. [1] Barlow, Bartholomew, Bremner and Brunk (1972), Statistical Inference under Order Restrictions.

    Examples
    --------
    >>> running = pd.DataFrame({"as_of": [1, 2, 3], "total": [10, 14, 12], "note": ["", "", "falls"]})
    >>> isotonic_total(running)["fitted"].tolist()
    [10.0, 13.0, 13.0]
    """
    stands = usable_totals(running)
    fit = optimize.isotonic_regression(stands["total"].astype(float))
    return stands.assign(fitted=fit.x)
