"""Tables of claims, of documents and of how claims are grouped, with headings as readers expect them."""

from __future__ import annotations

import pandas as pd

from analysis.charts.text_format import format_codes, format_days, format_interval, format_percent
from analysis.evidence.arguments import require_columns

CLAIM_COLUMNS = ("claim_id", "outlet", "origin", "reliability", "date_start", "place_as_reported", "us_killed",
                 "us_injured", "words")  # fmt: skip


def format_claims(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims behind one incident, as `trace_incident` gives them, for readers."""
    require_columns(claims, CLAIM_COLUMNS, "claims")
    heads = {"claim_id": "claim", "date_start": "day said", "place_as_reported": "place said", "us_killed": "killed",
             "us_injured": "injured", "reliability": "grade", "words": "in the words"}  # fmt: skip
    told = claims.assign(origin=claims["origin"].str.replace("|", "; "))
    return told[list(CLAIM_COLUMNS)].rename(columns=heads)


def format_grouping(scores: pd.DataFrame) -> pd.DataFrame:
    """`evaluation.evaluate_grouping` for readers."""
    columns = ("measure", "algorithm", "low", "high", "trivial", "trivial_low", "trivial_high")
    require_columns(scores, columns, "scores")
    return pd.DataFrame(
        {
            "measure": scores["measure"],
            "rule": scores["algorithm"],
            "95 % interval": [format_interval(row.low, row.high) for row in scores.itertuples()],
            "same day and place": scores["trivial"],
            "its 95 % interval": [format_interval(row.trivial_low, row.trivial_high) for row in scores.itertuples()],
        }
    )


def format_grouping_periods(periods: pd.DataFrame) -> pd.DataFrame:
    """`cross_validation.leave_one_period_out` for readers."""
    columns = ("start", "end", "incidents", "f1", "b3_f1", "count_bias", "trivial_f1", "trivial_count_bias")
    require_columns(periods, columns, "periods")
    return pd.DataFrame(
        {
            "period": [format_days(a, b) for a, b in zip(periods["start"], periods["end"], strict=True)],
            "incidents": periods["incidents"],
            "F1": periods["f1"],
            "B3 F1": periods["b3_f1"],
            "count": periods["count_bias"].map("{:+.1%}".format),
            "F1, same day and place": periods["trivial_f1"],
            "its count": periods["trivial_count_bias"].map("{:+.1%}".format),
        }
    )


def format_joined_claims(claims: pd.DataFrame) -> pd.DataFrame:
    """`document_errors.joined_claims` for readers."""
    columns = ("claim_id", "date_start", "date_end", "place_as_reported", "words", "incident_id", "date", "reliability")
    require_columns(claims, columns, "claims")
    return pd.DataFrame(
        {
            "claim": claims["claim_id"],
            "day said": [format_days(a, b) for a, b in zip(claims["date_start"], claims["date_end"], strict=True)],
            "place said": claims["place_as_reported"],
            "in the words": claims["words"],
            "incident": claims["incident_id"],
            "day chosen": claims["date"],
            "grade": claims["reliability"],
        }
    )


def format_contradicted_claims(claims: pd.DataFrame) -> pd.DataFrame:
    """`trace.dissenting_claims` for readers."""
    heads = {"outlet": "document", "reliability": "grade", "claim_id": "claim", "incident_id": "incident",
             "field": "field", "said": "it says", "chosen": "most or better sources say"}  # fmt: skip
    require_columns(claims, tuple(heads), "claims")
    words = {name: claims[name].map(format_codes, na_action="ignore") for name in ("field", "said", "chosen")}
    return claims.assign(**words)[list(heads)].rename(columns=heads)


def format_errors(table: pd.DataFrame) -> pd.DataFrame:
    """`document_errors.errors_by_document` for readers."""
    heads = {"outlet": "document", "reliability": "grade", "claims": "attacks reported",
             "contradicted": "claims contradicted", "values": "values contradicted",
             "share": "share of claims"}  # fmt: skip
    require_columns(table, tuple(heads), "table")
    return table.assign(share=table["share"].map(format_percent))[list(heads)].rename(columns=heads)
