"""Tables that set the ways of counting beside each other, with headings and days as readers expect them."""

from __future__ import annotations

import pandas as pd

from analysis.charts.text_format import format_days, format_interval, format_percent, format_probability, period_name
from analysis.charts.vocabulary import vocabulary
from analysis.evidence.arguments import require_columns

PAUSE_COLUMNS = (
    "definition",
    "n",
    "day",
    "day_low",
    "day_high",
    "is_announced",
    "last_low",
    "last_high",
    "first_low",
    "first_high",
    "gap_days",
    "gap_days_low",
    "gap_days_high",
    "ratio",
    "ratio_low",
    "ratio_high",
)
DATE_COLUMNS = (
    "definition",
    "probability",
    "probability_overdispersed",
    "probability_of_direction",
    "phi",
    "rate_per_day",
    "rate_per_day_other_side",
    "day",
    "day_low",
    "day_high",
    "set_days",
    "is_announced",
)
RATE_COLUMNS = (
    "definition",
    "period",
    "start",
    "end",
    "covered_days",
    "thin_days",
    "count",
    "rate_per_day",
    "rate_per_day_low",
    "rate_per_day_high",
)
RATIO_COLUMNS = (
    "definition",
    "count_before",
    "covered_days_before",
    "rate_per_day_before",
    "count_after",
    "covered_days_after",
    "thin_days_after",
    "rate_per_day_after",
    "ratio",
    "ratio_low",
    "ratio_high",
)
FIRST_COLUMNS = (
    "definition",
    "last_low",
    "last_high",
    "first_low",
    "first_high",
    "incident_ids",
    "count",
    "count_after",
)
PRIOR_COLUMNS = (
    "definition",
    "varied",
    "shape",
    "rate",
    "expected_changes",
    "probability",
    "probability_overdispersed",
    "day",
    "day_low",
    "day_high",
)


def format_pauses(pauses: pd.DataFrame) -> pd.DataFrame:
    """`sensitivity.pause_by_definition` for readers: one row per way of counting."""
    require_columns(pauses, PAUSE_COLUMNS, "pauses")
    return pd.DataFrame(
        {
            "what counts": pauses["definition"],
            vocabulary().plural: pauses["n"],
            "lower rate from": [_fall(row) for row in pauses.itertuples()],
            "95 % set": _each(pauses, "day_low", "day_high"),
            f"last {vocabulary().singular} before": _each(pauses, "last_low", "last_high"),
            "first after": _each(pauses, "first_low", "first_high"),
            "days without": [_length(row) for row in pauses.itertuples()],
            "ratio of rates": pauses["ratio"],
            "its 95 % interval": [format_interval(row.ratio_low, row.ratio_high) for row in pauses.itertuples()],
        }
    )


def _fall(row) -> str:
    if not row.is_announced:
        return "not announced" if row.probability == row.probability else "not observed"
    return format_days(row.day, row.day) if row.rate_per_day < row.rate_per_day_other_side else "a rise"


def _each(table: pd.DataFrame, low: str, high: str) -> list[str]:
    return [format_days(a, b) for a, b in zip(table[low], table[high], strict=True)]


def _length(row) -> str:
    """Days without an attack, with what they can be where that is not one number."""
    if pd.isna(row.gap_days):
        return "none" if pd.isna(row.gap_days_high) else f"not known ({row.gap_days_low} to {row.gap_days_high})"
    exact = row.gap_days_low == row.gap_days == row.gap_days_high
    limits = "" if exact else f" ({row.gap_days_low} to {row.gap_days_high})"
    return f"{row.gap_days}{limits}{' or more' if row.is_censored else ''}"


