"""The explorer: size of its page, first paint, and the milliseconds of a brush, as a page and in JupyterLab.

    python -m benchmarks.explore    # some three minutes on two cores; needs Chromium

Writes benchmarks/explore.md. The larger tables are made up: days, points, types and numbers drawn from a fixed seed.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import nbformat
import numpy as np
import pandas as pd
from nbformat.v4 import new_code_cell, new_notebook

import analysis as a
from analysis.evidence.errors import InputError
from analysis.evidence.folders import REPOSITORY
from analysis.explorer.explorer_page import explorer_html
from analysis.explorer.explorer_record import build_record, first_record
from analysis.incidents.dataset import Dataset

BRUSHES = 15
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\?token=\w+")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
QUIET = {
    "jupyter_server_config": {"ServerApp": {"ip": "127.0.0.1", "open_browser": False, "allow_root": True}},
    "jupyter_lab_config": {"LabApp": {"open_browser": False, "news_url": None, "extension_manager": "readonly"}},
}
# A brush is counted and drawn as a pointer moves it, the end of the window later each time.
BRUSH = """([root, days]) => days.map(([start, end]) => (root ? document.querySelector(root) : globalThis)
  .explorerShown.brush(start, end))"""


def made_up(number: int) -> Dataset:
    """A table of incidents of five years that holds no evidence: `number` rows, 3,000 places, ten columns to split."""
    draw = np.random.default_rng(17)
    days = pd.Timestamp("2019-01-01") + pd.to_timedelta(np.sort(draw.integers(0, 1826, number)), unit="D")
    place = draw.integers(0, 3000, number) % draw.integers(1, 3000, number)
    sure = draw.random(number) < 0.9

    def names(word: str, most: int) -> pd.Categorical:
        codes = np.minimum(draw.geometric(2.5 / most, number) - 1, most - 1)
        return pd.Categorical.from_codes(codes, [f"{word} {each}" for each in range(most)])

    points = draw.uniform(-1, 1, (3000, 2)) * (4, 6) + (33, 42)
    frame = pd.DataFrame({
        "incident_id": np.char.add("E", np.arange(number).astype(str)), "date": days, "date_start": days,
        "date_end": days + pd.to_timedelta(np.where(sure, 0, 6), unit="D"),
        "place": pd.Categorical.from_codes(place, [f"Place {each}" for each in range(3000)]),
        "latitude": points[place, 0], "longitude": points[place, 1], "country": names("Country", 6),
        "weapon": names("weapon", 7), "result": names("result", 5), "actor": names("Actor", 40),
        "confirmation": "unknown", "event_type": names("type", 6), "event_subtype": names("subtype", 25),
        "admin1": names("Province", 60), "deaths": draw.poisson(0.7, number),
    })  # fmt: skip
    empty = a.open_folder(REPOSITORY / "tests" / "fixtures" / "other_conflict")
    columns = {name: empty.incidents[name].iloc[:0].reindex(frame.index) for name in empty.incidents}
    rest = {name: column for name, column in columns.items() if name not in frame and name != "fatalities"}
    return replace(empty, incidents=frame.assign(**rest))


def of_size(number: int) -> Dataset:
    """This repository's table for 0, else a made-up one."""
    return made_up(number) if number else a.open_folder()


