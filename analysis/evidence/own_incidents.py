"""The columns of an incidents.csv of one's own, as an import writes them: those of ours and further ones."""

from __future__ import annotations

from dataclasses import replace

from analysis.evidence.schema import INCIDENTS, Column

PRECISIONS = ("exact", "approx_km", "town", "region", "country")  # of a point, from the finest to the vaguest
_DATABASE = (
    Column("admin1", "text", "province or governorate", optional=True),
    Column("coord_precision", "text", "what the point stands for: `exact` the place itself, `approx_km`, `town` the "
      "nearest town, `region` or `country` the middle of one", optional=True,
      allowed=PRECISIONS),
    Column("deaths_low", "integer", "people killed on all sides, lowest figure", optional=True),
    Column("deaths", "integer", "people killed on all sides, best figure; 0 as the database states it", optional=True),
    Column("deaths_high", "integer", "people killed on all sides, highest figure", optional=True),
    Column("side_a", "text", "actor on the first side", optional=True),
    Column("side_a_kind", "text", "kind of that actor", optional=True),
    Column("side_b", "text", "actor on the second side", optional=True),
    Column("side_b_kind", "text", "kind of that actor", optional=True),
    Column("event_kind", "text", "`event`, or `episode` where the row sums up several days", optional=True,
      allowed=("event", "episode")),
    Column("event_type", "text", "type of event, in the words of the database", optional=True),
    Column("event_subtype", "text", "type within that type", optional=True),
    Column("note", "text", "what the database says of it", optional=True),
    Column("source", "text", "sources that the database names", optional=True),
    Column("record_id", "text", "id of the row in the database", optional=True),
    Column("record_file", "text", "file from which the row was imported", optional=True),
    Column("record_row", "integer", "row of that file, the header being row 1", optional=True),
)  # fmt: skip

OWN_INCIDENTS = replace(
    INCIDENTS,
    name="own_incidents",
    description="Further columns of an incidents.csv of your own, as an import writes them; all may be left out.",
    columns=(*INCIDENTS.columns, *_DATABASE),
    ranges=(*INCIDENTS.ranges, ("deaths_low", "deaths"), ("deaths", "deaths_high")),
)  # fmt: skip