def format_changes(
    dates: pd.DataFrame, day: str = "most probable day", direction: str = "P(in that direction)"
) -> pd.DataFrame:
    """`onset.onset_by_definition` or `onset.ending_by_definition` for readers; `direction` names the probability of a
    fall, or of a rise."""
    require_columns(dates, DATE_COLUMNS, "dates")
    return pd.DataFrame(
        {
            "what counts": dates["definition"],
            "P(a change), Poisson": dates["probability"].map(format_probability),
            "allowing for clustering": dates["probability_overdispersed"].map(format_probability),
            direction: dates["probability_of_direction"].map(format_probability),
            "phi": dates["phi"].map("{:.1f}".format),
            "rate then": dates["rate_per_day"],
            "on the other side": dates["rate_per_day_other_side"],
            day: dates["day"],
            "95 % set": _each(dates, "day_low", "day_high"),
            "days in the set": dates["set_days"],
            "announced": dates["is_announced"].map({True: "yes", False: "no"}),
        }
    )


def format_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """`period_rates.period_rates` for readers."""
    require_columns(rates, RATE_COLUMNS, "rates")
    return pd.DataFrame(
        {
            "what counts": rates["definition"],
            "period": rates["period"],
            "days": _each(rates, "start", "end"),
            "searched": rates["covered_days"],
            "of these thinly": rates["thin_days"],
            vocabulary().plural: rates["count"],
            "per day": rates["rate_per_day"],
            "95 % interval": [
                format_interval(row.rate_per_day_low, row.rate_per_day_high) for row in rates.itertuples()
            ],
        }
    )


def format_ratios(ratios: pd.DataFrame) -> pd.DataFrame:
    """`period_rates.period_ratios` for readers."""
    require_columns(ratios, RATIO_COLUMNS, "ratios")
    return pd.DataFrame(
        {
            "what counts": ratios["definition"],
            f"{vocabulary().plural} before": ratios["count_before"],
            "days": ratios["covered_days_before"],
            "per day": ratios["rate_per_day_before"],
            f"{vocabulary().plural} after": ratios["count_after"],
            "days ": ratios["covered_days_after"],
            "of these thinly": ratios["thin_days_after"],
            "per day ": ratios["rate_per_day_after"],
            "ratio": ratios["ratio"],
            "95 % interval": [format_interval(row.ratio_low, row.ratio_high) for row in ratios.itertuples()],
            "allowing for clustering": [
                format_interval(row.ratio_low_overdispersed, row.ratio_high_overdispersed)
                for row in ratios.itertuples()
            ],
        }
    )


