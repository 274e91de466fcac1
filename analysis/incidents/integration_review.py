"""What a person typed into review.csv of an integration: which pairs of rows are one event, and which are two."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.evidence.csv_tables import HEADER_ROWS, read_raw_rows
from analysis.evidence.errors import InputError, InvalidTables, Problem, format_path
from analysis.evidence.spreadsheet import from_spreadsheet

KEY = ["a", "b"]
MADE = ("points", "joined")  # columns that each integration writes anew
WORDS = {"yes": "yes", "y": "yes", "same": "yes", "no": "no", "n": "no", "different": "no"}


def read_pair_decisions(path: Path) -> pd.DataFrame:
    """The rows of a review file in which a person typed something.

    Parameters
    ----------
    path : Path
        A review.csv; it need not be there.

    Returns
    -------
    DataFrame
        a, b (rows of two databases), decision (`yes`, `no` or empty), and the further columns of the file, as text.

    Raises
    ------
    InputError
        If a column is missing, a decision is neither yes nor no, or one pair has two.
    """
    if not path.is_file():
        return pd.DataFrame(columns=[*KEY, "decision"], dtype="str")
    rows = from_spreadsheet(read_raw_rows(path))
    if lost := {*KEY, "decision"} - set(rows.columns):
        raise InputError(f"{format_path(path)} lacks the column {', '.join(sorted(lost))}")
    rows[KEY] = rows[KEY].apply(lambda column: column.str.strip())
    typed = rows["decision"].str.strip().str.lower()
    rows["decision"] = typed.map(WORDS).fillna("").astype("str")
    file = format_path(path)
    problems = [Problem(file, int(at) + HEADER_ROWS, "decision", typed[at], "yes (one event), no (two) or empty")
                for at in rows.index[(typed != "") & (rows["decision"] == "")]]  # fmt: skip
    again = rows[rows["decision"] != ""].drop_duplicates([*KEY, "decision"]).duplicated(KEY, keep=False)
    problems += [Problem(file, int(at) + HEADER_ROWS, "decision", typed[at], "one decision for each pair")
                 for at in again.index[again]]  # fmt: skip
    if problems:
        raise InvalidTables(problems)
    own = [name for name in rows if name not in (*KEY, *MADE)]
    return rows.loc[(rows[own] != "").any(axis=1), [*KEY, *own]].drop_duplicates(KEY, ignore_index=True)


def joined_rows(decisions: pd.DataFrame, kinds: pd.Series) -> pd.Series:
    """The rows that a person says are one event.

    Parameters
    ----------
    decisions : DataFrame
        a, b, decision.
    kinds : Series of str
        Event or episode, by row; a decision on a row that is not there has no effect.

    Returns
    -------
    Series of str
        The same name for all rows of one event, by row.

    Raises
    ------
    InputError
        If decisions join two rows of one database, an event and an episode, or a pair that another keeps apart.
    """
    known = decisions[decisions["a"].isin(kinds.index) & decisions["b"].isin(kinds.index)]
    event: dict[str, str] = {}
    for a, b in pairs_with(known, "yes"):
        old, new = event.get(b, b), event.get(a, a)
        event |= {row: new for row, name in event.items() if name == old} | {a: new, b: new}
    found = pd.Series(event, dtype="str")
    for name, rows in found.groupby(found).groups.items():
        told = ", ".join(rows)
        if rows.str.split(":").str[0].duplicated().any():
            raise InputError(f"the decisions make one event of {told}: two rows of one database stay two")
        if kinds[rows].nunique() > 1:
            raise InputError(f"the decisions make one event of {told}: an event and an episode are never one")
        if wrong := [f"{a} and {b}" for a, b in pairs_with(known, "no") if {a, b} <= set(rows)]:
            raise InputError(f"the decisions make one event of {told} and keep {wrong[0]} apart ({name})")
    return found


def pairs_with(decisions: pd.DataFrame, decision: str) -> Iterable[tuple[str, str]]:
    """The pairs that were decided so."""
    chosen = decisions[decisions["decision"] == decision]
    return list(zip(chosen["a"], chosen["b"], strict=True))


def keep_typed(review: pd.DataFrame, decisions: pd.DataFrame, event: pd.Series) -> pd.DataFrame:
    """A new review with all that was typed into the one before.

    Parameters
    ----------
    review : DataFrame
        a, b, points, joined of every pair that is asked about now.
    decisions : DataFrame
        As `read_pair_decisions` gives them.
    event : Series of str
        The event of every row of all databases.

    Returns
    -------
    DataFrame
        The same with decision and further columns. Pairs that are asked about no longer stand at the end; `joined` says
        of a row that is gone that it is.
    """
    out = review.drop(columns="decision", errors="ignore").merge(decisions, on=KEY, how="outer", sort=False)
    before = out.merge(review[KEY].assign(asked=range(len(review))), on=KEY, how="left").sort_values("asked")
    events = [before[name].map(event) for name in KEY]
    before["joined"] = (events[0] == events[1]).map({True: "yes", False: "no"}).astype("str")
    before["joined"] = before["joined"].mask(events[0].isna() | events[1].isna(), "row is gone")
    typed = [name for name in before if name not in (*MADE, "asked")]
    before[typed] = before[typed].fillna("")
    return before.drop(columns="asked").reset_index(drop=True)
