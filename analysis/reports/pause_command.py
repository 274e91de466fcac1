"""The command `incidents pauses`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("pauses")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--by", default="country,actor", show_default=True, help="Columns that make a series, with commas.")
@click.option("--from", "first", default="", metavar="DAY", help="First day; by default as far as is known.")
@click.option("--to", "last", default="", metavar="DAY", help="Last day; by default as far as is known.")
@click.option("--engine", default="duckdb", show_default=True,
              help="duckdb, spark, or spark://HOST:PORT. Spark works on the series too.")  # fmt: skip
@click.option("--error-rate", type=float, default=0.05, show_default=True,
              help="Expected share of false pauses among those announced.")  # fmt: skip
@click.option("--min-events", type=click.IntRange(2), default=10, show_default=True,
              help="Series with fewer events are left out.")  # fmt: skip
@click.option("--at-once", type=click.IntRange(1), help="Processes; by default one for each processor.")
@click.option(
    "--dask", metavar="ADDRESS", help="Work on the workers of a Dask scheduler, such as tcp://scheduler:8786."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results; build/pauses by default.")
def pauses_command(
    folder: Path, by: str, first: str, last: str, engine: str, error_rate: float, min_events: int,
    at_once: int | None, dask: str | None, out: Path | None,
) -> None:  # fmt: skip
    """Find the pauses of every series of a table, and write pauses.csv, a page and a PDF with a chart of each.

    Finished series are kept in the folder of the results. A search that was stopped continues with the others.
    """
    from tqdm import tqdm

    from analysis.comparisons.pause_search import find_pauses
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.errors import format_path
    from analysis.evidence.spreadsheet import to_spreadsheet
    from analysis.incidents.large_dataset import is_spark, open_table
    from analysis.reports.pause_page import panels_pdf, pause_page, pause_points

    dataset = open_table(folder, engine)
    runner = None
    if dask:
        from analysis.runs.cluster import dask_batches

        runner = dask_batches(dask)
    elif is_spark(engine):
        from analysis.runs.spark_batches import spark_batches

        runner = spark_batches(engine)
    columns = [name.strip() for name in by.split(",") if name.strip()]
    coverage = dataset.coverage if len(dataset.coverage) else None
    out = out or Path("build", "pauses")
    with tqdm(unit="series", disable=None, leave=False) as bar:
        found = find_pauses(dataset.incidents, columns, (first, last), coverage, error_rate=error_rate,
                            min_events=min_events, workers=at_once, runner=runner, kept=out / "batches",
                            progress=lambda series: bar.update(series))  # fmt: skip
    source = dataset.side_car.words() if dataset.side_car else format_path(folder)
    title = dataset.about.title or folder.resolve().name
    points = pause_points(dataset.incidents, found, columns)
    page = pause_page(found, columns, points, title, source)
    files: dict[Path, str | bytes] = {out / "pauses.csv": to_spreadsheet(found), out / "pauses.html": page}
    announced = int(found["is_announced"].sum())
    if announced:
        files[out / "pauses.pdf"] = panels_pdf(dataset.incidents, found, columns, coverage)
    write_files(files)
    if not announced:
        (out / "pauses.pdf").unlink(missing_ok=True)  # of an earlier search
    click.echo(
        f"{format_path(out)}: {announced:,} pauses announced in {found.attrs['series']:,} series "
        f"(at most {100 * error_rate:g} % of them expected to be false), {len(found):,} listed"
    )
