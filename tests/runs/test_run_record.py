"""run.json: what ran, on what, with what outcome; and from it, whether it has to run again."""

import json
from datetime import UTC, datetime

import pytest

from analysis.evidence.errors import InputError, RunError
from analysis.evidence.folders import REPOSITORY
from analysis.runs import run_record
from analysis.runs.run_record import check_unmoved, file_hashes, file_states


@pytest.fixture
def run(tmp_path, write_notebook, tiny):
    """A folder of outputs with its record, and a way to ask why it is stale."""
    notebook, evidence = write_notebook("print(1)", name="one"), tiny()
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "one.html").write_text("a page")

    def inputs(**parameters):
        return run_record.run_inputs([notebook], {"folder": str(evidence), **parameters}, title="A title")

    run_record.write_record(folder, inputs(), "complete", datetime.now(UTC), view="all claims")
    return folder, notebook, evidence, lambda **parameters: run_record.stale_reasons(folder, inputs(**parameters))


def test_a_record_names_the_hash_of_every_input_and_output_and_what_it_was_made_with(run):
    folder, notebook, evidence, _ = run
    found = json.loads((folder / "run.json").read_text())
    inputs = found["inputs"]["files"]
    assert {str(notebook), str(evidence / "seeds" / "claims.csv"), "requirements.lock", "analysis/runs/run_record.py",
            "data/borders.geojson"} <= set(inputs)  # fmt: skip
    templates = (REPOSITORY / "analysis" / "reports" / "templates").iterdir()
    assert {f"analysis/reports/templates/{path.name}" for path in templates} <= set(inputs)
    assert (
        inputs["requirements.lock"] == run_record.file_hashes([REPOSITORY / "requirements.lock"])["requirements.lock"]
    )
    assert list(found["outputs"]) == ["one.html"]
    assert found["inputs"]["versions"].keys() >= {"python", "pandas", "papermill", "typst"}
    assert (found["outcome"], found["view"], found["inputs"]["title"]) == ("complete", "all claims", "A title")
    assert found["seconds"] >= 0
    assert datetime.fromisoformat(found["started"]).tzinfo


def test_the_commit_is_that_of_the_repository_or_not_known(monkeypatch, tmp_path):
    run_record.current_commit.cache_clear()
    assert run_record.current_commit() is None or len(run_record.current_commit().split(",")[0]) == 40
    run_record.current_commit.cache_clear()
    monkeypatch.setattr(run_record, "REPOSITORY", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert run_record.current_commit() is None
    run_record.current_commit.cache_clear()


def test_nothing_changed_is_up_to_date(run):
    assert run[-1]() == []


def test_a_changed_input_parameter_or_table_is_named(run):
    _, notebook, evidence, stale = run
    claims = evidence / "seeds" / "claims.csv"
    claims.write_bytes(claims.read_bytes() + b"\n")
    assert stale() == [f"{claims} changed"]
    (evidence / "seeds" / "milestones.csv").write_text("new")
    notebook.write_text(notebook.read_text() + " ")
    assert sorted(stale(every="day")) == sorted(
        f"{name} changed" for name in (claims, evidence / "seeds" / "milestones.csv", notebook, "parameters every")
    )


def test_another_version_of_a_library_is_a_change(run, monkeypatch):
    monkeypatch.setattr(run_record, "version", lambda name: "0.0" if name == "scipy" else "1")
    assert "versions scipy changed" in run[-1]()


def test_an_output_that_is_gone_or_altered_is_no_longer_up_to_date(run):
    folder, *_, stale = run
    (folder / "one.html").write_text("another page")
    assert [why.rsplit("/")[-1] for why in stale()] == ["one.html was altered"]
    (folder / "one.html").unlink()
    assert [why.rsplit("/")[-1] for why in stale()] == ["one.html is missing"]


@pytest.mark.parametrize("text", [None, "{", "[]", '{"outcome": "complete"}', ""])
def test_a_folder_without_a_record_or_with_a_broken_one_is_not_up_to_date(run, text):
    folder, *_, stale = run
    (folder / "run.json").unlink() if text is None else (folder / "run.json").write_text(text)
    assert len(stale()) == 1
    with pytest.raises(InputError, match=r"run\.json"):
        run_record.read_record(folder)


def test_a_record_of_an_earlier_version_is_read_with_the_keys_of_today(run):
    folder, *_, stale = run
    record = json.loads((folder / "run.json").read_text())
    inputs = record.pop("inputs")
    earlier = {"inputs" if key == "files" else key: value for key, value in inputs.items()}
    (folder / "run.json").write_text(json.dumps(record | {"basis": earlier}))
    assert run_record.read_record(folder) == record | {"basis": earlier, "inputs": inputs}
    assert stale() == []


def test_values_that_json_writes_otherwise_are_no_change(run):
    folder, notebook, *_ = run
    inputs = run_record.run_inputs([notebook], {"sets": ("a", "b")})
    run_record.write_record(folder, inputs, "complete", datetime.now(UTC))
    assert run_record.stale_reasons(folder, inputs) == []


@pytest.mark.parametrize("back", [True, False])
def test_inputs_that_are_written_during_a_run_are_noticed_even_if_they_are_put_back(tmp_path, back):
    path = tmp_path / "claims.csv"
    path.write_text("a\n1\n")
    inputs = {"files": file_hashes([path])}
    states = file_states(inputs)
    check_unmoved(inputs, states)
    path.write_text("a\n2\n")
    if back:
        path.write_text("a\n1\n")
    with pytest.raises(RunError, match=r"claims\.csv: changed while the run used it"):
        check_unmoved(inputs, states)


def test_inputs_that_changed_before_a_run_began_are_noticed(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text("a\n1\n")
    inputs = {"files": file_hashes([path])}
    path.write_text("a\n2\n")
    with pytest.raises(RunError, match="changed"):
        check_unmoved(inputs, file_states(inputs))
