"""Group reports of one event: best-first, decisions first, two of one document never together."""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np
import pandas as pd

from analysis.evidence.problems import InputError
from analysis.incidents.pairs import Rules, candidate_pairs, locations, score_pairs


def reconcile(
    reports: pd.DataFrame, rules: Rules, decisions: pd.Series | None = None
) -> pd.DataFrame:
    """Group reports into events.

    Parameters
    ----------
    reports : one row per report; columns report_id (unique), document, date_start, date_end
        (datetime64), place, country (missing allowed), stance (optional: reports, denies), and the
        columns that `rules.ladders` and `rules.figures` name.
    rules : tolerances, points and threshold.
    decisions : event id by report_id. The same id = together, different ids = apart, reports not
        listed may join any. Decisions are always obeyed.

    Returns
    -------
    Frame with one row per report, sorted by report_id: report_id, group (the smallest report_id
    of its event; missing if unplaced), reason (why it is unplaced). Row order of the input does
    not matter.

    Notes
    -----
    Agglomeration by mean points over all pairs of two groups (average linkage), best pair first.
    A pair too far apart to be a candidate counts as `2 * off_by_a_day` below zero. Two reports of
    one document tell two events apart. A denial joins last and never makes an event.

    Raises InputError if a decision names a report that is not in `reports`, or if two decisions
    name one report.
    """
    reports = reports.sort_values("report_id", ignore_index=True)
    decided = _decided(reports, decisions)
    unplaced = _unplaced(reports, decided, rules)
    denies = reports.get("stance", pd.Series("reports", reports.index)) == "denies"
    witness = witnesses(reports, rules, decided)
    first = ~pd.Series(witness).duplicated()
    heard = reports[first.to_numpy()].reset_index(drop=True)
    groups = _Groups(
        [set(names) for _, names in reports["document"].groupby(witness)],
        denies[first.to_numpy()], decided[first.to_numpy()].reset_index(drop=True),
        usable=unplaced[first.to_numpy()].isna(),
    )  # fmt: skip
    pairs = candidate_pairs(heard, rules)
    scores = score_pairs(heard, pairs, rules)
    asserts = ~denies[first.to_numpy()].to_numpy()[pairs].any(axis=1)
    groups.join_best(pairs[asserts], scores[asserts], rules)
    groups.join_best(pairs[~asserts], scores[~asserts], rules, denials=True)
    group = reports["report_id"].groupby(groups.group_of[witness]).transform("min")
    lonely = ~group.isin(group[~denies]) & unplaced.isna()
    unplaced[lonely] = "denies an attack that no other claim reports"
    return pd.DataFrame(
        {
            "report_id": reports["report_id"],
            "group": group.mask(unplaced.notna()),
            "reason": unplaced,
        }
    )


def witnesses(reports: pd.DataFrame, rules: Rules, decided: pd.Series) -> np.ndarray:
    """The witness (n,) behind each report, numbered by first report: copies are one witness.

    Copies are reports of one origin that agree on days, place, every ladder's finest step and every
    figure, in different documents. Reports without an origin are witnesses of their own.
    """
    where, _ = locations(reports)
    blank = pd.Series(None, reports.index, dtype="object")
    same = ["date_start", "date_end", *(ladder.steps[0] for ladder in rules.ladders), *rules.figures]
    key = reports[same].assign(
        origin_=reports.get("origin", blank).astype("object"), where_=where, decided_=decided,
        country_=reports.get("country", blank), stance_=reports.get("stance", blank))  # fmt: skip
    key["origin_"] = key["origin_"].fillna(reports["report_id"])
    names = list(key)
    key["again_"] = key.assign(document_=reports["document"]).groupby([*names, "document_"], dropna=False).cumcount()
    return pd.factorize(key.groupby([*names, "again_"], dropna=False).ngroup())[0]


def _decided(reports: pd.DataFrame, decisions: pd.Series | None) -> pd.Series:
    if decisions is None:
        decisions = pd.Series(dtype=str)
    twice = decisions.index[decisions.index.duplicated()].unique()
    if len(twice):
        raise InputError(f"decisions name these more than once: {', '.join(map(str, twice))}")
    lost = sorted(set(decisions.index) - set(reports["report_id"]))
    if lost:
        raise InputError(f"decisions name reports that do not exist: {', '.join(map(str, lost))}")
    return reports["report_id"].map(decisions)


