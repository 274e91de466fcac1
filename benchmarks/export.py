"""A notebook as a document: seconds, size and what readers get, beside the other ways to a PDF.

    python benchmarks/export.py    # about half a minute on two cores

Writes benchmarks/export.md. LaTeX and Chromium are no dependencies of the package: where one is not
installed, its row says so.
"""

from __future__ import annotations

import io
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pikepdf
from nbconvert import HTMLExporter, PDFExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter

RUNS = 7
CELLS, FIGURES = 40, 10
ROWS, COLUMNS = 3_000, 7
GOAL, TIMES, MEGABYTES = 1.0, 1.5, 300  # seconds of the notebook; nbconvert's HTML and memory for the table
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--virtual-time-budget=10000"]


def sample() -> nbformat.NotebookNode:
    """Forty cells: text with formulas, ten charts with captions, ten tables, ten printed outputs."""
    draw = np.random.default_rng(1)
    kinds = (_text, _chart, _table, _print)
    return new_notebook(cells=[kinds[i % len(kinds)](i, draw) for i in range(CELLS)])


def _text(i: int, _) -> nbformat.NotebookNode:
    sentence = rf"A rate $\lambda_{{{i}}}$ of *attacks* per day, as [counted](https://example.org). "
    return new_markdown_cell(f"## Part {i}\n\n{sentence * 8}\n\n- one\n- two\n\n> a caveat")


def _chart(i: int, draw: np.random.Generator) -> nbformat.NotebookNode:
    figure, axes = plt.subplots(figsize=(6.3, 3.2))
    axes.bar(np.arange(60), draw.poisson(4, 60))
    axes.plot(draw.normal(size=300).cumsum() + 10)
    out = io.StringIO()
    figure.savefig(out, format="svg")
    plt.close(figure)
    about = {"alt": f"Sixty bars and a line, number {i}.", "caption": f"Chart {i}.", "label": f"fig-{i}"}
    return new_code_cell(
        f"chart({i})", outputs=[new_output("display_data", {"image/svg+xml": out.getvalue()}, metadata=about)]
    )


def _table(i: int, draw: np.random.Generator) -> nbformat.NotebookNode:
    frame = pd.DataFrame(draw.normal(size=(15, 7)).round(3), columns=[f"measure {j}" for j in range(7)])
    return new_code_cell("frame", outputs=[new_output("execute_result", {"text/html": frame.to_html()})])


def _print(i: int, _) -> nbformat.NotebookNode:
    return new_code_cell(f"print({i})", outputs=[new_output("stream", name="stdout", text="a printed line\n" * 6)])


def long_table() -> nbformat.NotebookNode:
    """One cell whose output is a table of thousands of rows."""
    draw = np.random.default_rng(1)
    frame = pd.DataFrame(draw.normal(size=(ROWS, COLUMNS)).round(3), columns=[f"measure {j}" for j in range(COLUMNS)])
    output = new_output("execute_result", {"text/html": frame.to_html()})
    return new_notebook(cells=[new_code_cell("frame", outputs=[output])])


def by_typst(notebook) -> bytes:
    return TypstPDFExporter().from_notebook_node(notebook)[0]


def by_html(notebook) -> bytes:
    return HTMLExporter().from_notebook_node(notebook)[0].encode()


def by_latex(notebook) -> bytes:
    return PDFExporter().from_notebook_node(notebook)[0]


def by_chromium(notebook) -> bytes:
    """nbconvert's HTML, printed; MathJax and its fonts would come from the network."""
    with tempfile.TemporaryDirectory() as folder:
        page, made = Path(folder, "a.html"), Path(folder, "a.pdf")
        page.write_bytes(by_html(notebook))
        command = [
            _chromium() or "chromium",
            *FLAGS,
            f"--user-data-dir={folder}",
            f"--print-to-pdf={made}",
            page.as_uri(),
        ]
        subprocess.run(command, capture_output=True, check=True, timeout=120)
        return made.read_bytes()


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


