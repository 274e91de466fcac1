"""`make lab`, as a reader uses it: open a notebook, run it, and take it away as PDF from the menu."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import deque
from importlib.metadata import entry_points
from pathlib import Path
from threading import Thread, Timer

import nbformat
import pikepdf
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect

from analysis.evidence.folders import REPOSITORY
from tests.conftest import WAIT

pytestmark = pytest.mark.slow

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\?token=\w+")
CODE = """import pandas as pd
import analysis as a
a.show_table(pd.DataFrame({"month": ["January", "February"], "attacks": [6 * 9, 5 * 5]}), "**Two months.**", "two")
a.show_text("Computed: " + "ab" * 3)"""
EXPLORE = """import analysis as a
explorer = a.explore(a.open_folder(FOLDER), by="weapon")
explorer"""
BACK = "print(repr(explorer.view), len(explorer.selection))"
QUIET = {
    "jupyter_server_config": {"ServerApp": {"ip": "127.0.0.1", "open_browser": False, "allow_root": True}},
    "jupyter_lab_config": {"LabApp": {"open_browser": False, "news_url": None, "extension_manager": "readonly"}},
}


@pytest.fixture
def folder(tmp_path, other_conflict):
    """A repository with a Makefile that finds its environment ready, one notebook, and one that explores."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, tmp_path)
    (tmp_path / "ready").touch()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [new_markdown_cell("# Two months\n\nWords before."), new_code_cell(CODE)]
    (tmp_path / "notebooks").mkdir()
    cells_of_explorer = [new_code_cell(EXPLORE.replace("FOLDER", repr(str(other_conflict)))), new_code_cell(BACK)]
    around = new_notebook(cells=cells_of_explorer, metadata={"kernelspec": kernel})
    nbformat.write(around, tmp_path / "notebooks" / "around.ipynb")
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "notebooks" / "two.ipynb")
    (tmp_path / "settings").mkdir()
    for name, content in QUIET.items():
        (tmp_path / "settings" / f"{name}.json").write_text(json.dumps(content))
    return tmp_path


@pytest.fixture
def lab(folder):
    """The address of JupyterLab, started by `make lab`; it ends with the test."""
    own = {"JUPYTER_CONFIG_DIR": "settings", "JUPYTER_RUNTIME_DIR": "run", "JUPYTER_DATA_DIR": "share", "HOME": "."}
    environment = os.environ | {name: str(folder / path) for name, path in own.items()}
    command = ["make", "lab", f"BIN={Path(sys.executable).parent}", f"READY={folder / 'ready'}"]
    server = subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = Timer(WAIT, os.killpg, (server.pid, signal.SIGKILL))
    deadline.start()
    try:
        yield address(server.stderr)
    finally:
        deadline.cancel()
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(WAIT)


def address(lines) -> str:
    """The address that the server says; what it says later is read too, so that it never waits."""
    said = []
    for line in lines:
        said.append(line)
        if found := ADDRESS.search(line):
            Thread(target=deque, args=(lines, 0), daemon=True).start()
            return found[0]
    pytest.fail("JupyterLab did not start:\n" + "".join(said))


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    context.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
    context.set_default_timeout(WAIT * 1000)
    yield context.new_page()
    context.close()


def choose(page, menu: str, *items: str):
    """Open a menu of the bar and press an item, through its submenus."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    for item in items:
        page.locator(".lm-Menu-item", has=page.get_by_text(item, exact=True)).click()


def in_the_menu() -> str:
    """Our exporter as JupyterLab writes it: its name, the first letter a capital."""
    name = next(e.name for e in entry_points(group="nbconvert.exporters") if e.value.startswith("analysis."))
    return name[0].upper() + name[1:]


def test_a_notebook_is_opened_run_and_exported_as_pdf_from_the_menu(page, lab, tmp_path):
    page.goto(lab.replace("/lab?", "/lab/tree/two.ipynb?"))
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=WAIT * 1000)
    choose(page, "Run", "Run All Cells")
    expect(page.get_by_text("Computed: ababab")).to_be_visible(timeout=WAIT * 1000)
    with page.context.expect_event("download") as download:
        choose(page, "File", "Save and Export Notebook As", in_the_menu())
    download.value.save_as(tmp_path / "two.pdf")
    with pikepdf.open(tmp_path / "two.pdf") as pdf:
        assert pdf.docinfo["/Title"] == "Two months"
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert any(thing.get("/S") == "/Table" for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary))


def test_an_explorer_filters_in_a_notebook_gives_its_selection_back_and_leaves_no_state(page, lab, folder):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(lab.replace("/lab?", "/lab/tree/around.ipynb?"))
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=WAIT * 1000)
    choose(page, "Run", "Run All Cells")
    explorer = page.locator(".incident-explorer")
    explorer.get_by_label("rocket").wait_for(state="attached", timeout=WAIT * 1000)
    explorer.evaluate("root => root.querySelectorAll('details').forEach(each => { each.open = true })")
    explorer.get_by_label("rocket").check(timeout=WAIT * 1000)
    number = explorer.locator(".number-line").inner_text().split()[0]
    back = page.locator(".jp-CodeCell").nth(1)
    back.click()
    page.keyboard.press("Control+Enter")
    expect(back.locator(".jp-OutputArea-output")).to_have_text(f"View(weapons='rocket') {number}\n")
    brushed = explorer.evaluate("root => root.explorerShown.brush('2031-01-10', '2031-02-10')")
    assert brushed < 1000  # a hang; the seconds stand in benchmarks/explore.md
    page.keyboard.press("Control+s")
    saved = folder / "notebooks" / "around.ipynb"
    page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")
    notebook = nbformat.read(saved, as_version=4)
    assert "widgets" not in notebook.metadata
    assert "<img" in notebook.cells[0].outputs[0].data["text/html"]
    assert saved.stat().st_size < 300_000
    assert [url for url in asked if "127.0.0.1" not in url and not url.startswith(("data:", "blob:"))] == []
