"""Tables that set the ways of counting beside each other, with headings and days as readers expect them."""

from __future__ import annotations

import pandas as pd

from analysis.charts.text_format import format_days, format_interval, format_probability


def format_pauses(pauses: pd.DataFrame) -> pd.DataFrame:
    """`sensitivity.pause_by_definition` for readers: one row per way of counting."""
    return pd.DataFrame(
        {
            "what counts": pauses["view"],
            "attacks": pauses["n"],
            "lower rate from": [_fall(row) for row in pauses.itertuples()],
            "95 % set": _each(pauses, "low", "high"),
            "last attack before": _each(pauses, "last_low", "last_high"),
            "first after": _each(pauses, "first_low", "first_high"),
            "days without": [_length(row) for row in pauses.itertuples()],
            "ratio of rates": pauses["ratio"],
            "its 95 % interval": [format_interval(row.ratio_low, row.ratio_high) for row in pauses.itertuples()],
        }
    )


def _fall(row) -> str:
    if not row.announced:
        return "not announced" if row.chance == row.chance else "not observed"
    return format_days(row.day, row.day) if row.rate_then < row.rate_other else "a rise"


def _each(table: pd.DataFrame, low: str, high: str) -> list[str]:
    return [format_days(a, b) for a, b in zip(table[low], table[high], strict=True)]


def _length(row) -> str:
    """Days without an attack, with what they can be where that is not one number."""
    if pd.isna(row.empty):
        return "none" if pd.isna(row.empty_high) else f"not known ({row.empty_low} to {row.empty_high})"
    exact = row.empty_low == row.empty == row.empty_high
    return f"{row.empty}{'' if exact else f' ({row.empty_low} to {row.empty_high})'}{' or more' if row.edge else ''}"


def format_changes(dates: pd.DataFrame, day: str = "most probable day") -> pd.DataFrame:
    """`onset.onset_by_definition` or `onset.ending_by_definition` for readers."""
    return pd.DataFrame(
        {
            "what counts": dates["view"],
            "P(a change), Poisson": dates["chance"].map(format_probability),
            "cautious": dates["chance_cautious"].map(format_probability),
            "phi": dates["phi"].map("{:.1f}".format),
            "rate then": dates["rate_then"],
            "on the other side": dates["rate_other"],
            day: dates["day"],
            "95 % set": _each(dates, "low", "high"),
            "days in the set": dates["width"],
            "announced": dates["announced"].map({True: "yes", False: "no"}),
        }
    )


def format_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """`periods.period_rates` for readers."""
    return pd.DataFrame(
        {
            "what counts": rates["view"],
            "period": rates["period"],
            "days": _each(rates, "start", "end"),
            "watched": rates["days"],
            "of these thinly": rates["thin"],
            "attacks": rates["attacks"],
            "per day": rates["rate"],
            "95 % interval": [format_interval(row.low, row.high) for row in rates.itertuples()],
        }
    )


def format_ratios(ratios: pd.DataFrame) -> pd.DataFrame:
    """`periods.period_ratios` for readers."""
    return pd.DataFrame(
        {
            "what counts": ratios["view"],
            "attacks before": ratios["attacks_before"],
            "days": ratios["days_before"],
            "per day": ratios["rate_before"],
            "attacks after": ratios["attacks_after"],
            "days ": ratios["days_after"],
            "of these thinly": ratios["thin_after"],
            "per day ": ratios["rate_after"],
            "ratio": ratios["ratio"],
            "95 % interval": [format_interval(row.low, row.high) for row in ratios.itertuples()],
            "allowing for excess": [format_interval(row.low_quasi, row.high_quasi) for row in ratios.itertuples()],
        }
    )


def format_first_attacks(firsts: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """`pause_gaps.first_attacks` for readers; `start` and `end` are the days it was asked for."""
    return pd.DataFrame(
        {
            "what counts": firsts["view"],
            "last before": _each(firsts, "last_low", "last_high"),
            f"first from {start}": _each(firsts, "first_low", "first_high"),
            "incident": firsts["ids"].str.replace("|", ", "),
            f"attacks to {end}": firsts["attacks"].astype("Int64"),
            f"after {end}": firsts["after"].astype("Int64"),
        }
    )


def format_priors(table: pd.DataFrame) -> pd.DataFrame:
    """`sensitivity.prior_sensitivity_by_definition` for readers."""
    return pd.DataFrame(
        {
            "what counts": table["view"],
            "prior": table["varied"].replace("", "as used").astype(str),
            "shape": table["shape"].map("{:.2g}".format),
            "rate": table["rate"].map("{:.2g}".format),
            "changes expected": table["expected"].map("{:.2g}".format),
            "P(a change), Poisson": table["chance"].map(format_probability),
            "cautious": table["chance_cautious"].map(format_probability),
            "most probable day": table["day"],
            "95 % set": _each(table, "low", "high"),
        }
    )