def _unplaced(reports: pd.DataFrame, decided: pd.Series, rules: Rules) -> pd.Series:
    """Reason why a report can be no event's, for those not decided; missing for all others."""
    span = (reports["date_end"] - reports["date_start"]).dt.days
    nowhere = reports["place"].isna() & reports["country"].isna()
    reason = pd.Series(pd.NA, reports.index, dtype="str")
    reason[span > rules.longest_range_days] = (
        f"its days span more than {rules.longest_range_days} days: it names no single attack"
    )
    reason[nowhere] = "names neither a place nor a country"
    return reason.mask(decided.notna())


class _Groups:
    """Disjoint groups of reports that grow by joining; knows which must stay apart."""

    def __init__(
        self, documents: list[set], denies: pd.Series, decided: pd.Series, usable: pd.Series
    ):
        self.usable = usable.to_numpy()
        self.members = {i: [i] for i in range(len(documents))}
        self.group_of = np.arange(len(documents))
        self.asserting = {i: int(not denial) for i, denial in enumerate(denies)}
        self.documents = dict(enumerate(documents))
        self.decision = {i: name for i, name in decided.items() if pd.notna(name)}
        for _, index in decided.groupby(decided).groups.items():
            for other in index[1:]:
                self._join(index[0], other)

    def _join(self, keep: int, drop: int) -> None:
        self.members[keep] += self.members[drop]
        self.group_of[self.members.pop(drop)] = keep
        self.asserting[keep] += self.asserting.pop(drop)
        self.documents[keep] |= self.documents.pop(drop)
        if drop in self.decision:
            self.decision[keep] = self.decision.pop(drop)

    def _apart(self, a: int, b: int) -> bool:
        decided = self.decision.get(a), self.decision.get(b)
        return None not in decided or not self.documents[a].isdisjoint(self.documents[b])

    def join_best(
        self, pairs: np.ndarray, scores: np.ndarray, rules: Rules, *, denials: bool = False
    ) -> None:
        """Join the two groups of highest mean points until none reaches the threshold.

        With `denials`, groups of denials alone join others; a denial never brings together two
        groups that assert.
        """
        usable = self.usable[pairs].all(axis=1)
        links: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
        for (i, j), score in zip(self.group_of[pairs[usable]], scores[usable], strict=True):
            if i != j:
                total, count = links[i].get(j, (0.0, 0))
                links[i][j] = links[j][i] = (total + score, count + 1)
        queue: list[tuple] = []
        for a in sorted(links):
            for b in links[a]:
                if a < b:
                    self._offer(queue, links, a, b, rules, denials)
        while queue:
            _, a, b, size_a, size_b = heapq.heappop(queue)
            if len(self.members.get(a, ())) != size_a or len(self.members.get(b, ())) != size_b:
                continue  # one of the two has grown or gone since this offer was made
            self._merge_links(links, a, b)
            self._join(a, b)
            for other in links[a]:
                self._offer(queue, links, min(a, other), max(a, other), rules, denials)

    def _offer(self, queue: list, links: dict, a: int, b: int, rules: Rules, denials: bool) -> None:
        size_a, size_b = len(self.members[a]), len(self.members[b])
        both_assert = self.asserting[a] * self.asserting[b]
        if denials and both_assert:
            return
        total, count = links[a][b]
        pairs = both_assert or size_a * size_b
        mean = (total + 2 * rules.off_by_a_day * (pairs - count)) / pairs
        if mean >= rules.threshold and not self._apart(a, b):
            heapq.heappush(queue, (-round(mean, 9), a, b, size_a, size_b))

    @staticmethod
    def _merge_links(links: dict, keep: int, drop: int) -> None:
        links[keep].pop(drop, None)
        for other, (total, count) in links.pop(drop).items():
            if other == keep:
                continue
            del links[other][drop]
            total_keep, count_keep = links[keep].get(other, (0.0, 0))
            merged = (total + total_keep, count + count_keep)
            links[keep][other] = links[other][keep] = merged
