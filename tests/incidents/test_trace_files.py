"""The trace straight from the tables is the trace of the dataset."""

import pytest

from analysis.evidence.errors import InputError
from analysis.incidents.trace import trace_incident
from analysis.incidents.trace_files import trace_from_files
from analysis.incidents.trace_text import format_trace


@pytest.mark.slow
def test_an_incident_is_traced_as_the_dataset_traces_it(dataset):
    denied = dataset.disputes.loc[dataset.disputes["field"] == "incident", "incident_id"]
    for name in {*dataset.incidents["incident_id"][::20], *denied, "I20240128-tower-22"}:
        row, claims, disputes, values = trace_incident(dataset, name)
        assert format_trace(*trace_from_files("", name)) == format_trace(
            row, claims.itertuples(), disputes.itertuples(), values.itertuples()
        )


def test_the_id_of_a_claim_leads_to_its_incident():
    assert trace_from_files("", "A3-001")[0].incident_id == "I20240128-tower-22"


def test_an_unknown_incident_is_answered_with_the_nearest():
    with pytest.raises(InputError, match=r"^no incident 'I20240128-tower22'; did you mean 'I20240128-tower-22'\?$"):
        trace_from_files("", "I20240128-tower22")


def test_a_folder_without_claims_or_without_the_table_says_so(other_conflict, tiny):
    with pytest.raises(InputError, match="holds no claims: there is nothing to trace"):
        trace_from_files(other_conflict, "X001")
    with pytest.raises(InputError, match=r"incidents\.csv is missing: run 'incidents build' first"):
        trace_from_files(tiny(), "X001")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "words"), [(",s1,", ",s9,", "'?s9'?"), ("2024-01-10,2024-01-10", "2024-01-32,", "day")]
)
def test_tables_that_are_not_in_order_are_named(tiny, edit, old, new, words):
    from click.testing import CliRunner

    from analysis.cli import main

    root = tiny()
    assert CliRunner().invoke(main, ["build", "--folder", str(root)]).exit_code == 0
    edit(root / "seeds" / "claims.csv", old, new)
    with pytest.raises(InputError, match=rf"claims\.csv is not in order \(.*{words}.*\): 'incidents build' says where"):
        trace_from_files(root, "c1")
