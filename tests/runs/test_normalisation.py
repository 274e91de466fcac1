"""What differs from run to run is taken away, and nothing else."""

import os
from tempfile import gettempdir

from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.runs.normalisation import fixed_environment, normalise_output


def test_the_environment_is_this_one_but_for_what_is_fixed(monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("MINE", "kept")
    given = fixed_environment()
    assert (given["TZ"], given["PYTHONHASHSEED"], given["MINE"]) == ("UTC", "0", "kept")
    assert os.environ["TZ"] == "Pacific/Auckland"


def said(process: int, address: str) -> str:
    return f"{gettempdir()}/ipykernel_{process}/123.py:1: UserWarning: <Thing at {address}> 0xffffff"


def test_the_process_leaves_no_trace_in_what_a_cell_says():
    made = []
    for process, address in ((11, "0x7f0000000001"), (22, "0x7f0000000002")):
        text = said(process, address)
        outputs = [
            new_output("stream", name="stderr", text=text),
            new_output("error", ename="E", evalue="e", traceback=[text]),
            new_output("display_data", {"text/plain": text, "image/png": text, "application/json": {"a": text}}),
        ]
        made.append(normalise_output(new_notebook(cells=[new_code_cell("x", outputs=outputs)])))
    (stream, error, shown), (_, _, other) = (notebook.cells[0].outputs for notebook in made)
    assert stream.text == "<cell>:1: UserWarning: <Thing at 0x0> 0xffffff"
    assert stream.text == error.traceback[0] == shown.data["text/plain"]
    assert shown.data["image/png"] == said(11, "0x7f0000000001")
    assert other.data["application/json"] == {"a": said(22, "0x7f0000000002")}


def test_times_durations_paths_and_random_ids_go_and_parameters_stay():
    notebook = new_notebook(cells=[new_code_cell("x", metadata={"papermill": {}, "execution": {}, "tags": ["a"]})])
    notebook.metadata["papermill"] = {"parameters": {"x": 1}, "start_time": "now", "output_path": "/here"}
    found = normalise_output(notebook)
    assert found.metadata["papermill"] == {"parameters": {"x": 1}}
    assert found.cells[0].metadata == {"tags": ["a"]}
    assert found.cells[0].id == "cell-0"
