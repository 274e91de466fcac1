"""A variant of the report: a file with a title, what it is for, and values for the notebooks' parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analysis.evidence.errors import InputError, format_path, suggest_name
from analysis.runs.parameters import check_parameters, declared_parameters, parse_parameters

VARIANT_KEYS = ("title", "about", "parameters")


@dataclass(frozen=True)
class Variant:
    """One file of notebooks/parameters: a title, what it is for, and the values it sets."""

    name: str
    title: str
    about: str
    parameters: dict[str, Any]
    path: Path


def list_variants(folder: Path) -> dict[str, Variant]:
    """Every variant in `folder` (`*.yml`), by name. Raises InputError as `read_variant`."""
    return {path.stem: read_variant(path) for path in sorted(folder.glob("*.yml"))}


def choose_variants(folder: Path, names: Sequence[str], all_variants: bool) -> list[Variant]:
    """The variants of these names, or all of them. Raises InputError for a name without a file."""
    known = {path.stem: path for path in sorted(folder.glob("*.yml"))}
    for name in names:
        if name not in known:
            raise InputError(
                f"no variant {name!r} in {format_path(folder)}{suggest_name(name, known)} "
                f"(there are: {', '.join(known)})"
            )
    return [read_variant(known[name]) for name in (known if all_variants else names)]


def read_variant(path: Path) -> Variant:
    """The variant in a file. Raises InputError if the file is no YAML, or holds more than title, about, parameters."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible day, or no UTF-8
        raise InputError(f"{format_path(path)} is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict) or not isinstance(found.get("parameters", {}), dict | None):
        raise InputError(f"{format_path(path)} must be a mapping with: {', '.join(sorted(VARIANT_KEYS))}")
    for name in found:
        if name not in VARIANT_KEYS:
            raise InputError(f"{format_path(path)}: {name!r} is not known{suggest_name(name, VARIANT_KEYS)}")
    values = {k: v.isoformat() if isinstance(v, date) else v for k, v in (found.get("parameters") or {}).items()}
    return Variant(path.stem, found.get("title", path.stem), found.get("about", ""), values, path)


def parameters_by_notebook(notebook_paths: Sequence[Path], chosen: Variant) -> dict[Path, dict[str, Any]]:
    """The variant's values for every notebook that has the parameter, checked.

    Raises InputError for a value that no notebook has as a parameter, or that does not suit one.
    """
    where = format_path(chosen.path)
    names = {notebook_path: {p.name for p in declared_parameters(notebook_path)} for notebook_path in notebook_paths}
    everywhere = sorted(set().union(*names.values()))
    for name in chosen.parameters:
        if name not in everywhere:
            raise InputError(
                f"{where}: {name!r} is a parameter of no notebook{suggest_name(name, everywhere)} "
                f"(known: {', '.join(everywhere)})"
            )
    return {
        notebook_path: check_parameters(
            notebook_path, {k: v for k, v in chosen.parameters.items() if k in names[notebook_path]}, where
        )
        for notebook_path in notebook_paths
    }


def override_parameters(chosen: Variant, texts: Mapping[str, str], notebook_paths: Sequence[Path]) -> Variant:
    """The variant with values typed as text in place of its own, checked; its title names them.

    Raises InputError as `parameters_by_notebook`.
    """
    if not texts:
        return chosen
    typed = parameters_by_notebook(
        notebook_paths, replace(chosen, parameters=parse_parameters(notebook_paths, texts), path=Path("-p"))
    )
    values = {name: value for each in typed.values() for name, value in each.items()}
    title = ", ".join(
        [chosen.title, *(f"{name} {text or 'empty'}" for name, text in texts.items() if name != "folder")]
    )
    return replace(chosen, title=title, about="", parameters=chosen.parameters | values)
