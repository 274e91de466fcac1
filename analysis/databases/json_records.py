"""JSON as records: lines, a list of objects, or GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path

from analysis.evidence.errors import InputError, format_path
from analysis.evidence.text_files import decode_text


def read_json_records(path: Path) -> list[dict]:
    """JSON lines, or one list of objects, also as the `features` of GeoJSON, under `data`, or as the only such list of
    an object; the columns in the order in which they appear."""
    try:
        text, _ = decode_text(path.read_bytes())
    except InputError as error:
        raise InputError(f"{format_path(path)}: {error}") from None
    try:
        whole = json.loads(text)
        records = _list_in(whole) if isinstance(whole, dict) else whole
    except json.JSONDecodeError:
        records = [_json_line(line, row, path) for row, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise InputError(f"{format_path(path)} holds no list of objects, nor one object on each line")
    return [_flat(_plain_feature(each)) for each in records]


def _list_in(whole: dict) -> list:
    """The records of an object that holds a list of objects beside other values; the object itself where none does."""
    named = [whole[key] for key in ("features", "data") if isinstance(whole.get(key), list)]
    lists = [each for each in whole.values() if isinstance(each, list) and each and isinstance(each[0], dict)]
    return named[0] if named else lists[0] if len(lists) == 1 else [whole]


def _plain_feature(record: dict) -> dict:
    """A feature of GeoJSON as its properties, with longitude and latitude where it is a point."""
    if record.get("type") != "Feature" or not isinstance(record.get("properties"), dict):
        return record
    shape = record.get("geometry") or {}
    at = shape.get("coordinates") if shape.get("type") == "Point" else None
    point = {"longitude": at[0], "latitude": at[1]} if isinstance(at, list) and len(at) > 1 else {"geometry": shape}
    return ({"id": record["id"]} if "id" in record else {}) | point | record["properties"]


def _flat(record: dict, before: str = "") -> dict:
    """Objects inside an object as columns such as `place.name`."""
    out: dict = {}
    for name, value in record.items():
        out |= _flat(value, f"{before}{name}.") if isinstance(value, dict) and value else {f"{before}{name}": value}
    return out


def _json_line(line: str, row: int, path: Path):
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{format_path(path)}, line {row}: {error}") from None
