"""Changes of many series in one table, and of one series under many priors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

import pandas as pd
from tqdm import tqdm

from analysis.evidence.errors import InputError
from analysis.measures.changepoints.changes import Changes, changes, changes_under_prior
from analysis.measures.changepoints.posterior import LEVEL, highest_density_set

PRIORS = ("expected_changes", "shape", "rate")  # the first shares most of its computation with the posterior given

FEW_GROUPS = 300  # below which starting processes costs more than they save


def changes_by(
    frame: pd.DataFrame, by: str | list[str], progress: bool = True, workers: int | None = None, **options
) -> pd.DataFrame:
    """`changes` for every group of rows, in one table.

    Parameters
    ----------
    frame : DataFrame
        As for `changes`, with the columns `by`.
    by : str or list of str
        Columns to group by.
    progress : bool
        Whether a progress bar is shown.
    workers : int, optional
        Processes, 1 or more. None: one for each processor, and one alone for fewer than 300 groups.
    **options
        As for `changes`, without `ranges`.

    Returns
    -------
    DataFrame
        One row for each group and change: [by], phi, probability and probability_overdispersed (of at least one
        change), is_announced, changes (most probable number, allowing for overdispersion), order (1 ..; missing where
        there is none), day (most probable day of that change given that number), day_low, day_high (first and last day
        of its 95 % set), both allowing for overdispersion.

    Raises
    ------
    InputError
        With the group, where `changes` raises it; for an unknown column.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import counts
    >>> table = changes_by(counts.assign(country="Iraq"), "country", progress=False)
    >>> table[["country", "is_announced", "changes", "order"]].to_numpy().tolist()
    [['Iraq', True, 1, 1]]
    """
    by = [by] if isinstance(by, str) else list(by)
    unknown = [name for name in by if name not in frame]
    if unknown:
        raise InputError(f"by: {unknown[0]!r} is not a column of the counts")
    groups = frame.groupby(by, sort=True)
    if workers is None:
        workers = 1 if groups.ngroups < FEW_GROUPS else os.cpu_count() or 1
    work = partial(_rows_of, options=options)
    if workers == 1:
        rows = [row for each in tqdm(groups, disable=not progress, unit="series") for row in work(each)]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            parts = pool.map(work, groups, chunksize=20)
            rows = [
                row for each in tqdm(parts, total=groups.ngroups, disable=not progress, unit="series") for row in each
            ]
    columns = ["phi", "probability", "probability_overdispersed", "is_announced", "changes",
               "order", "day", "day_low", "day_high"]  # fmt: skip
    return pd.DataFrame(rows, columns=[*by, *columns]).astype({"order": "Int64"})


def _rows_of(group: tuple, options: dict) -> list[tuple]:
    key, part = group
    try:
        return [(*key, *row) for row in _summary(changes(part, **options))]
    except InputError as error:
        raise InputError(f"{', '.join(map(str, key))}: {error}") from None


def _summary(found: Changes) -> list[tuple]:
    number = found.overdispersed.most_probable_number
    head = found.phi, found.poisson.probability(), found.overdispersed.probability(), found.is_announced, number
    missing = pd.NaT if isinstance(found.observed.first, pd.Timestamp) else None
    if not number:
        return [(*head, None, missing, missing, missing)]
    rows = []
    for order in range(1, number + 1):
        date = found.overdispersed.date(order, number)
        days = highest_density_set(date, LEVEL)["day"]
        rows.append((*head, order, date.idxmax(), days.iloc[0], days.iloc[-1]))
    return rows


def prior_sensitivity(
    found: Changes,
    *,
    factors: Iterable[float] = (0.25, 0.5, 2, 4),
    vary: Iterable[str] = PRIORS,
    summarise: Callable[[Changes], dict] | None = None,
) -> pd.DataFrame:
    """How much a conclusion depends on the prior.

    Parameters
    ----------
    found : Changes
        The posterior whose prior is varied.
    factors : iterable of float
        Each prior of `vary` in turn is multiplied by each of them.
    vary : iterable of str
        Of expected_changes, shape and rate.
    summarise : callable, optional
        Returns the conclusion of one posterior as a dict. None: of the change given exactly one, day, day_low,
        day_high (most probable day, first and last day of its 95 % set), allowing for overdispersion.

    Returns
    -------
    DataFrame
        One row for each prior, that of `found` first: varied ("" or the name), shape, rate, expected_changes, phi,
        probability and probability_overdispersed (of at least one change), is_announced, changes,
        changes_overdispersed (most probable numbers), and the conclusion, which wins where names are the same.

    Notes
    -----
    One prior is varied at a time. Two that are varied together may move the conclusion further.

    Examples
    --------
    >>> from analysis.measures.changepoints.example import found
    >>> table = prior_sensitivity(found, factors=[0.25, 4], vary=["expected_changes"])
    >>> table[["varied", "expected_changes", "is_announced"]].round(2).to_numpy().tolist()
    [['', 0.56, True], ['expected_changes', 0.14, True], ['expected_changes', 2.22, True]]
    """
    base = found.prior
    cases = [("", base)]
    cases += [(name, replace(base, **{name: getattr(base, name) * by})) for name in vary for by in factors]
    rows = []
    for varied, prior in tqdm(cases, unit="prior", disable=None):
        each = changes_under_prior(found.observed, prior) if varied else found
        used = {name: getattr(prior, name) for name in ("shape", "rate", "expected_changes")}
        rows.append({"varied": varied, **used, **_overall(each), **(summarise or _one_change)(each)})
    return pd.DataFrame(rows)


def _overall(found: Changes) -> dict:
    return {
        "phi": found.phi,
        "probability": found.poisson.probability(),
        "probability_overdispersed": found.overdispersed.probability(),
        "is_announced": found.is_announced,
        "changes": found.poisson.most_probable_number,
        "changes_overdispersed": found.overdispersed.most_probable_number,
    }


def _one_change(found: Changes) -> dict:
    if len(found.poisson.number) < 2:
        return {}
    days = found.overdispersed.highest_density(LEVEL, 1, 1)["day"]
    return {"day": found.overdispersed.date(1, 1).idxmax(), "day_low": days.iloc[0], "day_high": days.iloc[-1]}
