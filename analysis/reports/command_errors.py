"""Errors of a command as one message and an exit status. Imports nothing slow."""

from __future__ import annotations

import sys

import click

from analysis.evidence.errors import InputError, RunError

# Libraries of the extra `report`, by the name under which they are imported.
REPORT_MODULES = ("ipykernel", "itables", "nbclient", "nbconvert", "nbformat", "papermill", "PIL", "pypandoc",
                  "selectolax", "tinycss2", "typst")  # fmt: skip


class ErrorGroup(click.Group):
    """Turns the package's own errors into one message and an exit status; anything else is a bug and shows itself."""

    def main(self, *args, **kwargs):
        try:
            return super().main(*args, **kwargs)
        except (InputError, RunError) as error:
            click.echo(f"incidents: {error}", err=True)
            sys.exit(2 if isinstance(error, InputError) else 1)
        except ModuleNotFoundError as error:
            if error.name not in REPORT_MODULES:
                raise
            click.echo(f"incidents: this needs the library {error.name}, which is not installed: install this package "
                       "with its extra 'report'", err=True)  # fmt: skip
            sys.exit(2)
