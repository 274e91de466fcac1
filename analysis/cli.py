"""The command line: parse, call one function, print. Exit 2 for bad input, 1 for a failed run."""

from __future__ import annotations

import sys
from pathlib import Path

import click


class Group(click.Group):
    """Turns the package's own errors into one message and an exit status."""

    def main(self, *args, **kwargs):
        from analysis.evidence.problems import InputError

        try:
            return super().main(*args, **kwargs)
        except InputError as error:
            click.echo(f"incidents: {error}", err=True)
            sys.exit(2)
        except RuntimeError as error:  # a run that failed; anything else is a bug and shows itself
            if type(error).__name__ != "RunError":
                raise
            click.echo(f"incidents: {error}", err=True)
            sys.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """From what sources say to what a reader can check."""


FOLDER = click.option(
    "--folder", default="", help="Folder with the evidence; this repository by default."
)


@main.command()
@FOLDER
@click.option("--check", is_flag=True, help="Write nothing; fail if the tables are out of date.")
def build(folder: str, check: bool) -> None:
    """Validate every table and build the incident table from the claims."""
    from analysis.evidence.load import load
    from analysis.evidence.problems import InputError, shown
    from analysis.evidence.tables import write_all
    from analysis.incidents import table

    evidence = load(folder)
    built = table.build(evidence)
    files = table.files(evidence, built)
    if check:
        stale = [shown(p) for p, text in files.items() if not p.is_file() or p.read_bytes() != text.encode()]
        if stale:
            raise InputError(f"out of date: {', '.join(stale)}; run 'incidents build'")
        click.echo("the incident table is what the evidence gives")
        return
    before = evidence.root / "data" / "retired.csv"
    known = set(before.read_text().splitlines()) if before.is_file() else set()
    write_all(files)
    click.echo(
        f"{len(evidence.claims):,} claims of {evidence.claims['source_id'].nunique():,} sources -> "
        f"{len(built.incidents):,} incidents, {len(built.disputes):,} disputed values, "
        f"{len(built.unplaced):,} claims unplaced"
    )
    for path in files:
        click.echo(f"  {shown(path)}")
    for row in built.retired.itertuples():
        if f"{row.incident_id},{row.now}" not in known:
            click.echo(f"  {row.incident_id} is retired; its claims are now in {row.now}")


@main.command("check-seeds")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--seeds", default="", help="The coded seeds; this repository's by default.")
def check_seeds(directory: Path, seeds: str) -> None:
    """Prove hash, line and words of every coded row against the original documents."""
    from analysis.evidence.check import check_seeds as prove
    from analysis.evidence.load import REPOSITORY

    rows, documents = prove(Path(seeds) if seeds else REPOSITORY / "seeds", directory)
    click.echo(f"{rows} rows agree with the {documents} documents in {directory}")


@main.command()
@click.argument("variants", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every variant in notebooks/parameters.")
@click.option("--notebook", "only", multiple=True, help="Only this notebook; may be given again.")
@FOLDER
@click.option("--build", "target", default="build", type=click.Path(path_type=Path),
              help="Where the reports go.", show_default=True)  # fmt: skip
def report(
    variants: tuple[str, ...], every: bool, only: tuple[str, ...], folder: str, target: Path
) -> None:
    """Run the notebooks and render them to PDF and HTML; the variant 'all' by default."""
    from dataclasses import replace

    from tqdm import tqdm

    from analysis.evidence.load import REPOSITORY
    from analysis.evidence.problems import shown
    from analysis.reports.report import NOTEBOOKS, choose, known_notebooks
    from analysis.reports.report import report as make

    notebooks = REPOSITORY / "notebooks"
    chosen = choose(notebooks / "parameters", variants or ("all",), every)
    if folder:
        absolute = str(Path(folder).expanduser().resolve())
        chosen = [replace(v, about="", parameters=v.parameters | {"folder": absolute}) for v in chosen]
    known_notebooks(only)
    made: list[Path] = []
    steps = len(chosen) * (2 * len(only or NOTEBOOKS) + 1)
    with tqdm(total=steps, unit="step", disable=None, leave=False) as bar:
        for variant in chosen:
            bar.set_description(variant.name)
            step = lambda done: (bar.set_postfix_str(done), bar.update())  # noqa: E731
            made += make(variant, notebooks, target, step, only)
    for path in made:
        if path.suffix in (".pdf", ".html"):
            click.echo(shown(path))


@main.command()
@click.argument("incident")
@FOLDER
def trace(incident: str, folder: str) -> None:
    """Show an incident: its claims, their sources, the words, and what decided each dispute."""
    from analysis.incidents.dossier import open_folder
    from analysis.incidents.trace import trace_words

    click.echo(trace_words(open_folder(folder), incident))


@main.command()
@click.option("--date", "day", default="", help="A day, YYYY-MM-DD.")
@click.option("--place", default="", help="A place: gazetteer id, name or alias.")
@FOLDER
def find(day: str, place: str, folder: str) -> None:
    """Find incidents by day and place."""
    from analysis.incidents.dossier import open_folder
    from analysis.incidents.trace import find as look

    found = look(open_folder(folder), day, place)
    for row in found.itertuples():
        click.echo(f"{row.incident_id}  {row.date:%Y-%m-%d}  {row.place}  {row.weapon}  {row.result}")
    click.echo(f"{len(found)} found", err=True)


@main.command()
@FOLDER
def evaluate(folder: str) -> None:
    """Judge the grouping, made without the reader's decisions, by those decisions."""
    from analysis.evidence.load import load
    from analysis.incidents.evaluate import disagreements
    from analysis.incidents.evaluate import evaluate as judge

    evidence = load(folder)
    click.echo(f"{'measure':<14}  {'algorithm':>24}  {'same first day and place':>26}")
    for row in judge(evidence).itertuples():
        ours = f"{row.algorithm:.3f} [{row.low:.3f}, {row.high:.3f}]"
        trivial = f"{row.trivial:.3f} [{row.trivial_low:.3f}, {row.trivial_high:.3f}]"
        click.echo(f"{row.measure:<14}  {ours:>24}  {trivial:>26}")
    click.echo("\nThe worst disagreements (pairs of claims):")
    for row in disagreements(evidence).itertuples():
        click.echo(f"  {row.wrong_pairs:>3}  {row.kind:<6}  {row.incident_id}: {row.detail}")


@main.command()
@click.option("--out", default="review.csv", type=click.Path(path_type=Path), show_default=True,
              help="Where the questions go.")  # fmt: skip
@click.option("--apply", "file", type=click.Path(path_type=Path), help="A file with decisions typed in.")
@FOLDER
def review(out: Path, file: Path | None, folder: str) -> None:
    """Write the claims whose grouping is doubtful, or merge the decisions typed there."""
    from analysis.evidence.load import load
    from analysis.evidence.spreadsheet import to_spreadsheet
    from analysis.evidence.tables import write_all
    from analysis.incidents import review as loop
    from analysis.incidents.dossier import open_folder

    if file:
        files, number = loop.apply(load(folder), file)
        write_all(files)
        click.echo(f"{number} decisions merged into reviewed.csv; now run 'incidents build'")
        return
    asked = loop.grey_zone(open_folder(folder))
    write_all({out: to_spreadsheet(asked)})
    click.echo(f"{asked['question'].nunique()} questions on {asked['claim_id'].nunique()} claims in {out}")
    click.echo("type the incident id a claim belongs to in the column 'decision', then: "
               f"incidents review --apply {out}")  # fmt: skip


if __name__ == "__main__":
    main()
