"""Thirty students hand in; each gets the points the notebook deserves, and none stops the others."""

import json
import os
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from analysis.exercises import isolation
from analysis.exercises.course import open_course
from analysis.exercises.grading import grade_all, grade_one, write_grades
from analysis.exercises.sandbox import SubmissionLimits
from analysis.exercises.submissions import Submission, find_submissions
from tests.conftest import WAIT, limit
from tests.exercises.conftest import MEAN, SECRET, Paper, hand_in

pytestmark = pytest.mark.slow

YES = """class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __float__(self): return 4.0
    def __index__(self): return 9"""
CRITIC = "for line in In: print(line)"
EAVESDROPPER = "get_ipython().events.register('pre_run_cell', lambda info: open('heard', 'a').write(info.raw_cell))"
MIXED_UP = "from analysis.exercises import answer_comparison\nanswer_comparison.same = lambda *anything: None"


def class_of_thirty(blank, outside: Path) -> dict[str, tuple[object, str]]:
    """By name: what is handed in, and the points of the tasks mean, largest, letters and why; `?` is
    for a person to give, a dot for a task that never ran."""
    new = lambda: Paper(blank)  # noqa: E731
    right = lambda: new().right()  # noqa: E731
    half = lambda: right().write(mean_answer="def mean(values): return values[0]", largest_answer="largest = 3")  # noqa: E731
    lost_name = right()
    lost_name.cell("mean_answer").metadata = {}
    renamed = right()
    renamed.cell("largest").metadata["nbgrader"]["grade_id"] = "mine"
    no_metadata = right()
    for cell in no_metadata.notebook.cells:
        cell.metadata = {}
    twice = right()
    twice.notebook.cells.insert(twice.place("mean") + 1, nbformat.from_dict(dict(twice.cell("mean"), id="copy")))
    tamed = right().write(mean="pass", largest="pass")
    tamed.cell("mean").metadata["nbgrader"] |= {"points": 100, "checksum": "0" * 32}
    ungraded = right().write(mean_answer="mean = len")
    ungraded.cell("mean").metadata["nbgrader"] |= {"grade": False, "locked": False}
    in_words = right()
    in_words.cell("letters_answer").cell_type = "markdown"
    foreign = right()
    foreign.notebook.metadata["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    stored = right()
    stored.cell("mean_answer").outputs = [nbformat.v4.new_output("stream", text="x" * 5_000_000)]
    return {
        "01 right": (right().write(why="Because."), "213?"),
        "02 half right": (half(), "0030"),
        "03 blank": (new(), "0000"),
        "04 syntax error": (right().write(mean_answer="def mean(values:"), "0130"),
        "05 infinite loop": (right().write(mean_answer="while True: pass"), "0130"),
        "06 loop that hears nothing": (
            right().write(mean_answer="import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"),
            "....",
        ),
        "07 deleted tests": (half().drop("mean", "largest"), "0030"),
        "08 edited tests": (tamed.write(mean_answer="def mean(values): return 2"), "0130"),
        "09 equals everything": (
            right().add(YES).write(mean_answer="def mean(values): return Yes()", largest_answer="largest = Yes()"),
            "0030",
        ),
        "10 prints 200 MB": (right().add("print('x' * 200_000_000)"), "2130"),
        "11 wrong kernel": (foreign, "2130"),
        "12 writes outside": (right().add(f"open({str(outside)!r}, 'w').write('x')"), "2130"),
        "13 no notebook": ("{", "...."),
        "14 empty file": ("", "...."),
        "15 kernel dies": (right().write(largest_answer="import os\nos._exit(0)"), "2..0"),
        "16 exits": (right().add("exit()"), "2130"),
        "17 all memory": (right().write(largest_answer="largest = bytearray(10 ** 11)"), "2030"),
        "18 file of 200 MB": (right().add("open('big', 'wb').write(b'x' * 200_000_000)"), "2130"),
        "19 copied tests": (twice, "2130"),
        "20 answer lost its name": (lost_name, "2130"),
        "21 test renamed": (renamed, "2130"),
        "22 all metadata gone": (no_metadata, "2130"),
        "23 test made a free cell": (ungraded, "0130"),
        "24 answer made text": (in_words, "2130"),
        "25 skips every cell": (
            right().write(largest_answer="get_ipython().input_transformers_cleanup.append(lambda lines: [])"),
            "2000",
        ),
        "26 tames the tests": (half().write(mean_answer="mean = None").add(MIXED_UP), "0030"),
        "27 stored output": (stored, "2130"),
        "28 reads the tests": (right().add(EAVESDROPPER).add("print(open('heard').read())", "letters"), "2130"),
        "29 two of three letters": (right().write(letters_answer="text = 'ab'"), "2120"),
        "30 =1+1": (right().add(f"# {MEAN}").add(CRITIC, "letters"), "2130"),
    }


@pytest.fixture(scope="module")
def outside(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("elsewhere") / "written"


@pytest.fixture(scope="module")
def students(exercise, outside):
    return class_of_thirty(exercise.released, outside)


@pytest.fixture(scope="module")
def graded(students, course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("submitted")
    for name, (notebook, _) in students.items():
        hand_in(folder, name, notebook)
    limits = SubmissionLimits(limit(6), WAIT)
    return {
        of.student: of
        for of in grade_all(find_submissions(folder, open_course(course)), limits, isolation.choose_backend("auto"))
    }


@pytest.fixture(scope="module")
def out(graded, course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grades")
    write_grades(folder, list(graded.values()), "as in the tests")
    return folder


def test_none_of_thirty_stops_the_batch(graded, students):
    assert len(graded) == len(students) == 30


def test_each_gets_the_points_it_deserves(graded, students):
    def shown(of):
        return "".join("." if g.status in ("not run", "unreadable") else "?" if g.points is None else f"{g.points:g}"
                       for g in of.grades)  # fmt: skip

    deserved = {name: points for name, (_, points) in students.items()}
    deserved["06 loop that hears nothing"] = "...0"  # what is written in words is not run
    assert {name: shown(of) for name, of in graded.items()} == deserved


@pytest.mark.parametrize(
    ("student", "remark"),
    [
        ("05 infinite loop", "the answer ends with CellTimeoutError"),
        ("06 loop that hears nothing", "mean_answer could not be stopped"),
        ("07 deleted tests", "tests mean, largest: missing, put back"),
        ("08 edited tests", "tests mean, largest: changed, put back"),
        ("11 wrong kernel", "kernel 'ir' replaced by 'python3'"),
        ("13 no notebook", "the file is no Jupyter notebook"),
        ("15 kernel dies", "the kernel died in largest_answer"),
        ("17 all memory", "the answer ends with MemoryError"),
        ("19 copied tests", "tests mean: there 2 times"),
        ("20 answer lost its name", "answer mean_answer: without its name, found again"),
        ("09 equals everything", "the answer holds a Yes, which is no number"),
    ],
)
def test_what_was_wrong_is_said(graded, student, remark):
    of = graded[student]
    assert remark in "; ".join([*of.remarks, *(g.remark for g in of.grades)])


def test_a_submission_in_isolation_writes_nothing_outside_its_folder(graded, outside):
    assert outside.exists() == (isolation.choose_backend("auto") == "none")


def test_no_feedback_shows_a_line_of_a_hidden_test(out):
    for page in (out / "feedback").iterdir():
        text = page.read_text(encoding="utf-8")
        assert SECRET not in text and "_even" not in text and "same(" not in text.replace("expect.same", ""), page.name


def test_a_page_of_feedback_needs_nothing_from_elsewhere_and_stays_small(out):
    for page in (out / "feedback").iterdir():
        text = page.read_text(encoding="utf-8")
        assert len(text) < 300_000 and "<script" not in text and "default-src 'none'" in text


def test_the_table_has_a_row_for_every_task_of_every_student(out, students):
    table = pd.read_csv(out / "grades.csv")
    assert len(table) == 4 * len(students)
    assert list(table) == ["student", "exercise", "task", "points", "max_points", "status", "remarks", "failed_test"]
    assert table.groupby("student")["points"].sum()["02 half right"] == 3


def test_every_submission_has_a_gradebook_of_its_own(out, students):
    kept = sorted(path.parent.name for path in (out / "gradebook").glob("*/sums.json"))
    assert kept == sorted(students)
    right = json.loads((out / "gradebook" / "01 right" / "sums.json").read_text())
    assert [grade["points"] for grade in right["grades"]] == [2, 1, 3, None]


def test_the_summary_says_where_points_were_lost(out):
    text = (out / "summary.html").read_text(encoding="utf-8")
    assert "30 students, 1 exercise, 30 submissions" in text and "Most were lost in mean" in text


def test_what_was_not_handed_in_is_graded_as_such(exercise, limits):
    of = grade_one(Submission("nobody", exercise, remarks=["not handed in"]), limits, "none")
    assert of.points == 0 and {g.status for g in of.grades} == {"not handed in"} and of.remarks == ["not handed in"]


def test_a_students_file_does_not_replace_the_instructors(exercise, paper, tmp_path, limits):
    path = hand_in(tmp_path, "x", paper().right().write(largest_answer="largest = 100"))
    (path.parent / "numbers.txt").write_text("100")
    (path.parent / "mine.txt").write_text("7")
    os.symlink("/etc/passwd", path.parent / "link.txt")
    checked = "assert Path('mine.txt').read_text() == '7' and not Path('link.txt').exists()\nlargest = max(numbers)"
    hand_in(tmp_path, "x", paper().right().write(largest_answer=checked))
    of = grade_one(Submission("x", exercise, path), limits, "none")
    assert [g.points for g in of.grades] == [2, 1, 3, 0]


def test_points_typed_by_a_person_are_kept_when_graded_again(graded, tmp_path):
    right = [graded["01 right"]]
    write_grades(tmp_path, right, "first")
    table = (tmp_path / "grades.csv").read_text().replace('"why","",2.0', '"why","1,5",2.0')
    (tmp_path / "grades.csv").write_text(table)
    write_grades(tmp_path, right, "again")
    again = pd.read_csv(tmp_path / "grades.csv").set_index("task")
    assert again.at["why", "points"] == 1.5 and again.at["why", "status"] == "graded by hand"
    assert "7.5 of 8 points" in (tmp_path / "feedback" / "01 right.html").read_text()


def test_texts_that_no_file_can_hold_stop_nothing(exercise, course, paper, tmp_path, limits):
    path = hand_in(tmp_path, "x", paper().right().write(mean_answer="def mean(values): raise ValueError('\\ud800')"))
    of = grade_one(Submission("x", exercise, path, ["\ud800"]), limits, "none")
    write_grades(tmp_path / "out", [of], "x")
    assert [g.points for g in of.grades] == [0, 1, 3, 0]
    assert '"x","sums","mean",0.0,2.0,"failed",' in (tmp_path / "out" / "grades.csv").read_text(encoding="utf-8")


def test_no_line_of_a_hidden_test_reaches_the_kernel(exercise, paper, tmp_path, limits):
    listens = "heard = []\nget_ipython().events.register('pre_run_cell', lambda info: heard.append(info.raw_cell))"
    words = "' '.join(['mean', 'of', 'an', 'even', 'number'])"
    tells = f"import gc\nprint(sum({words} in text for text in [*heard, *map(str, gc.get_objects())]))"
    path = hand_in(tmp_path, "x", paper().right().add(listens).add(tells, "letters"))
    of = grade_one(Submission("x", exercise, path), limits, "none")
    said = [out.text for cell in of.cells for out in cell.get("outputs", []) if "text" in out]
    assert [g.points for g in of.grades] == [2, 1, 3, 0] and said == ["0\n"] and of.remarks == []
