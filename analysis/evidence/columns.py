"""What a column may hold and what a table is; `schema` has the tables themselves."""

from __future__ import annotations

from dataclasses import dataclass

CONFIRMATION = ("us_official", "local_official", "monitor", "unknown", "claim_only")
RELIABILITY = ("A", "B", "C", "D", "E", "F")
WEAPONS = ("one_way_drone", "rocket", "ballistic_missile", "mortar", "ied", "mixed", "unknown")
RESULTS = ("intercepted", "impact", "claimed_hit", "failed", "unknown")
DATE_BASIS = ("stated", "relative", "inferred")
BOUNDS = ("exact", "at_least", "more_than", "about")
PLACE_KINDS = ("us_base", "partner_base", "militia_base", "diplomatic", "airport", "convoy", "town")


def _joined(item: str) -> str:
    """The pattern of one or more such items joined by |."""
    return rf"{item}(\|{item})*"


# Fields of a claim that may be another voice's word than the claim's, and those that are numbers.
NUMBERS = ("weapon_count", "us_killed", "us_injured", "partner_killed", "partner_injured")
VOICED = ("place_id", "country", "weapon", "attribution", "result", *NUMBERS)

PATTERNS = {
    "date": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "month": r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?",
    "integer": r"[0-9]{1,12}",
    "number": r"-?[0-9]{1,12}(\.[0-9]+)?",
    "time": r"([01]\d|2[0-3]):[0-5]\d|dawn|morning|afternoon|evening|night",
    "id": r"[A-Za-z0-9][A-Za-z0-9._-]*",
    "text": r"[^\r\n]+",
    "list": r"[^\r\n|;]+(\|[^\r\n|;]+)*",
    "voices": _joined(f"({'|'.join(VOICED)})=({'|'.join(CONFIRMATION)})"),
    "numbers": _joined(f"({'|'.join(NUMBERS)})"),
}

MEANING = {
    "date": "a day, YYYY-MM-DD",
    "month": "a day, YYYY-MM-DD, or a month, YYYY-MM",
    "integer": "a whole number, 0 or more, or empty for 'not stated'",
    "number": "a decimal number",
    "time": "a clock time, HH:MM, or one of dawn, morning, afternoon, evening, night",
    "id": "letters, digits, dot, dash and underscore",
    "text": "text on one line",
    "list": "one or more values joined by |",
    "voices": "one or more field=voice joined by |, of the fields " + ", ".join(VOICED),
    "numbers": "one or more of " + ", ".join(NUMBERS) + ", joined by |",
}


@dataclass(frozen=True)
class Column:
    """One column. `required`: never empty. `optional`: the whole column may be missing."""

    name: str
    kind: str
    description: str
    required: bool = False
    optional: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    max_words: int | None = None

    @property
    def accepts(self) -> str:
        """What the column takes, in words, for messages and for the codebook."""
        if self.allowed:
            return "one of " + ", ".join(self.allowed)
        words = MEANING[self.kind]
        if self.low is not None and self.high is not None:
            reach = f"from {_plain(self.low)} to {_plain(self.high)}"
            is_count = self.kind == "integer"
            words = f"a whole number {reach}, or empty for 'not stated'" if is_count else f"{words} {reach}"
        if self.max_words:
            words += f", {self.max_words} words at most"
        return words


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number % 1 == 0 else f"{number:g}"


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, its key, and the columns that name rows of other tables;
    `once` is what a person is told when a key stands in two rows."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    refers: tuple[tuple[str, str], ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    once: str = "must be unique"

    def __getitem__(self, name: str) -> Column:
        return {column.name: column for column in self.columns}[name]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def of_kind(self, *kinds: str) -> list[str]:
        return [column.name for column in self.columns if column.kind in kinds]
