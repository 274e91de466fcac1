"""The results of each notebook as rows for `show_results`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.charts.vocabulary import vocabulary
from analysis.findings.attack_distribution import CountSpread, FullestPeriod
from analysis.findings.attack_return import AttackReturn
from analysis.findings.claim_support import DisputedIncidents, EvidenceSize, SingleVoices
from analysis.findings.study import Study
from analysis.measures.frequency import count
from analysis.measures.rates import rate


def frequency_results(study: Study, peak: FullestPeriod, spread: CountSpread) -> list[dict]:
    """The results of the notebook on the frequency."""
    many = study.dataset.about.plural
    rows = [
        {"measure": many, "value": len(study.incidents), "unit": many},
        *_searched_rate(study, spread.phi_within),
        {"measure": f"most {many} in a {peak.every}", "value": peak.count, "unit": many, "day": peak.start},
        {"measure": "variation between changes of the rate, over Poisson", "value": spread.phi_within, "unit": "phi"},
    ]  # fmt: skip
    return rows + [
        {"measure": f"{many} by running total", "what_counts": label, "value": each.n, "unit": many,
         "day": each.rows["end"].max()}
        for label, each in study.totals.items()
    ]  # fmt: skip


def _searched_rate(study: Study, phi: float) -> list[dict]:
    """The rate on the days that were searched at least by week; no row where there is none."""
    days = count(study.incidents, "day", window=study.window, coverage=study.coverage)
    searched = days[days["covered_days"].gt(0) & days["sparse_days"].eq(0)]
    if searched.empty:
        return []
    found = rate(int(searched["count"].sum()), len(searched), max(1.0, phi) if phi == phi else 1.0)
    low, high = found.interval()
    many = study.dataset.about.plural
    return [{"measure": f"{many} per day, on the {len(searched)} days searched at least by week",
             "value": found.estimate, "low": low, "high": high, "unit": f"{many} per day"}]  # fmt: skip


def pause_results(pauses: pd.DataFrame) -> list[dict]:
    """The results of the notebook on the pause, from `sensitivity.pause_by_definition`."""
    rows: list[dict] = []
    words = vocabulary()
    for row in pauses.itertuples():
        about = {"what_counts": row.definition}
        rows.append({"measure": f"{words.plural} in the window", **about, "value": row.n, "unit": words.plural})
        if pd.notna(row.gap_days):
            rows.append({"measure": f"days without {words.plural}", **about, "value": row.gap_days,
                         "low": row.gap_days_low, "high": row.gap_days_high, "unit": "days"})  # fmt: skip
        if pd.notna(row.ratio):
            rows.append({"measure": "rate during over rate before", **about, "value": row.ratio, "low": row.ratio_low,
                         "high": row.ratio_high})  # fmt: skip
        if pd.notna(row.day):
            rows.append({"measure": "first day of the rate of the pause", **about,
                         "value": row.probability_overdispersed, "unit": "P(a change), allowing for clustering",
                         "day": row.day, "first_day": row.day_low, "last_day": row.day_high})  # fmt: skip
    return rows


def return_results(found: Sequence[AttackReturn], firsts: pd.DataFrame, since: str) -> list[dict]:
    """The results of the notebook on what came after the pause; `firsts` from `pause_gaps.first_attacks`."""
    rows: list[dict] = []
    for each in found:
        about = {"what_counts": each.definition}
        if each.ratio == each.ratio:
            rows.append({"measure": "rate after over rate before", **about, "value": each.ratio, "low": each.ratio_low,
                         "high": each.ratio_high})  # fmt: skip
        if each.probability == each.probability:
            rows.append({"measure": f"P(the rate rose by {each.as_of:%Y-%m-%d}), allowing for clustering", **about,
                         "value": each.probability_of_rise})  # fmt: skip
    rows += [
        {"measure": f"first {vocabulary().singular} from {since}", "what_counts": row.definition, "day": row.first_low,
         "first_day": row.first_low, "last_day": row.first_high}
        for row in firsts.dropna(subset="first_low").itertuples()
    ]  # fmt: skip
    return rows


def support_results(size: EvidenceSize, support: SingleVoices, disputes: DisputedIncidents) -> list[dict]:
    """The results of the notebook on sources."""
    return [
        {"measure": "documents", "value": size.documents},
        {"measure": "claims", "value": size.claims},
        {"measure": "incidents", "value": size.incidents},
        {"measure": "incidents that rest on one origin", "value": support.one_origin},
        {"measure": "incidents known only from the attackers", "value": support.attackers_alone},
        {"measure": "incidents disputed on a field", "value": disputes.disputed},
    ]
