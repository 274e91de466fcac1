"""The expressions that DuckDB answers run unchanged on a real Spark, and give the same rows."""

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from analysis.evidence.folders import REPOSITORY
from analysis.measures.frequency import count
from analysis.measures.gaps import gaps
from analysis.measures.place_counts import by_place
from tests.conftest import skip_unless_ci
from tests.measures.engines.test_engine_measures import COVERAGE, equal, made

pytestmark = pytest.mark.slow
PYSPARK = REPOSITORY / "build" / "pyspark"  # apart from the environment, in which pandas and pandera would load it
ASKED = """
import sys
import pandas as pd
from analysis.comparisons.event_series import event_series
from analysis.comparisons.pause_search import find_pauses
from analysis.incidents.large_dataset import open_table
from analysis.measures.frequency import count, cumulative
from analysis.measures.gaps import gaps
from analysis.measures.place_counts import by_place
from analysis.runs.spark_batches import spark_batches

folder, coverage = sys.argv[1], pd.read_pickle(sys.argv[1] + "/coverage.pickle")
table = open_table(folder, "spark").incidents
answers = {
    "count": count(table, "week", "actor", coverage=coverage),
    "month": count(table, "month"),
    "gaps": gaps(table, by=["country"], coverage=coverage),
    "cumulative": cumulative(table),
    "places": by_place(table),
    "series": event_series(table, ["country"], coverage=coverage).groups,
    "pauses": find_pauses(pd.read_pickle(folder + "/pauses.pickle"), "actor", runner=spark_batches("spark")),
}
try:
    list(spark_batches("spark")([("one", int, ("no such thing",))]))
except Exception as error:
    answers["error"] = f"{type(error).__name__}: {error}"
pd.to_pickle(answers, folder + "/answers.pickle")
"""


def with_pauses():
    """Two batches of series, each with a pause at its own place."""
    days = pd.date_range("2024-01-01", "2024-07-31").to_series()
    days = pd.concat([days[(days < f"2024-03-{day:02}") | (days > "2024-05-20")] for day in range(1, 24)] * 2)
    actor = days.index.to_series().eq("2024-01-01").cumsum()
    date = days.repeat(2).reset_index(drop=True)
    frame = pd.DataFrame({"date": date, "date_start": date, "date_end": date, "actor": actor.repeat(2).to_numpy()})
    return frame[frame["actor"] <= 43]


def test_a_local_spark_gives_the_rows_of_a_frame(tmp_path):
    if shutil.which("java") is None:
        skip_unless_ci("Spark needs Java")
    if not PYSPARK.is_dir():
        skip_unless_ci("pyspark is not in build/pyspark: see .ci/run")
    pytest.importorskip("ibis", reason="the extra `scale` is not installed")
    from analysis.comparisons.event_series import event_series
    from analysis.comparisons.pause_search import BATCH, find_pauses
    from analysis.measures.frequency import cumulative

    frame = made(300).assign(place_id=None, place="Village", latitude=1.5, longitude=2.5)
    frame = frame.astype({"place_id": "str"})
    frame.to_parquet(tmp_path / "incidents.parquet", coerce_timestamps="us")
    COVERAGE.to_pickle(tmp_path / "coverage.pickle")
    with_pauses().to_pickle(tmp_path / "pauses.pickle")
    search = os.pathsep.join([str(REPOSITORY), str(PYSPARK)])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASKED, str(tmp_path)], env=os.environ | {"PYTHONPATH": search},
        capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    answers = pd.read_pickle(tmp_path / "answers.pickle")
    equal(answers["count"], count(frame, "week", "actor", coverage=COVERAGE))
    equal(answers["month"], count(frame, "month"))
    equal(answers["gaps"], gaps(frame, by=["country"], coverage=COVERAGE))
    equal(answers["cumulative"], cumulative(frame))
    equal(answers["places"], by_place(frame))
    pauses = find_pauses(with_pauses(), "actor", workers=1)
    assert len(pauses) == BATCH + 3
    pd.testing.assert_frame_equal(answers["pauses"], pauses)
    assert answers["error"].startswith("RunError") and "no such thing" in answers["error"]
    equal(answers["series"], event_series(frame, ["country"], coverage=COVERAGE).groups)
