"""`incidents exercises ...`: what is printed, where files go, and the status for bad input."""

import subprocess
import sys

import pytest

from analysis.cli import main
from tests.exercises.conftest import Paper, exercise_notebook, hand_in, make_course


@pytest.fixture
def incidents(tmp_path, monkeypatch, capsys):
    """Runs the command line in an empty folder: exit status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["exercises", *map(str, arguments)])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


def test_release_prints_what_it_made(incidents, course, tmp_path):
    status, out, _ = incidents("release", "--course", course)
    assert status == 0 and out.split() == ["build/exercises/attack-exercises", "build/exercises/attack-exercises.zip"]
    assert (tmp_path / "build/exercises/attack-exercises.zip").is_file()


@pytest.mark.slow
def test_grade_says_how_it_isolates_and_what_it_found(incidents, course, exercise, tmp_path):
    hand_in(tmp_path / "in", "anna", Paper(exercise.released).right().drop("mean"))
    status, out, _ = incidents("grade", "in", "--course", course, "--isolate", "none")
    assert status == 0
    assert out.splitlines() == [
        "isolation: none: runs as you, with your files and your network; only time, memory and output are limited",
        "anna  sums  6 of 8",
        "    tests mean: missing, put back",
        "build/grades/grades.csv",
        "build/grades/grades.xlsx",
        "build/grades/summary.html",
        "build/grades/answers_in_words.html",
    ]


def test_typed_points_that_cannot_be_are_refused_before_anything_runs(incidents, course, exercise, tmp_path):
    hand_in(tmp_path / "in", "anna", Paper(exercise.released))
    (tmp_path / "build/grades").mkdir(parents=True)
    (tmp_path / "build/grades/grades.csv").write_text(
        "student,exercise,task,points,max_points,status,remarks\nanna,sums,why,9,2,to grade by hand,\n"
    )
    status, out, err = incidents("grade", "in", "--course", course)
    assert status == 2 and out == "" and "row 2: points '9' must be a number from 0 to 2" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("release", "nothing"), "there is no exercise 'nothing' (known: "),
        (("grade", "nowhere"), "nowhere is no folder of submissions"),
        (("check", "--course", "nowhere"), "nowhere is no course"),
    ],
)
def test_bad_input_gets_one_line_and_status_2(incidents, arguments, words):
    status, out, err = incidents(*arguments)
    assert status == 2 and out == "" and err.startswith("incidents: ") and words in err and err.count("\n") == 1


@pytest.mark.slow
def test_check_prints_a_table_and_ends_with_reasons(incidents, tmp_path):
    notebook = exercise_notebook()
    notebook.cells[5].source = "### BEGIN SOLUTION\nlargest = 1\n### END SOLUTION"
    status, out, err = incidents("check", "--course", make_course(tmp_path / "course", notebook))
    assert status == 1 and out.splitlines()[1].split() == ["sums", "3", "6", "2", "4", "7", "0", "no"]
    assert "sums: the right answer earns 0 of 1 in largest" in err


@pytest.mark.slow
def test_exercises_are_proved_with_their_mutants(incidents):
    """Two of the six; `incidents exercises check` proves all in a few minutes."""
    status, out, err = incidents("check", "1_who_said_what", "3_counting")
    assert (status, err) == (0, "") and len(out.splitlines()) == 3


def test_without_nbgrader_one_line_says_how_to_get_it(tmp_path):
    script = "import sys; sys.modules['nbgrader'] = None\nfrom analysis.cli import main\nmain(['exercises', 'check'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith(
        "incidents: the exercises need the extra 'teach': pip install"
    )


def test_the_other_commands_do_not_wait_for_nbgrader():
    script = "import sys, analysis.cli; sys.exit('nbgrader' in sys.modules or 'nbclient' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