def windows(first: str, days: int) -> list[list[str]]:
    """The days of each brush: from a fifth of the window on, always a little longer."""
    start = pd.Timestamp(first) + pd.Timedelta(days=days // 5)
    ends = [start + pd.Timedelta(days=days // 50 * (step + 1)) for step in range(BRUSHES)]
    return [[f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}"] for end in ends]


def milliseconds(page, root: str, first: str, days: int) -> str:
    """Median, fastest and slowest of the brushes, after one that warms up."""
    taken = page.evaluate(BRUSH, [root, windows(first, days)])[1:]
    return f"{statistics.median(taken):.0f} ({min(taken):.0f} to {max(taken):.0f})"


def as_page(browser, dataset: Dataset, folder: Path) -> dict[str, Any]:
    """The explorer as a page, from its file."""
    by = "event_type" if "event_type" in dataset.incidents else "confirmation"
    record = build_record(dataset, a.View(), by)
    try:
        text = explorer_html(record)
    except InputError as error:
        return {"page": f"refused: {str(error).split(' has ')[1].split(';')[0]}"}
    path = folder / "explore.html"
    path.write_text(text, encoding="utf-8")
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("tbody tr", state="attached")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    again = explorer_html(build_record(dataset, a.View(), by))
    return {
        "page": f"{len(text.encode()) / 1e6:.2f} MB", "first paint, s": f"{paint / 1000:.2f}",
        "brush, ms": milliseconds(page, "", record.head["base"], record.head["window"][1]),
        "requests": len(asked) - 1, "same bytes twice": "yes" if again == text else "no",
    }  # fmt: skip


def in_lab(browser, address: str, folder: Path, number: int) -> dict[str, Any]:
    """The explorer in JupyterLab, opened by a notebook of one cell."""
    code = f"""import sys; sys.path.insert(0, {str(REPOSITORY)!r})
import analysis as a
from benchmarks.explore import of_size
explorer = a.explore(of_size({number}), by={"event_type" if number else "confirmation"!r})
explorer"""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        new_notebook(cells=[new_code_cell(code)], metadata={"kernelspec": kernel}), folder / f"n{number}.ipynb"
    )
    page = browser.new_context(viewport={"width": 1440, "height": 1200}).new_page()
    page.set_default_timeout(180_000)
    page.goto(address.replace("/lab?", f"/lab/workspaces/w{number}/tree/n{number}.ipynb?"))
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator(".lm-Menu-item", has=page.get_by_text("Run All Cells", exact=True)).click()
    try:
        page.locator(".incident-explorer .bar").first.wait_for(state="attached")
    except Exception as error:
        raise SystemExit(f"no explorer: {page.locator('.jp-OutputArea').all_inner_texts()}") from error
    begun = time.perf_counter()
    page.locator(".incident-explorer tbody tr").first.wait_for(state="attached")
    whole = time.perf_counter() - begun
    record = build_record(of_size(number), a.View(), "event_type" if number else "confirmation")
    return {
        "columns, MB": f"{sum(map(len, record.columns)) / 1e6:.2f}",
        "first record, kB": f"{len(json.dumps(first_record(record))) / 1e3:.0f}",
        "from first bars to all views, s": f"{whole:.1f}",
        "brush, ms": milliseconds(page, ".incident-explorer", record.head["base"], record.head["window"][1]),
    }


def start_lab(folder: Path) -> tuple[subprocess.Popen, str]:
    """JupyterLab in a folder, and its address."""
    (folder / "settings").mkdir()
    for name, content in QUIET.items():
        (folder / "settings" / f"{name}.json").write_text(json.dumps(content))
    own = {"JUPYTER_CONFIG_DIR": "settings", "JUPYTER_RUNTIME_DIR": "run", "JUPYTER_DATA_DIR": "share", "HOME": "."}
    environment = os.environ | {name: str(folder / path) for name, path in own.items()}
    command = [str(Path(sys.executable).parent / "jupyter"), "lab", "--no-browser", f"--notebook-dir={folder}"]
    server = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    for line in server.stderr:
        if found := ADDRESS.search(line):
            Thread(target=deque, args=(server.stderr, 0), daemon=True).start()
            return server, found[0]
    raise SystemExit("JupyterLab did not start")


def table(rows: list[dict[str, Any]]) -> str:
    frame = pd.DataFrame([{name: str(value) for name, value in row.items()} for row in rows]).fillna("")
    head = [f"| {' | '.join(frame.columns)} |", f"|{' --- |' * len(frame.columns)}"]
    return "\n".join([*head, *(f"| {' | '.join(map(str, row))} |" for row in frame.itertuples(index=False))])


def main() -> None:
    """Measure and write the page."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        pages, labs = [], []
        for number in (0, 100_000, 2_000_000):
            rows = f"{number or len(a.open_folder().incidents):,}{' (this repository)' if not number else ''}"
            pages.append({"incidents": rows} | as_page(browser, of_size(number), Path(name)))
            print(pages[-1], flush=True)
        server, address = start_lab(Path(name))
        try:
            for number in (0, 100_000, 2_000_000):
                rows = f"{number or len(a.open_folder().incidents):,}{' (this repository)' if not number else ''}"
                labs.append({"incidents": rows} | in_lab(browser, address, Path(name), number))
                print(labs[-1], flush=True)
        finally:
            server.terminate()
            server.wait(30)
        version = browser.version
        browser.close()
    text = f"""# The explorer, as a page and in JupyterLab

Python {platform.python_version()}, Chromium {version}, {platform.machine()}, two cores. By
`python -m benchmarks.explore`. A brush counts every view again and draws it: the median of {BRUSHES - 1}, in brackets
the fastest and the slowest. A page above 3 MB is refused; JupyterLab gets the columns as bytes, and asks for ids and
texts of the rows that it shows.

## As a page, from its file

{table(pages)}

## In JupyterLab

{table(labs)}
"""
    (REPOSITORY / "benchmarks" / "explore.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
