"""A notebook's parameters: read from its parameters cell, typed, checked before anything runs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticSchemaGenerationError

from analysis.evidence.columns import CONFIRMATION, PATTERNS, RELIABILITY, WEAPONS
from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.evidence.folders import REPOSITORY
from analysis.runs.parameter_types import (
    allowed_of,
    annotated_type,
    literal_value,
    noun_of,
    type_of_default,
)

if TYPE_CHECKING:
    from analysis.incidents.views import View


class ParameterKind(NamedTuple):
    """What a parameter takes: its type for pydantic, a noun for messages, and the allowed values as text."""

    type: Any
    noun: str
    allowed: str = ""

    @property
    def description(self) -> str:
        """The noun and what is allowed."""
        return f"{self.noun}: {self.allowed}" if self.allowed else self.noun


def list_kind(values: tuple[str, ...]) -> ParameterKind:
    """A parameter that takes a list of some of these values."""
    return ParameterKind(list[Literal.__getitem__(values)], "list", ", ".join(values))  # type: ignore[misc]


def _day(value: Any) -> Any:
    is_text = isinstance(value, str) and re.fullmatch(PATTERNS["date"], value)
    return date.fromisoformat(value) if is_text else value


DAY = ParameterKind(Annotated[date, BeforeValidator(_day)], "day", "YYYY-MM-DD")
OPEN_DAY = ParameterKind(Annotated[date | Literal[""], BeforeValidator(_day)], "day", "YYYY-MM-DD, or empty")
CONFIG = ConfigDict(extra="forbid", strict=True, validate_default=True)
# The parameters that take less than the type of their default, by name.
KINDS = {
    "confirmation": list_kind(CONFIRMATION),
    "reliability": list_kind(RELIABILITY),
    "weapons": list_kind(WEAPONS),
    **dict.fromkeys(("start", "end", "last_before", "none_until", "resumed", "look_from", "look_to"), OPEN_DAY),
    "every": ParameterKind(
        Annotated[str, Field(pattern=r"^(day|week|month|quarter|[1-9]\d* days?)$")], "text",
        "day, week, month, quarter, or a number of days as in '14 days'",
    ),
    "shortest_gap": ParameterKind(Annotated[int, Field(ge=1)], "whole number", "1 or more"),
}  # fmt: skip
# Pairs of days in the order they must have in a notebook with both; "<" forbids the same day.
DAY_ORDER = (
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
    kind: ParameterKind


def declared_parameters(notebook_path: Path) -> list[Parameter]:
    """The parameters of a notebook, in order.

    Raises InputError if it has no or several parameters cells, or one that is not one literal per
    line.
    """
    cells = [cell for cell in read_notebook_json(notebook_path)["cells"] if _holds_parameters(cell)]
    if len(cells) != 1:
        raise InputError(f"{format_path(notebook_path)} has {len(cells)} cells tagged 'parameters'; needs 1")
    source = "".join(cells[0]["source"])  # a text, or a list of its lines
    try:
        nodes = [node for node in ast.parse(source).body if not _says_nothing(node)]
        return [_parameter(node, source.splitlines()) for node in nodes]
    except (SyntaxError, ValueError, AttributeError) as error:
        raise InputError(
            f"{format_path(notebook_path)}: the parameters cell must hold one 'name = literal  # help' per line "
            f"({error})"
        ) from None


def read_notebook_json(path: Path) -> dict[str, Any]:
    """A notebook as JSON. Raises InputError if the file is missing or not a notebook of format 4.

    It is read without nbformat, whose import takes longer than everything else before a run.
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
    """The path of a notebook, given as a path or by its name in this repository. Raises InputError if it is neither."""
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


