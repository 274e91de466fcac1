"""Which rows a table cannot take, and why: counted by reason, most frequent first, each with a few examples."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analysis.databases.table_files import FILE, ROW
from analysis.evidence.errors import InputError

SHOWN = 3  # rows that stand for a reason
REASONS = 20  # reasons that a message lists


@dataclass
class Refusals:
    """The rows of one import that cannot be taken.

    Parameters
    ----------
    rows : DataFrame
        All rows that were read, with record_file and record_row.

    Notes
    -----
    A row can be refused for several reasons; it counts under each of them, and once in `index`.
    """

    rows: pd.DataFrame
    reasons: dict[tuple[str, str], pd.Series] = field(default_factory=dict)

    def add(self, refused: pd.Series, column: str, allowed: str, values: pd.Series | None = None) -> None:
        """Note the rows where `refused` is true, the column at fault, and what it takes."""
        if not refused.any():
            return
        given = self.rows[column] if values is None and column in self.rows else values
        held = given[refused] if given is not None else pd.Series("", self.rows.index[refused])
        before = self.reasons.get((column, allowed))
        self.reasons[column, allowed] = held if before is None else pd.concat([before, held])

    @property
    def index(self) -> pd.Index:
        """The rows that are refused, each once."""
        parts = [each.index for each in self.reasons.values()]
        return parts[0].append(parts[1:]).unique().sort_values() if parts else self.rows.index[:0]

    def table(self) -> pd.DataFrame:
        """One row for each reason, most frequent first: column, allowed, rows (their number), examples."""
        found = [(column, allowed, len(held), self._examples(held))
                 for (column, allowed), held in self.reasons.items()]  # fmt: skip
        out = pd.DataFrame(found, columns=["column", "allowed", "rows", "examples"])
        return out.sort_values(["rows", "column"], ascending=[False, True], ignore_index=True)

    def each_row(self) -> pd.DataFrame:
        """One row for each row and reason: record_file, record_row, column, value, allowed."""
        parts = [
            self.rows.loc[held.index, [FILE, ROW]].assign(column=column, value=held.astype(str), allowed=allowed)
            for (column, allowed), held in self.reasons.items()
        ]
        names = [FILE, ROW, "column", "value", "allowed"]
        out = pd.concat(parts) if parts else pd.DataFrame(columns=names)
        return out.sort_values([FILE, ROW, "column"], ignore_index=True)

    def _examples(self, held: pd.Series) -> str:
        several = self.rows[FILE].nunique() > 1
        shown = []
        for at, value in held.head(SHOWN).items():
            file = f"{self.rows.at[at, FILE]}, " if several else ""
            shown.append(f"{file}row {self.rows.at[at, ROW]}: {str(value)[:60]!r}")
        return "; ".join(shown) + (" ..." if len(held) > SHOWN else "")

    def text(self) -> str:
        """All reasons in lines, most frequent first."""
        table = self.table()
        lines = [f"  {row.rows:,} x {row.column}: {row.allowed} ({row.examples})"
                 for row in table.head(REASONS).itertuples()]  # fmt: skip
        rest = table["rows"].iloc[REASONS:].sum()
        return "\n".join([*lines, f"  {rest:,} for {len(table) - REASONS} further reasons"] if rest else lines)


class RefusedRows(InputError):
    """Some rows of a table cannot be taken; `refusals` holds each with its reason."""

    def __init__(self, refusals: Refusals):
        self.refusals = refusals
        number = len(refusals.index)
        super().__init__(
            f"{number:,} of {len(refusals.rows):,} rows cannot be taken:\n{refusals.text()}\n"
            "Nothing is written. Mend the file or the mapping, or give --leave-out to import the other rows."
        )
