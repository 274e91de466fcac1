"""A mapping file: which column of a table means what, its dates and codes, what one row is, licence and citation."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)

from analysis.databases.date_ranges import SPANS
from analysis.databases.month_names import require_language
from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.own_incidents import OWN_INCIDENTS

# Fields that a mapping cannot fill: they are made by the import, or belong to tables with claims.
MADE = {
    "incident_id", "date", "date_start", "date_end", "record_id", "record_file", "record_row", "n_claims", "n_origins",
    "sets", "disputed", "claims",
}  # fmt: skip
FIELDS = tuple(name for name in OWN_INCIDENTS.names if name not in MADE)
Unit = Literal["day", "3 days around", "week around", "week", "month", "quarter", "year"]


def _texts(value: Any) -> Any:
    """YAML reads 1, yes or 2024-01-01 as what they look like; in a table they are text."""
    if isinstance(value, Dictionary):
        return {_text(key): _text(each) for key, each in value.items()}
    return [_text(each) for each in value] if isinstance(value, list) else _text(value)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value)
    return "" if value is None else str(value) if not isinstance(value, (dict, list)) else value


def _listed(value: Any) -> Any:
    return [_text(value)] if not isinstance(value, (list, dict)) else _texts(value)


Texts = Annotated[list[str], BeforeValidator(_listed)]
Values = Annotated[dict[str, str], BeforeValidator(_texts)]
Text = Annotated[str, BeforeValidator(_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Field(_Strict):
    """One field of an incident: a column, or one value for all rows."""

    column: Text = ""
    value: Text = ""
    values: Values = {}
    others: Literal["keep", "refuse", "empty"] = "keep"
    missing: Texts = []
    decimal: Literal[".", ","] = "."
    part: Literal[1, 2] | None = None  # of two numbers in one column, such as "36.1, 44.0"

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: Any) -> Any:
        return given if isinstance(given, dict) else {"column": _text(given)}

    @model_validator(mode="after")
    def _one(self) -> Field:
        if bool(self.column) == bool(self.value):
            raise ValueError("give either 'column' or 'value'")
        return self


Named = Annotated[str, BeforeValidator(_text), StringConstraints(min_length=1)]


class DateField(_Strict):
    """A column of days, and its format or formats as `strptime` takes them."""

    column: Named
    format: Texts = []
    missing: Texts = []
    language: Annotated[Text, AfterValidator(require_language)] = ""  # of the names of months

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: Any) -> Any:
        return given if isinstance(given, dict) else {"column": _text(given)}


class Precision(_Strict):
    """A column that says how exactly the day is known, and the span that each of its codes means."""

    column: Named
    values: Annotated[dict[str, Unit], BeforeValidator(_texts)]


class Dates(_Strict):
    """Where the days are: one column, a start and an end, or columns of year, month and day."""

    day: DateField | None = None
    start: DateField | None = None
    end: DateField | None = None
    year: Text = ""
    month: Text = ""
    day_of_month: Text = ""
    precision: Precision | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: Any) -> Any:
        if isinstance(given, str) or isinstance(given, dict) and {"column", "format"} & set(given):
            return {"day": given}
        return given

    @model_validator(mode="after")
    def _one(self) -> Dates:
        ways = [self.day is not None, self.start is not None, bool(self.year)]
        if sum(ways) != 1:
            raise ValueError("give one of: day; start (and end); year (and month, day_of_month)")
        if self.end is not None and self.start is None:
            raise ValueError("'end' needs 'start'")
        return self


class Mapping(_Strict):
    """What the columns of a table mean; docs/bring-your-own-table.md explains each key."""

    title: str
    one_row: str
    date: Dates
    id: Texts = []
    fields: dict[str, Field] = {}
    more_rows: Literal["refuse", "first", "join"] = "refuse"
    repeated: Literal["keep", "drop", ""] = ""  # rows that equal another one; dropped where the table has an id
    only: Annotated[dict[str, Texts], BeforeValidator(lambda given: given or {})] = {}
    drop: Texts = []
    weights: Texts = []
    missing: Texts = []
    sheet: Text = ""
    name: str = ""
    version: Text = ""
    url: str = ""
    licence: str = "not stated"
    citation: str = ""
    rows_may_be_passed_on: bool = True

    @model_validator(mode="after")
    def _known_fields(self) -> Mapping:
        for name in self.fields:
            if name not in FIELDS:
                raise ValueError(
                    f"fields: {name!r} is no field{suggest_name(name, FIELDS)} (allowed: {', '.join(FIELDS)})"
                )
        return self

    def columns(self) -> set[str]:
        """Every column of the table that the mapping names."""
        dates = (self.date.day, self.date.start, self.date.end, self.date.precision)
        named = {each.column for each in dates if each is not None}
        named |= {
            self.date.year,
            self.date.month,
            self.date.day_of_month,
            *self.id,
            *self.only,
            *self.drop,
            *self.weights,
        }
        return (named | {each.column for each in self.fields.values()}) - {""}


def read_mapping(path: str | Path) -> Mapping:
    """Read a mapping file.

    Parameters
    ----------
    path : str or Path
        A YAML file.

    Returns
    -------
    Mapping
        What it says.

    Raises
    ------
    InputError
        If there is no such file, it is no YAML, or a key or value is not allowed; the message names each.
    """
    import yaml

    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"mapping {format_path(path)} does not exist; 'incidents import table FILE --suggest' writes one"
        )
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{format_path(path)} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise InputError(f"{format_path(path)} holds no keys; needed: title, one_row, date")
    try:
        return Mapping.model_validate(given)
    except ValidationError as error:
        lines = "\n".join(f"  {_where(each)}: {_what(each)}" for each in error.errors())
        raise InputError(f"{format_path(path)} cannot be used:\n{lines}") from None


def _where(each: Any) -> str:
    return ".".join(str(part) for part in each["loc"]) or "the file"


def _what(each: Any) -> str:
    kind, given = each["type"], each.get("input")
    if kind == "missing":
        return "is needed"
    if kind == "extra_forbidden":
        return f"is no key{suggest_name(str(each['loc'][-1]), Mapping.model_fields)} (given: {given!r})"
    if kind in ("string_too_short", "too_short"):
        return "must not be empty: name a column of the table"
    if kind == "value_error":
        return str(each["msg"]).removeprefix("Value error, ")
    allowed = str(each.get("ctx", {}).get("expected", "")) or str(each["msg"]).lower()
    return f"is {given!r}; allowed: {allowed}"


assert set(SPANS) == set(Unit.__args__)  # type: ignore[attr-defined]  # one list of spans, told twice for the types