ROUTES: dict[str, tuple[Callable, Callable[[], bool]]] = {
    "TypstPDF, of this package": (by_typst, lambda: True),
    "nbconvert's HTML (no PDF)": (by_html, lambda: True),
    "nbconvert's PDF by LaTeX": (by_latex, lambda: bool(shutil.which("xelatex"))),
    "nbconvert's HTML, printed by Chromium": (by_chromium, lambda: bool(_chromium())),
}


def measured(name: str, notebook: nbformat.NotebookNode) -> list[str]:
    """One row: seconds (median, slowest, of the processors), kB, and what the file offers."""
    route, installed = ROUTES[name]
    if not installed():
        return [name, "not installed", *[""] * 7]
    first, times, worked = route(notebook), [], _worked()
    for _ in range(RUNS):
        start = time.perf_counter()
        again = route(notebook)
        times.append(time.perf_counter() - start)
    seconds = (statistics.median(times), max(times), (_worked() - worked) / RUNS)
    size = f"{len(first) / 1000:,.0f}"
    return [name, *(f"{one:.2f}" for one in seconds), size, *_offers(first), "yes" if first == again else "no"]


def measured_alone(name: str) -> tuple[float, float]:
    """Processor seconds of the long table by one route, and the most memory of one of its processes in MB."""
    command = [sys.executable, __file__, name]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def _measure_here(name: str) -> None:
    notebook, (route, _) = long_table(), ROUTES[name]
    route(notebook)
    worked = _worked()
    for _ in range(RUNS):
        route(notebook)
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print((_worked() - worked) / RUNS, most / 1000)


def _worked() -> float:
    """Seconds of processors used by this process and those it waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _offers(content: bytes) -> list[str]:
    if not content.startswith(b"%PDF"):
        return [""] * 3
    pdf = pikepdf.open(io.BytesIO(content))
    tagged = bool(pdf.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False))
    described = sum(
        bool(str(thing.get("/Alt", "")).strip()) for thing in _dictionaries(pdf) if thing.get("/S") == "/Figure"
    )
    with pdf.open_metadata() as about:
        archive = f"PDF/A-{about.pdfa_status}" if about.pdfa_status else "no"
    return [str(len(pdf.pages)), f"{'yes' if tagged else 'no'}, {described} of {FIGURES} figures described", archive]


def _dictionaries(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary)]


def main() -> None:
    notebook = sample()
    head = ["route", "seconds", "slowest", "of processors", "kB", "pages", "tagged", "archive", "same bytes twice"]
    rows = [measured(name, notebook) for name in ROUTES]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    told = f"# A notebook of {CELLS} cells and {FIGURES} figures as a document\n\n"
    told += f"Python {platform.python_version()}, {platform.machine()}, two cores. By `python benchmarks/export.py`: "
    told += f"median and slowest of {RUNS} conversions in one process, after a first. The goal is {GOAL} seconds.\n\n"
    told += "\n".join(lines) + "\n\n" + _said_of_table()
    Path(__file__).with_suffix(".md").write_text(told, encoding="utf-8")
    print(told)


def _said_of_table() -> str:
    """The table of thousands of rows beside nbconvert's HTML of it."""
    ours, html = list(ROUTES)[:2]
    (seconds, megabytes), (of_html, _) = measured_alone(ours), measured_alone(html)
    return (
        f"# A table of {ROWS:,} rows and {COLUMNS} columns\n\n"
        f"{ours}: {seconds:.2f} processor seconds, {seconds / of_html:.2f} times those of nbconvert's HTML "
        f"({of_html:.2f}), and {megabytes:.0f} MB in its largest process. The goals are {TIMES} times and "
        f"{MEGABYTES} MB.\n"
    )


if __name__ == "__main__":
    _measure_here(sys.argv[1]) if sys.argv[1:] else main()
