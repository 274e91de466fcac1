"""A sweep loses nothing: not by a failing run, not by a kill, not by a second call. Real kernels, real processes."""

import os
import select
import subprocess
import sys
from importlib.util import find_spec

import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis import InputError
from analysis.cli import main
from analysis.runs import run_record
from analysis.runs.execution import execute
from analysis.runs.result_table import read_results, tidy_results
from analysis.runs.sweeps import check_writable, local_runner, plan_sweep, run_sweep, write_results

PARAMETERS = "number = 1  # a number\ntags = []  # some tags\ndiary = ''  # a file that every run writes to"
COUNT = "open(diary, 'a').write(f'{number}\\n') if diary else None"
SHOW = "import analysis as a\na.show_results([{'measure': 'square', 'value': number**2, 'unit': 'points'}])"


@pytest.fixture
def squares(write_notebook, tmp_path):
    """A notebook that writes into its diary that it ran, and shows the square of its number."""
    return write_notebook(COUNT, "assert number != 13, 'unlucky'", SHOW, parameters=PARAMETERS, name="squares")


@pytest.fixture
def diary(tmp_path):
    return tmp_path / "diary"


@pytest.fixture
def run_all(squares, diary, tmp_path):
    """Sweeps over numbers, two at once."""

    def run_all(*numbers, **more):
        runs = plan_sweep(squares, [{"number": n, "diary": str(diary)} for n in numbers], tmp_path / "runs")
        return run_sweep(runs, local_runner(2), **more)

    return run_all


def test_the_results_of_all_runs_stand_in_one_table(squares, tmp_path):
    points = [{"number": n, "tags": tags} for n in (2, 3) for tags in ([], ["a", "b"])]
    seen = []
    swept = run_sweep(plan_sweep(squares, points, tmp_path / "runs"), local_runner(2), progress=seen.append)
    table = swept.table
    assert list(table)[:3] == ["run", "number", "tags"]
    assert table["number"].tolist() == [2, 2, 3, 3]
    assert table["tags"].tolist() == ["", "a|b"] * 2
    assert table["value"].tolist() == [4, 4, 9, 9]
    assert table["run"].is_unique
    assert len(seen) == 4
    assert (swept.finished, swept.reused, swept.failures) == (4, 0, {})


def test_every_run_is_kept_whole_with_its_record(squares, tmp_path):
    (run,) = plan_sweep(squares, [{"number": 4}], tmp_path / "runs")
    run_sweep([run], local_runner())
    nbformat.validate(nbformat.read(run.output, as_version=4))
    assert run_record.read_record(run.folder)["inputs"]["parameters"] == {"number": 4}
    assert run_record.stale_reasons(run.folder, run.inputs) == []


def test_what_is_finished_is_not_run_again(run_all, diary):
    run_all(2, 3)
    swept = run_all(2, 3, 4)
    assert sorted(diary.read_text().split()) == ["2", "3", "4"]
    assert (swept.finished, swept.reused) == (3, 2)
    assert swept.table["value"].tolist() == [4, 9, 16]


def test_force_runs_everything_again(run_all, diary):
    run_all(2)
    assert run_all(2, force=True).reused == 0
    assert diary.read_text().split() == ["2", "2"]


def test_a_notebook_that_was_changed_runs_again(run_all, squares, diary, edit):
    run_all(2)
    edit(squares, "number**2", "number**3")
    assert run_all(2).table["value"].tolist() == [8]
    assert diary.read_text().split() == ["2", "2"]


def test_an_output_that_was_altered_runs_again(squares, tmp_path):
    (run,) = plan_sweep(squares, [{"number": 2}], tmp_path / "runs")
    run_sweep([run], local_runner())
    run.output.write_text("{}")
    assert run_sweep([run], local_runner()).table["value"].tolist() == [4]


def test_a_run_that_fails_stops_no_other_and_is_told_with_its_reason(run_all, tmp_path):
    swept = run_all(2, 13, 5)
    assert swept.table["number"].tolist() == [2, 5]
    ((words, reason),) = swept.failures.items()
    assert words.startswith("number=13")
    assert "cell 3 failed: AssertionError: unlucky" in reason
    (kept,) = tmp_path.glob("runs/*.failed/*.ipynb")
    assert b"unlucky" in kept.read_bytes()


