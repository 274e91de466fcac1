"""Options in the first lines of a code cell, as Quarto writes them: `#| fig-cap: Attacks a week`."""

from __future__ import annotations

import re
from typing import Any

import yaml

OPTION = re.compile(r"(?:#|//|--|%)\|\s?(.*)")
NAMES = {"caption": ("fig-cap", "tbl-cap", "cap"), "label": ("label",), "alt": ("fig-alt",)}


def split_options(source: str) -> tuple[dict[str, Any], str]:
    """The options and the code below them; options that are no YAML are none, and then the code is the whole."""
    lines = source.split("\n")
    count = next((i for i, line in enumerate(lines) if not OPTION.match(line)), len(lines))
    if not count:
        return {}, source
    try:
        found = yaml.safe_load("\n".join(found[1] for found in map(OPTION.match, lines[:count]) if found))
    except yaml.YAMLError:
        return {}, source
    return (found, "\n".join(lines[count:]).lstrip("\n")) if isinstance(found, dict) else ({}, source)


def output_options(options: dict[str, Any]) -> list[dict[str, str]]:
    """Caption, label and description for the first outputs of the cell, under the names that the metadata of outputs
    has; Quarto takes one of each or a list."""
    given = {name: next((options[key] for key in keys if options.get(key)), None) for name, keys in NAMES.items()}
    lists: dict[str, list] = {name: said if isinstance(said, list) else [said] for name, said in given.items()}
    every: list[dict[str, str]] = []
    for i in range(max(map(len, lists.values()))):
        every.append({name: each[i] for name, each in lists.items() if i < len(each) and isinstance(each[i], str)})
    return every if any(every) else []


def captions_table(options: dict[str, Any]) -> bool:
    """True where the caption is that of a table."""
    return isinstance(options.get("tbl-cap"), str) or str(options.get("label", "")).startswith("tbl-")


def shows(options: dict[str, Any], part: str) -> bool:
    """False where `echo`, `output` or `include` says that this part is not shown."""
    keys = ("echo", "include") if part == "input" else ("output", "include")
    return not any(options.get(key) is False for key in keys)
