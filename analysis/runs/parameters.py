"""A notebook's parameters: read from its parameters cell, typed, checked before anything runs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from analysis.evidence.columns import CONFIRMATION, PATTERNS, RELIABILITY, WEAPONS
from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.folders import REPOSITORY

if TYPE_CHECKING:
    from analysis.incidents.views import View


class Kind(NamedTuple):
    """What a parameter takes: as pydantic has it, as a noun, and what is allowed in words."""

    type: Any
    noun: str
    allowed: str = ""

    @property
    def words(self) -> str:
        """Noun and what is allowed."""
        return f"{self.noun}: {self.allowed}" if self.allowed else self.noun


def list_kind(values: tuple[str, ...]) -> Kind:
    """A list of some of the values."""
    return Kind(list[Literal[values]], "list", ", ".join(values))


def _day(value: Any) -> Any:
    written = isinstance(value, str) and re.fullmatch(PATTERNS["date"], value)
    return date.fromisoformat(value) if written else value


DAY = Kind(Annotated[date, BeforeValidator(_day)], "day", "YYYY-MM-DD")
OPEN_DAY = Kind(Annotated[date | Literal[""], BeforeValidator(_day)], "day", "YYYY-MM-DD, or empty")
CONFIG = ConfigDict(extra="forbid", strict=True, validate_default=True)
# By name, the parameters that take less than the type of their default.
KINDS = {
    "confirmation": list_kind(CONFIRMATION),
    "reliability": list_kind(RELIABILITY),
    "weapons": list_kind(WEAPONS),
    "start": OPEN_DAY,
    "end": OPEN_DAY,
    "every": Kind(
        Annotated[str, Field(pattern=r"^(day|week|month|quarter|[1-9]\d* days?)$")], "text",
        "day, week, month, quarter, or a number of days as in '14 days'",
    ),
    "shortest_gap": Kind(Annotated[int, Field(ge=1)], "whole number", "1 or more"),
}  # fmt: skip
BY_DEFAULT = {bool: "true or false", int: "whole number", float: "number", str: "text"}
# Days that come one after the other in a notebook that has both; with "<" not on one day.
ORDER = (
    ("start", "<=", "end"), ("look_from", "<=", "look_to"),
    ("start", "<", "last_before"), ("last_before", "<", "none_until"), ("none_until", "<", "end"),
    ("last_before", "<", "resumed"), ("resumed", "<", "end"),
)  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell: name, default (a literal), help (its comment), and what it takes."""

    name: str
    default: Any
    help: str
    kind: Kind


def declared_parameters(notebook: Path) -> list[Parameter]:
    """The parameters of a notebook, in order.

    Raises InputError if it has no or several parameters cells, or one that is not one literal per
    line.
    """
    cells = [cell for cell in read_notebook(notebook)["cells"] if _holds_parameters(cell)]
    if len(cells) != 1:
        raise InputError(f"{format_path(notebook)} has {len(cells)} cells tagged 'parameters'; needs 1")
    source = "".join(cells[0]["source"])  # a text, or a list of its lines
    try:
        return [_parameter(node, source.splitlines()) for node in ast.parse(source).body]
    except (SyntaxError, ValueError, AttributeError) as error:
        raise InputError(
            f"{format_path(notebook)}: the parameters cell must hold one 'name = literal  # help' per line ({error})"
        ) from None


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as JSON. Raises InputError if the file is missing or not a notebook of format 4.

    nbformat would take longer to import than all else that is done before a run.
    """
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"notebook {format_path(path)} does not exist") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{format_path(path)} is not a notebook: {error}") from None
    version = found.get("nbformat") if isinstance(found, dict) else None
    if isinstance(version, int) and version < 4:
        raise InputError(
            f"{format_path(path)} has the old notebook format {version}; "
            "convert it first: jupyter nbconvert --to notebook --nbformat 4"
        )
    if version is None or not isinstance(cells := found.get("cells"), list) or not all(map(_is_cell, cells)):
        raise InputError(f"{format_path(path)} is not a notebook: it has no list of cells")
    return found


def find_notebook(name: str) -> Path:
    """The notebook at a path, or of a name in this repository. Raises InputError if it is neither."""
    path, folder = Path(name), REPOSITORY / "notebooks"
    if path.is_file():
        return path
    known = {each.stem: each for each in sorted(folder.glob("*.ipynb"))}
    if name not in known:
        raise InputError(f"no notebook {name!r}{suggest_name(name, known)} (there are: {', '.join(known)})")
    return known[name]


def _is_cell(cell: Any) -> bool:
    found = isinstance(cell, dict) and {"cell_type", "metadata", "source"} <= set(cell)
    return found and cell["cell_type"] in ("code", "markdown", "raw")


def _holds_parameters(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", [])


def _parameter(node: ast.stmt, lines: list[str]) -> Parameter:
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        raise ValueError(f"line {node.lineno}: {lines[node.lineno - 1]!r}")
    comment = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode().strip()
    name, default = node.targets[0].id, ast.literal_eval(node.value)
    return Parameter(name, default, comment.lstrip("# "), KINDS.get(name) or _kind_of(default))


def _kind_of(default: Any) -> Kind:
    if isinstance(default, list):
        item = _kind_of(default[0]) if default else Kind(str, "text")
        return Kind(list[item.type], "list", item.words)
    if isinstance(default, str) and re.fullmatch(PATTERNS["date"], default):
        return DAY
    if type(default) not in BY_DEFAULT:
        raise ValueError(f"a default of {default!r} does not say what is allowed")
    return Kind(type(default), BY_DEFAULT[type(default)])


def parameter_model(notebook: Path) -> type[BaseModel]:
    """The parameters of a notebook as a pydantic model that forbids unknown names."""
    fields = {
        p.name: (p.kind.type, Field(default=p.default, description=p.help)) for p in declared_parameters(notebook)
    }
    return create_model(notebook.stem, __config__=CONFIG, **fields)


def check_parameters(notebook: Path, given: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The given values, checked and made plain JSON; only those given, not the defaults.

    Raises InputError, a line for each fault, with `where`, the parameter, the value and what is allowed.
    """
    try:
        whole = parameter_model(notebook).model_validate(dict(given))
    except ValidationError as error:
        faults = [_explain(each, notebook) for each in error.errors()]
    else:
        faults = [f"{notebook.stem}: {fault}" for fault in _out_of_order(dict(whole))]
    if faults:
        raise InputError("\n".join(f"{where}: {fault}" if where else fault for fault in dict.fromkeys(faults)))
    return whole.model_dump(mode="json", include=set(given))


