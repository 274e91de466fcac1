"""Batches of a search on the workers of Spark, which need not share a disk with this machine."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from analysis.evidence.errors import InputError, RunError
from analysis.incidents.large_dataset import spark_session
from analysis.runs.cluster import Batch
from analysis.runs.run_record import package_versions

if TYPE_CHECKING:
    import pandas as pd

OTHER = "the worker has other versions than this machine"
WAVE = 4  # batches for each place of Spark that are sent together


def spark_batches(engine: str = "spark") -> Callable[[Sequence[Batch]], Iterator[tuple[str, Any]]]:
    """A runner of batches of `pause_search.find_pauses` on the workers of Spark, by its grouped map.

    Parameters
    ----------
    engine : str
        spark, on this machine; or the address of a Spark master, such as spark://master:7077. As for `open_table`.

    Returns
    -------
    callable
        For the parameter `runner` of `find_pauses`. Batches are sent in waves, so that those of a finished wave are
        kept. Spark gives the batch of a worker that dies to another worker.

    Raises
    ------
    InputError
        If Spark is not installed, or the engine is no Spark. The runner raises InputError if a worker has other
        versions of the package or its libraries, and RunError with the reason of a batch that fails.

    Examples
    --------
    >>> spark_batches("duckdb")
    Traceback (most recent call last):
    analysis.evidence.errors.InputError: engine is 'duckdb'; allowed: spark, or spark://HOST:PORT
    """
    session = spark_session(engine)

    def runner(tasks: Sequence[Batch]) -> Iterator[tuple[str, Any]]:
        import pandas as pd

        versions = package_versions()
        many = WAVE * session.sparkContext.defaultParallelism
        for begin in range(0, len(tasks), many):
            wave = [(name, pickle.dumps((work, arguments, versions)))
                    for name, work, arguments in tasks[begin : begin + many]]  # fmt: skip
            sent = session.createDataFrame(pd.DataFrame(wave, columns=["name", "batch"]), "name string, batch binary")
            spread = sent.repartition(len(wave), "name").groupBy("name")
            for row in _collect(spread.applyInPandas(answer_batch, "name string, answer binary, error string")):
                if row["error"]:
                    wrong = InputError if row["error"].startswith(OTHER) else RunError
                    raise wrong(f"a batch failed on Spark: {row['error']}")
                yield row["name"], pickle.loads(row["answer"])

    return runner


def _collect(answers) -> list:
    try:
        return answers.collect()
    except Exception as error:  # such as a worker without the package
        reason = str(error).strip().splitlines()[-1]
        raise RunError(f"Spark cannot run the batches: {reason}") from None


def answer_batch(rows: pd.DataFrame) -> pd.DataFrame:
    """What a worker does with a batch.

    Parameters
    ----------
    rows : DataFrame
        One row: name, batch (pickled: function, arguments, versions of the machine that asks).

    Returns
    -------
    DataFrame
        One row: name, answer (pickled), error (its text, or empty).

    Examples
    --------
    >>> import pandas as pd
    >>> batch = pickle.dumps((max, (1, 3), package_versions()))
    >>> answer = answer_batch(pd.DataFrame({"name": ["a"], "batch": [batch]}))
    >>> pickle.loads(answer["answer"].iloc[0])
    3
    """
    work, arguments, versions = pickle.loads(rows["batch"].iloc[0])
    answer, error = b"", ""
    if (here := package_versions()) != versions:
        error = f"{OTHER}: {here}"
    else:
        try:
            answer = pickle.dumps(work(*arguments))
        except Exception as wrong:  # Spark would try it again and hide the reason in its own words
            error = f"{type(wrong).__name__}: {str(wrong).splitlines()[0] if str(wrong) else ''}"
    return rows[["name"]].assign(answer=[answer], error=error)
