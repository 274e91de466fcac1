"""What a document cannot show of its notebook: said once for each cell, or refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.evidence.errors import InputError


@dataclass
class Losses:
    """What was lost, in words with the cell's name; `strict` refuses the first loss instead."""

    strict: bool = False
    said: list[str] = field(default_factory=list)

    def add(self, cell: str, what: str) -> None:
        """One loss. Raises InputError if strict."""
        line = f"{cell}: {what}"
        if self.strict:
            raise InputError(line)
        if line not in self.said:
            self.said.append(line)
