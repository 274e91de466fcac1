"""The command `incidents find`."""

from __future__ import annotations

from typing import Any

import click


@click.command("find")
@click.option("--date", "day", default="", help="A day, YYYY-MM-DD.")
@click.option("--from", "start", default="", help="First day, YYYY-MM-DD.")
@click.option("--to", "end", default="", help="Last day, YYYY-MM-DD.")
@click.option("--month", default="", help="A month, YYYY-MM.")
@click.option("--place", default="", help="A place: gazetteer id, name or alias.")
@click.option("--country", "countries", multiple=True, help="A country; may be given again.")
@click.option("--weapon", "weapons", multiple=True, help="A weapon; may be given again.")
@click.option("--confirmation", multiple=True, help="The best voice behind an incident; may be given again.")
@click.option("--text", default="", help="Words that one of the claims holds.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True,
              help="How the incidents are printed; csv and json hold every column.")  # fmt: skip
@click.option("--folder", default="", help="Folder with the evidence; this repository by default.")
def find_command(folder: str, form: str, **given: Any) -> None:
    """Find incidents by days, place, country, weapon, who confirms them, and words."""
    from analysis.incidents.dataset import open_folder
    from analysis.incidents.export import incidents_as_text
    from analysis.incidents.incident_search import find_incidents

    found = find_incidents(open_folder(folder), **given)
    click.echo(incidents_as_text(found, form), nl=False)
    click.echo(f"{len(found)} found", err=True)
