"""Running notebooks: this project beside papermill and nbconvert, on the same notebooks, in one go.

    python benchmarks/runs.py              # 48 runs in the sweep, a quarter of an hour on two cores
    python benchmarks/runs.py --runs 8     # a small sweep

Writes benchmarks/runs.md. Every way is run in processes of its own, from their start to their end, on compiled
modules: an untimed run of each comes first. The sweep's notebook is february_pause with its results shown at the end.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from itertools import islice, product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import yaml

from analysis.evidence.folders import REPOSITORY
from analysis.reports.plan import NOTEBOOKS

GRID: dict[str, list] = {
    "shortest_gap": [2, 3, 4, 5],
    "last_before": ["2024-02-03", "2024-02-04", "2024-02-05"],
    "end": ["2024-05-31", "2024-06-15", "2024-06-30", "2024-07-31"],
}
FIRST_RESULT = """
import pandas as pd, seaborn as sns
sns.lineplot(pd.DataFrame({"day": range(9), "attacks": range(9)}), x="day", y="attacks")
"""
WAYS = {"papermill": "papermill in a loop", "pool": "papermill's API in a thread pool", "ours": "incidents sweep"}


def seconds(work: Callable[[], object]) -> float:
    """What some work takes."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def command(*words: object) -> None:
    """A program of this environment, run to its end."""
    program, *rest = map(str, words)
    done = subprocess.run([Path(sys.executable).with_name(program), *rest], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{program} {' '.join(rest)} failed:\n{done.stderr}")


def run_plainly(folder: Path) -> None:
    """Every notebook by papermill, one after the other."""
    for name in NOTEBOOKS:
        command("papermill", REPOSITORY / "notebooks" / f"{name}.ipynb", folder / f"{name}.ipynb", "--no-progress-bar")


def convert_plainly(folder: Path, to: str) -> None:
    """Every notebook by nbconvert, one after the other."""
    for name in NOTEBOOKS:
        command("jupyter", "nbconvert", "--to", to, folder / f"{name}.ipynb")


def reports(folder: Path) -> list[tuple]:
    """The plain way, our report made anew, and our report when nothing has changed."""
    ours = ("incidents", "report", "--build", folder / "ours")

    def plainly() -> None:
        run_plainly(folder)
        convert_plainly(folder, "html")

    plainly()
    convert_plainly(folder, "TypstPDF")
    command(*ours, "--force")
    plain = seconds(plainly)
    with_pdf = plain + seconds(lambda: convert_plainly(folder, "TypstPDF"))
    cold = seconds(lambda: command(*ours, "--force"))
    again = seconds(lambda: command(*ours))
    against = f"{cold / plain:.2f}; {cold / with_pdf:.2f} of the way with PDFs"
    return [
        ("report of four notebooks: papermill, then nbconvert to HTML", plain, "", ""),
        ("the same, then nbconvert with our exporter to PDF", with_pdf, "", ""),
        ("HTML, PDF and a book of all, by incidents report, cold", cold, against, "at most 0.4"),
        ("incidents report when nothing has changed", again, f"{again / plain:.3f}", "under 1 s"),
    ]


def points(number: int) -> list[dict]:
    """The first points of the grid."""
    return [dict(zip(GRID, values, strict=True)) for values in islice(product(*GRID.values()), number)]


def in_a_loop(notebook: Path, folder: Path, number: int) -> None:
    """`papermill` once for every point."""
    for index, point in enumerate(points(number)):
        given = [word for pair in point.items() for word in ("-p", *map(str, pair))]
        command("papermill", notebook, folder / f"{index}.ipynb", *given, "--no-progress-bar")


def in_a_pool(notebook: Path, folder: Path, number: int) -> None:
    """papermill's API in as many threads as there are cores, in a process of its own."""
    command("python", __file__, "--pool", notebook, folder, "--runs", number)


def pool(notebook: str, folder: str, number: int) -> None:
    """What `in_a_pool` runs."""
    from papermill import execute_notebook

    def one(item: tuple[int, dict]) -> None:
        execute_notebook(notebook, f"{folder}/pool-{item[0]}.ipynb", item[1], progress_bar=False)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(one, enumerate(points(number))))


