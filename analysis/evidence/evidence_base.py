"""Load all evidence below a folder. An evidence set is a folder with a sources.csv."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.columns import Table
from analysis.evidence.csv_tables import HEADER_ROWS, read_table
from analysis.evidence.errors import InputError, InvalidTables, Problem, format_path, suggest_name
from analysis.evidence.folders import find_evidence_root, list_evidence_sets
from analysis.evidence.html_summaries import html_summary


@dataclass(frozen=True, repr=False)
class Evidence:
    """What sources say. Every frame is typed as the schema declares; the four tables of the
    evidence sets carry one more column, `set`, the name of the folder they come from."""

    root: Path
    sources: pd.DataFrame
    claims: pd.DataFrame
    tallies: pd.DataFrame
    milestones: pd.DataFrame
    places: pd.DataFrame
    actors: pd.DataFrame
    coverage: pd.DataFrame
    reviewed: pd.DataFrame
    audit: pd.DataFrame

    def __repr__(self) -> str:
        sizes = ", ".join(f"{number:,} {name}" for name, number in self._sizes().items())
        return f"Evidence({format_path(self.root)!r}: {sizes})"

    def _repr_html_(self) -> str:
        return html_summary(f"Evidence {format_path(self.root)}; sets: {', '.join(self.sets)}", self._sizes())

    def _sizes(self) -> dict[str, int]:
        """Rows of each table that has some."""
        names = [table.name for table in (*schema.EVIDENCE, *schema.SHARED)]
        return {name: len(getattr(self, name)) for name in names if len(getattr(self, name))}

    @property
    def sets(self) -> list[str]:
        """Names of the evidence sets."""
        return sorted(self.sources["set"].unique())


def load_evidence(folder: str | Path = "") -> Evidence:
    """All evidence below `folder` (default: this repository), validated.

    Raises InvalidTables with every failure of every table at once, and InputError if the folder
    holds no evidence set.
    """
    root = find_evidence_root(folder)
    folders = list_evidence_sets(root)
    if not folders:
        raise InputError(
            f"{format_path(root)} holds no evidence: need sources.csv and claims.csv in seeds/ or in a "
            "folder of data/, or an incidents.csv to work from directly"
        )
    problems: list[Problem] = []
    frames: dict[str, pd.DataFrame] = {}
    for table in schema.EVIDENCE:
        frames[table.name] = _read_sets(folders, table, problems)
    for table in schema.SHARED:
        frames[table.name] = _read_shared(root / "data" / f"{table.name}.csv", table, problems)
    problems += _reference_problems(frames, _unread(problems)) + _tally_problems(frames["tallies"])
    problems += _circle_problems(frames["actors"]) + _voice_problems(frames["claims"])
    if problems:
        raise InvalidTables(problems)
    tidy = {name: frame.drop(columns=["file_", "row_"]) for name, frame in frames.items()}
    return Evidence(root, **tidy)


def _read_sets(folders: list[Path], table: Table, problems: list[Problem]) -> pd.DataFrame:
    """One table of all sets, one below the other, with ids unique over all of them."""
    parts = []
    for folder in folders:
        path = folder / f"{table.name}.csv"
        if path.is_file() or table is schema.SOURCES:
            parts.append(_read(path, table, problems).assign(set=folder.name))
    if not parts:
        parts = [_empty(table).assign(set=pd.Series(dtype=str))]
    frame = pd.concat(parts, ignore_index=True)
    if table is not schema.MILESTONES:  # several sources speak of one milestone
        problems += _duplicates_between_sets(frame, table)
    return frame


def _read_shared(path: Path, table: Table, problems: list[Problem]) -> pd.DataFrame:
    return _read(path, table, problems) if path.is_file() else _empty(table)


def _read(path: Path, table: Table, problems: list[Problem]) -> pd.DataFrame:
    try:
        frame, found = read_table(path, table)
    except InvalidTables as unreadable:  # the other tables are still worth checking
        frame, found = schema.empty_table(table), unreadable.problems
    problems += found
    frame["file_"] = format_path(path)
    frame["row_"] = range(HEADER_ROWS, HEADER_ROWS + len(frame))
    return frame.reindex(columns=[*table.names, "file_", "row_"])


def _empty(table: Table) -> pd.DataFrame:
    return schema.empty_table(table).assign(file_=pd.Series(dtype=str), row_=pd.Series(dtype=int))


def _duplicates_between_sets(frame: pd.DataFrame, table: Table) -> list[Problem]:
    key = table.key[0]
    first = frame.drop_duplicates(key).set_index(key)
    again = frame[frame[key].duplicated() & frame[key].notna()]
    return [
        Problem(row.file_, row.row_, key, getattr(row, key),
                f"must be unique over all sets; also in {first.at[getattr(row, key), 'file_']}, "
                f"row {first.at[getattr(row, key), 'row_']}")
        for row in again.itertuples()
        if first.at[getattr(row, key), "file_"] != row.file_
    ]  # fmt: skip


def _unread(problems: list[Problem]) -> set[str]:
    """Tables whose ids are not known, because the file, or its column of ids, could not be read:
    that is said once, not again for every row that points there."""
    return {
        name
        for name, problem in ((Path(problem.file).stem, problem) for problem in problems)
        if not problem.column or (problem.row == 1 and problem.column == schema.TABLES[name].names[0])
    }


def _reference_problems(frames: dict[str, pd.DataFrame], unread: set[str]) -> list[Problem]:
    """Every id that points at a row of another table must find it, where that could be read."""
    problems = []
    for table in (*schema.EVIDENCE, *schema.SHARED):
        for column, target in table.refers:
            if target in unread:
                continue
            known = set(frames[target].iloc[:, 0].dropna())
            frame = frames[table.name]
            lost = frame[frame[column].notna() & ~frame[column].isin(known)]
            problems += [
                Problem(row.file_, row.row_, column, getattr(row, column),
                        f"not found in {target}.csv{suggest_name(getattr(row, column), known)}")
                for row in lost.itertuples()
            ]  # fmt: skip
    return problems


def _tally_problems(tallies: pd.DataFrame) -> list[Problem]:
    unbound = tallies[tallies["total"].notna() & tallies["bound"].isna()]
    return [
        Problem(row.file_, row.row_, "bound", "", "needed where a total is stated: "
                + ", ".join(schema.BOUNDS))
        for row in unbound.itertuples()
    ]  # fmt: skip


def _circle_problems(actors: pd.DataFrame) -> list[Problem]:
    """No actor may stand above itself."""
    parents = dict(zip(actors["actor"], actors["parent"].where(actors["parent"].notna(), None), strict=True))
    return [
        Problem(row.file_, row.row_, "parent", row.parent, f"{row.actor} must not be a wider name of itself")
        for row in actors.itertuples()
        if _is_own_ancestor(row.actor, parents)
    ]


def _is_own_ancestor(actor: str, parents: dict) -> bool:
    above = parents.get(actor)
    for _ in parents:
        if above == actor or above is None:
            break
        above = parents.get(above)
    return above is not None and above == actor


def _voice_problems(claims: pd.DataFrame) -> list[Problem]:
    """No field of a claim may have a better voice than the claim."""
    problems = []
    for row in claims[claims["field_voices"].notna() & claims["confirmation"].isin(schema.CONFIRMATION)].itertuples():
        voices = [part.partition("=")[2] for part in row.field_voices.split("|")]
        if any(voice in schema.CONFIRMATION[: schema.CONFIRMATION.index(row.confirmation)] for voice in voices):
            allowed = f"no better voice than that of the claim, {row.confirmation}"
            problems.append(Problem(row.file_, row.row_, "field_voices", row.field_voices, allowed))
    return problems
