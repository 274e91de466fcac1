"""Options in the first lines of a code cell, as Quarto writes them: `#| fig-cap: Attacks a week`."""

from __future__ import annotations

import re
from typing import Any

import yaml

OPTION = re.compile(r"(?:#|//|--|%)\|\s?(.*)")
CAPTIONS = ("fig-cap", "tbl-cap", "cap")


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


def output_options(options: dict[str, Any]) -> dict[str, str]:
    """Caption, label and description for the outputs of the cell, under the names that the metadata of outputs has."""
    caption = next((options[key] for key in CAPTIONS if isinstance(options.get(key), str)), "")
    said = {"caption": caption, "label": options.get("label", ""), "alt": options.get("fig-alt", "")}
    return {key: value for key, value in said.items() if isinstance(value, str) and value}


def shows(options: dict[str, Any], part: str) -> bool:
    """False where `echo`, `output` or `include` says that this part is not shown."""
    keys = ("echo", "include") if part == "input" else ("output", "include")
    return not any(options.get(key) is False for key in keys)
