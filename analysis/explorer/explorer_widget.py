"""The explorer as a widget of Jupyter: what it is sent, and what it answers. Needs anywidget."""

from __future__ import annotations

from threading import Lock
from typing import Any

import anywidget
import numpy as np
import traitlets

from analysis.explorer.claim_table import details_of_rows
from analysis.explorer.explorer_page import explorer_script, explorer_style
from analysis.explorer.explorer_record import Record, first_record
from analysis.explorer.explorer_state import State
from analysis.incidents.claim_search import incidents_with_words
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_of_incidents
from analysis.incidents.views import values_as_text

MOST_ASKED = 500  # rows of one answer


class ExplorerWidget(anywidget.AnyWidget):
    """Sends a first record of a few kilobytes with itself, and the rest when it is asked, so that no saved notebook
    holds it. Questions may come from a thread beside the cell: one is answered at a time, from frames that nobody
    changes."""

    _esm = explorer_script("widget")
    _css = explorer_style()
    first = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, dataset: Dataset, record: Record, state: State) -> None:
        super().__init__(first=first_record(record), state=state)
        self._dataset, self._record, self._lock = dataset, record, Lock()
        self.on_msg(self._answer)

    def _answer(self, _widget: Any, message: dict[str, Any], _buffers: Any) -> None:
        with self._lock:
            answer, columns = self.answer(message)
        self.send(answer | {"number": message.get("number")}, columns)

    def answer(self, message: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """The answer to a question of the page, and its columns of bytes. A question that is none gets an empty one."""
        asked = message.get("ask")
        tables = list(self._record.tables.values())
        if asked == "record":
            return {"head": self._record.head}, self._record.columns
        if asked == "search":
            found = set(incidents_with_words(self._dataset, str(message["text"])))
            return {}, [table["incident_id"].isin(found).to_numpy().astype(np.uint8).tobytes() for table in tables]
        if asked == "ids":
            rows = [int(row) for row in message["rows"][:MOST_ASKED]]
            return {"ids": tables[int(message["table"])]["incident_id"].iloc[rows].tolist()}, []
        if asked == "entry":
            part = tables[int(message["table"])].iloc[[int(message["row"])]]
            if self._dataset.evidence is None:
                return {"claims": [], "disputes": [], "details": details_of_rows(part, [0])[0]}, []
            claims = claims_of_incidents(self._dataset, part)
            texts = {name: values_as_text(claims[name]).tolist() for name in claims}
            said = [{name: texts[name][at] for name in texts} for at in range(len(claims))]
            return {"claims": said, "disputes": [], "details": {}}, []
        return {}, []
