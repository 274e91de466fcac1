"""A table in an engine as one in memory, for an explorer: only as many rows as it can show."""

from __future__ import annotations

import pandas as pd

from analysis.evidence import schema
from analysis.evidence.errors import InputError
from analysis.explorer.explorer_record import MOST_ROWS
from analysis.incidents.dataset import Dataset, complete_incidents
from analysis.incidents.large_dataset import LargeDataset

DAYS = ("date", "date_start", "date_end")


def read_large_table(large: LargeDataset) -> Dataset:
    """Read the incidents of a large dataset into memory, with what is known around them.

    Raises InputError for more rows than an explorer shows: it asks for a narrower table.
    """
    number = int(large.incidents.count().execute())
    if number > MOST_ROWS:
        raise InputError(
            f"the table holds {number:,} incidents; an explorer shows {MOST_ROWS:,}. Narrow the table first, such as "
            "dataclasses.replace(dataset, incidents=dataset.incidents.filter(dataset.incidents.country == 'Syria'))"
        )
    frame = large.incidents.to_pandas()
    frame = frame.assign(**{name: pd.to_datetime(frame[name]) for name in DAYS if name in frame})
    tables = {
        t.name: schema.empty_table(t) for t in (schema.VALUES, schema.DISPUTES, schema.TALLIES, schema.MILESTONES)
    }
    return Dataset(large.root, complete_incidents(frame), evidence=None, coverage=large.coverage, about=large.about,
                   side_car=large.side_car, **tables)  # fmt: skip