def by_us(notebook: Path, folder: Path, number: int) -> None:
    """`incidents sweep` over the same points."""
    axes = {name: sorted({point[name] for point in points(number)}) for name in GRID}
    (folder / "grid.yml").write_text(yaml.safe_dump(axes))
    command("incidents", "sweep", notebook, "--grid", folder / "grid.yml", "--out", folder / "sweep.csv", "--force")


def sweeps(folder: Path, number: int) -> list[tuple]:
    """The three ways of running one notebook at many points."""
    notebook = REPOSITORY / "notebooks" / "february_pause.ipynb"
    ways = {"papermill": in_a_loop, "pool": in_a_pool, "ours": by_us}
    for way in ways.values():
        way(notebook, folder, 1)
    spent = {name: seconds(partial(way, notebook, folder, number)) for name, way in ways.items()}
    against = f"{spent['ours'] / spent['papermill']:.2f} of the loop, {spent['ours'] / spent['pool']:.2f} of the pool"
    rows = [(f"{number} runs of february_pause: {WAYS[name]}", spent[name], "", "") for name in ("papermill", "pool")]
    goal = "at most 0.2 of the loop, 0.6 of the pool (48 runs)"
    return [*rows, (f"{number} runs of february_pause: {WAYS['ours']}", spent["ours"], against, goal)]


def starts(times: int = 9) -> list[tuple]:
    """From asking for a kernel to a chart by seaborn of a frame of pandas: the median, after a first start."""
    from jupyter_client.manager import AsyncKernelManager

    from analysis.runs.forked_kernels import ForkedKernelManager

    cold, warm = (
        median([first_result(kind) for _ in range(times + 1)][1:]) for kind in (AsyncKernelManager, ForkedKernelManager)
    )
    return [
        ("start of a kernel to its first chart, cold", cold, "", ""),
        ("start of a kernel to its first chart, forked", warm, f"{warm / cold:.2f}", "under 0.6 s"),
    ]


def first_result(kind: type) -> float:
    """Seconds until a new kernel shows its first chart."""
    from jupyter_core.utils import run_sync

    with TemporaryDirectory(prefix="k-") as sockets:
        begun = perf_counter()
        shown: list[dict] = []
        manager = kind(kernel_name="python3", transport="ipc", ip=f"{sockets}/s")
        run_sync(manager.start_kernel)()
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready()
        client.execute_interactive(FIRST_RESULT, output_hook=shown.append)
        spent = perf_counter() - begun
        client.stop_channels()
        run_sync(manager.shutdown_kernel)(now=True)
    if not any("image/png" in message["content"].get("data", {}) for message in shown):
        raise SystemExit("the kernel showed no chart")
    return spent


def page(rows: list[tuple], load: float) -> str:
    """All figures, the machine they are of, and what else it had to do when this began."""
    packages = ("papermill", "nbconvert", "ipykernel", "jupyter_client", "pandas", "matplotlib")
    lines = [f"| {what} | {spent:.2f} | {against} | {goal} |" for what, spent, against, goal in rows]
    return "\n".join([
        "# Running notebooks", "",
        "Written by `python benchmarks/runs.py`; what is measured stands at the top of that file.", "",
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in packages)}. Load average at the start: {load:.1f}.", "",
        "| what | seconds | ratio | goal |", "|---|---:|---|---|", *lines, "", NOTES, ""])  # fmt: skip


NOTES = """\
- A ratio is to the row of the plain way in the same part of the table.
- Our runs check parameters, keep a record with hashes and are published whole; the plain ways do none of it.
- What a notebook itself computes costs the same either way and bounds every ratio: what is saved is the start of
  kernels and programs, and the imports."""


def main() -> None:
    """Run everything, print it, keep it if the sweep was a whole one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, choices=(1, 4, 8, 12, 24, 48), default=48, help="runs of the sweep")
    parser.add_argument("--pool", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pool:
        notebook, folder = options.pool
        pool(notebook, folder, options.runs)
        return
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    load = os.getloadavg()[0]
    with TemporaryDirectory() as made:
        text = page([*starts(), *reports(Path(made)), *sweeps(Path(made), options.runs)], load)
    print(text)
    if options.runs == 48:
        Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
