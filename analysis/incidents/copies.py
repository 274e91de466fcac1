"""Reports that are no evidence of their own: copies of one story, and old stories told again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.incidents.record_linkage import LinkageRules, locate_reports


def assign_witnesses(reports: pd.DataFrame, rules: LinkageRules, decided: pd.Series) -> np.ndarray:
    """The witness (n,) behind each report, numbered by first report: copies are one witness.

    Copies are reports of one origin that agree on days, time of day, ordinal, place, every category's
    finest step and every figure, in different documents. Reports without an origin are witnesses of their own.
    """
    key = _story(reports, rules).assign(
        start_=reports["date_start"], end_=reports["date_end"], decided_=_codes(decided),
        stance_=_codes(_optional(reports, "stance")), time_=_codes(_optional(reports, "time_of_day")),
        ordinal_=_codes(_optional(reports, "ordinal")),
        origin_=_codes(_optional(reports, "origin").fillna(reports["report_id"])))  # fmt: skip
    names = list(key)
    key["document_"] = _codes(reports["document"])
    key["again_"] = key.groupby([*names, "document_"]).cumcount()
    return pd.factorize(key.groupby([*names, "again_"]).ngroup())[0]


def find_reruns(reports: pd.DataFrame, group: pd.Series, rules: LinkageRules) -> pd.Series:
    """The report_id of the older report that a report repeats, by row; missing where it repeats none.

    A rerun tells what the same origin told at least `rerun_days` before - same place, finest steps
    and figures - and no other origin speaks of its event, of which all reports are reruns. A report
    that states its day (`date_basis`) is none.

    Notes
    -----
    An origin may report two like events. How many of its older reports one report would repeat by
    chance is their number times the shares of its values among all reports, as if values were
    independent. Reruns are called from the least likely chance on, as long as chance would give no
    more than the share `rerun_chance` of those called (a false discovery rate): none in a table whose
    repeats are no more than chance gives.
    """
    origin, story = _codes(_optional(reports, "origin")), _story(reports, rules)
    alone = origin.groupby(group.to_numpy()).transform("nunique") == 1
    tellable = alone & (origin >= 0) & (story["where_"] >= 0) & (_optional(reports, "date_basis") != "stated")
    same = reports.sort_values(["date_end", "report_id"]).groupby([origin, *(story[name] for name in story)])
    since = (reports["date_start"] - same["date_end"].transform("first")).dt.days
    repeats = (since >= rules.rerun_days)[tellable]
    called = _beyond_chance(_chance(reports, origin, story)[tellable], repeats, rules.rerun_chance)
    whole = called.reindex(reports.index, fill_value=False).groupby(group.to_numpy()).transform("all")
    return same["report_id"].transform("first").reindex(reports.index).where(whole)


def _chance(reports: pd.DataFrame, origin: pd.Series, story: pd.DataFrame) -> pd.Series:
    """How many older reports of its origin each report would repeat by chance."""
    older = reports["date_start"].groupby(origin).rank(method="min") - 1
    values = story.drop(columns="country_")  # a place has one country
    return older * values.apply(lambda value: value.map(value.value_counts(normalize=True))).prod(axis=1)


def _beyond_chance(chance: pd.Series, repeats: pd.Series, most: float) -> pd.Series:
    """The repeats, from the least likely on, of which chance gives no more than the share `most`.

    The last of them is not counted: one repeat alone may always be chance.
    """
    order = chance.sort_values(kind="stable").index
    credible = chance[order].cumsum() <= most * (repeats[order].cumsum() - 1)
    return repeats & (chance <= chance[order][credible].max())


def _story(reports: pd.DataFrame, rules: LinkageRules) -> pd.DataFrame:
    """What a report tells, its days aside: a number for each value, -1 where it tells nothing."""
    told = [*(category.levels[0] for category in rules.categories), *rules.figures]
    story = pd.DataFrame({name: _codes(reports[name]) for name in told}, index=reports.index)
    return story.assign(where_=locate_reports(reports)[0], country_=_codes(_optional(reports, "country")))


def _codes(values: pd.Series) -> pd.Series:
    return pd.Series(pd.factorize(values)[0], index=values.index)


def _optional(reports: pd.DataFrame, name: str) -> pd.Series:
    return reports.get(name, pd.Series(None, reports.index, dtype="object")).astype("object")