def format_first_attacks(firsts: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """`pause_gaps.first_attacks` for readers; `start` and `end` are the days it was asked for."""
    require_columns(firsts, FIRST_COLUMNS, "firsts")
    return pd.DataFrame(
        {
            "what counts": firsts["definition"],
            "last before": _each(firsts, "last_low", "last_high"),
            f"first from {start}": _each(firsts, "first_low", "first_high"),
            "incident": firsts["incident_ids"].str.replace("|", ", "),
            f"{vocabulary().plural} to {end}": firsts["count"].astype("Int64"),
            f"after {end}": firsts["count_after"].astype("Int64"),
        }
    )


def format_priors(table: pd.DataFrame) -> pd.DataFrame:
    """`sensitivity.prior_sensitivity_by_definition` for readers."""
    require_columns(table, PRIOR_COLUMNS, "table")
    return pd.DataFrame(
        {
            "what counts": table["definition"],
            "prior": table["varied"].replace({"": "as used", "expected_changes": "expected"}).astype(str),
            "shape": table["shape"].map("{:.2g}".format),
            "rate": table["rate"].map("{:.2g}".format),
            "changes expected": table["expected_changes"].map("{:.2g}".format),
            "P(a change), Poisson": table["probability"].map(format_probability),
            "allowing for clustering": table["probability_overdispersed"].map(format_probability),
            "most probable day": table["day"],
            "95 % set": _each(table, "day_low", "day_high"),
        }
    )


MONTH_COLUMNS = (
    "start", "is_complete", "covered_days", "sparse_days", "weekly_days", "count", "count_low", "count_high",
    "rate_per_day", "rate_per_day_low_overdispersed", "rate_per_day_high_overdispersed",
)  # fmt: skip


def format_months(months: pd.DataFrame) -> pd.DataFrame:
    """`frequency.count` by month or quarter, with `dispersion.add_overdispersed_intervals`, for readers."""
    require_columns(months, MONTH_COLUMNS, "months")
    low, high = "rate_per_day_low_overdispersed", "rate_per_day_high_overdispersed"
    every = "quarter" if period_name(months) == "quarter" else "month"
    named = (
        months["start"].dt.to_period("Q").astype(str) if every == "quarter" else months["start"].dt.strftime("%Y-%m")
    )
    return pd.DataFrame(
        {
            every: named + months["is_complete"].map({True: "", False: " (part)"}),
            "days searched": months["covered_days"],
            "of these thinly": months["sparse_days"] + months["weekly_days"],
            vocabulary().plural: months["count"],
            "certainly": months["count_low"],
            "possibly": months["count_high"],
            "per day": months["rate_per_day"].astype(float),
            "95 % interval": [format_interval(a, b, 2) for a, b in zip(months[low], months[high], strict=True)],
        }
    )


def format_coverage_months(table: pd.DataFrame) -> pd.DataFrame:
    """`official_coverage.monthly_coverage` for readers."""
    require_columns(table, ("to", "total", "itemised", "confirmed", "share_confirmed"), "table")
    return pd.DataFrame(
        {
            "to": table["to"],
            "official total": table["total"],
            "itemised here": table["itemised"],
            "confirmed by officials": table["confirmed"],
            "share of the rise": table["share_confirmed"].map(format_percent),
        }
    )


def format_contradictions(table: pd.DataFrame) -> pd.DataFrame:
    """`contradictions.contradicting_totals` for readers."""
    require_columns(table, ("counter", "as_of", "total", "is_used", "total_low", "total_high", "note"), "table")
    heads = {"as_of": "as of", "total_low": "lowest said", "total_high": "highest said", "is_used": "counted from"}
    return table.assign(is_used=table["is_used"].map({True: "yes", False: "no"})).rename(columns=heads)


def format_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """`gaps.gaps` for readers."""
    require_columns(gaps, ("start", "end", "gap_days", "gap_days_low", "gap_days_high"), "gaps")
    heads = {"start": "first empty day", "end": "last", "gap_days": "days", "gap_days_low": "at least",
             "gap_days_high": "at most"}  # fmt: skip
    return gaps[list(heads)].rename(columns=heads)


def format_rises(rises: pd.DataFrame) -> pd.DataFrame:
    """`later_rises.later_rises` for readers."""
    require_columns(rises, ("start", "end", "days", "count", "rate_per_day"), "rises")
    return pd.DataFrame(
        {
            "from": rises["start"],
            "to": rises["end"],
            "days": rises["days"],
            vocabulary().plural: rises["count"],
            "per day": rises["rate_per_day"],
            "95 % interval": [
                format_interval(row.rate_per_day_low, row.rate_per_day_high, 2) for row in rises.itertuples()
            ],
        }
    )


def format_endings(ended: pd.DataFrame) -> pd.DataFrame:
    """`onset.ending_by_definition` for readers."""
    columns = ("definition", "probability_until", "probability_until_overdispersed", "probability",
               "probability_overdispersed", "probability_of_direction", "is_announced")  # fmt: skip
    require_columns(ended, columns, "ended")
    heads = ("what counts", "early, Poisson", "early", "by the end, Poisson", "by the end", "of a rise", "announced")
    table = pd.DataFrame({head: ended[name] for head, name in zip(heads, columns, strict=True)})
    for head in heads[1:-1]:
        table[head] = table[head].map(format_probability)
    return table.assign(announced=table["announced"].map({True: "yes", False: "no"}))


def format_captures(estimates: pd.DataFrame) -> pd.DataFrame:
    """`capture_recapture.capture_estimates` for readers."""
    columns = ("method", "reports", "observed", "estimate", "estimate_low", "estimate_high", "is_contradicted")
    require_columns(estimates, columns, "estimates")
    heads = {"reports": "from", "observed": f"{vocabulary().plural} seen", "estimate_low": "low",
             "estimate_high": "high",
             "is_contradicted": "fewer than itemised"}  # fmt: skip
    table = estimates.assign(is_contradicted=estimates["is_contradicted"].map({True: "yes", False: "no"}))
    return table[list(columns)].rename(columns=heads)