def test_a_run_and_what_a_failed_one_leaves_have_a_record_and_a_run_can_be_verified(write_notebook, tmp_path):
    parameters = "number = 1  # a number\ncountries = []  # countries that count"
    notebook = write_notebook("assert number != 13, 'unlucky'", SHOW, parameters=parameters, name="squares")
    good, bad = plan_sweep(notebook, [{"number": 2, "countries": ["Iraq"]}, {"number": 13}], tmp_path / "runs")
    run_sweep([good, bad], local_runner())
    assert run_record.read_record(good.folder)["outcome"] == "complete"
    assert "Iraq" in run_record.read_record(good.folder)["view"]
    assert "unlucky" in run_record.read_record(bad.failed)["outcome"]
    assert run_record.read_record(bad.failed)["inputs"]["parameters"] == {"number": 13}
    said = CliRunner().invoke(main, ["verify", str(good.folder)])
    assert (said.exit_code, said.output) == (0, "1 of 1 files are the same, byte for byte\n")
    good.output.write_text(good.output.read_text() + "\n")
    said = CliRunner().invoke(main, ["verify", str(good.folder)])
    assert said.exit_code == 1
    assert "squares.ipynb" in said.output


POSTERIOR = """import os
import pandas as pd
import analysis as a
rows = pd.DataFrame({"start": [0, 3, 7], "end": [2, 6, 9], "count": [9, number % 2, 0]})
chance = a.changes(rows).chance()
left = len(os.listdir(os.environ["INCIDENTS_SHARED"])) if "INCIDENTS_SHARED" in os.environ else 0
a.show_results([{"measure": "chance", "value": chance}, {"measure": "left", "value": left}])"""


def test_what_runs_have_in_common_is_worked_out_once_and_is_what_each_would_have_worked_out(write_notebook, tmp_path):
    runs = plan_sweep(
        write_notebook(POSTERIOR, parameters=PARAMETERS), [{"number": n} for n in (1, 3, 2)], tmp_path / "runs"
    )
    table = run_sweep(runs, local_runner(1)).table.pivot(index="number", columns="measure", values="value")
    assert table.loc[1, "left"] == table.loc[3, "left"] > 0, "the second run of the same counts left nothing new"
    assert table.loc[2, "left"] > table.loc[3, "left"]
    execute(runs[0].notebook_path, tmp_path / "alone.ipynb", {"number": 3})
    alone = read_results(nbformat.read(tmp_path / "alone.ipynb", as_version=4)).set_index("measure")["value"]
    assert alone["left"] == 0
    assert alone["chance"] == table.loc[3, "chance"] == table.loc[1, "chance"] != table.loc[2, "chance"]


def test_runs_that_show_no_results_give_an_empty_table(write_notebook, tmp_path):
    runs = plan_sweep(write_notebook("1"), [{"number": 2}], tmp_path / "runs")
    swept = run_sweep(runs, local_runner())
    assert len(swept.table) == 0
    assert swept.failures == {}


def test_a_run_whose_results_contradict_each_other_has_failed(write_notebook, tmp_path):
    runs = plan_sweep(write_notebook(SHOW, SHOW.replace("**2", "**3")), [{"number": 2}], tmp_path / "runs")
    swept = run_sweep(runs, local_runner())
    assert list(swept.failures.values()) == ["results: two rows for square of all"]
    assert len(swept.table) == 0


def test_a_parameter_named_like_a_column_of_the_results_cannot_be_swept(write_notebook, tmp_path):
    with pytest.raises(InputError, match="value cannot be swept"):
        plan_sweep(write_notebook("1", parameters="value = 1"), [{"value": 2}], tmp_path)


def test_a_table_is_written_as_csv(tmp_path):
    table = pd.DataFrame({"value": [1.5, None], "day": pd.to_datetime(["2024-02-04", None])})
    write_results(table, tmp_path / "deep" / "out.csv")
    assert (tmp_path / "deep" / "out.csv").read_text() == "value,day\n1.5,2024-02-04\n,\n"
    assert len(list((tmp_path / "deep").iterdir())) == 1


