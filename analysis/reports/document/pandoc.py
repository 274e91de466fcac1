"""pandoc, from its Python wheel: parses texts into document trees and writes trees as texts."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pypandoc

from analysis.evidence.errors import InputError
from analysis.reports.document.formulas import Formulas
from analysis.reports.document.tree import Node

TEMPLATES = Path(__file__).parents[1] / "templates"

# CommonMark as Jupyter shows it, and footnotes. No extension here lets a text carry attributes, HTML, TeX commands or
# code in the language of a writer.
MARKDOWN = (
    "commonmark-raw_html+pipe_tables+strikeout+task_lists+autolink_bare_uris+footnotes+smart+gfm_auto_identifiers"
)
LONGEST = 40  # seconds that pandoc may take
HEAP = "1500m"  # of memory that pandoc may use for what it holds


def parse_markup(snippets: Sequence[tuple[str, str]], formulas: Formulas) -> list[list[Node] | None]:
    """The blocks of each (format, text), by one process whatever their number; it also reads the formulas. None for
    a text whose parts lie too deep in one another."""
    if not snippets and not formulas.found:
        return []
    # Without a line end after a heading that closes a text, pandoc adds an empty paragraph.
    whole = [[(kind, f"{text}\n") for kind, text in snippets], formulas.ready()]
    printed = json.loads(run_pandoc(["lua", str(TEMPLATES / "parse.lua")], json.dumps(whole, ensure_ascii=False)))
    formulas.read(printed["formulas"])
    return [_blocks(document) for document in printed["documents"]]


def _blocks(document: str) -> list[Node] | None:
    try:
        return json.loads(document)["blocks"]
    except RecursionError:
        return None


def write_markup(document: dict, to: str, *options: str) -> str:
    """The document as text in the format `to`. pandoc may read no file except its template. Raises as `run_pandoc`."""
    fixed = ["--from=json", f"--to={to}", "--wrap=none", "--sandbox"]
    return run_pandoc([*fixed, *options], json.dumps(document, ensure_ascii=False))


def run_pandoc(arguments: Sequence[str], text: str) -> str:
    """What pandoc prints. Raises InputError with its own words if it fails, and where it takes too long or too much
    memory."""
    command = [pandoc_program(), *arguments, "+RTS", f"-M{HEAP}", "-RTS"]
    try:
        done = subprocess.run(command, input=text.encode(errors="replace"), capture_output=True, check=False,
                              timeout=LONGEST)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise InputError(f"pandoc did not read this text within {LONGEST} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        why = f"it needs more than {HEAP}B of memory" if "heap" in said.lower() else said
        raise InputError(f"pandoc could not read this text: {why}")
    return done.stdout.decode()


@cache
def pandoc_program() -> str:
    """The path of the pandoc in the wheel, because another version gives other pages."""
    name = "pandoc.exe" if os.name == "nt" else "pandoc"
    bundled = Path(pypandoc.__file__).parent / "files" / name
    return str(bundled) if bundled.exists() else pypandoc.get_pandoc_path()
