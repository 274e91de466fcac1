"""The command line: parse, call one function, print. Exit 2 for bad input, 1 for a failed run, 3 for an export that
lacks something."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from analysis.databases.import_commands import changes_since_command, import_group
from analysis.exercises.command_group import exercises
from analysis.incidents.find_command import find_command
from analysis.incidents.integration_command import integrate_command
from analysis.reports.command_errors import ErrorGroup
from analysis.reports.conversion_command import export_command
from analysis.reports.pause_command import pauses_command


@click.group(cls=ErrorGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """From what sources say to what a reader can check."""
    # jsonschema, which nbformat imports, builds a grammar of IRIs for a format that no schema of notebooks has. That
    # takes longer than any other import of a command.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


FOLDER = click.option("--folder", default="", help="Folder with the evidence; this repository by default.")


@main.command()
@FOLDER
@click.option("--check", is_flag=True, help="Write nothing; fail if the tables are out of date.")
def build(folder: str, check: bool) -> None:
    """Validate every table and build the incident table from the claims."""
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.errors import InputError, format_path
    from analysis.evidence.evidence_base import load_evidence
    from analysis.incidents import incident_table

    evidence = load_evidence(folder)
    saved = incident_table.load_saved_ids(evidence.root)
    built = incident_table.build_incidents(evidence, saved)
    files = incident_table.incident_files(evidence, built)
    if check:
        stale = [format_path(p) for p, text in files.items() if not p.is_file() or p.read_bytes() != text.encode()]
        if stale:
            raise InputError(f"out of date: {', '.join(stale)}; run 'incidents build'")
        click.echo("the incident table is what the evidence gives")
        return
    write_files(files)
    click.echo(
        f"{len(evidence.claims):,} claims of {evidence.claims['source_id'].nunique():,} sources -> "
        f"{len(built.incidents):,} incidents, {len(built.disputes):,} disputed values, "
        f"{len(built.unplaced):,} claims unplaced"
    )
    for path in files:
        click.echo(f"  {format_path(path)}")
    for line in incident_table.describe_id_changes(evidence, saved, built):
        click.echo(f"  {line}")


@main.command("check-seeds")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--seeds", default="", help="The coded seeds; this repository's by default.")
def check_seeds_command(directory: Path, seeds: str) -> None:
    """Prove hash, line and words of every coded row against the original documents."""
    from analysis.evidence.folders import REPOSITORY
    from analysis.evidence.seed_verification import check_seeds

    rows, documents = check_seeds(Path(seeds) if seeds else REPOSITORY / "seeds", directory)
    click.echo(f"{rows} rows agree with the {documents} documents in {directory}")


def limits(command):
    """The options that say how long and how large a run may grow."""
    command = click.option("--memory", type=click.IntRange(min=64), metavar="MB",
                           help="Megabytes that the kernel of a notebook may use.")(command)  # fmt: skip
    command = click.option("--run-seconds", type=click.IntRange(min=1), default=1800, show_default=True,
                           help="Time limit of a notebook.")(command)  # fmt: skip
    return click.option("--cell-seconds", type=click.IntRange(min=1), default=300, show_default=True,
                        help="Time limit of a cell.")(command)  # fmt: skip


@main.command()
@click.argument("variants", nargs=-1)
@click.option("--all", "all_variants", is_flag=True, help="Every variant in notebooks/parameters.")
@click.option("--notebook", "only", multiple=True, help="Only this notebook; may be given again.")
@click.option("-p", "--parameter", "given", type=(str, str), multiple=True, metavar="NAME VALUE",
              help="A parameter beside those of the variant; may be given again.")  # fmt: skip
@FOLDER
@click.option("--build", "target", default="build", type=click.Path(path_type=Path),
              help="Where the reports go.", show_default=True)  # fmt: skip
@click.option("--force", is_flag=True, help="Make the report again even if its inputs are the same.")
@click.option(
    "--summary",
    is_flag=True,
    help="Make only the first page, a PDF of two pages in VARIANT-summary. No notebook is run.",
)
@click.option("--with-rows", is_flag=True,
              help="Include the rows of the table even where the terms of its database forbid it.")  # fmt: skip
@limits
def report(
    variants: tuple[str, ...], all_variants: bool, only: tuple[str, ...], given: tuple[tuple[str, str], ...],
    folder: str, target: Path, force: bool, summary: bool, with_rows: bool,
    cell_seconds: int, run_seconds: int, memory: int | None,
) -> None:  # fmt: skip
    """Run the notebooks and render them to PDF and HTML; the variant 'all' by default.

    A report whose inputs are the same as in its record, run.json, is not made again. The folder of a variant holds
    the files of the last report alone.
    """
    from tqdm import tqdm

    from analysis.evidence.errors import format_path
    from analysis.evidence.folders import REPOSITORY
    from analysis.reports.pipeline import make_report
    from analysis.reports.plan import Plan, choose_notebooks
    from analysis.runs.run_limits import RunLimits
    from analysis.runs.variants import choose_variants, override_parameters

    notebooks = choose_notebooks(only)
    chosen = choose_variants(REPOSITORY / "notebooks" / "parameters", variants or ("all",), all_variants)
    given += (("folder", str(Path(folder).expanduser().resolve())),) if folder else ()
    variants_given = [override_parameters(each, dict(given), notebooks) for each in chosen]
    plans = [Plan(each, notebooks, target / each.name, with_rows) for each in variants_given]
    if summary:
        from analysis.reports.report import run_summary

        click.echo("\n".join(format_path(run_summary(each)) for each in plans))
        return
    stale = [each for each in plans if force or each.stale_reasons()]
    for each in (plan for plan in plans if plan not in stale):
        click.echo(f"{format_path(each.target)} is up to date")
    if not stale:
        return

    with tqdm(total=len(stale) * (2 * len(notebooks) + 1), unit="step", disable=None, leave=False) as bar:

        def step(done: str) -> None:
            bar.set_postfix_str(done)
            bar.update()

        for each in stale:
            bar.set_description(each.variant.name)
            for path in make_report(each, step, RunLimits(cell_seconds, run_seconds, memory), fresh=force):
                if path.suffix in (".pdf", ".html"):
                    bar.write(format_path(path), file=sys.stdout)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def verify(folder: Path) -> None:
    """Make the report, or the run of a sweep, in FOLDER again from its record and compare every byte."""
    from analysis.runs import run_record

    if "variant" in run_record.read_record(folder)["inputs"]:
        from analysis.reports.report import verify_report

        found = verify_report(folder)
    else:
        from analysis.runs.sweep_runs import verify_run

        found = verify_run(folder)
    for line in found.differ:
        click.echo(line)
    for line in found.changed:
        click.echo(f"since then: {line}", err=True)
    every = found.same + len(found.differ)
    click.echo(f"{found.same} of {every} files are the same, byte for byte", err=found.same < every)
    sys.exit(found.same < every)


@main.command()
@click.argument("notebook")
def parameters(notebook: str) -> None:
    """List the parameters of a notebook: name, type, default, what it is, what is allowed."""
    from analysis.runs.parameters import find_notebook, format_parameters

    click.echo(format_parameters(find_notebook(notebook)))


@main.command()
@click.argument("incident")
@FOLDER
def trace(incident: str, folder: str) -> None:
    """Show an incident: its claims, their sources, the words, and what decided each dispute."""
    from analysis.incidents.trace_files import trace_from_files
    from analysis.incidents.trace_text import format_trace

    click.echo(format_trace(*trace_from_files(folder, incident)))


@main.command()
@FOLDER
@click.option(
    "--trials", is_flag=True, help="First try every point of the grid again (some minutes) and keep the table."
)
def evaluate(folder: str, trials: bool) -> None:
    """Group the claims without the reviewer's decisions and compare the result with them, in all and in each period."""
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.evidence_base import load_evidence
    from analysis.incidents import cross_validation
    from analysis.incidents.evaluation import evaluate_grouping, worst_disagreements

    evidence = load_evidence(folder)
    click.echo(f"{'measure':<14}  {'algorithm':>24}  {'same first day and place':>26}")
    for row in evaluate_grouping(evidence).itertuples():
        ours = f"{row.algorithm:.3f} [{row.low:.3f}, {row.high:.3f}]"
        trivial = f"{row.trivial:.3f} [{row.trivial_low:.3f}, {row.trivial_high:.3f}]"
        click.echo(f"{row.measure:<14}  {ours:>24}  {trivial:>26}")
    if trials:
        write_files(cross_validation.trials_file(evidence.root, cross_validation.try_points(evidence)))
    if cross_validation.trials_path(evidence.root).is_file():
        click.echo("\nEach period, with the points chosen without it; in brackets the same first day and place:")
        tried = cross_validation.load_trials(evidence.root)
        for row in cross_validation.leave_one_period_out(evidence, tried).itertuples():
            click.echo(f"  {row.start:%Y-%m-%d} to {row.end:%Y-%m-%d}  {row.incidents:>3} incidents"
                       f"  F1 {row.f1:.3f} [{row.trivial_f1:.3f}]  B3 F1 {row.b3_f1:.3f} [{row.trivial_b3_f1:.3f}]"
                       f"  count {row.count_bias:+.1%} [{row.trivial_count_bias:+.1%}]")  # fmt: skip
    click.echo("\nThe worst disagreements (pairs of claims):")
    for row in worst_disagreements(evidence).itertuples():
        click.echo(f"  {row.wrong_pairs:>3}  {row.kind:<6}  {row.incident_id}: {row.detail}")


