"""How good is the grouping? The algorithm alone, judged by the decisions a reviewer made."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.evidence.errors import InputError
from analysis.evidence.evidence_base import Evidence
from analysis.incidents.incident_table import LINKAGE_RULES, claims_as_reports
from analysis.incidents.reconciliation import reconcile
from analysis.incidents.record_linkage import LinkageRules

MEASURES = ("precision", "recall", "F1", "B3 precision", "B3 recall", "B3 F1", "adjusted Rand", "count bias")


def evaluate_grouping(
    evidence: Evidence, rules: LinkageRules = LINKAGE_RULES, draws: int = 1000, level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Scores of the algorithm without the reviewed decisions, and of the trivial rule beside it.

    Returns one row per measure (`MEASURES`) with the columns algorithm, low, high (percentile
    bootstrap over incidents), trivial, trivial_low, trivial_high. The trivial rule is "same first
    day, same place". Count bias is groups per true incident, less one.

    Raises InputError if nothing is reviewed.
    """
    grouping = labelled_clusters(evidence, rules)
    out = pd.DataFrame(index=pd.Index(MEASURES, name="measure"))
    for name, label in (("", "algorithm"), ("trivial_", "trivial")):
        parts = pair_contributions(grouping[label], grouping["incident_id"])
        low, high = bootstrap_scores(parts, draws, level, seed)
        out[label], out[f"{name}low"], out[f"{name}high"] = cluster_scores(parts.sum()), low, high
    return out.reset_index()


def labelled_clusters(evidence: Evidence, rules: LinkageRules = LINKAGE_RULES) -> pd.DataFrame:
    """The reviewed claims with the reviewer's incident, the algorithm's group made without the
    decisions, and the trivial group; indexed by claim_id. An unplaced claim is a group of its own."""
    if evidence.reviewed.empty:
        raise InputError("data/reviewed.csv holds no decision: there is nothing to judge by")
    claims = claims_as_reports(evidence)
    found = reconcile(claims, rules).set_index("report_id")["group"]
    found = found.fillna(pd.Series(found.index, index=found.index))
    where = claims["place"].fillna(claims["country"]).fillna("nowhere")
    trivial = claims["date_start"].dt.strftime("%Y-%m-%d ") + where
    trivial.index = claims["report_id"]
    out = evidence.reviewed.set_index("claim_id")[["incident_id"]]
    return out.assign(algorithm=found.reindex(out.index), trivial=trivial.reindex(out.index))


def pair_contributions(group: pd.Series, truth: pd.Series) -> pd.DataFrame:
    """What each true incident adds to the sums behind the scores; one row per incident.

    Columns: claims, incidents (1), groups (the share of each group that is its own), true_pairs,
    found_pairs (a pair across two incidents counts half to each), both_pairs, b3_precision and
    b3_recall (sums over claims, after Bagga and Baldwin 1998).
    """
    cell = pd.DataFrame({"g": group.to_numpy(), "t": truth.to_numpy()}).value_counts().rename("n").reset_index()
    cell["g_size"] = cell.groupby("g")["n"].transform("sum")
    cell["t_size"] = cell.groupby("t")["n"].transform("sum")
    n = cell["n"]
    cell = cell.assign(
        both_pairs=n * (n - 1) / 2,
        found_pairs=n * (cell["g_size"] - 1) / 2,
        true_pairs=n * (cell["t_size"] - 1) / 2,
        b3_precision=n * n / cell["g_size"],
        b3_recall=n * n / cell["t_size"],
        groups=n / cell["g_size"],
        claims=n,
    )
    sums = cell.groupby("t")[["claims", "groups", "true_pairs", "found_pairs", "both_pairs",
                              "b3_precision", "b3_recall"]].sum()  # fmt: skip
    return sums.assign(incidents=1.0)


def cluster_scores(sums: pd.Series | pd.DataFrame):
    """The `MEASURES` from sums of `contributions`: an array (8,), or (8, draws) for a frame of draws."""
    precision, recall = _over(sums["both_pairs"], sums["found_pairs"]), _over(sums["both_pairs"], sums["true_pairs"])
    b3_precision, b3_recall = sums["b3_precision"] / sums["claims"], sums["b3_recall"] / sums["claims"]
    all_pairs = sums["claims"] * (sums["claims"] - 1) / 2
    chance = _over(sums["found_pairs"] * sums["true_pairs"], all_pairs)
    most = (sums["found_pairs"] + sums["true_pairs"]) / 2
    rand = _over(sums["both_pairs"] - chance, most - chance)
    bias = sums["groups"] / sums["incidents"] - 1
    return np.array([precision, recall, _harmonic(precision, recall), b3_precision, b3_recall,
                     _harmonic(b3_precision, b3_recall), rand, bias], dtype=float)  # fmt: skip


def _over(a, b):
    """a / b, and 1 where both are 0: no pair to find and none found is no error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(b) == 0, 1.0, np.asarray(a) / np.asarray(b))


def _harmonic(a, b):
    return _over(2 * np.asarray(a) * np.asarray(b), np.asarray(a) + np.asarray(b))


def bootstrap_scores(parts: pd.DataFrame, draws: int, level: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of every measure, (8,) and (8,): incidents are drawn with replacement."""
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(parts), np.full(len(parts), 1 / len(parts)), size=draws)
    drawn = cluster_scores(pd.DataFrame(weights @ parts.to_numpy(), columns=parts.columns))
    tail = (1 - level) / 2
    return np.quantile(drawn, tail, axis=1), np.quantile(drawn, 1 - tail, axis=1)


def worst_disagreements(evidence: Evidence, rules: LinkageRules = LINKAGE_RULES, most: int = 15) -> pd.DataFrame:
    """The worst disagreements between the algorithm and the reviewer, worst first.

    Columns: incident_id, kind (`split` = the reviewer's incident lies in several groups; `joined` =
    its group holds other incidents' claims), wrong_pairs, detail.
    """
    grouping = labelled_clusters(evidence, rules)
    rows = [*_wrong(grouping, "incident_id", "algorithm", "split"),
            *_wrong(grouping, "algorithm", "incident_id", "joined")]  # fmt: skip
    out = pd.DataFrame(rows, columns=["incident_id", "kind", "wrong_pairs", "detail"])
    return out.sort_values(["wrong_pairs", "incident_id"], ascending=[False, True], ignore_index=True).head(most)


def _wrong(grouping: pd.DataFrame, whole: str, part: str, kind: str) -> list[tuple]:
    """Pairs of claims that `whole` holds together and `part` puts apart."""
    rows = []
    for _, claims in grouping.groupby(whole):
        parts = [sorted(p.index) for _, p in claims.groupby(part)]
        if len(parts) > 1:
            together = len(claims) ** 2 - sum(len(p) ** 2 for p in parts)
            names = " and ".join(sorted(claims["incident_id"].unique()))
            detail = " | ".join(", ".join(p) for p in sorted(parts))
            rows.append((names, kind, together // 2, detail))
    return rows