def _says_nothing(node: ast.stmt) -> bool:
    """A text, an import or `pass` beside the parameters."""
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _holds_parameters(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", [])


def _parameter(node: ast.stmt, lines: list[str]) -> Parameter:
    target = (
        node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else getattr(node, "target", None)
    )
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(target, ast.Name) or value is None:
        raise ValueError(f"line {node.lineno}: {lines[node.lineno - 1]!r}")
    last_line = value.end_lineno or value.lineno
    comment = lines[last_line - 1].encode()[value.end_col_offset :].decode().strip()
    default = literal_value(value)
    annotated = annotated_type(node.annotation) if isinstance(node, ast.AnnAssign) else ...
    return Parameter(target.id, default, comment.lstrip("# "), _kind(target.id, default, annotated))


def _kind(name: str, default: Any, annotated: Any) -> ParameterKind:
    """What is known of the name, if the default is such a value, else the annotation, else the default's own type. A
    default that its own annotation refuses is one of the values, as `x: int = None` shows."""
    if name in KINDS and _takes(KINDS[name].type, default):
        return KINDS[name]
    if annotated is ...:
        return _kind_of(default)
    kind = annotated if _takes(annotated, default) else _also(annotated, default)
    return ParameterKind(kind, noun_of(kind), allowed_of(kind))


def _also(annotated: Any, default: Any) -> Any:
    return Union[annotated, None if default is None else type_of_default(default)]  # noqa: UP007


def _takes(kind: Any, value: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except (ValidationError, PydanticSchemaGenerationError):
        return False
    return True


def _kind_of(default: Any) -> ParameterKind:
    if isinstance(default, str) and re.fullmatch(PATTERNS["date"], default) and _takes(DAY.type, default):
        return DAY
    kind = type_of_default(default)
    return ParameterKind(kind, noun_of(kind), allowed_of(kind))


def parameter_model(notebook_path: Path) -> type[BaseModel]:
    """The parameters of a notebook as a pydantic model that forbids unknown names. Raises as `declared_parameters`."""
    fields: dict[str, Any] = {
        p.name: (p.kind.type, Field(default=p.default, description=p.help)) for p in declared_parameters(notebook_path)
    }
    return create_model(notebook_path.stem, __config__=CONFIG, **fields)


def check_parameters(notebook_path: Path, given: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The given values, checked and converted to JSON values; only those given, not the defaults.

    Raises InputError with a line for each fault: `where` the value comes from, the parameter, the value, and what is
    allowed.
    """
    try:
        whole = parameter_model(notebook_path).model_validate(dict(given))
    except ValidationError as error:
        faults = [_explain(each, notebook_path) for each in error.errors()]
    else:
        faults = [f"{notebook_path.stem}: {fault}" for fault in _out_of_order(dict(whole))]
    if faults:
        raise InputError("\n".join(f"{where}: {fault}" if where else fault for fault in dict.fromkeys(faults)))
    return whole.model_dump(mode="json", include=set(given))


def _explain(error: Mapping[str, Any], notebook_path: Path) -> str:
    name, *below = error["loc"]
    parameters = {p.name: p for p in declared_parameters(notebook_path)}
    if error["type"] == "extra_forbidden":
        hint = suggest_name(name, parameters)
        return f"{name!r} is not a parameter of {notebook_path.stem}{hint} (it has: {', '.join(parameters)})"
    kind = parameters[name].kind
    if below and isinstance(below[0], int):
        hint = suggest_name(error["input"], kind.allowed.split(", "))
        return f"parameter {name}, item {below[0] + 1}: {error['input']!r} - {kind.allowed}{hint}"
    return f"parameter {name}: {error['input']!r} - {kind.description}"


def _out_of_order(values: Mapping[str, Any]) -> Iterable[str]:
    for low, sign, high in DAY_ORDER:
        first, last = values.get(low), values.get(high)
        if first and last and (first > last or (sign == "<" and first == last)):
            yield f"{high} ({last}) is {'before' if first > last else 'the same day as'} {low} ({first})"


def parse_parameters(notebook_paths: Iterable[Path], texts: Mapping[str, str]) -> dict[str, Any]:
    """Values typed as text, such as `14` or `Iraq,Syria`, in the types of the notebooks' parameters.

    A text that cannot be read stays text; `check_parameters` then names it.
    """
    kinds = {p.name: p.kind for notebook_path in notebook_paths for p in declared_parameters(notebook_path)}
    return {name: _from_text(kinds[name], text) if name in kinds else text for name, text in texts.items()}


def _from_text(kind: ParameterKind, text: str) -> Any:
    value = [item.strip() for item in text.strip("[]").split(",") if item.strip()] if kind.noun == "list" else text
    adapter = TypeAdapter(kind.type)
    for read in (adapter.validate_strings, adapter.validate_python):  # the second also takes texts in a list
        with suppress(ValidationError):
            return read(value)
    try:  # a mapping, a list of lists, null: as in a file of parameters
        return adapter.validate_python(yaml.safe_load(text), strict=True)
    except (ValidationError, yaml.YAMLError, ValueError):  # ValueError: an impossible day
        return value


def view_of_parameters(notebook_path: Path, given: Mapping[str, Any]) -> View | None:
    """The view of a notebook that runs with these values; None if the notebook has no parameter of a view.

    Raises InputError for a view that cannot be.
    """
    from analysis.incidents.views import View  # slow to import

    whole = {p.name: p.default for p in declared_parameters(notebook_path)} | dict(given)
    chosen = {f.name: whole[f.name] for f in fields(View) if f.name in whole}
    return View(**chosen) if chosen else None


def format_parameters(notebook_path: Path) -> str:
    """The parameters of a notebook as a text table: name, type, default, help and allowed values."""
    rows = [("name", "type", "default", "what it is")]
    for each in declared_parameters(notebook_path):
        rows.append((each.name, each.kind.noun, json.dumps(each.default, ensure_ascii=False), each.help))
        if each.kind.allowed:
            rows.append(("", "", "", f"allowed: {each.kind.allowed}"))
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]]
    return "\n".join("  ".join([*map(str.ljust, row, widths), row[3]]) for row in rows)