@main.command()
@click.option("--out", default="review.csv", type=click.Path(path_type=Path), show_default=True,
              help="Where the questions go.")  # fmt: skip
@click.option("--apply", "file", type=click.Path(path_type=Path), help="A file with decisions typed in.")
@FOLDER
def review(out: Path, file: Path | None, folder: str) -> None:
    """Write the claims whose grouping is doubtful, or merge the decisions typed there."""
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.evidence_base import load_evidence
    from analysis.evidence.spreadsheet import to_spreadsheet
    from analysis.incidents.dataset import open_folder
    from analysis.incidents.review import apply_decisions, doubtful_claims

    if file:
        files, number = apply_decisions(load_evidence(folder), file)
        write_files(files)
        click.echo(f"{number} decisions merged into reviewed.csv; now run 'incidents build'")
        return
    asked = doubtful_claims(open_folder(folder))
    write_files({out: to_spreadsheet(asked)})
    click.echo(f"{asked['question'].nunique()} questions on {asked['claim_id'].nunique()} claims in {out}")
    click.echo("type the incident id a claim belongs to in the column 'decision', then: "
               f"incidents review --apply {out}")  # fmt: skip


@main.group()
def audit() -> None:
    """Read rows a second time against their pages."""


@audit.command()
@click.option("--rows", default=50, type=click.IntRange(1), show_default=True, help="How many rows to draw.")
@click.option("--seed", required=True, type=click.IntRange(0), help="Seed of the draw; the same seed draws the same.")
@click.option("--out", default="audit-sheet.csv", type=click.Path(path_type=Path), show_default=True,
              help="Where the sheet goes.")  # fmt: skip
