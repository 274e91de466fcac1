"""A real Chromium, and a small site made by the project's own functions for it to look at."""

import os
import shutil
from unittest.mock import patch

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import sync_playwright

import analysis as a
from analysis import charts
from analysis.charts import notebook_output
from analysis.evidence.folders import REPOSITORY
from analysis.reports.appendix import appendix_blocks, link_incidents, listed_entries
from analysis.reports.document.notebook_document import build_document
from analysis.reports.web.html_page import html_closing, to_html
from analysis.reports.web.image_maps import weekly_chart
from analysis.reports.web.index_page import write_index
from analysis.runs.variants import Variant
from tests.conftest import WAIT, skip_unless_ci

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WINDOW = pd.Timestamp("2024-01-08"), pd.Timestamp("2024-02-18")


@pytest.fixture(scope="module")
def chromium():
    """The browser of this machine. Without one these tests fail in CI, and say so elsewhere.

    It ends with its module: while Playwright runs, its event loop is the thread's, and no other
    test of this process could start one."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        skip_unless_ci("no Chromium here: apt-get install chromium, or name one in the variable CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """Opens a page; what it asks for, what it complains of and what its policy stops is kept in
    `asked` and `said`. Nothing but the page itself is let through."""
    contexts = []

    def opened(path, *, width=1440, scheme="light", at="", **options):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        context.set_default_timeout(WAIT * 1000)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.route("**/*", lambda route: route.continue_() if route.request.is_navigation_request() else route.abort())
        page.goto(path.as_uri() + at)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory, report_notebook):
    """A folder as `incidents report` leaves it: an index, and a variant with two notebooks."""
    build = tmp_path_factory.mktemp("build")
    variant = Variant("small", "Six weeks", "what six weeks show", {}, build / "small.yml")
    (build / "small" / "notebooks").mkdir(parents=True)
    for name, notebook in {"attacks": _attacks(), "report": report_notebook}.items():
        nbformat.write(notebook, build / "small" / "notebooks" / f"{name}.ipynb")
        (build / "small" / f"{name}.html").write_text(_page(notebook), encoding="utf-8")
    (build / "small" / "run.json").write_text("{}")
    write_index(build, {"small": variant}, ("attacks", "report"), "Attacks")
    return build


@pytest.fixture(scope="session")
def real_site(real_reports):
    """What `incidents report` leaves of the smallest variant."""
    return real_reports("seeds")


@pytest.fixture(scope="session")
def report_notebook():
    return nbformat.read(REPOSITORY / "tests" / "fixtures" / "report.ipynb", as_version=4)


def _page(notebook) -> str:
    dataset = a.open_folder()
    tree, ids = link_incidents(build_document(notebook), set(dataset.incidents["incident_id"]))
    appendix = appendix_blocks(dataset, ids, weekly_chart(tree["blocks"]), for_page=True)
    return to_html(
        tree, title="Attacks", subtitle="Six weeks", provenance=[("Evidence", "this repository")],
        entries=listed_entries(dataset, ids), closing=html_closing(appendix, 3) if ids else None,
    )  # fmt: skip


def _per_week(bars) -> pd.DataFrame:
    """Two columns of numbers and days, to be sorted."""
    return bars.groupby("start", as_index=False)["count"].sum()


def _attacks():
    """A notebook as the frequency notebook is: a chart, and the table of what stands behind each bar."""
    dataset = a.open_folder()
    incidents = a.select(dataset, a.View(start=f"{WINDOW[0]:%Y-%m-%d}", end=f"{WINDOW[1]:%Y-%m-%d}"))
    bars = a.count(incidents, "week", by=["confirmation"], window=WINDOW)
    outputs = []
    with patch.object(
        notebook_output, "display", lambda data, raw=True, metadata=None: outputs.append((data, metadata))
    ):
        a.show_figure(
            charts.frequency_bars(bars),
            "**Fewer after January.** Counted by the week.",
            charts.frequency_alt(bars),
            "weeks",
        )
        a.show_table(_per_week(bars), "**Attacks per week.**", "register")
        a.show_incidents(incidents, "**Every incident.**", "every")
    cells = [new_code_cell("", outputs=[new_output("display_data", data, metadata=about)]) for data, about in outputs]
    return new_notebook(cells=[new_markdown_cell("# Attacks\n\nSix weeks.\n\n## Per week"), *cells])
