"""Typst as a bounded program: sources and files in, PDFs out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.evidence.errors import InputError
from analysis.evidence.scratch import scratch_folder
from analysis.reports.pdf.glyph_widths import copy_fonts, typst_folder

STANDARDS = ["ua-1", "a-2a"]
SECONDS = 120  # of processors, for one document
MEGABYTES = 6_000  # of addresses; what is in memory is about half
PROGRAM = Path(__file__).with_name("typst_program.py")


class TypstFailure(InputError):
    """Something in the document has no place on a page; the message has typst's words."""


def set_pdf(source: str, files: Mapping[str, bytes], timestamp: int, fonts: Sequence[str] = ()) -> bytes:
    """The PDF of one source. Raises TypstFailure."""
    (made,) = set_each([source], files, timestamp, fonts)
    if isinstance(made, str):
        raise TypstFailure(f"this cannot be set as PDF: {made}")
    return made


def set_each(
    sources: Sequence[str], files: Mapping[str, bytes], timestamp: int, fonts: Sequence[str] = ()
) -> list[bytes | str]:
    """For each source its PDF, or why there is none. Typst sees one folder, made for it and thrown away: nothing
    else of the machine but the fonts. Raises TypstFailure where it takes too long or too much memory."""
    with scratch_folder("pdf") as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        names = [f"source-{i}.typ" for i in range(len(sources))]
        for name, source in zip(names, sources, strict=True):
            (folder / name).write_text(source, encoding="utf-8")
        request = {"sources": names, "fonts": copy_fonts(folder, fonts), "standards": STANDARDS, "timestamp": timestamp,
                   "seconds": SECONDS, "megabytes": MEGABYTES}  # fmt: skip
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        _run(folder)
        answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
        return [why or (folder / f"{name}.pdf").read_bytes() for name, why in zip(names, answers, strict=True)]


def _run(folder: Path) -> None:
    command = [sys.executable, "-I", "-S", str(PROGRAM), str(typst_folder()), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=2 * SECONDS)
    except subprocess.TimeoutExpired:
        raise TypstFailure(f"this cannot be set as PDF within {2 * SECONDS} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
        short = "memory" in said[0].lower() or done.returncode in (-6, -9)
        bound = f"it needs more than {MEGABYTES} MB of memory or {SECONDS} seconds of a processor"
        raise TypstFailure(f"this cannot be set as PDF: {bound if short or done.returncode == -24 else said[0]}")