@FOLDER
def draw(rows: int, seed: int, out: Path, folder: str) -> None:
    """Draw the next sheet: rows at random, with their source and address, and a column for the verdict."""
    from analysis.evidence.audit import VERDICTS, draw_sheet
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.evidence_base import load_evidence
    from analysis.evidence.spreadsheet import to_spreadsheet

    sheet = draw_sheet(load_evidence(folder), rows, seed)
    write_files({out: to_spreadsheet(sheet)})
    click.echo(f"{len(sheet)} rows in {out}; type in the column 'verdict' one of: {VERDICTS}")
    click.echo("then sum the sheet up in a row of data/audit.csv, and add a row for each error")


@main.command()
@FOLDER
@click.option("--check", is_flag=True, help="Write nothing; fail if the grades are out of date.")
def coverage(folder: str, check: bool) -> None:
    """Grade by a rule how densely sources cover each week, and write the grades into coverage.csv."""
    from analysis.comparisons.itemised_coverage import coverage_file
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.errors import InputError, format_path
    from analysis.incidents.dataset import open_folder

    for path, text in coverage_file(open_folder(folder)).items():
        if check and path.read_text(encoding="utf-8") != text:
            raise InputError(f"out of date: {format_path(path)}; run 'incidents coverage'")
        if not check:
            write_files({path: text})
        click.echo(f"{format_path(path)} {'is what the rule gives' if check else 'is graded'}")


