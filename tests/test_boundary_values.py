"""A value at a boundary of a parameter gives a chapter or one clear error, in every notebook."""

import pytest
from hypothesis import settings

from analysis.evidence.errors import InputError, RunError
from analysis.reports.document.notebook_document import build_document
from analysis.reports.plan import NOTEBOOKS
from analysis.runs.execution import execute
from analysis.runs.parameters import check_parameters
from tests.conftest import FIXTURES
from tests.test_notebooks import FOLDER

pytestmark = pytest.mark.slow

DAYS = ("", "1970-01-01", "2023-10-16", "2023-10-17", "2024-02-04", "2024-04-20", "2024-12-31", "2100-01-01")
# What every chapter of a report takes, and what one of them takes beside it.
SHARED: tuple[dict, ...] = (
    {"start": "2024-04-30", "end": "2024-04-30"},
    {"start": "2024-06-30", "end": "2024-02-01"},
    {"start": "2023-10-16", "end": "2023-10-18"},
    {"start": "1970-01-01", "end": "2100-01-01"},
    {"start": "", "end": ""},
    {"sets": ["seeds"]},
    {"sets": []},
    {"confirmation": ["claim_only"]},
    {"confirmation": ["local_official"], "countries": ["Jordan"]},
    {"countries": ["Jordan"]},
    {"countries": []},
    {"folder": str(FIXTURES / "other_conflict")},
)
OWN: dict[str, dict[str, tuple]] = {
    "attack_frequency": {"every": ("day", "1 days", "2 days", "month", "quarter", "1000 days", "99999 days")},
    "february_pause": {"shortest_gap": (1, 2, 30, 1000), "last_before": DAYS, "none_until": DAYS},
    "april_resumption": {"last_before": DAYS, "resumed": DAYS, "look_from": DAYS, "look_to": DAYS},
    "sources_and_incidents": {"example": ("", "I20240128-tower-22")},
}
# Those that run in every suite, one of each kind; the profile `thorough` of hypothesis runs all.
USUAL: tuple[tuple[str, dict], ...] = (
    ("february_pause", {"start": "2024-04-30", "end": "2024-04-30"}),
    ("april_resumption", {"start": "2024-03-01", "end": "2024-03-31"}),
    ("april_resumption", {"look_from": "2100-01-01"}),
    ("attack_frequency", {"countries": ["Jordan"]}),
    ("attack_frequency", {"every": "1000 days"}),
    ("sources_and_incidents", {"confirmation": ["claim_only"]}),
)


def cases() -> list[tuple[str, dict]]:
    if settings.get_current_profile_name() != "thorough":
        return list(USUAL)
    shared = [(name, given) for name in NOTEBOOKS for given in SHARED]
    own = [(name, {key: value}) for name, keys in OWN.items() for key, values in keys.items() for value in values]
    return [*USUAL, *shared, *own]


@pytest.mark.parametrize(("name", "given"), cases(), ids=str)
def test_a_chapter_or_one_clear_error_comes_out(name, given, tmp_path):
    notebook = FOLDER / f"{name}.ipynb"
    try:
        values = check_parameters(notebook, given)
        executed = execute(notebook, tmp_path / "executed.ipynb", values, kernel="warm")
    except (InputError, RunError) as error:
        assert str(error).strip() and "Error:" not in str(error)  # no exception of Python or of a library shows
    else:
        assert build_document(executed, strict=True)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("february_pause", {"last_before": "2024-02-30"}),
        ("april_resumption", {"start": "2024-06-30", "end": "2024-02-01"}),
        ("april_resumption", {"resumed": "soon"}),
        ("attack_frequency", {"every": 7}),
        ("february_pause", {"shortest_gap": "many"}),
        ("sources_and_incidents", {"countries": "Iraq, Syria"}),
    ],
    ids=str,
)
def test_what_no_notebook_can_take_is_refused_before_a_kernel_starts(name, given):
    with pytest.raises(InputError, match=next(iter(given))):
        check_parameters(FOLDER / f"{name}.ipynb", given)
