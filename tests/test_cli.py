"""The command line: every command listed, bad input answered in one message and exit status 2."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.evidence import folders
from analysis.evidence.errors import RunError
from analysis.reports import plan
from analysis.runs import run_record
from analysis.runs.variants import choose_variants


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_help_lists_every_command_with_what_it_does():
    said = run("--help")
    assert said.exit_code == 0
    for name, command in main.commands.items():
        assert f"  {name} " in said.output
        assert command.help


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_has_help(name):
    said = run(name, "--help")
    assert said.exit_code == 0
    options = [each for each in main.commands[name].params if isinstance(each, click.Option)]
    assert [each.name for each in options if not each.help] == []


SLOW = {"pandas", "numpy", "matplotlib", "papermill", "nbformat", "nbconvert", "jupyter_client", "typst"}


def imported(*arguments) -> set[str]:
    """The slow libraries that a command imports."""
    command = f"main({[*map(str, arguments)]!r}, standalone_mode=False)"
    script = f"import sys; from analysis.cli import main; {command}; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return SLOW & set(said.stdout.splitlines()[-1].split())


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("--help",), ("trace", "I20240128-tower-22"), ("parameters", "february_pause"), ("report", "--help")],
    ids=" ".join,
)  # fmt: skip
def test_what_is_asked_often_does_not_wait_for_slow_libraries(arguments):
    assert imported(*arguments) == set()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with this one's evidence and notebooks, whose variants a test may write."""
    for name in ("data", "seeds", "analysis"):
        (tmp_path / name).symlink_to(folders.REPOSITORY / name)
    shutil.copytree(folders.REPOSITORY / "notebooks", tmp_path / "notebooks")
    for module in (folders, plan):
        monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    monkeypatch.chdir(tmp_path)
    good = tmp_path / "build" / "wrong" / "report.pdf"
    good.parent.mkdir(parents=True)
    good.write_text("an earlier good report")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parameters: {contries: [Iraq]}", "'contries' is a parameter of no notebook; did you mean 'countries'?"),
        ("parameters: {countries: [Irak]}", "'Irak' does not occur; did you mean 'Iraq'?"),
        ("parameters: {start: 2024-03-01, end: 2024-02-01}", "end (2024-02-01) is before start (2024-03-01)"),
        (
            "parameters: {start: 2024-03-01, last_before: 2024-02-04}",
            "february_pause: last_before (2024-02-04) is before start (2024-03-01)",
        ),
        ("parameters: {start: 2024-03-01, end: 2024-02-30}", "day is out of range for month"),
        ("parameters: {sets: [seeds], confirmation: [monitor]}", "the view selects no incident"),
        ("parameters: {folder: no-such-folder}", "folder 'no-such-folder' does not exist"),
        ("paramters: {}", "'paramters' is not known; did you mean 'parameters'?"),
        ("title: [", "is not YAML"),
    ],
)
def test_a_variant_that_cannot_be_run_is_one_message_that_names_the_file(repository, bytes_of, text, words):
    (repository / "notebooks" / "parameters" / "wrong.yml").write_text(text)
    before = bytes_of(repository / "build")
    said = run("report", "wrong")
    assert said.exit_code == 2
    message = said.stderr.strip()
    assert message.startswith(f"incidents: {os.path.join('notebooks', 'parameters', 'wrong.yml')}")
    assert words in message
    assert message.count("\n") == 0
    assert said.stdout == ""
    assert bytes_of(repository / "build") == before


def test_an_unknown_variant_is_answered_with_the_nearest(repository):
    said = run("report", "confirmd")
    assert said.exit_code == 2
    assert said.stderr.startswith("incidents: no variant 'confirmd'")
    assert "did you mean 'confirmed'?" in said.stderr


@pytest.mark.slow
def test_a_run_that_fails_is_exit_status_1(monkeypatch, repository):
    def fail(*_, **__):
        raise RunError("x.ipynb: the kernel died")

    monkeypatch.setattr("analysis.reports.report.run_report", fail)
    said = run("report", "all")
    assert (said.exit_code, said.stderr) == (1, "incidents: x.ipynb: the kernel died\n")


