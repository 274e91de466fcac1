"""Group reports of one event: best-first, decisions first, two of one document never together."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from operator import add

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError
from analysis.incidents.cannot_link import cannot_link_days
from analysis.incidents.copies import assign_witnesses, find_reruns
from analysis.incidents.record_linkage import LinkageRules, candidate_pairs, locate_reports, weight_parts


def reconcile(
    reports: pd.DataFrame,
    rules: LinkageRules,
    decisions: pd.Series | None = None,
    apart: Iterable[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Group reports into events.

    Parameters
    ----------
    reports : one row per report; columns report_id (unique), document, date_start, date_end
        (datetime64), and the columns that `rules.categories` and `rules.figures` name. Where: any of
        place, latitude and longitude, country. Optional: time_of_day (HH:MM or a word, see
        `times_of_day.HOURS`), ordinal (which event of that day), origin (whose reporting it relays),
        stance (reports, denies), events (how many events it speaks of), date_basis ("stated" = the report
        itself names the day). Missing values are allowed in all but the first four.
    rules : tolerances, points and threshold.
    decisions : event id by report_id. The same id = together, different ids = apart, reports not
        listed may join any. Decisions are always obeyed.
    apart : pairs of report ids that are never one event; decisions come first.

    Returns
    -------
    Frame with one row per report, sorted by report_id: report_id, group (the smallest report_id
    of its event; missing if unplaced), reason (why it is unplaced). Row order of the input does
    not matter.

    Notes
    -----
    Copies of one story are one witness (`copies.assign_witnesses`). Witnesses are joined by mean points
    over all pairs of two groups (average linkage), best pair first, until none is above the threshold.
    Each kind of evidence (days and places, each category, figures, time of day, ordinal) is averaged
    over the pairs that speak of it. A pair too far apart to be a candidate counts as `2 * off_by_a_day`
    below zero. A group of few witnesses near many of another earns up to `small_cluster_bonus` points,
    the fewer the more, for it is likelier a slip than another event. Two reports of one document tell
    two events apart. A denial joins last and never makes an event.

    Unplaced unless decided: a report of no place, point or country, of more than one event, or of
    more than `longest_range_days`; and an old story told again under a new date (`copies.find_reruns`).

    Event datasets of one conflict are reports too: let `document` be the name of the dataset, so
    that two of its events stay two, and leave out what they do not know (place, country, origin).

    Raises InputError if a decision names a report that is not in `reports`, or if two decisions
    name one report.
    """
    reports = reports.sort_values("report_id", ignore_index=True)
    decided = _decided(reports, decisions)
    unplaced = _unplaced(reports, decided, rules)
    denies = reports.get("stance", pd.Series("reports", reports.index)) == "denies"
    witness = assign_witnesses(reports, rules, decided)
    at = pd.Series(reports.index, index=reports["report_id"])
    refused = [(witness[at[a]], witness[at[b]]) for a, b in apart if a in at.index and b in at.index]
    group = pd.Series(_grouped(reports, witness, denies, decided, unplaced.isna(), rules, refused))
    asserting = ~denies & unplaced.isna()
    older = _reruns(reports[asserting], witness[asserting], group[asserting], rules)
    again = older.index[older.notna() & decided.reindex(older.index).isna()]
    unplaced[again] = "tells again, as new, what an older report told: " + older[again].astype("str")
    lonely = ~group.isin(group[~denies & unplaced.isna()]) & unplaced.isna()
    unplaced[lonely] = "denies an attack that no other claim reports"
    smallest = reports["report_id"].groupby(group).transform("min")
    return pd.DataFrame(
        {"report_id": reports["report_id"], "group": smallest.mask(unplaced.notna()), "reason": unplaced}
    )


