"""A first mapping for a table, from the names and values of its columns; what is unsure is marked."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from analysis.databases.date_ranges import covering_formats, fitting_formats
from analysis.databases.normal_form import UNKNOWN, to_number
from analysis.databases.table_files import FILE, ROW, TableFile

UNSURE = "unsure: "
# Words of a column's name that point to a field; the first field that fits a column takes it.
NAMES: dict[str, tuple[str, ...]] = {
    "latitude": (r"lat", r"latitude", r"y_?coord(inate)?", r"geo_?lat.*"),
    "longitude": (r"lon", r"lng", r"long", r"longitude", r"x_?coord(inate)?", r"geo_?lon.*"),
    "country": (r"country(_?name|_txt)?", r"nation", r"state_?name"),
    "admin1": (r"admin_?1", r"adm_?1", r"province", r"governorate", r"region", r"oblast", r"state", r"provstate"),
    "place": (r"place", r"location(_?name)?", r"city", r"town", r"village", r"site", r"target_?city", r"district"),
    "deaths": (r"deaths?", r"fatalities", r"killed", r"kills?", r"n_?kill(ed)?", r"best",
               r"total_?(deaths|killed)", r"dead"),
    "deaths_low": (r"(min|low|minimum)_?(ppl_|people_|total_)?(deaths?|fatalities|killed)?",
                   r"(deaths?|killed|fatalities)_?(min|low|minimum)"),
    "deaths_high": (r"(max|high|maximum)_?(ppl_|people_|total_)?(deaths?|fatalities|killed)?",
                    r"(deaths?|killed|fatalities)_?(max|high|maximum)"),
    "side_a": (r"actor_?1?", r"perpetrator", r"attacker", r"belligerent", r"side_?a", r"gname", r"group(_?name)?"),
    "side_b": (r"actor_?2", r"target", r"victim", r"side_?b"),
    "weapon": (r"weapon(_?type)?", r"model", r"munition"),
    "event_type": (r"(event|attack|incident)?_?type", r"category", r"type_of_(attack|incident|event)"),
    "event_subtype": (r"sub_?(event_?)?type",),
    "note": (r"notes?", r"description", r"summary", r"narrative", r"comments?", r"details"),
    "source": (r"sources?", r"source_?url", r"url", r"link", r"references?"),
}  # fmt: skip
IDS = (
    r"(event|incident|case|attack|record|strike)?_?(id|number|no|code|ref(erence)?)",
    r"eventid",
    r".*_id",
    r"id_.*",
    r"uid",
)
DAYS = (
    r"date",
    r"day",
    r"(event|incident|attack|start|strike)_?date",
    r"date_?(of|start|occurred|begin).*",
    r".*date.*",
    r"time_start",
)
YEARS, MONTHS, DAYS_OF_MONTH = (r"i?year", r"yr"), (r"i?month", r"mon"), (r"i?day", r"day_of_month")


def suggest_mapping(table: TableFile) -> str:
    """The text of a first mapping, to be edited.

    Parameters
    ----------
    table : TableFile
        The table.

    Returns
    -------
    str
        YAML. A line that ends with `# unsure: ...` needs a look; the last lines name the columns that are kept as they
        are.
    """
    rows = table.rows.drop(columns=[FILE, ROW])
    free = dict.fromkeys(rows.columns)
    lines = [f"title: {_quoted(_title(table.path))}", "one_row: an incident  # unsure: say what one row is"]
    lines += _id_lines(rows, free)
    lines += _date_lines(rows, free)
    fields = _field_lines(rows, free)
    if fields:
        lines += ["fields:", *fields]
    lines += [
        "more_rows: refuse  # rows that share an id; or first, or join",
        f"name: {_quoted(_title(table.path))}",
        'version: ""',
        'url: ""',
        "licence: not stated  # unsure: what the publisher says",
        'citation: ""  # unsure: as the publisher asks',
        "rows_may_be_passed_on: false  # unsure: true if the licence allows it",
    ]
    if free:
        lines.append("# Kept under their own names (`drop:` leaves some out, `weights:` names numbers to be summed):")
        lines += [f"#   {name}: {_some(rows[name])}" for name in free]
    return "\n".join(lines) + "\n"


def _title(path: Path) -> str:
    return path.stem.replace("_", " ").replace("-", " ").strip() or "my table"


def _quoted(text: str) -> str:
    import json

    return (
        text
        if re.fullmatch(r"[A-Za-z][\w ()/]*", text)
        and text.lower() not in ("yes", "no", "true", "false", "on", "off", "null")
        else json.dumps(text, ensure_ascii=False)
    )


def _plain(name: str) -> str:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")


def _named(free: dict, patterns: tuple[str, ...], good=lambda name: True) -> str | None:
    for pattern in patterns:
        for name in free:
            if re.fullmatch(pattern, _plain(name)) and good(name):
                del free[name]
                return name
    return None


def _id_lines(rows: pd.DataFrame, free: dict) -> list[str]:
    found = _named(free, IDS, lambda name: (rows[name] != "").all() and rows[name].is_unique)
    if found:
        return [f"id: {_quoted(found)}"]
    near = _named(dict(free), IDS[:2], lambda name: (rows[name] != "").mean() > 0.9)
    if near:
        del free[near]
        return [f"id: {_quoted(near)}  # {UNSURE}{int(rows[near].duplicated().sum()):,} rows share the id of another"]
    return ["# id: no column holds one value for each row; the number of the row is the id"]


def _date_lines(rows: pd.DataFrame, free: dict) -> list[str]:
    def with_days(name: str) -> bool:
        told = rows[name][rows[name].str.strip() != ""]
        return len(told) > 0 and bool(fitting_formats(told.head(5000)))

    found = _named(free, DAYS, with_days)
    if found:
        end = _named(free, (r"(end|to)_?date", r"date_?(end|to).*"), with_days)
        keys = (("start", found), ("end", end)) if end else (("day", found),)
        lines = ["date:"]
        for key, name in keys:
            fits = fitting_formats(rows[name])
            unsure = f"  # {UNSURE}{' and '.join(fits[1:])} would fit too" if len(fits) > 1 else ""
            lines.append(f'  {key}: {{column: {_quoted(name)}, format: "{fits[0]}"}}{unsure}')
        return lines
    mixed = _named(free, DAYS, lambda name: bool(covering_formats(rows[name])))
    if mixed:
        formats = ", ".join(f'"{each}"' for each in covering_formats(rows[mixed]))
        return ["date:", f"  day: {{column: {_quoted(mixed)}, format: [{formats}]}}  # {UNSURE}the formats are mixed"]
    year = _named(free, YEARS)
    if year:
        lines = ["date:", f"  year: {_quoted(year)}"]
        for key, patterns in (("month", MONTHS), ("day_of_month", DAYS_OF_MONTH)):
            part = _named(free, patterns)
            lines += [f"  {key}: {_quoted(part)}"] if part else []
        return lines
    for name in free:
        if re.search("date|day|time|fecha|datum", _plain(name)):
            return ["date:", f'  day: {{column: {_quoted(name)}, format: ["%Y-%m-%d"]}}  # {UNSURE}no format reads all '
                    f"values, such as {_some(rows[name])}"]  # fmt: skip
    return [f'date: {{column: "", format: "%Y-%m-%d"}}  # {UNSURE}no column looks like a day']


def _field_lines(rows: pd.DataFrame, free: dict) -> list[str]:
    lines = []
    for field, patterns in NAMES.items():
        number = field in ("latitude", "longitude") or field.startswith("deaths")
        decimal: dict[str, str] = {}

        def fits(name: str, number: bool = number, decimal: dict = decimal) -> bool:
            told = rows[name][~rows[name].str.strip().str.lower().isin(UNKNOWN)]
            if told.empty:
                return False
            for sign in (".", ","):
                if to_number(told, sign).notna().mean() > 0.9:
                    decimal[name] = sign
                    return True
            return not number

        name = _named(free, patterns, fits)
        if not name:
            continue
        comma = number and decimal.get(name) == ","
        spec = f'{{column: {_quoted(name)}, decimal: ","}}' if comma else _quoted(name)
        told = rows[name].str.strip()
        told = told[~told.str.lower().isin(UNKNOWN)]
        bad = int(to_number(told, decimal.get(name, ".")).isna().sum()) if number else 0
        unsure = f"  # {UNSURE}{bad:,} values are no number" if bad else ""
        weak = field in ("side_a", "side_b", "event_type", "weapon", "admin1") and not unsure
        lines.append(f"  {field}: {spec}{unsure or (f'  # {UNSURE}such as {_some(rows[name])}' if weak else '')}")
    if "  latitude" in "".join(lines) and "  longitude" not in "".join(lines):
        lines.append(f"  # {UNSURE}a latitude without a longitude")
    return lines


def _some(text: pd.Series) -> str:
    told = text[text.str.strip() != ""].drop_duplicates().head(3)
    return ", ".join(repr(" ".join(value.split())[:30]) for value in told) or "always empty"
