"""A notebook's parameters: read from its parameters cell, typed, checked before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import nbformat
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from analysis.evidence.problems import InputError, nearest, shown
from analysis.evidence.schema import CONFIRMATION, RELIABILITY, WEAPONS

Day = date | Literal[""]
# Parameters whose values are limited; all others take the type of their default.
TYPES: dict[str, Any] = {
    "confirmation": list[Literal[CONFIRMATION]],
    "reliability": list[Literal[RELIABILITY]],
    "weapons": list[Literal[WEAPONS]],
    "start": Day,
    "end": Day,
    "every": Annotated[str, Field(pattern=r"^(day|week|month|quarter|[1-9]\d* days?)$")],
}


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell: name, default (a literal) and help (its comment)."""

    name: str
    default: Any
    help: str


@dataclass(frozen=True)
class Variant:
    """One file of notebooks/parameters: a title, what it is for, and the values it sets."""

    name: str
    title: str
    about: str
    parameters: dict[str, Any]
    path: Path


def declared(notebook: Path) -> list[Parameter]:
    """The parameters of a notebook, in order.

    Raises InputError if it has no or several parameters cells, or one that is not one literal per
    line.
    """
    cells = [
        cell for cell in read_notebook(notebook).cells
        if "parameters" in cell.metadata.get("tags", []) and cell.cell_type == "code"
    ]  # fmt: skip
    if len(cells) != 1:
        raise InputError(f"{shown(notebook)} has {len(cells)} cells tagged 'parameters'; needs 1")
    lines = cells[0].source.splitlines()
    try:
        tree = ast.parse(cells[0].source)
        return [_parameter(node, lines) for node in tree.body]
    except (SyntaxError, ValueError, AttributeError) as error:
        raise InputError(
            f"{shown(notebook)}: the parameters cell must hold one 'name = literal  # help' per "
            f"line ({error})"
        ) from None


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Raises InputError if the file is missing or not a notebook."""
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise InputError(f"notebook {shown(path)} does not exist") from None
    except Exception as error:  # nbformat raises many kinds for what is not a notebook
        raise InputError(f"{shown(path)} is not a notebook: {_first_line(error)}") from None


def _parameter(node: ast.stmt, lines: list[str]) -> Parameter:
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        raise ValueError(f"line {node.lineno}: {lines[node.lineno - 1]!r}")
    comment = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode().strip()
    default = ast.literal_eval(node.value)
    return Parameter(node.targets[0].id, default, comment.lstrip("# "))


def model(notebook: Path) -> type[BaseModel]:
    """The parameters of a notebook as a pydantic model that forbids unknown names."""
    fields = {
        p.name: (TYPES.get(p.name, _type_of(p.default)), Field(default=p.default, description=p.help))
        for p in declared(notebook)
    }
    return create_model(notebook.stem, __config__=ConfigDict(extra="forbid"), **fields)


def _type_of(default: Any) -> Any:
    return list[str] if default == [] else type(default)


def check(notebook: Path, given: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The given values, checked and made plain JSON; only those given, not the defaults.

    Raises InputError naming `where`, the parameter, the value and what is allowed.
    """
    checked = model(notebook)
    try:
        values = checked.model_validate(dict(given))
    except ValidationError as error:
        known = list(checked.model_fields)
        lines = [_explain(e, notebook, known, where) for e in error.errors()]
        raise InputError("\n".join(lines)) from None
    return values.model_dump(mode="json", include=set(given))


def _explain(error: dict, notebook: Path, known: list[str], where: str) -> str:
    place = f"{where}: " if where else ""
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        hint = nearest(name, known)
        return f"{place}{name!r} is not a parameter of {notebook.stem}{hint} (it has: {', '.join(known)})"
    at = f"{name}, item {error['loc'][1] + 1}" if len(error["loc"]) > 1 and isinstance(
        error["loc"][1], int) else name  # fmt: skip
    return f"{place}parameter {at}: {error['input']!r} - {error['msg']}"


def variants(folder: Path) -> dict[str, Variant]:
    """Every variant below `folder` (`*.yml`), by name."""
    return {path.stem: variant(path) for path in sorted(folder.glob("*.yml"))}


def variant(path: Path) -> Variant:
    """One variant file. Raises InputError for anything but title, about and parameters."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible day, or no UTF-8
        raise InputError(f"{shown(path)} is not YAML: {_first_line(error)}") from None
    allowed = {"title", "about", "parameters"}
    if not isinstance(found, dict) or not isinstance(found.get("parameters", {}), dict | None):
        raise InputError(f"{shown(path)} must be a mapping with: {', '.join(sorted(allowed))}")
    for name in found:
        if name not in allowed:
            hint = nearest(name, allowed)
            raise InputError(f"{shown(path)}: {name!r} is not known{hint}")
    values = {k: v.isoformat() if isinstance(v, date) else v for k, v in (found.get("parameters") or {}).items()}
    return Variant(path.stem, found.get("title", path.stem), found.get("about", ""), values, path)


def for_each(notebooks: list[Path], chosen: Variant) -> dict[Path, dict[str, Any]]:
    """The variant's values for every notebook that has the parameter.

    Raises InputError if a value is known to none of them.
    """
    where = shown(chosen.path)
    names = {notebook: {p.name for p in declared(notebook)} for notebook in notebooks}
    everywhere = sorted(set().union(*names.values()))
    for name in chosen.parameters:
        if name not in everywhere:
            raise InputError(
                f"{where}: {name!r} is a parameter of no notebook{nearest(name, everywhere)} "
                f"(known: {', '.join(everywhere)})"
            )
    return {
        notebook: check(
            notebook, {k: v for k, v in chosen.parameters.items() if k in names[notebook]}, where
        )
        for notebook in notebooks
    }


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