def _grouped(reports, witness: np.ndarray, denies, decided, usable, rules: LinkageRules, refused=()) -> np.ndarray:
    """The number (n,) of the group of each report: pairs of witnesses, joined best first."""
    first = ~pd.Series(witness).duplicated()
    heard, silent = reports[first].reset_index(drop=True), denies[first].to_numpy()
    documents: list[set] = [set() for _ in range(len(heard))]
    for number, document in zip(witness, reports["document"], strict=True):
        documents[number].add(document)
    groups = _Groups(documents, silent, decided[first].reset_index(drop=True), refused)
    placed = np.flatnonzero(usable[first])
    pairs = placed[candidate_pairs(heard.iloc[placed].reset_index(drop=True), rules)]
    parts = weight_parts(heard, pairs, rules, cannot_link_days(reports))
    asserts = ~silent[pairs].any(axis=1)
    groups.join_best(pairs[asserts], parts[asserts], rules)
    groups.join_best(pairs[~asserts], parts[~asserts], rules, denials=True)
    return groups.group_of[witness]


def _reruns(reports: pd.DataFrame, witness: np.ndarray, group: pd.Series, rules: LinkageRules) -> pd.Series:
    """`copies.find_reruns` of the witnesses, for every report; copies are not counted."""
    first = ~pd.Series(witness).duplicated().to_numpy()
    older = find_reruns(reports[first].reset_index(drop=True), group[first].reset_index(drop=True), rules)
    return pd.Series(witness, reports.index).map(older.set_axis(witness[first]))


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


def _unplaced(reports: pd.DataFrame, decided: pd.Series, rules: LinkageRules) -> pd.Series:
    """Reason why a report can be no event's, for those not decided; missing for all others."""
    blank = pd.Series(np.nan, reports.index)
    span = (reports["date_end"] - reports["date_start"]).dt.days
    nowhere = (locate_reports(reports)[0] < 0) & reports.get("country", blank).isna()
    reason = pd.Series(pd.NA, reports.index, dtype="str")
    reason[reports.get("events", blank).fillna(1) > 1] = "sums up several attacks: it names no single one"
    reason[span > rules.longest_range_days] = (
        f"its days span more than {rules.longest_range_days} days: it names no single attack"
    )
    reason[nowhere] = "names neither a place nor a country"
    return reason.mask(decided.notna())