@main.command()
@click.argument("notebook")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE,VALUE",
              help="Values of a parameter; may be given again.")  # fmt: skip
@click.option("--grid", "file", type=click.Path(path_type=Path), help="A YAML file of lists, name: [value, value].")
@click.option("--out", type=click.Path(path_type=Path),
              help="The table, .csv or .parquet; build/sweeps/NOTEBOOK.csv by default.")  # fmt: skip
@click.option("--at-once", type=click.IntRange(1), help="Runs side by side; by default one more than there are cores.")
@click.option("--dask", metavar="ADDRESS", help="Run on the workers of a Dask scheduler, such as tcp://scheduler:8786.")
@click.option("--force", is_flag=True, help="Run again what is finished.")
@limits
def sweep(
    notebook: str, sets: tuple[str, ...], file: Path | None, out: Path | None, at_once: int | None, dask: str | None,
    force: bool, cell_seconds: int, run_seconds: int, memory: int | None,
) -> None:  # fmt: skip
    """Run a notebook with every combination of the values given, and gather the results in one table.

    The runs are kept in a folder beside the table; what is finished there is not run again.
    """
    from tqdm import tqdm

    from analysis.evidence.errors import RunError, format_path
    from analysis.runs import forked_kernels, parameter_grid
    from analysis.runs.normalisation import fixed_environment
    from analysis.runs.parameters import find_notebook
    from analysis.runs.run_limits import RunLimits

    path = find_notebook(notebook)
    points = parameter_grid.combine_grids(path, file, sets)
    out = out or Path("build", "sweeps", f"{path.stem}.csv")
    if not dask:
        forked_kernels.prepare_server(fixed_environment())
    # These imports are slow; meanwhile the server of the kernels imports too.
    from analysis.runs.sweeps import check_writable, choose_runner, plan_sweep, run_sweep, write_results

    check_writable(out)
    runner = choose_runner(dask, at_once, RunLimits(cell_seconds, run_seconds, memory))
    runs = plan_sweep(path, points, out.with_suffix(""))
    with tqdm(total=len(runs), unit="run", disable=None, leave=False) as bar:
        swept = run_sweep(runs, runner, force, lambda _: bar.update())
    write_results(swept.table, out)
    click.echo(
        f"{format_path(out)}: {len(swept.table):,} results of {swept.finished:,} runs "
        f"({swept.reused:,} finished before)"
    )
    for words, reason in swept.failures.items():
        click.echo(f"failed: {words}: {reason}", err=True)
    if swept.failures:
        raise RunError(f"{len(swept.failures)} of {len(runs)} runs failed")


main.add_command(exercises)
main.add_command(find_command)
main.add_command(export_command)
main.add_command(import_group)
main.add_command(pauses_command)
main.add_command(changes_since_command)
main.add_command(integrate_command)


if __name__ == "__main__":
    main()
