"""Two or three databases of one conflict: which of their events are one, who is alone, and one merged table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from analysis.evidence.errors import InputError, format_path
from analysis.incidents.dataset import Dataset, open_folder
from analysis.incidents.integration_review import joined_rows, keep_typed, pairs_with
from analysis.incidents.reconciliation import reconcile
from analysis.incidents.record_linkage import CategoryLevels, LinkageRules, candidate_pairs, weight_parts

EPISODE_DAYS = 400  # an episode may be that long and still be matched
DOUBTFUL = 1.0  # points from the threshold within which a reviewer is asked


class IntegrationRules(BaseModel):
    """How near two rows of two databases must be, and what their words mean in one vocabulary."""

    model_config = ConfigDict(extra="forbid")
    tolerance_days: int = 2
    near_km: float = 25.0
    threshold: float = 1.5
    longest_range_days: int = 31
    agree: float = 1.0
    differ: float = -2.0
    # column -> {word of a database: word of the common vocabulary}; a list of words goes from fine to coarse
    values: dict[str, dict[Annotated[str, BeforeValidator(str)], str | list[str]]] = {}


def read_integration_rules(path: Path | None) -> IntegrationRules:
    """The rules of a YAML file; the defaults without one. Raises InputError for what is not allowed."""
    if path is None:
        return IntegrationRules()
    import yaml

    try:
        return IntegrationRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except FileNotFoundError:
        raise InputError(f"{format_path(path)} does not exist") from None
    except yaml.YAMLError as error:
        raise InputError(f"{format_path(path)} is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, each['loc']))}: {each['msg'].lower()}" for each in error.errors()]
        raise InputError("\n".join([f"{format_path(path)} cannot be used:", *lines])) from None


@dataclass(frozen=True)
class Integration:
    """What an integration found.

    Parameters
    ----------
    matches : DataFrame
        event, database, incident_id, date_start, date_end, place, deaths: one row for each row of each database; rows
        of one event share its name.
    merged : DataFrame
        One row for each event, in the columns of incidents.csv; `databases` says which hold it.
    review : DataFrame
        a, b (rows of two databases), points, joined, decision (what was typed): pairs near the threshold, and those
        that were decided.
    """

    matches: pd.DataFrame
    merged: pd.DataFrame
    review: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """Events by the databases that hold them: databases, events."""
        return self.merged["databases"].value_counts().rename_axis("databases").rename("events").reset_index()


def integrate(
    folders: Sequence[str | Path], rules: IntegrationRules | None = None, decisions: pd.DataFrame | None = None
) -> Integration:
    """Reconcile the events of two or three imported tables.

    Parameters
    ----------
    folders : sequence of str or Path
        Folders with an incidents.csv each; the name of a folder is the name of its database.
    rules : IntegrationRules, optional
        Tolerances and vocabulary.
    decisions : DataFrame, optional
        a, b, decision (yes, no or empty): pairs that a person decided, which come before the rule; further columns are
        kept in the review.

    Returns
    -------
    Integration
        Matches, merged table, and doubtful pairs.

    Raises
    ------
    InputError
        If there is only one folder, two have one name, a table is not in order, or decisions contradict each other.

    Notes
    -----
    As in MELTT (Donnay et al. 2019), two rows of one database stay two, words are compared in one vocabulary from fine
    to coarse, and what a database does not know counts neither for nor against. Events match events, and episodes of
    several days match episodes. Deaths agree where their ranges overlap.
    """
    rules = rules or IntegrationRules()
    datasets = {Path(folder).resolve().name: open_folder(folder) for folder in folders}
    if len(datasets) < 2 or len(datasets) < len(folders):
        raise InputError("integrate needs two or more folders of different names")
    rows = pd.concat([_rows(name, dataset, rules) for name, dataset in datasets.items()], ignore_index=True)
    linkage = _linkage(rows, rules)
    decisions = pd.DataFrame(columns=["a", "b", "decision"]) if decisions is None else decisions
    together = joined_rows(decisions, rows.set_index("report_id")["event_kind"])
    apart = pairs_with(decisions, "no")
    groups, reviews = [], []
    for kind, part in rows.groupby("event_kind"):
        here = replace(linkage, longest_range_days=EPISODE_DAYS) if kind == "episode" else linkage
        decided = together[together.index.isin(part["report_id"])]
        found = reconcile(part.drop(columns=["place"]), here, decided, apart)
        groups.append(found.assign(group=found["group"].fillna(found["report_id"])))
        reviews.append(_doubtful(part, found, here))
    rows = rows.merge(pd.concat(groups)[["report_id", "group"]], on="report_id")
    rows = rows.sort_values(["date_start", "group", "report_id"], ignore_index=True)
    rows["event"] = "E" + (pd.factorize(rows["group"])[0] + 1).astype(str)
    names = ["event", "document", "incident_id", "date_start", "date_end", "place", "country", "deaths"]
    matches = rows[names].rename(columns={"document": "database"})
    review = keep_typed(pd.concat(reviews, ignore_index=True), decisions, rows.set_index("report_id")["event"])
    return Integration(matches, _merged(rows, list(datasets)), review)


def _rows(name: str, dataset: Dataset, rules: IntegrationRules) -> pd.DataFrame:
    """The incidents as reports of one document, their words in the common vocabulary."""
    rows = dataset.incidents.copy()
    for column in ("event_kind", "event_type", "side_a", "side_b", "deaths", "deaths_low", "deaths_high"):
        if column not in rows:
            rows[column] = pd.Series(pd.NA, rows.index, dtype="Int64" if column.startswith("deaths") else "str")
    rows["event_kind"] = rows["event_kind"].fillna("event")
    for column, words in rules.values.items():
        if column not in rows:
            raise InputError(f"values: {column!r} is no column of {format_path(dataset.root)}")
        steps = {word: [meant] if isinstance(meant, str) else meant for word, meant in words.items()}
        for level in range(max(map(len, steps.values()))):
            meaning = {word: meant[min(level, len(meant) - 1)] for word, meant in steps.items()}
            rows[f"{column}_{level}"] = rows[column].map(meaning).astype("str")
    low, high = rows["deaths_low"].fillna(rows["deaths"]), rows["deaths_high"].fillna(rows["deaths"])
    rows["deaths_from"], rows["deaths_to"] = low, high
    return rows.assign(report_id=name + ":" + rows["incident_id"], document=name).drop(columns=["attribution"])


def _linkage(rows: pd.DataFrame, rules: IntegrationRules) -> LinkageRules:
    categories = []
    for column in rules.values:
        levels = tuple(
            sorted(name for name in rows if name.startswith(f"{column}_") and name[len(column) + 1 :].isdigit())
        )
        categories.append(CategoryLevels(column, levels, rules.agree, rules.differ))
    return LinkageRules(tolerance_days=rules.tolerance_days, near_km=rules.near_km, threshold=rules.threshold,
                        longest_range_days=rules.longest_range_days, rerun_days=0,
                        categories=tuple(categories))  # fmt: skip


def _doubtful(part: pd.DataFrame, found: pd.DataFrame, rules: LinkageRules) -> pd.DataFrame:
    """Pairs of two databases whose points lie near the threshold, nearest first."""
    reports = part.drop(columns=["place"]).sort_values("report_id", ignore_index=True)
    pairs = candidate_pairs(reports, rules)
    points = np.nansum(weight_parts(reports, pairs, rules), axis=1)
    group = reports["report_id"].map(found.set_index("report_id")["group"]).to_numpy()
    document, ids = reports["document"].to_numpy(), reports["report_id"].to_numpy()
    i, j = pairs[:, 0], pairs[:, 1]
    asked = (document[i] != document[j]) & (np.abs(points - rules.threshold) <= DOUBTFUL)
    told = pd.DataFrame({"a": ids[i], "b": ids[j], "points": points.round(2),
                         "joined": np.where((group[i] == group[j]) & pd.notna(group[i]), "yes", "no"),
                         "decision": ""})[asked]  # fmt: skip
    nearest = (told["points"] - rules.threshold).abs().sort_values(kind="stable").index
    return told.loc[nearest]


def _merged(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """One row for each event: the first database that says a value, days that all allow, deaths as a range."""
    ranked = rows.assign(rank_=rows["document"].map({name: at for at, name in enumerate(order)}))
    ranked = ranked.sort_values(["event", "rank_"], kind="stable")
    plain = ["date", "place", "admin1", "country", "latitude", "longitude", "coord_precision", "weapon", "actor",
             "event_kind", "event_type", "side_a", "side_b"]  # fmt: skip
    by = ranked.groupby("event", sort=False)
    out = by[[name for name in plain if name in ranked]].first()
    first, last = by["date_start"].max(), by["date_end"].min()
    crossed = first > last  # the ranges do not overlap: any of the days is possible
    out["date_start"] = first.where(~crossed, by["date_start"].min())
    out["date_end"] = last.where(~crossed, by["date_end"].max())
    out["date"] = out["date"].where(out["date"].between(out["date_start"], out["date_end"]), out["date_start"])
    out["deaths_low"], out["deaths_high"] = by["deaths_from"].min(), by["deaths_to"].max()
    out["deaths"] = by["deaths"].first()
    agree = (by["deaths_from"].max() <= by["deaths_to"].min()).fillna(False)
    several = by["deaths_from"].count() > 1
    out["deaths_agree"] = agree.map({True: "yes", False: "no"}).where(several)
    out["databases"] = by["document"].agg(lambda names: "+".join(sorted(set(names), key=order.index)))
    out["records"] = by["report_id"].agg("; ".join)
    out = out.reset_index().rename(columns={"event": "incident_id"})
    return out.sort_values(["date", "incident_id"], ignore_index=True)
