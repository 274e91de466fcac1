"""An instructor opens nbgrader's formgrader on the folder of grades, sees our points, and types others."""

import os
import re
import signal
import subprocess
import sys
from collections import deque
from threading import Thread, Timer

import pandas as pd
import pytest
from playwright.sync_api import expect

from analysis.exercises.course import open_course
from analysis.exercises.grading import grade_all, write_grades
from analysis.exercises.sandbox import SubmissionLimits
from analysis.exercises.submissions import Submission
from tests.conftest import WAIT
from tests.exercises.conftest import Paper, hand_in, make_course

pytestmark = pytest.mark.slow

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/\S*\?token=(\w+)")
# formgrader waits for a script from elsewhere, which nobody here can load.
MATHJAX = "window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {Interest() {}}}}}"


@pytest.fixture
def exercise(tmp_path):
    return open_course(make_course(tmp_path / "course"))[0]


@pytest.fixture
def out(exercise, tmp_path):
    """A folder of grades: one student, whose answer in words is to be marked and who failed a hidden test."""
    paper = Paper(exercise.released).right().write(why="Because <script>document.title = 'run'</script>.")
    path = hand_in(tmp_path / "in", "anna", paper.write(largest_answer="largest = 3"))
    graded = grade_all([Submission("anna", exercise, path)], SubmissionLimits(WAIT, WAIT), "none")
    write_grades(tmp_path / "grades", graded, "x", [exercise])
    return tmp_path / "grades"


@pytest.fixture
def server(out, tmp_path):
    """The addresses of pages of a Jupyter server that runs in the folder of grades."""
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME", "DATA")}
    command = [sys.executable, "-m", "jupyter", "server", "--allow-root", "--no-browser", "--ip=127.0.0.1"]
    process = subprocess.Popen(
        command, cwd=out, env=os.environ | own, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = Timer(WAIT, os.killpg, (process.pid, signal.SIGKILL))
    deadline.start()
    try:
        said = iter(process.stderr)
        found = next((match for line in said if (match := ADDRESS.search(line))), None)
        assert found, "the server did not start"
        Thread(target=deque, args=(said, 0), daemon=True).start()
        yield lambda path: f"{found[1]}{path}?token={found[2]}"
    finally:
        deadline.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(WAIT)


def test_formgrader_shows_our_points_and_takes_others(chromium, server, out, exercise):
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    context.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
    context.set_default_timeout(WAIT * 1000)
    page = context.new_page()
    page.add_init_script(MATHJAX)
    page.goto(server("/login"))
    page.goto(server("/formgrader/gradebook/sums/sums/"))
    page.get_by_role("link", name="Submission #1").click()
    expect(page.get_by_text("AssertionError: the answer is 3, not 9, in line 2: same(largest, 9)")).to_be_visible()
    points = page.locator("input.score")
    for number, shown in enumerate(("2", "0", "3")):
        expect(points.nth(number)).to_have_attribute("placeholder", shown)
    assert page.title() != "run"
    with page.expect_response(lambda response: "/api/grade/" in response.url and response.request.method == "PUT"):
        points.nth(3).fill("1.5")
        points.nth(3).blur()
    context.close()
    write_grades(out, [], "x", [exercise])
    table = pd.read_csv(out / "grades.csv").set_index("task")
    assert table.loc["why", ["points", "status"]].tolist() == [1.5, "graded by hand"]
