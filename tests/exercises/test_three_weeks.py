"""A course of three weeks with thirty students, graded again and again in different orders: nothing is lost."""

from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import nbformat
import pandas as pd
import pytest
from nbgrader.api import Gradebook

from analysis.exercises import answer_pages, class_summary, feedback
from analysis.exercises.course import open_course
from analysis.exercises.deliveries import open_delivery
from analysis.exercises.grading import grade_one, write_grades
from analysis.exercises.roster import keep_roster
from analysis.exercises.sandbox import SubmissionLimits
from analysis.exercises.submissions import find_submissions
from tests.conftest import WAIT
from tests.exercises.conftest import WRONG, Paper, exercise_notebook, zipped

pytestmark = pytest.mark.slow

WEEKS = ("one", "two", "three")
NAMES = ["Zoë Ångström", "Anna Adler", "Bo Li", *(f"Student{n:02} Name{n:02}" for n in range(4, 31))]
FIRST, SECOND, THIRD = NAMES[:3]
PAPERS = {"right": {}, "half": {"largest_answer": "largest = 3"}, "none": {"mean_answer": "mean = None"}}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Three exercises like `sums`; each has one task of its own name."""
    folder = tmp_path_factory.mktemp("course")
    for week in WEEKS:
        source = folder / "source" / week
        source.mkdir(parents=True)
        notebook = exercise_notebook()
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("grade_id") == "letters":
                about["grade_id"] = f"letters_{week}"
        nbformat.write(notebook, source / f"{week}.ipynb")
        (source / "numbers.txt").write_text("3 9 4\n")
        (folder / "wrong").mkdir(exist_ok=True)
        (folder / "wrong" / f"{week}.yml").write_text(WRONG)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'sums'\n")
    return open_course(folder)


def paper_of(exercise, number: int) -> str:
    """What a student hands in; every second one writes an answer in words."""
    paper = Paper(exercise.released).right().write(**PAPERS[list(PAPERS)[number % 3]])
    return nbformat.writes((paper.write(why="Because.") if number % 2 else paper).notebook)


def login(name: str) -> str:
    return f"s{NAMES.index(name):02}"


def moodle_week(exercise) -> bytes:
    """Week one. The fourth does not hand in, the fifth a file that is broken, others by other names or packed."""
    files: dict[str, bytes | str] = {}
    for number, name in enumerate(NAMES):
        folder, text = f"{normalize('NFD', name)}_{900 + number}_assignsubmission_file", paper_of(exercise, number)
        at = {4: "one (1).ipynb", 5: "my solution.ipynb", 6: "one.ipynb.txt"}.get(number, "one.ipynb")
        special: dict[int, dict[str, bytes | str]] = {
            3: {},
            7: {f"{folder}/one.ipynb": "{"},
            8: {f"{folder}/mine.zip": zipped({"one.ipynb": text})},
        }
        files |= special.get(number, {f"{folder}/{at}": text})
        if number in (4, 9):
            files[f"{folder}/one-Copy1.ipynb"] = nbformat.writes(exercise.released)
    return zipped(files)


def canvas_week(exercise) -> bytes:
    """Week two. The sixth is late, the seventh has handed in twice, the eighth a zip in a zip."""
    files: dict[str, bytes | str] = {}
    for number, name in enumerate(NAMES):
        slug, text = "".join(reversed(name.casefold().split())), paper_of(exercise, number)
        late, version = ("LATE_" if number == 5 else ""), ("-1" if number == 6 else "")
        start = f"{slug}_{late}{500 + number}_{7000 + number}_"
        packed = zipped({"inner.zip": zipped({"two.ipynb": text})})
        files |= {f"{start}all.zip": packed} if number == 7 else {f"{start}two{version}.ipynb": text}
    return zipped(files)


def plain_week(exercise) -> bytes:
    """Week three, in folders called by login."""
    return zipped({f"{login(name)}/three/three.ipynb": paper_of(exercise, number) for number, name in enumerate(NAMES)})


@pytest.fixture(scope="module")
def graded_weeks(course, tmp_path_factory):
    """The roster, and the graded submissions of each week; equal notebooks run once."""
    folder = tmp_path_factory.mktemp("weeks")
    rows = [(f"{name.split()[1]}, {name.split()[0]}", 500 + n, login(name), "A") for n, name in enumerate(NAMES)]
    pd.DataFrame(rows, columns=["Student", "ID", "SIS Login ID", "Section"]).to_csv(folder / "class.csv", index=False)
    roster, ran, weeks = keep_roster(folder / "kept", folder / "class.csv"), {}, {}
    for exercise, deliver in zip(sorted(course, key=lambda e: WEEKS.index(e.name)), (moodle_week, canvas_week, plain_week), strict=True):  # noqa: E501  # fmt: skip
        path = folder / f"{exercise.name}.zip"
        path.write_bytes(deliver(exercise))
        with open_delivery(path, roster) as delivery:
            found = find_submissions(delivery.folder, course, (), roster.names, delivery.remarks)
            weeks[exercise.name] = [_graded(each, ran) for each in found]
    return roster, weeks


def _graded(submission, ran: dict):
    key = submission.exercise.name, submission.path and submission.path.read_bytes()
    if key not in ran:
        ran[key] = grade_one(replace(submission, remarks=[]), SubmissionLimits(WAIT, WAIT), "none")
    known = ran[key]
    remarks = [*submission.remarks, *(text for text in known.remarks if text not in submission.remarks)]
    return replace(known, student=submission.student, remarks=remarks)


def test_every_shape_of_every_platform_reaches_its_student(graded_weeks):
    roster, weeks = graded_weeks
    assert {week: sorted({each.student for each in graded}) for week, graded in weeks.items()} == dict.fromkeys(
        WEEKS, sorted(roster.names)
    )
    points = {week: [each.points for each in graded] for week, graded in weeks.items()}
    expected = [{0: 6, 1: 5, 2: 4}[NAMES.index(name) % 3] for name in sorted(NAMES)]
    assert points["two"] == points["three"] == expected
    nothing = {NAMES[3]: "not handed in", NAMES[7]: "the file is no Jupyter notebook"}
    one = {each.student: each for each in weeks["one"]}
    for name, said in nothing.items():
        assert one[name].points == 0 and said in "; ".join(one[name].remarks)
    others = [one[name].points for name in sorted(NAMES) if name not in nothing]
    assert others == [n for name, n in zip(sorted(NAMES), expected, strict=True) if name not in nothing]
    assert "handed in late" in next(each for each in weeks["two"] if each.student == NAMES[5]).remarks


def type_in_formgrader(out: Path, week: str) -> None:
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "sums") as book:
        grade = book.find_grade("why", week, week, SECOND)
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("why", week, week, SECOND).manual_comment = f"from formgrader, week {week}"
        book.db.commit()


def type_in_csv(out: Path, week: str) -> None:
    rows = pd.read_csv(out / "grades.csv", keep_default_na=False, dtype=object)
    rows.loc[_row(rows, NAMES[11], week), ["points", "remarks"]] = ["0,5", f"schön, Woche {week}"]
    rows.to_csv(out / "grades.csv", sep=";", index=False, encoding="cp1252", errors="replace")


def type_in_xlsx(out: Path, week: str) -> None:
    rows = pd.read_excel(out / "grades.xlsx", engine="openpyxl").astype(object)
    rows.loc[_row(rows, NAMES[13], week), "points"] = 2
    rows.to_excel(out / "grades.xlsx", index=False)


def _row(rows: pd.DataFrame, student: str, week: str) -> pd.Series:
    return rows["student"].eq(student) & rows["exercise"].eq(week) & rows["task"].eq("why")


TYPED = {SECOND: ("1.5", "from formgrader, week {}"), NAMES[11]: ("0.5", "schön, Woche {}"), NAMES[13]: ("2.0", "")}


def table_of(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "grades.csv", keep_default_na=False, dtype=str).set_index(["student", "exercise", "task"])


def check_typed(out: Path, weeks) -> None:
    rows = table_of(out)
    for week in weeks:
        for student, (points, remark) in TYPED.items():
            row = rows.loc[(student, week, "why")]
            assert (row["points"], row["status"]) == (points, "graded by hand"), (student, week)
            assert row["remarks"].endswith(remark.format(week)), (student, week)


def in_order(order, again, out: Path, course, graded_weeks) -> pd.DataFrame:
    """The weeks graded in an order, points typed after each, then all again in another one; the table at the end."""
    roster, weeks = graded_weeks
    done = []
    for week in order:
        write_grades(out, weeks[week], "x", course, roster)
        for type_in in (type_in_formgrader, type_in_csv, type_in_xlsx):
            type_in(out, week)
            write_grades(out, [], "x", course, roster)
        done.append(week)
        check_typed(out, done)
    for week in again:
        some = [each for each in weeks[week] if again.index(week) or each.student in NAMES[:12]]  # some of them first
        write_grades(out, some, "x", course, roster)
        check_typed(out, WEEKS)
    return table_of(out)


@pytest.fixture
def plain_pages(monkeypatch):
    """Pages as one line, for the orders in which pages are not what is asked about."""
    monkeypatch.setattr(feedback, "feedback_page", lambda student, graded: student)
    monkeypatch.setattr(class_summary, "summary_page", lambda graded, conditions: "")
    monkeypatch.setattr(answer_pages, "answers_page", lambda graded, out: "")


def test_no_order_of_grading_and_typing_loses_anything(course, graded_weeks, tmp_path, plain_pages):
    first = in_order(WEEKS, WEEKS, tmp_path / "first", course, graded_weeks)
    other = in_order(WEEKS[::-1], (WEEKS[1], WEEKS[2], WEEKS[0]), tmp_path / "other", course, graded_weeks)
    assert len(first) == 30 * 3 * 4
    pd.testing.assert_frame_equal(first, other)
    totals = pd.read_csv(tmp_path / "first" / "canvas.csv").set_index("SIS Login ID")
    assert totals.at[login(SECOND), "three"] == 5 + 1.5 and pd.isna(totals.at[login(NAMES[5]), "three"])


def test_the_pages_of_a_student_hold_all_weeks_and_what_was_typed(course, graded_weeks, tmp_path):
    roster, weeks = graded_weeks
    for week in WEEKS:
        write_grades(tmp_path, [each for each in weeks[week] if each.student in NAMES[:3]], "x", course, roster)
        type_in_formgrader(tmp_path, week)
    write_grades(tmp_path, [], "x", course, roster)
    page = (tmp_path / "feedback" / f"{SECOND}.html").read_text(encoding="utf-8")
    assert all(f"from formgrader, week {week}" in page for week in WEEKS)
    summary = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert 'href="feedback/Anna%20Adler.html"' in summary and "same(largest, 9)" in summary
    words = (tmp_path / "answers_in_words.html").read_text(encoding="utf-8")
    assert words.count("Because.") == 3 and "<script" not in words
