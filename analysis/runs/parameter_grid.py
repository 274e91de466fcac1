"""A grid of parameters: every combination of lists of values, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from analysis.evidence.errors import InputError, format_path
from analysis.runs.parameters import check_parameters, declared_parameters, parse_parameters

Grid = dict[str, list[Any]]


def read_grid(path: Path) -> Grid:
    """The lists of values in a YAML file, `name: [value, value]`; a value that is not a list is a list of one.

    Raises InputError if the file cannot be read or is no such mapping.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {format_path(path)}: {error.strerror}") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible day, or no UTF-8
        raise InputError(f"{format_path(path)} is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict) or not found:
        raise InputError(f"{format_path(path)} must hold parameters with lists of values, as in 'shortest_gap: [3, 7]'")
    return {str(name): [_plain(v) for v in (values if isinstance(values, list) else [values])]
            for name, values in found.items()}  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def parse_grid(notebook_path: Path, texts: Iterable[str]) -> Grid:
    """The lists of values in texts such as `shortest_gap=3,7`. Where a value is itself a list, `|` joins its
    items, as in `countries=Iraq,Iraq|Syria`. Nothing between two commas is an empty value.

    Raises InputError for a text without `=`, and for two texts with one name.
    """
    lists = {each.name for each in declared_parameters(notebook_path) if each.kind.noun == "list"}
    grid: Grid = {}
    for text in texts:
        name, sign, values = text.partition("=")
        if not sign or not name:
            raise InputError(f"--set {text}: must be name=value,value")
        if name in grid:
            raise InputError(f"--set {text}: {name} is set twice; give all its values at once")
        pieces = [piece.replace("|", ",") if name in lists else piece.strip() for piece in values.split(",")]
        grid[name] = [parse_parameters([notebook_path], {name: piece})[name] for piece in pieces]
    return grid


def combine_grids(notebook_path: Path, file: Path | None, texts: Iterable[str]) -> list[dict[str, Any]]:
    """The points of a grid file; `texts` (as in `parse_grid`) replace or add parameters.

    Raises InputError if neither is given, and as `read_grid`, `parse_grid` and `grid_points` do.
    """
    grid = (read_grid(file) if file else {}) | parse_grid(notebook_path, texts)
    if not grid:
        raise InputError("nothing to vary: give --set name=value,value or --grid FILE.yml")
    return grid_points(notebook_path, grid, format_path(file) if file else "--set")


def grid_points(notebook_path: Path, grid: Mapping[str, list[Any]], where: str) -> list[dict[str, Any]]:
    """Every combination of the grid's values, checked and converted to JSON values, in the order of the lists.

    `where` says in messages where the grid comes from. Raises InputError if a list is empty, and with every fault of
    every combination at once, each fault once.
    """
    if empty := [name for name, values in grid.items() if not values]:
        raise InputError(f"{where}: no value for {', '.join(empty)}")
    points: list[dict[str, Any]] = []
    faults: list[str] = []
    for values in product(*grid.values()):
        try:
            points.append(check_parameters(notebook_path, dict(zip(grid, values, strict=True)), where))
        except InputError as error:
            faults += str(error).splitlines()
    if faults:
        raise InputError("\n".join(dict.fromkeys(faults)))
    return [point for number, point in enumerate(points) if point not in points[:number]]
