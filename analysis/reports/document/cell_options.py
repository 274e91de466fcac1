"""Options in the first lines of a code cell, as Quarto writes them: `#| fig-cap: Attacks a week`."""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import Any

import yaml

OPTION = re.compile(r"(?:#|//|--|%)\|\s?(.*)")
NAMES = {"caption": ("fig-cap", "tbl-cap", "cap"), "label": ("label",), "alt": ("fig-alt",)}
PARTS = {"input": ("echo", "include"), "output": ("output", "include"), "stderr": ("warning", "message")}


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
    lists["caption"] = _with_parts(lists["caption"], options.get("fig-subcap") or options.get("tbl-subcap"))
    every: list[dict[str, str]] = []
    for i in range(max(map(len, lists.values()))):
        every.append({name: each[i] for name, each in lists.items() if i < len(each) and isinstance(each[i], str)})
    return every if any(every) else []


def _with_parts(captions: list, parts: Any) -> list:
    """The captions of the parts of a figure, the first after that of the whole."""
    if not isinstance(parts, list):
        return captions
    said = [f"({letter}) {part}" for letter, part in zip(ascii_lowercase, parts, strict=False) if isinstance(part, str)]
    whole = [caption for caption in captions[:1] if isinstance(caption, str)]
    return [" ".join([*whole, *said[:1]]), *said[1:]]


def captions_table(options: dict[str, Any]) -> bool:
    """True where the caption is that of a table."""
    return isinstance(options.get("tbl-cap"), str) or str(options.get("label", "")).startswith("tbl-")


def shows(options: dict[str, Any], part: str) -> bool:
    """False where `echo`, `output`, `include` or `warning` says that this part is not shown: "input", "output" or
    "stderr"."""
    hidden = part == "output" and options.get("results") == "hide"
    return not hidden and not any(options.get(key) is False for key in PARTS[part])


def prints_markdown(options: dict[str, Any]) -> bool:
    """True where what the cell prints is Markdown."""
    return "asis" in (options.get("output"), options.get("results"))
