"""A small course made in code, whose one exercise runs in a moment, and students who hand it in."""

import io
import zipfile
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.exercises.course import open_course
from analysis.exercises.sandbox import SubmissionLimits
from tests.conftest import WAIT

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SECRET = "the mean of an even number of values"
MEAN = '''def mean(values):
    """The mean of a list of numbers; None of an empty one."""
    ### BEGIN SOLUTION
    return sum(values) / len(values) if values else None
    ### END SOLUTION'''
MEAN_TESTS = f"""assert mean([2]) == 2, "the mean of one value is that value"
### BEGIN HIDDEN TESTS
from analysis.exercises.answer_comparison import same
_even = [1, 2, 3, 10]
same(mean(_even), 4), "{SECRET}"
same(mean([]), None)
### END HIDDEN TESTS"""
LARGEST_TESTS = """### BEGIN HIDDEN TESTS
same(largest, 9)
### END HIDDEN TESTS"""
# A number as the last value is partial credit.
LETTERS_TESTS = """_points = sum(letter in text for letter in "abc")
_points"""
RIGHT = {
    "mean_answer": MEAN,
    "largest_answer": "### BEGIN SOLUTION\nlargest = max(numbers)\n### END SOLUTION",
    "letters_answer": 'text = "abc"',
}


def about(grade_id: str, **more) -> dict:
    """Metadata of a cell, as nbgrader has them."""
    meta = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
    }
    return {"nbgrader": meta | more}


def tests_of(task: str, source: str, points: int):
    return new_code_cell(source, metadata=about(task, grade=True, locked=True, points=points))


def answer_to(name: str):
    return new_code_cell(RIGHT[name], metadata=about(name, solution=True))


def exercise_notebook() -> nbformat.NotebookNode:
    """Four tasks: 2 points with hidden tests, 1 with nothing but these, 3 in parts, 2 by hand."""
    cells = [
        new_markdown_cell("# Small sums\n\nA task of each kind."),
        new_code_cell("from pathlib import Path\nnumbers = [int(n) for n in Path('numbers.txt').read_text().split()]",
                      metadata=about("setup", locked=True)),
        answer_to("mean_answer"),
        tests_of("mean", MEAN_TESTS, 2),
        new_markdown_cell("The largest of the numbers?"),
        answer_to("largest_answer"),
        tests_of("largest", LARGEST_TESTS, 1),
        answer_to("letters_answer"),
        tests_of("letters", LETTERS_TESTS, 3),
        new_markdown_cell("A good answer says why.", metadata=about("why", grade=True, solution=True, points=2)),
    ]  # fmt: skip
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return new_notebook(cells=cells, metadata=KERNEL)


WRONG = """
mean_answer:
  - why: the first value
    code: |
      def mean(values):
          return values[0]
  - why: an empty list is not thought of
    code: |
      def mean(values):
          return sum(values) / len(values)
largest_answer:
  - why: the last
    code: largest = numbers[-1]
letters_answer:
  - why: two of three
    code: text = "ab"
    fails: [letters]
"""


def make_course(folder: Path, notebook=None, wrong: str = WRONG) -> Path:
    """A course folder with the one exercise `sums`."""
    source = folder / "source" / "sums"
    source.mkdir(parents=True)
    nbformat.write(notebook or exercise_notebook(), source / "sums.ipynb")
    (source / "numbers.txt").write_text("3 9 4\n")
    (folder / "wrong").mkdir()
    (folder / "wrong" / "sums.yml").write_text(wrong)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'sums'\n")
    return folder


@pytest.fixture(scope="session")
def course(tmp_path_factory) -> Path:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def exercise(course):
    return open_course(course)[0]


@pytest.fixture
def blank(exercise):
    """What a student gets; may be changed."""
    return deepcopy(exercise.released)


@pytest.fixture
def limits():
    return SubmissionLimits(WAIT, WAIT)


class Paper:
    """A student's notebook, to be written on."""

    def __init__(self, notebook):
        self.notebook = deepcopy(notebook)

    def cell(self, name: str):
        return next(c for c in self.notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)

    def place(self, name: str) -> int:
        return self.notebook.cells.index(self.cell(name))

    def right(self):
        """All answers as the instructor gives them."""
        return self.write(**RIGHT)

    def write(self, **answers):
        """Answers by the name of their cell."""
        for name, source in answers.items():
            self.cell(name).source = source
        return self

    def add(self, source: str, behind: str = "setup"):
        """A cell of the student's own."""
        self.notebook.cells.insert(self.place(behind) + 1, new_code_cell(source))
        return self

    def drop(self, *names: str):
        for name in names:
            del self.notebook.cells[self.place(name)]
        return self


@pytest.fixture
def paper(blank):
    return lambda: Paper(blank)


def hand_in(folder: Path, student: str, notebook, name: str = "sums/sums.ipynb") -> Path:
    """Writes the notebook (or a text that is none) where nbgrader has submissions."""
    path = folder / student / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = notebook if isinstance(notebook, str) else nbformat.writes(getattr(notebook, "notebook", notebook))
    path.write_text(text, encoding="utf-8")
    return path


def zipped(files: dict[str, bytes | str], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