@pytest.mark.slow
def test_a_bug_shows_itself(monkeypatch, repository):
    def fail(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr("analysis.reports.report.run_report", fail)
    assert isinstance(run("report", "all").exception, RuntimeError)


@pytest.mark.slow
def test_build_writes_the_table_and_check_says_whether_it_is_out_of_date(tiny, edit):
    root = tiny([{}, {"date_start": "2024-02-01"}])
    assert run("build", "--folder", root, "--check").exit_code == 2
    said = run("build", "--folder", root)
    assert said.exit_code == 0
    assert "2 claims of 1 sources -> 2 incidents" in said.output
    assert run("build", "--folder", root, "--check").exit_code == 0
    edit(root / "seeds" / "claims.csv", "2024-02-01,2024-02-01", "2024-02-02,2024-02-02")
    stale = run("build", "--folder", root, "--check")
    assert stale.exit_code == 2
    assert stale.stderr.startswith("incidents: out of date:")


@pytest.mark.slow
def test_every_fault_of_the_evidence_is_said_at_once_and_nothing_is_written(tiny, bytes_of):
    root = tiny([{"weapon": "slingshot"}, {"date_start": "2024-02-30", "place_id": "nowhere"}])
    before = bytes_of(root)
    said = run("build", "--folder", root)
    assert said.exit_code == 2
    for words in ("slingshot", "2024-02-30", "nowhere", "claims.csv, row 2", "claims.csv, row 3"):
        assert words in said.stderr
    assert bytes_of(root) == before


@pytest.mark.parametrize(
    "arguments", [("build", "--folder", "gone"), ("find", "--folder", "gone"), ("trace", "I1", "--folder", "gone")]
)
def test_a_folder_that_is_not_there_is_named(arguments):
    said = run(*arguments)
    assert said.exit_code == 2
    assert "folder 'gone' does not exist" in said.stderr


def test_an_incident_that_is_not_there_is_answered_with_the_nearest():
    said = run("trace", "I20240128-tower-2")
    assert said.exit_code == 2
    assert "I20240128-tower-22" in said.stderr


def test_trace_leads_to_claims_and_sources(dataset):
    row = dataset.incidents.set_index("incident_id").loc["I20240128-tower-22"]
    said = run("trace", "I20240128-tower-22")
    assert said.exit_code == 0
    assert all(claim in said.output for claim in row["claims"].split("|"))


@pytest.mark.slow
def test_find_lists_the_incidents_of_a_day_and_place(dataset):
    said = run("find", "--date", "2024-01-28", "--place", "tower-22")
    assert said.exit_code == 0
    assert said.stdout.startswith("I20240128-tower-22  2024-01-28")
    assert said.stderr == f"{len(said.stdout.splitlines())} found\n"


@pytest.fixture
def up_to_date(repository, monkeypatch):
    """A report that is up to date by its record, and what the command then makes."""
    made = []

    def fake(each, progress, limits, fresh=False):
        made.append((each, limits))
        each.target.mkdir(parents=True, exist_ok=True)
        (each.target / "report.pdf").write_text("a report")
        run_record.write_record(each.target, each.inputs(), "complete", datetime.now(UTC))
        return [each.target / "report.pdf"]

    monkeypatch.setattr("analysis.reports.pipeline.make_report", fake)
    assert run("report").exit_code == 0
    return made


@pytest.mark.slow
def test_what_is_up_to_date_is_not_made_again_unless_forced(up_to_date):
    said = run("report")
    assert (said.exit_code, said.stdout, len(up_to_date)) == (0, f"{os.path.join('build', 'all')} is up to date\n", 1)
    assert run("report", "--force").stdout == f"{os.path.join('build', 'all', 'report.pdf')}\n"
    assert len(up_to_date) == 2


def test_an_output_altered_by_hand_is_made_again(up_to_date, repository):
    (repository / "build" / "all" / "report.pdf").write_text("altered")
    assert run("report").exit_code == 0
    assert len(up_to_date) == 2


@pytest.mark.slow
def test_parameters_typed_reach_the_report_as_what_they_are(up_to_date):
    assert run("report", "-p", "shortest_gap", "5", "-p", "countries", "Iraq,Syria", "--memory", "900").exit_code == 0
    made, limits = up_to_date[-1]
    assert made.variant.parameters == {"shortest_gap": 5, "countries": ["Iraq", "Syria"]}
    assert limits.memory_mb == 900


def test_a_wrong_parameter_typed_is_one_line(up_to_date):
    said = run("report", "-p", "evry", "week")
    assert said.exit_code == 2
    assert said.stderr.startswith("incidents: -p: 'evry' is a parameter of no notebook; did you mean 'every'?")


@pytest.mark.slow
def test_what_is_up_to_date_is_told_without_slow_libraries(tmp_path):
    target = tmp_path / "all"
    (chosen,) = choose_variants(folders.REPOSITORY / "notebooks" / "parameters", ["all"], False)
    target.mkdir()
    run_record.write_record(
        target, plan.Plan(chosen, plan.choose_notebooks(), target).inputs(), "complete", datetime.now(UTC)
    )
    assert imported("report", "--build", tmp_path) == set()


def test_the_parameters_of_a_notebook_are_listed():
    said = run("parameters", "february_pause")
    assert said.exit_code == 0
    for words in ("shortest_gap", "whole number", "allowed: 1 or more", "YYYY-MM-DD"):
        assert words in said.stdout
    said = run("parameters", "febuary_pause")
    assert (said.exit_code, "did you mean 'february_pause'?" in said.stderr) == (2, True)


@pytest.mark.parametrize(("differ", "status"), [([], 0), (["build/all/first.html"], 1)])
def test_verifying_says_what_differs_and_ends_with_status_1(monkeypatch, tmp_path, differ, status):
    run_record.write_record(tmp_path, {"variant": {}, "parameters": {}}, "complete", datetime.now(UTC))
    found = run_record.RecordComparison(3, differ, ["a.csv changed"])
    monkeypatch.setattr("analysis.reports.report.verify_report", lambda folder: found)
    said = run("verify", tmp_path)
    assert said.exit_code == status
    assert said.stdout.splitlines()[: len(differ)] == differ
    assert f"3 of {3 + status} files are the same" in said.output
    assert "since then: a.csv changed" in said.stderr


def test_a_folder_that_is_no_report_cannot_be_verified(tmp_path):
    said = run("verify", tmp_path)
    assert (said.exit_code, said.stderr) == (2, f"incidents: {tmp_path} holds no run.json, the record of a run\n")


def claims_of(folder):
    return folder / "seeds" / "claims.csv"


@pytest.mark.slow
def test_an_incident_whose_claims_are_deleted_is_retired_without_an_heir(tiny):
    folder = tiny([{"place_id": "alpha"}, {"place_id": "bravo", "country": "Syria", "source_id": "s2"}])
    run("build", "--folder", folder)
    lines = claims_of(folder).read_text().splitlines(keepends=True)
    claims_of(folder).write_text("".join(line for line in lines if not line.startswith("c2")))
    said = run("build", "--folder", folder)
    assert "I20240110-bravo is retired; its claims are gone" in said.output
    assert "nan" not in said.output
    assert "is retired" not in run("build", "--folder", folder).output  # said once


@pytest.mark.slow
def test_a_decision_that_takes_an_id_from_all_its_claims_is_told(tiny):
    claims = [{"place_id": "alpha"}, {"place_id": "alpha", "source_id": "s2"},
              {"place_id": "bravo", "country": "Syria", "source_id": "s3"}]  # fmt: skip
    folder = tiny(claims)
    run("build", "--folder", folder)
    (folder / "data" / "reviewed.csv").write_text("claim_id,incident_id\nc3,I20240110-alpha\n")
    said = run("build", "--folder", folder)
    assert said.exit_code == 0
    assert "warning: the decision for I20240110-alpha holds none of its claims" in said.output
    (folder / "data" / "reviewed.csv").write_text("claim_id,incident_id\nc3,I20240110-bravo\n")
    assert "warning" not in run("build", "--folder", folder).output


def test_review_of_a_bare_table_says_that_there_are_no_claims(other_conflict, tmp_path):
    said = run("review", "--folder", other_conflict, "--out", tmp_path / "review.csv")
    assert said.exit_code == 2
    assert "holds incidents but no claims: there is nothing to review" in said.stderr