def test_what_cannot_be_written_is_said_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.runs.sweeps.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install pyarrow"):
        check_writable(tmp_path / "out.parquet")
    with pytest.raises(InputError, match=r"\.csv or \.parquet"):
        check_writable(tmp_path / "out.xlsx")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="cannot write to .*folder.csv"):
        check_writable(tmp_path / "folder.csv")
    check_writable(tmp_path / "deep" / "out.csv")


WAIT = """
import os, time
if number == 3 and os.path.exists(pipe):
    open(pipe, 'w').write('here')
    time.sleep(600)
"""


def test_a_killed_sweep_goes_on_where_it_was(write_notebook, diary, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    notebook = write_notebook(COUNT, WAIT, SHOW, parameters=f"{PARAMETERS}\npipe = {str(pipe)!r}  # to meet at")
    words = ["sweep", str(notebook), "--set", "number=1,2,3,4", "--set", f"diary={diary}", "--at-once", "1",
             "--out", str(tmp_path / "out.csv")]  # fmt: skip
    command = [sys.executable, "-m", "analysis.cli", *words]
    with open(os.open(pipe, os.O_RDWR)) as met, subprocess.Popen(command) as process:
        assert select.select([met], [], [], 60)[0], "the third run never came to its second cell"
        process.kill()
    assert not (tmp_path / "out.csv").exists()
    assert diary.read_text().split() == ["1", "2", "3"]
    pipe.unlink()
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "2 finished before" in done.stdout
    assert diary.read_text().split() == ["1", "2", "3", "3", "4"]
    assert pd.read_csv(tmp_path / "out.csv")["value"].tolist() == [1, 4, 9, 16]


def test_failing_runs_are_listed_at_the_end_with_exit_status_1(squares, tmp_path):
    out = tmp_path / "out.csv"
    done = CliRunner().invoke(main, ["sweep", str(squares), "--set", "number=2,13", "--out", str(out)])
    assert done.exit_code == 1
    assert "out.csv: 1 results of 1 runs (0 finished before)" in done.stdout
    listed, last = done.stderr.strip().splitlines()[-2:]
    assert listed.startswith("failed: number=13: ") and "unlucky" in listed
    assert last == "incidents: 1 of 2 runs failed"
    assert pd.read_csv(out)["number"].tolist() == [2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "nubmer=1"], "'nubmer' is not a parameter of squares; did you mean 'number'"),
        (["--set", "number=1,two"], "parameter number: 'two' - whole number"),
        ([], "nothing to vary"),
        (["--set", "number=1", "--out", "table.xlsx"], ".csv or .parquet"),
        (["--set", "number=1", "--dask", "tcp://127.0.0.1:1"], "no Dask scheduler at tcp://127.0.0.1:1"),
    ],
)
def test_bad_input_is_said_before_anything_runs(squares, tmp_path, monkeypatch, arguments, message):
    monkeypatch.setattr("analysis.runs.cluster.ANSWER_SECONDS", 1)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["sweep", str(squares), *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["squares.ipynb"]


def test_a_table_written_as_parquet_reads_back_as_it_was_or_one_line_says_what_to_install(tmp_path):
    out = tmp_path / "deep" / "out.parquet"
    if not find_spec("pyarrow"):
        with pytest.raises(InputError, match=r"Parquet needs pyarrow \('pip install pyarrow'\); \.csv does not"):
            check_writable(out)
        return
    shown = tidy_results(
        [{"measure": "square", "value": 4, "unit": "points"}, {"measure": "first", "day": "2024-02-04"}]
    )
    table = shown.assign(run="a1", number=[2, 3], tags=["", "a|b"])
    check_writable(out)
    write_results(table, out)
    assert [path.name for path in out.parent.iterdir()] == ["out.parquet"]
    # Parquet has no days of whole seconds: the days are the same, counted in milliseconds.
    pd.testing.assert_frame_equal(pd.read_parquet(out), table, check_dtype=False)
