"""From the files of a database to a folder that the notebooks read: incidents.csv, import.json and about.yml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType

import pandas as pd

from analysis.databases import acled, acled_coverage, gtd, ucdp
from analysis.databases.import_changes import ImportChanges, compare_incidents
from analysis.databases.mapped import convert_table
from analysis.databases.mapping import Mapping
from analysis.databases.normal_form import Import, drop_repeated_rows, finish
from analysis.databases.normal_form_file import PARQUET, csv_text, parquet_bytes, read_imported
from analysis.databases.side_car import FILE_NAME, SideCar, hash_file, read_side_car
from analysis.databases.table_files import TableFile, read_table_file
from analysis.evidence.about import About
from analysis.evidence.arguments import read_day
from analysis.evidence.csv_tables import write_files
from analysis.evidence.errors import InputError, format_path

SOURCES: dict[str, ModuleType] = {"acled": acled, "ucdp": ucdp, "gtd": gtd}
CONVERT = {"acled": acled.convert_acled, "ucdp": ucdp.convert_ucdp, "gtd": gtd.convert_gtd}


@dataclass(frozen=True)
class Imported:
    """What an import made.

    Parameters
    ----------
    incidents : DataFrame
        The table.
    side_car : SideCar
        Where it comes from.
    files : dict of Path to str or bytes
        What is to be written.
    changes : ImportChanges or None
        What is new, changed and withdrawn, where the folder held a table before.
    """

    incidents: pd.DataFrame
    side_car: SideCar
    files: dict[Path, str | bytes]
    changes: ImportChanges | None


def read_files(
    paths: Iterable[str | Path], header: Sequence[str] | None = None, sheet: str = "",
    progress: Callable[[str], None] = lambda done: None,
) -> list[TableFile]:  # fmt: skip
    """Read several files of one database; all that cannot be read are named at once.

    Raises InputError if there is none, one is given twice or one cannot be read.
    """
    chosen = [Path(path) for path in paths]
    if not chosen:
        raise InputError("no file is given")
    if len({path.resolve() for path in chosen}) < len(chosen):
        raise InputError("a file is given twice")
    found, wrong = [], []
    for path in chosen:
        try:
            found.append(read_table_file(path, header, sheet))
        except InputError as error:
            wrong.append(str(error))
        progress(path.name)
    if wrong:
        raise InputError("\n".join(wrong))
    return found


def import_database(
    source: str, paths: Iterable[str | Path], folder: str | Path, *, mapping: Mapping | None = None,
    downloaded: str = "", version: str = "", leave_out: bool = False, parquet: bool = False,
    progress: Callable[[str], None] = lambda done: None,
) -> Imported:  # fmt: skip
    """Read the files of a database and prepare a folder for the notebooks; `write_files` writes it.

    Parameters
    ----------
    source : {"acled", "ucdp", "gtd", "table"}
        Which database; `table` needs a mapping.
    paths : iterable of str or Path
        The files. Columns are joined by their names; a column that one file lacks is missing there.
    folder : str or Path
        Where the table goes.
    mapping : Mapping, optional
        What the columns of a table mean.
    downloaded : str, default ""
        Day of the download, YYYY-MM-DD; later days are refused. By default today.
    version : str, default ""
        Version of the database.
    leave_out : bool, default False
        Whether rows that cannot be taken are left out, and listed in refused.csv; otherwise they stop the import.
    parquet : bool, default False
        Whether the table is written as incidents.parquet, for `open_table`, and not as incidents.csv.
    progress : callable
        Called with each step.

    Returns
    -------
    Imported
        The table, its side-car, and the files to write.

    Raises
    ------
    InputError
        If a file cannot be read, is not of that database, or, unless `leave_out`, holds rows that cannot be taken: all
        reasons at once, most frequent first.
    """
    if source not in (*SOURCES, "table"):
        raise InputError(f"source is {source!r}; allowed: {', '.join(SOURCES)}, table")
    if (source == "table") != (mapping is not None):
        raise InputError("a mapping belongs to the source 'table', and only to it")
    latest = pd.Timestamp(read_day(downloaded, "downloaded") if downloaded else date.today())
    tables = read_files(paths, getattr(SOURCES.get(source), "COLUMNS", None) if source == "ucdp" else None,
                        mapping.sheet if mapping else "", progress)  # fmt: skip
    remarks = [remark for table in tables for remark in table.remarks]
    rows = pd.concat([table.rows for table in tables], ignore_index=True) if len(tables) > 1 else tables[0].rows
    rows = rows.fillna("") if len(tables) > 1 else rows
    read = len(rows)
    rows = drop_repeated_rows(rows, remarks, keep=_keeps_repeated(mapping))
    each = convert_table(rows, mapping, latest) if mapping else CONVERT[source](rows, latest)
    progress("converted")
    incidents = finish(each, leave_out)
    files = [{"name": table.path.name, "sha256": hash_file(table.path), "rows": len(table.rows)} for table in tables]
    terms = _terms(SOURCES.get(source), mapping)
    side_car = SideCar(files=files, rows_read=read, rows_kept=len(incidents), downloaded=downloaded,
                       refused=each.refusals.table().to_dict("records"), remarks=remarks + each.remarks,
                       **terms | ({"version": version} if version else {}))  # fmt: skip
    progress("checked")
    return _imported(incidents, side_car, each, Path(folder), parquet)


def _keeps_repeated(mapping: Mapping | None) -> bool:
    """Whether equal rows stay: without an id, two rows can be two events."""
    return mapping is not None and (mapping.repeated or ("drop" if mapping.id else "keep")) == "keep"


def _terms(source: ModuleType | None, mapping: Mapping | None) -> dict:
    """Name, licence, citation and what one row is."""
    if mapping is not None:
        return {"database": mapping.name or mapping.title, "version": mapping.version, "url": mapping.url,
                "licence": mapping.licence, "citation": mapping.citation, "one_row": mapping.one_row,
                "rows_may_be_passed_on": mapping.rows_may_be_passed_on,
                "mapping": mapping.model_dump(exclude_defaults=True)}  # fmt: skip
    assert source is not None
    return {"database": source.NAME, "licence": source.LICENCE, "citation": source.CITATION, "one_row": source.ONE_ROW,
            "rows_may_be_passed_on": source.ROWS_MAY_BE_PASSED_ON}  # fmt: skip


def _imported(incidents: pd.DataFrame, side_car: SideCar, each: Import, folder: Path, parquet: bool) -> Imported:
    names = (PARQUET, "incidents.csv") if parquet else ("incidents.csv", PARQUET)
    (before, other), changes = (folder / name for name in names), None
    if other.is_file():
        raise InputError(f"{format_path(folder)} holds an {other.name}: choose another folder, or move it away")
    if before.is_file():
        known = read_side_car(folder)
        if known is None:
            raise InputError(f"{format_path(before)} was not imported: choose another folder, or move it away")
        if not same_database(known.database, side_car.database):
            was = f"was imported from {known.database}, not {side_car.database}"
            raise InputError(f"{format_path(before)} {was}: choose another folder")
        changes = compare_incidents(read_imported(before), incidents)
    table = parquet_bytes(incidents) if parquet else csv_text(incidents)
    files: dict[Path, str | bytes] = {before: table, folder / FILE_NAME: side_car.text()}
    if len(each.refusals.index):
        files[folder / "refused.csv"] = each.refusals.each_row().to_csv(index=False, lineterminator="\n")
    if not (folder / "about.yml").is_file():
        files[folder / "about.yml"] = first_about(side_car).text()
    if side_car.database == acled.NAME and not is_edited_coverage(folder / "coverage.csv"):
        coverage = acled_coverage.acled_coverage(incidents)
        files[folder / "coverage.csv"] = coverage.to_csv(index=False, lineterminator="\n")
    return Imported(incidents, side_car, files, changes)


def is_edited_coverage(coverage: Path) -> bool:
    """Whether a person wrote or changed a row of this file."""
    if not coverage.is_file():
        return False
    rows = read_table_file(coverage).rows
    return "basis" not in rows or not rows["basis"].str.startswith(acled_coverage.BASIS).all()


def same_database(one: str, other: str) -> bool:
    """Whether two names are of one database; the Candidate events of UCDP become those of GED."""
    return one.split()[0].lower() == other.split()[0].lower()


def first_about(side_car: SideCar) -> About:
    """A first about.yml for an imported folder, to be edited."""
    title = side_car.mapping["title"] if side_car.mapping else side_car.database
    plain = re.sub(r"\s+", " ", side_car.one_row)
    noun = next((each.NOUN for each in SOURCES.values() if side_car.database == each.NAME), "incident")
    return About(title=str(title), one_incident=plain, singular=noun, plural=f"{noun}s", officials="officials")


def write_import(imported: Imported) -> None:
    """Write all files of an import, or none."""
    write_files(imported.files)