def _explain(error: Mapping[str, Any], notebook: Path) -> str:
    name, *below = error["loc"]
    parameters = {p.name: p for p in declared_parameters(notebook)}
    if error["type"] == "extra_forbidden":
        hint = suggest_name(name, parameters)
        return f"{name!r} is not a parameter of {notebook.stem}{hint} (it has: {', '.join(parameters)})"
    kind = parameters[name].kind
    if below and isinstance(below[0], int):
        hint = suggest_name(error["input"], kind.allowed.split(", "))
        return f"parameter {name}, item {below[0] + 1}: {error['input']!r} - {kind.allowed}{hint}"
    return f"parameter {name}: {error['input']!r} - {kind.words}"


def _out_of_order(values: Mapping[str, Any]) -> Iterable[str]:
    for low, sign, high in ORDER:
        first, last = values.get(low), values.get(high)
        if first and last and (first > last or (sign == "<" and first == last)):
            yield f"{high} ({last}) is {'before' if first > last else 'the same day as'} {low} ({first})"


def parse_parameters(notebooks: Iterable[Path], given: Mapping[str, str]) -> dict[str, Any]:
    """Values typed as text, such as `14` or `Iraq,Syria`, as what the notebooks' parameters take.

    What cannot be read stays text, for `check` to name it.
    """
    kinds = {p.name: p.kind for notebook in notebooks for p in declared_parameters(notebook)}
    return {name: _from_text(kinds[name], text) if name in kinds else text for name, text in given.items()}


def _from_text(kind: Kind, text: str) -> Any:
    value = [item.strip() for item in text.strip("[]").split(",") if item.strip()] if kind.noun == "list" else text
    try:
        return TypeAdapter(kind.type).validate_strings(value)
    except ValidationError:
        return value


def view_of_parameters(notebook: Path, given: Mapping[str, Any]) -> View | None:
    """Which evidence counts in a notebook run with these values; None if that is no parameter of it.

    Raises InputError for a view that cannot be."""
    from analysis.incidents.views import View  # slow to import

    whole = {p.name: p.default for p in declared_parameters(notebook)} | dict(given)
    chosen = {f.name: whole[f.name] for f in fields(View) if f.name in whole}
    return View(**chosen) if chosen else None


def format_parameters(notebook: Path) -> str:
    """The parameters of a notebook for people: name, type, default, help and allowed values."""
    rows = [("name", "type", "default", "what it is")]
    for each in declared_parameters(notebook):
        rows.append((each.name, each.kind.noun, json.dumps(each.default, ensure_ascii=False), each.help))
        if each.kind.allowed:
            rows.append(("", "", "", f"allowed: {each.kind.allowed}"))
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]]
    return "\n".join("  ".join([*map(str.ljust, row, widths), row[3]]) for row in rows)
