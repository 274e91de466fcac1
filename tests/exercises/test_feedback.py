"""A page of feedback: what the student may see, as text, and nothing that gives a test away."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from analysis.exercises.autograding import prepare_tests
from analysis.exercises.course import open_course
from analysis.exercises.feedback import MAX_CHARACTERS, REMOVED_OUTPUT, clear_secrets, feedback_page, visible_cells
from analysis.exercises.gradebook import Grade, GradedSubmission
from analysis.exercises.repair import repair_submission
from tests.exercises.conftest import SECRET, Paper, exercise_notebook, make_course


@pytest.fixture
def ran(exercise, paper):
    """A notebook as after its run, with one cell of the student's that gave `outputs`."""

    def build(*outputs, source="1"):
        script = prepare_tests(repair_submission(paper().right().notebook, exercise)[0], exercise.released)
        script.cells.insert(2, new_code_cell(source, outputs=list(outputs)))
        return script

    return build


def texts(cells):
    return "\n".join(str(cell.get("outputs", "")) + cell.source for cell in cells)


def test_of_tests_only_the_released_part_is_shown(ran, exercise):
    script = ran()
    for cell in script.cells:
        if cell.metadata.get("part") == "complete":
            cell.outputs = [new_output("error", ename="AssertionError", evalue=SECRET, traceback=[SECRET])]
    told, cells = clear_secrets(script, exercise), visible_cells(script)
    assert SECRET not in texts(cells) and "assert mean([2]) == 2" in texts(cells) and told == []


@pytest.mark.parametrize(
    "output",
    [
        new_output("stream", text=f"x\n{SECRET}\ny"),
        new_output("stream", text="_even=[1,2,3,10]"),
        new_output("stream", text=repr("a\n_even = [1, 2, 3, 10]\n")),
        new_output("display_data", {"text/html": f"<b>same(mean(_even), 4), &quot;{SECRET}&quot;</b>"}),
        new_output("error", ename="E", evalue="", traceback=[f"\x1b[31m{SECRET[:12]}\x1b[0m{SECRET[12:]}"]),
    ],
)
def test_an_output_that_repeats_a_hidden_test_is_taken_out_and_reported(ran, exercise, output):
    script = ran(output)
    told, cells = clear_secrets(script, exercise), visible_cells(script)
    assert REMOVED_OUTPUT in texts(cells) and told == ["an output held lines of hidden tests and was taken out"]


def test_what_the_student_wrote_or_saw_is_no_secret(ran, exercise):
    script = ran(new_output("stream", text="assert mean([2]) == 2"))
    told, cells = clear_secrets(script, exercise), visible_cells(script)
    assert told == [] and REMOVED_OUTPUT not in texts(cells)


def test_long_outputs_are_cut(ran):
    long = [new_output("stream", text="x" * 10**6), new_output("stream", text="y\n" * 10**4),
            new_output("display_data", {"text/html": "z" * 10**6, "text/plain": "z"})]  # fmt: skip
    cells = visible_cells(ran(*long))
    assert len(texts(cells)) < 3 * MAX_CHARACTERS and "truncated" in texts(cells)


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["hide-cell", "hide-input", "hide-output", "remove-cell"])
def test_cells_that_a_report_would_hide_stand_on_the_page(tmp_path, tag):
    source = exercise_notebook()
    for cell in source.cells:
        cell.metadata["tags"] = [tag]
    (exercise,) = open_course(make_course(tmp_path / "course", source))
    answers = Paper(exercise.released).write(mean_answer="mean = no_such_name", why="My own words.").notebook
    script = prepare_tests(repair_submission(answers, exercise)[0], exercise.released)
    answer = next(cell for cell in script.cells if cell.source == "mean = no_such_name")
    answer.outputs = [new_output("error", ename="NameError", evalue="", traceback=["NameError: not defined"])]
    grades = [Grade(task, 0, 2, "failed") for task in ("mean", "largest", "letters", "why")]
    text = feedback_page("anna", [GradedSubmission("anna", "sums", grades, [], visible_cells(script))])
    for part in ("mean = no_such_name", "NameError: not defined", "My own words.", "A task of each kind."):
        assert part in text, part
    assert SECRET not in text and answer.metadata.tags == [tag]


def test_a_page_shows_points_remarks_and_code_as_text(exercise):
    cells = [
        new_markdown_cell("<script>alert(1)</script> **bold** [x](javascript:alert(2))"),
        new_code_cell(
            "print('<b>')", outputs=[new_output("display_data", {"text/html": "<script>alert(3)</script>hi"})]
        ),
        new_markdown_cell("", metadata={"points_of": "mean"}),
    ]
    grades = [Grade("mean", 0, 2, "failed", "NameError: <i>"), Grade("why", None, 2, "to grade by hand")]
    text = feedback_page("<img src=x>", [GradedSubmission("<img src=x>", "sums", grades, ["`code` <u>"], cells)])
    assert "<script" not in text and 'href="javascript' not in text and "<img src=x" not in text and "<i>" not in text
    assert "0 of 4 points, before what is graded by hand" in text and "mean: 0 of 2 points" in text
    assert "`code` &lt;u&gt;" in text and "print('&lt;b&gt;')" in text.replace("&#39;", "'")


def test_a_notebook_that_cannot_be_shown_does_not_cost_the_page(exercise):
    odd = new_code_cell("1", outputs=[new_output("display_data", {"text/html": "x"})])
    odd.outputs[0].data = 5
    text = feedback_page("anna", [GradedSubmission("anna", "sums", [Grade("mean", 2, 2, "passed")], [], [odd])])
    assert "2 of 2 points" in text and "the notebook cannot be shown here" in text