class _Groups:
    """Disjoint groups of reports that grow by joining; knows which must stay apart."""

    def __init__(self, documents: list[set], denies: np.ndarray, decided: pd.Series, refused=()):
        self.members = {i: [i] for i in range(len(documents))}
        self.group_of = np.arange(len(documents))
        self.asserting = {i: int(not denial) for i, denial in enumerate(denies)}
        self.documents = dict(enumerate(documents))
        self.decision = {i: name for i, name in decided.items() if pd.notna(name)}
        self.refused: dict[int, set[int]] = defaultdict(set)  # groups that stay apart from each group
        for a, b in refused:
            self.refused[a].add(b)
            self.refused[b].add(a)
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
        for other in self.refused.pop(drop, ()):
            self.refused[other] = self.refused[other] - {drop} | {keep}
            self.refused[keep].add(other)

    def _apart(self, a: int, b: int) -> bool:
        if b in self.refused.get(a, ()):
            return True
        decided = self.decision.get(a), self.decision.get(b)
        return None not in decided or not self.documents[a].isdisjoint(self.documents[b])

    def join_best(self, pairs: np.ndarray, parts: np.ndarray, rules: LinkageRules, *, denials: bool = False) -> None:
        """Join the two groups of highest mean points until none is above the threshold.

        With `denials`, groups of denials alone join others; a denial never brings together two
        groups that assert.
        """
        ends, sums, counts = self._links(pairs, parts)
        links: dict[int, dict[int, tuple[float, ...]]] = defaultdict(dict)
        for a, b, *summed in zip(*ends.T.tolist(), *sums.T.tolist(), *counts.T.tolist(), strict=True):
            links[a][b] = links[b][a] = tuple(summed)
        queue: list[tuple] = []
        for a, b in ends[self._promising(ends, sums, counts, rules, denials)].tolist():
            self._offer(queue, links, a, b, rules, denials)
        while queue:
            _, a, b, size_a, size_b = heapq.heappop(queue)
            if len(self.members.get(a, ())) != size_a or len(self.members.get(b, ())) != size_b:
                continue  # one of the two has grown or gone since this offer was made
            self._merge_links(links, a, b)
            self._join(a, b)
            for other in links[a]:
                self._offer(queue, links, min(a, other), max(a, other), rules, denials)

    def _links(self, pairs: np.ndarray, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every two groups that any pair links (n, 2); for each kind of evidence that anything is said of, the
        sum of points and the number of pairs that speak of it, both (n, kinds)."""
        ends = np.sort(self.group_of[pairs], axis=1)
        code = ends[:, 0] * len(self.group_of) + ends[:, 1]
        between = ends[:, 0] != ends[:, 1]
        code, link = np.unique(code[between], return_inverse=True)
        said = ~np.isnan(parts[between])
        spoken = said.any(axis=0) | (np.arange(parts.shape[1]) == 0)
        points, said = np.where(said, parts[between], 0.0)[:, spoken], said[:, spoken]
        sums, counts = (
            np.column_stack([np.bincount(link, column, len(code)) for column in table.T]) for table in (points, said)
        )
        return np.column_stack(np.divmod(code, len(self.group_of))), sums, counts

    def _promising(self, ends, sums, counts, rules: LinkageRules, denials: bool) -> np.ndarray:
        """Which links are above the threshold as they are (n,): the same sum as in `_offer`, of all at once."""
        size, heard = (np.zeros(len(self.group_of), int) for _ in range(2))
        for group, members in self.members.items():
            size[group], heard[group] = len(members), self.asserting[group]
        both = heard[ends].prod(axis=1)
        few = np.maximum(heard[ends].min(axis=1), 1)
        pairs = np.where(both > 0, both, size[ends].prod(axis=1))
        points = (sums[:, 0] + 2 * rules.off_by_a_day * (pairs - counts[:, 0])) / pairs
        points += (sums[:, 1:] / np.maximum(counts[:, 1:], 1)).sum(axis=1)
        slip = np.maximum(1 - few * few / counts[:, 0], 0.0) / few
        points += np.where(both > 0, rules.small_cluster_bonus * slip, 0.0)
        return (points > rules.threshold - 1e-6) & ~(denials & (both > 0))

    def _offer(self, queue: list, links: dict, a: int, b: int, rules: LinkageRules, denials: bool) -> None:
        """Put two groups into the queue if they are above the threshold and nothing keeps them apart.

        Each kind of evidence is averaged over the pairs that speak of it: one report that is silent about
        the weapon does not bridge two that name different ones.
        """
        size_a, size_b = len(self.members[a]), len(self.members[b])
        heard_a, heard_b = self.asserting[a], self.asserting[b]
        if denials and heard_a * heard_b:
            return
        link = links[a][b]
        kinds = len(link) // 2
        pairs = heard_a * heard_b or size_a * size_b
        points = (link[0] + 2 * rules.off_by_a_day * (pairs - link[kinds])) / pairs
        for kind in range(1, kinds):
            if link[kinds + kind]:
                points += link[kind] / link[kinds + kind]
        if heard_a * heard_b:
            few = min(heard_a, heard_b)
            points += rules.small_cluster_bonus * max(1 - few * few / link[kinds], 0.0) / few
        points = round(points, 9)
        if points > rules.threshold and not self._apart(a, b):
            heapq.heappush(queue, (-points, a, b, size_a, size_b))

    @staticmethod
    def _merge_links(links: dict, keep: int, drop: int) -> None:
        links[keep].pop(drop, None)
        for other, sums in links.pop(drop).items():
            if other == keep:
                continue
            del links[other][drop]
            known = links[keep].get(other)
            merged = tuple(map(add, sums, known)) if known else sums
            links[keep][other] = links[other][keep] = merged
