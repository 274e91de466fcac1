"""A first mapping for a table, from the names and values of its columns; what is unsure is marked."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pandas as pd

from analysis.databases.date_ranges import WORDED_FORMATS, covering_formats, fitting_formats, parse_days
from analysis.databases.mapped import RANGE, TWO_NUMBERS
from analysis.databases.month_names import find_languages, in_english
from analysis.databases.normal_form import UNKNOWN, to_degrees, to_number
from analysis.databases.table_files import FILE, ROW, TableFile

UNSURE = "unsure: "
# Words of a column's name that point to a field; the first field that fits a column takes it.
NAMES: dict[str, tuple[str, ...]] = {
    "latitude": (r"lat", r"latitude", r"y_?coord(inate)?", r"geo_?lat.*", r"latitud", r"breit(e|engrad)", r"широта",
                 r"y"),
    "longitude": (r"lon", r"lng", r"long", r"longitude", r"x_?coord(inate)?", r"geo_?lon.*", r"longitud",
                  r"lang(e|engrad)", r"долгота", r"x"),
    "country": (r"country(_?name|_txt)?", r"nation", r"state_?name", r"pais", r"pays", r"land", r"страна", r"краіна",
                r"البلد", r"الدولة", r"nearest_country"),
    "admin1": (r"admin_?1", r"adm_?1", r"province", r"governorate", r"region", r"oblast", r"state", r"provstate",
               r"departamento", r"provincia", r"departement", r"estado", r"bundesland", r"область", r"المحافظة"),
    "place": (r"place", r"location(_?name)?", r"city", r"town", r"village", r"site", r"target_?city", r"district",
              r"municip(io|ality)", r"ciudad", r"lugar", r"localidad", r"ville", r"commune", r"lieu", r"ort", r"stadt",
              r"город", r"место", r"місто", r"المكان", r"المدينة", r"(where_)?town",
              r"location_.*", r"(where|place|site)_(name|place|city|town)"),
    "deaths": (
        r"deaths?", r"fatalities", r"killed", r"kills?", r"n_?kill(ed)?", r"best", r"total_?(deaths|killed)",
        r"(total_)?number_of_(deaths|fatalities|killed)", r"total_number_of_(deaths|fatalities|killed)",
        r"(people|persons)_?(reported_)?killed", r"dead", r"muertos", r"muertes", r"victimas_fatales", r"morts",
        r"mortos", r"tote", r"todesopfer", r"погибшие", r"загиблі", r"القتلى", r"casualties_(killed|dead|deaths)",
    ),
    "deaths_low": (r"(min|low|minimum)_?(ppl_|people_|total_)?(deaths?|fatalities|killed)?",
                   r"(deaths?|killed|fatalities)_?(min|low|minimum)"),
    "deaths_high": (r"(max|high|maximum)_?(ppl_|people_|total_)?(deaths?|fatalities|killed)?",
                    r"(deaths?|killed|fatalities)_?(max|high|maximum)"),
    "side_a": (r"actor_?1?", r"autor(es)?", r"auteurs?", r"tater", r"perpetrator", r"attacker", r"belligerent",
               r"side_?a", r"gname", r"group(_?name)?"),
    "side_b": (r"actor_?2", r"target", r"victim", r"side_?b"),
    "weapon": (r"weapon(_?type)?", r"model", r"munition"),
    "event_type": (r"(event|attack|incident)?_?type", r"category", r"type_of_(attack|incident|event)"),
    "event_subtype": (r"sub_?(event_?)?type",),
    "note": (r"notes?", r"description", r"summary", r"narrative", r"comments?", r"details",
             r"(attack|event|incident)_description"),
    "source": (r"sources?", r"source_?url", r"url", r"link", r"references?"),
}  # fmt: skip
IDS = (
    r"(event|incident|case|attack|record|strike)?_?(id|number|no|code|ref(erence)?)",
    r"eventid",
    r".*_id",
    r"id_.*",
    r"uid",
    r"(vorfall|fall|lfd)_?nr",
    r"numero|nummer|номер|رقم",
)
DAYS = (
    r"date",
    r"day",
    r"(event|incident|attack|start|strike)_?date",
    r"date_?(of|start|occurred|begin).*",
    r"(fecha|datum|data|дата|تاريخ|التاريخ)(_.*)?",
    r".*date.*",
    r"(occurred|happened)_?(on|at)?",
    r"(when_)?(start|begin|began)",
    r"when(_.*)?",
    r"time_?(start|stamp)",
)
REPORTING = r"post|publi|report|upload|update|creat|access|added|entry|retriev|review"
YEARS, MONTHS, DAYS_OF_MONTH = (r"i?year", r"yr"), (r"i?month", r"mon"), (r"i?day", r"day_of_month")


def suggest_mapping(table: TableFile, sheet: str = "") -> str:
    """The text of a first mapping, to be edited.

    Parameters
    ----------
    table : TableFile
        The table.
    sheet : str, default ""
        The sheet of a spreadsheet that was asked for.

    Returns
    -------
    str
        YAML. A line that ends with `# unsure: ...` needs a look; the last lines name the columns that are kept as they
        are.
    """
    rows = table.rows.drop(columns=[FILE, ROW])
    free = dict.fromkeys(rows.columns)
    lines = [f"title: {_quoted(_title(table.path))}", "one_row: an incident  # unsure: say what one row is"]
    lines += [f"sheet: {_quoted(sheet)}"] if sheet else []
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
    """Lower case without accents, words apart by underscores, in any script."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", apart.lower()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "_", bare.replace("ß", "ss")).strip("_")


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
        told = _told(rows[name])
        return len(told) > 0 and bool(fitting_formats(told.head(5000)))

    def of_the_event(name: str) -> bool:
        """Not the day on which somebody wrote about it, where another column can be that of the event."""
        others = [each for each in free if each != name and re.search("date", _plain(each))]
        told = bool(re.search(REPORTING, _plain(name))) and any(not re.search(REPORTING, _plain(o)) for o in others)
        return not told

    found = _named(free, DAYS, lambda name: of_the_event(name) and with_days(name))
    if found:
        end = _named(free, (r"(end|to)_?date", r"date_?(end|to).*", r"(when_)?(end|until)", r"time_?end"), with_days)
        keys = (("start", found), ("end", end)) if end else (("day", found),)
        lines = ["date:"]
        return lines + [f"  {key}: {_day_spec(name, _told(rows[name]))}" for key, name in keys]
    counted = _named(free, DAYS, lambda name: bool(_counted(rows[name])))
    if counted:
        kind = _counted(rows[counted])
        said = f"{UNSURE}{COUNTED_AS[kind]}, such as {_some(rows[counted])}"
        return ["date:", f"  day: {{column: {_quoted(counted)}, format: {kind}}}  # {said}"]
    mixed = _named(free, DAYS, lambda name: of_the_event(name) and bool(covering_formats(_told(rows[name]))))
    if mixed:
        formats = ", ".join(f'"{each}"' for each in covering_formats(_told(rows[mixed])))
        return ["date:", f"  day: {{column: {_quoted(mixed)}, format: [{formats}]}}  # {UNSURE}the formats are mixed"]
    worded = _named(free, DAYS, lambda name: of_the_event(name) and bool(_in_words(_told(rows[name]))))
    if worded and (in_words := _in_words(_told(rows[worded]))):
        language, each = in_words
        said = f"{UNSURE}months in another language, such as {_some(rows[worded])}"
        return ["date:", f'  day: {{column: {_quoted(worded)}, format: "{each}", language: {language}}}  # {said}']
    year = _named(free, YEARS)
    if year:
        lines = ["date:", f"  year: {_quoted(year)}"]
        for key, patterns in (("month", MONTHS), ("day_of_month", DAYS_OF_MONTH)):
            part = _named(free, patterns)
            lines += [f"  {key}: {_quoted(part)}"] if part else []
        return lines
    late = [name for name in free if re.search("date|day|time|fecha|datum", _plain(name))]
    for name in sorted(late, key=lambda name: not (of_the_event(name) and with_days(name)))[:1]:
        del free[name]
        if with_days(name):
            return ["date:", f"  day: {_day_spec(name, _told(rows[name]))}"]
        return ["date:", f'  day: {{column: {_quoted(name)}, format: ["%Y-%m-%d"]}}  # {UNSURE}no format reads all '
                f"values, such as {_some(rows[name])}"]  # fmt: skip
    return [f'date: {{column: "", format: "%Y-%m-%d"}}  # {UNSURE}no column looks like a day']


