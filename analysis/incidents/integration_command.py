"""The command `incidents integrate`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("integrate")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="Folder for the merged table.")
@click.option("--rules", "rules_file", type=click.Path(path_type=Path), help="YAML file of tolerances and vocabulary.")
def integrate_command(folders: tuple[Path, ...], target: Path, rules_file: Path | None) -> None:
    """Match two or three databases of one conflict, and write the matches, the merged table and the doubtful pairs.

    The doubtful pairs stand in review.csv. Type yes (one event) or no (two events) into its column decision and run
    the command again. A decision overrules the rule and stays in the file.
    """
    from analysis.databases.normal_form_file import csv_text
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.spreadsheet import to_spreadsheet
    from analysis.incidents.integration import integrate, read_integration_rules
    from analysis.incidents.integration_review import read_pair_decisions

    decisions = read_pair_decisions(target / "review.csv")
    found = integrate(folders, read_integration_rules(rules_file), decisions)
    write_files({
        target / "incidents.csv": csv_text(found.merged),
        target / "matches.csv": to_spreadsheet(found.matches),
        target / "review.csv": to_spreadsheet(found.review),
    })  # fmt: skip
    for row in found.summary().itertuples():
        click.echo(f"{row.events:>8,}  {row.databases}")
    decided = int((found.review["decision"] != "").sum())
    click.echo(f"{len(found.review):,} pairs in {target / 'review.csv'}, {decided:,} of them decided")
