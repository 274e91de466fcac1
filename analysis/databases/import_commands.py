"""The commands `incidents import ...` and `incidents changes-since`."""

from __future__ import annotations

from pathlib import Path

import click

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
NOT_SAID = "the mapping does not say that the rows may be passed on"
SHOWN = 12  # lines that a table in the terminal has at most


PARQUET_OPTION = click.option(
    "--parquet/--csv", "parquet", default=None,
    help="Write incidents.parquet, for large tables, or incidents.csv; by default Parquet from 200 MB of files.",
)  # fmt: skip


def options(command):
    """The options that all imports share."""
    command = PARQUET_OPTION(command)
    command = click.option("--leave-out", is_flag=True,
                           help="Leave out rows that cannot be taken; refused.csv lists them.")(command)  # fmt: skip
    command = click.option("--version", default="", help="Version of the database, for the record.")(command)
    command = click.option("--downloaded", default="", metavar="DAY", help="Day of the download, YYYY-MM-DD.")(command)
    return click.option("--to", "folder", required=True, type=click.Path(path_type=Path),
                        help="Folder for the table.")(command)  # fmt: skip


@click.group("import")
def import_group() -> None:
    """Make a folder for the notebooks from the files of a database."""


@import_group.command("acled")
@FILES
@options
def acled_command(
    files: tuple[Path, ...], folder: Path, downloaded: str, version: str, leave_out: bool, parquet: bool | None
) -> None:
    """Import exports of ACLED, dyadic: one row for each event."""
    from analysis.databases.engine_import import import_acled_in_engine

    if not _as_parquet(files, parquet):
        _run("acled", files, folder, downloaded, version, leave_out, False)
        return
    _tell(import_acled_in_engine(files, folder, downloaded, version, leave_out), folder)


def _database_command(source: str, words: str) -> None:
    @import_group.command(source, help=words)
    @FILES
    @options
    def command(
        files: tuple[Path, ...], folder: Path, downloaded: str, version: str, leave_out: bool, parquet: bool | None
    ) -> None:
        _run(source, files, folder, downloaded, version, leave_out, parquet)


_database_command("ucdp", "Import UCDP GED or Candidate, with a header or without.")
_database_command("gtd", "Import the Global Terrorism Database.")


@import_group.command("table")
@FILES
@click.option(
    "--map", "mapping_file", type=click.Path(path_type=Path), help="YAML file that says what the columns mean."
)
@click.option("--suggest", is_flag=True, help="Print a first mapping for the file and stop.")
@click.option("--sheet", default="", help="Sheet of a spreadsheet, for --suggest; otherwise the mapping says it.")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Folder for the table.")
@click.option("--downloaded", default="", metavar="DAY", help="Day of the download, YYYY-MM-DD.")
@click.option("--version", default="", help="Version of the table, for the record.")
@click.option("--leave-out", is_flag=True, help="Leave out rows that cannot be taken, and list them in refused.csv.")
@PARQUET_OPTION
def table_command(
    files: tuple[Path, ...], mapping_file: Path | None, suggest: bool, sheet: str, folder: Path | None, downloaded: str,
    version: str, leave_out: bool, parquet: bool | None,
) -> None:  # fmt: skip
    """Import any other table, as a mapping file says what its columns mean."""
    from analysis.databases.mapping import read_mapping
    from analysis.evidence.errors import InputError

    if suggest:
        from analysis.databases.suggestion import suggest_mapping
        from analysis.databases.table_files import read_table_file

        click.echo(suggest_mapping(read_table_file(files[0], sheet=sheet), sheet), nl=False)
        return
    if mapping_file is None or folder is None:
        raise InputError("a table needs --map FILE.yml and --to FOLDER; --suggest prints a first mapping")
    _run("table", files, folder, downloaded, version, leave_out, parquet, read_mapping(mapping_file))


def _as_parquet(files: tuple[Path, ...], parquet: bool | None) -> bool:
    """Whether the table becomes a Parquet file: as asked, or by the size of the files."""
    from analysis.databases.normal_form_file import LARGE_BYTES

    if parquet is not None:
        return parquet
    return sum(path.stat().st_size for path in files if path.is_file()) >= LARGE_BYTES


def _run(source, files, folder, downloaded, version, leave_out, parquet, mapping=None) -> None:
    from tqdm import tqdm

    from analysis.databases.table_import import import_database, write_import

    with tqdm(total=len(files) + 3, unit="step", disable=None, leave=False) as bar:

        def step(done: str) -> None:
            bar.set_postfix_str(done)
            bar.update()

        made = import_database(source, files, folder, mapping=mapping, downloaded=downloaded, version=version,
                               leave_out=leave_out, parquet=_as_parquet(files, parquet), progress=step)  # fmt: skip
        write_import(made)
    _tell(made.side_car, folder, "" if made.changes is None else made.changes.words())


def _tell(car, folder: Path, changes: str = "") -> None:
    """What an import read, kept and left out."""
    from analysis.evidence.errors import format_path

    click.echo(f"{car.rows_read:,} rows of {car.database} -> {car.rows_kept:,} incidents in {format_path(folder)}")
    for remark in car.remarks:
        click.echo(f"  {remark}")
    for reason in car.refused:
        click.echo(f"  left out: {reason['rows']:,} x {reason['column']}: {reason['allowed']} ({reason['examples']})")
    if changes:
        click.echo(f"  since the last import: {changes}")
    if not car.rows_may_be_passed_on:
        why = "the terms of the database forbid to pass on its rows" if car.mapping is None else NOT_SAID
        click.echo(f"  {why}: reports leave them out")


@click.command("changes-since")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--ids", is_flag=True, help="List every id that is new, changed or withdrawn.")
def changes_since_command(old: Path, new: Path, ids: bool) -> None:
    """Compare two imports of one database: list new, changed and withdrawn events.

    Each folder was made by 'incidents import'. The counts per month before and after stand below the list.
    """
    from analysis.databases.import_changes import changes_since

    changes, months = changes_since(old, new)
    click.echo(changes.words())
    if len(months):
        click.echo(f"\n{'month':<8}  {'incidents':>17}  {'deaths':>19}")
    shown = months if ids else months.tail(SHOWN)
    if len(shown) < len(months):
        click.echo(f"({len(months) - len(shown):,} earlier months; --ids lists all)")
    for row in shown.fillna("").itertuples():
        click.echo(
            f"{row.month:<8}  {row.before!s:>7} -> {row.after!s:<6}  {row.deaths_before!s:>8} -> {row.deaths_after}"
        )
    if ids:
        for what, which in (("new", changes.new), ("withdrawn", changes.withdrawn)):
            for each in which:
                click.echo(f"{what}  {each}")
        for row in changes.changed.itertuples():
            click.echo(f"changed  {row.incident_id}  {row.column}: {row.before!r} -> {row.after!r}")