def _day_spec(name: str, told: pd.Series) -> str:
    """A column of days with its format, or without one where two formats fit and mean different days."""
    fits = fitting_formats(told)
    few = pd.Series(told.unique(), dtype="str")
    days = [parse_days(few, [each]) for each in fits]
    if all(each.equals(days[0]) for each in days):
        return f'{{column: {_quoted(name)}, format: "{fits[0]}"}}'
    both = " and ".join(f'"{each}"' for each in fits)
    return f"{{column: {_quoted(name)}}}  # {UNSURE}{both} both fit and mean different days; add one as format:"


def _in_words(told: pd.Series) -> tuple[str, str] | None:
    """The language and the format in which days with names of months can be read, if there is one."""
    few = told.drop_duplicates().head(500)
    for language in find_languages(few) if len(few) else []:
        english = in_english(few, language)
        for each in WORDED_FORMATS:
            if parse_days(english, [each])["first"].notna().all():
                return language, each
    return None


COUNTED_AS = {"excel": "days as a spreadsheet counts them", "unix": "seconds since 1970"}


def _counted(text: pd.Series) -> str:
    """How a column counts its days, if all its numbers fall between 1950 and 2100."""
    number = to_number(_told(text))
    for kind, low, high in (("excel", 18_264, 73_051), ("unix", 100_000_000, 4_102_444_800)):
        if len(number) and number.between(low, high).all():
            return kind
    return ""


