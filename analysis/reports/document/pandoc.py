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
from analysis.reports.document.tree import Node

TEMPLATES = Path(__file__).parents[1] / "templates"

# CommonMark as Jupyter shows it, and footnotes. No extension here lets a text carry attributes, HTML, TeX commands or
# code in the language of a writer.
MARKDOWN = (
    "commonmark-raw_html+pipe_tables+strikeout+task_lists+autolink_bare_uris+footnotes"
    "+tex_math_dollars+smart+gfm_auto_identifiers"
)
HTML = "html-raw_html-raw_tex-native_divs-native_spans"


def parse_markup(snippets: Sequence[tuple[str, str]]) -> list[list[Node]]:
    """The blocks of each (format, text), parsed by one process for all of them. Raises as `run_pandoc`."""
    if not snippets:
        return []
    # If a text ends with a heading and has no line end after it, pandoc adds an empty paragraph.
    whole = [(kind, f"{text}\n") for kind, text in snippets]
    printed = run_pandoc(["lua", str(TEMPLATES / "parse.lua"), HTML], json.dumps(whole, ensure_ascii=False))
    return [document["blocks"] for document in json.loads(printed)]


def write_markup(document: dict, to: str, *options: str) -> str:
    """The document as text in the format `to`. pandoc may read no file except its template. Raises as `run_pandoc`."""
    fixed = ["--from=json", f"--to={to}", "--wrap=none", "--sandbox"]
    return run_pandoc([*fixed, *options], json.dumps(document, ensure_ascii=False))


def run_pandoc(arguments: Sequence[str], text: str) -> str:
    """What pandoc prints when it is given `text`. Raises InputError with pandoc's own message if it fails."""
    given = text.encode(errors="replace")
    done = subprocess.run([pandoc_program(), *arguments], input=given, capture_output=True, check=False)
    if done.returncode:
        raise InputError(f"pandoc could not read this text: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()


@cache
def pandoc_program() -> str:
    """The path of the pandoc in the wheel, because another version gives other pages."""
    name = "pandoc.exe" if os.name == "nt" else "pandoc"
    bundled = Path(pypandoc.__file__).parent / "files" / name
    return str(bundled) if bundled.exists() else pypandoc.get_pandoc_path()
