"""When did a pause begin, under each view? One change of the posterior, picked out and compared."""

from __future__ import annotations

import pandas as pd

from analysis.measures.changes import Changes


def onset(found: Changes, near: str | pd.Timestamp, number: int | None = None) -> dict:
    """The change nearest to a day, under the more cautious posterior.

    Of the most probable number of changes (at least one; or of `number`) the one whose most probable
    day lies nearest to `near`. Returns day, low, high (first and last day of its 95 % set), mass (of
    the set), days (in the set; it may have holes), changes (most probable number), chance and
    chance_cautious (of at least one change), phi, announced, rate_before and rate_after (posterior
    means of the segments on both sides, per day), ratio.
    """
    likely = int(found.tempered.number.argmax())
    number = max(likely, 1) if number is None else number
    modes = {order: found.date(order, number, tempered=True).idxmax() for order in range(1, number + 1)}
    order = min(modes, key=lambda o: abs(modes[o] - pd.Timestamp(near)))
    held = found.highest_density(order=order, number=number, tempered=True)
    before, after = _sides(found, modes[order], sorted(set(modes.values())))
    return {
        "day": modes[order],
        "low": held["day"].min(),
        "high": held["day"].max(),
        "mass": float(held["mass"].iloc[0]),
        "days": len(held),
        "changes": likely,
        "chance": found.chance(),
        "chance_cautious": found.chance(tempered=True),
        "phi": found.phi,
        "announced": found.announced,
        "rate_before": before,
        "rate_after": after,
        "ratio": after / before if before else float("nan"),
    }


def _sides(found: Changes, day: pd.Timestamp, days: list[pd.Timestamp]) -> tuple[float, float]:
    segments = found.segments(dates=days, tempered=True)
    at = int((segments["start"] == day).to_numpy().argmax())
    return float(segments["mean"].iloc[at - 1]), float(segments["mean"].iloc[at])


def onsets(found: dict[str, Changes], near: str | pd.Timestamp) -> pd.DataFrame:
    """`onset` for every view: one row per label, in the order given, with the column `view`."""
    return pd.DataFrame([{"view": label, **onset(each, near)} for label, each in found.items()])