def _told(text: pd.Series) -> pd.Series:
    """The values that say something."""
    plain = text.str.strip()
    return plain[~plain.str.lower().isin(UNKNOWN)]


def _share(text: pd.Series, decimal: str, field: str) -> float:
    """The share of values that are numbers as the field needs them."""
    if field.startswith("deaths"):
        ranges = text.str.strip().str.fullmatch(RANGE)
        return float(((to_number(text, decimal) % 1 == 0) | ranges).mean())
    return float(to_degrees(text, field, decimal).abs().le(180).mean())


def _unread(told: pd.Series, field: str, decimal: str) -> pd.Series:
    if field in ("latitude", "longitude"):
        return to_degrees(told, field, decimal).isna()
    return to_number(told, decimal).isna() & ~told.str.fullmatch(RANGE)


def _point_lines(rows: pd.DataFrame, free: dict) -> list[str]:
    """Latitude and longitude from one column that holds both."""

    def holds_both(name: str) -> bool:
        told = _told(rows[name])
        return len(told) > 0 and told.str.fullmatch(TWO_NUMBERS).mean() > 0.9

    name = _named(free, POINTS, holds_both)
    if not name:
        return []
    both = _told(rows[name]).str.extract(TWO_NUMBERS).astype(float)
    swapped = both[0].abs().max() > 90 or "point" in _plain(name) or "coordinates" in _plain(name)
    north, east = (2, 1) if swapped else (1, 2)
    return [f"  {field}: {{column: {_quoted(name)}, part: {part}}}  # {UNSURE}which of the two numbers is which, in "
            f"{_some(rows[name].head(1))}" for field, part in (("latitude", north), ("longitude", east))]  # fmt: skip


POINTS = (r"lat.*(lon|lng).*", r"(geo_?)?(coord(inate)?s?|point|location|position|geom(etry)?)", r".*coordinates")


def _field_lines(rows: pd.DataFrame, free: dict) -> list[str]:
    lines = []
    for field, patterns in NAMES.items():
        number = field in ("latitude", "longitude") or field.startswith("deaths")
        decimal: dict[str, str] = {}

        def fits(name: str, number: bool = number, decimal: dict = decimal, field: str = field) -> bool:
            told = rows[name][~rows[name].str.strip().str.lower().isin(UNKNOWN)]
            if told.empty:
                return False
            least = 0.5 if field.startswith("deaths") else 0.9
            signs = [sign for sign in (".", ",") if _share(told, sign, field) > least]
            decimal[name] = signs[0] if signs else "."
            return bool(signs) or not number

        name = _named(free, patterns, fits)
        if not name:
            continue
        comma = number and decimal.get(name) == ","
        spec = f'{{column: {_quoted(name)}, decimal: ","}}' if comma else _quoted(name)
        told = rows[name].str.strip()
        told = told[~told.str.lower().isin(UNKNOWN)]
        bad = told[_unread(told, field, decimal.get(name, "."))] if number else told.iloc[:0]
        unsure = f"  # {UNSURE}{len(bad):,} values are no number, such as {_some(bad)}; see missing" if len(bad) else ""
        weak = field in ("side_a", "side_b", "event_type", "weapon", "admin1") and not unsure
        lines.append(f"  {field}: {spec}{unsure or (f'  # {UNSURE}such as {_some(rows[name])}' if weak else '')}")
    if not any("itude" in line for line in lines):
        lines = [*_point_lines(rows, free), *lines]
    if "  latitude" in "".join(lines) and "  longitude" not in "".join(lines):
        lines.append(f"  # {UNSURE}a latitude without a longitude")
    return lines


def _some(text: pd.Series) -> str:
    told = text[text.str.strip() != ""].drop_duplicates().head(3)
    return ", ".join(repr(" ".join(value.split())[:30]) for value in told) or "always empty"
