"""The command `incidents export`. Imports nothing slow before it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analysis.reports.document.notebook_document import Code

LOST = 3  # exit status where the files lack something


@click.command("export")
@click.argument("notebooks", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--pdf", "formats", flag_value="pdf", multiple=True, help="As PDF; the default.")
@click.option("--html", "formats", flag_value="html", multiple=True, help="As one HTML page; --pdf --html makes both.")
@click.option("--to", "folder", type=click.Path(path_type=Path),
              help="Folder for the files; that of each notebook by default.")  # fmt: skip
@click.option("--code", type=click.Choice(["show", "marked", "hide"]), default="show", show_default=True,
              help="Show the code of all cells, of those tagged show-input, or of none.")  # fmt: skip
@click.option("--font", "fonts", multiple=True, metavar="FILE",
              help="A typeface (.ttf, .otf) for letters that the shipped ones lack; may be given again.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Write nothing and fail if anything would be lost.")
def export_command(
    notebooks: tuple[Path, ...], formats: tuple[str, ...], folder: Path | None, code: Code, fonts: tuple[str, ...],
    strict: bool,
) -> None:  # fmt: skip
    """Make PDF or HTML of any notebooks as they are; no cell runs.

    What a page cannot show is named on stderr with its notebook and cell. Exit status: 0 if the files hold all that the
    notebooks show, 3 if something is lost.
    """
    from analysis.evidence.csv_tables import write_files
    from analysis.evidence.errors import InputError, format_path
    from analysis.reports.conversion import convert_notebook

    if folder and len({path.stem for path in notebooks}) < len(notebooks):
        raise InputError(f"two of these notebooks have one name, which {folder} can hold once")
    lost = False
    for notebook in notebooks:
        made = convert_notebook(notebook, formats or ("pdf",), folder, code=code, strict=strict, fonts=fonts)
        write_files(made.files)
        for path in made.files:
            click.echo(format_path(path))
        for line in made.losses:
            click.echo(f"{format_path(notebook)}, {line}", err=True)
        lost = lost or bool(made.losses)
    sys.exit(LOST if lost else 0)
