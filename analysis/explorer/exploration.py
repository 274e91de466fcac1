"""`explore`: the incidents of a dataset as linked views in a notebook, and the selection as a frame and a view."""

from __future__ import annotations

import html
import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence.arguments import require_type
from analysis.explorer.explorer_output import static_output
from analysis.explorer.explorer_page import explorer_html, write_explorer_page
from analysis.explorer.explorer_record import build_record
from analysis.explorer.explorer_state import State, view_of_state
from analysis.explorer.large_table import read_large_table
from analysis.incidents.dataset import Dataset
from analysis.incidents.export import export
from analysis.incidents.large_dataset import LargeDataset
from analysis.incidents.views import View, describe_view, select, view_coverage

MISSING = (
    "anywidget is not installed: this is the page of the explorer in a frame, and what you select in it does not come "
    "back to Python. Install it with: pip install anywidget"
)
FRAME_HEIGHT = 900  # pixels


class Exploration:
    """An explorer of a dataset: what `explore` returns. Shown in a notebook, it draws itself.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns.
    view : View
        What it opens with.
    by : str
        The column that splits the bars.

    See Also
    --------
    explore : Makes one.

    Notes
    -----
    The widget holds what it draws; a saved notebook keeps a picture and a table in its place.

    Examples
    --------
    >>> import analysis as a
    >>> explorer = a.explore(a.open_folder(), a.View(countries="Jordan"))
    >>> explorer.view
    View(countries='Jordan')
    >>> explorer.selection["incident_id"].tolist()
    ['I20240128-tower-22']
    """

    def __init__(self, dataset: Dataset, view: View, by: str) -> None:
        self._dataset = dataset
        self._record = build_record(dataset, view, by)
        self._state: State = self._record.state
        self._widget: Any = None

    @property
    def state(self) -> State:
        """The state as the explorer has it now: one dict, the same as in the address of the page."""
        return dict(self._widget.state if self._widget is not None else self._state)

    @state.setter
    def state(self, state: State) -> None:
        select(self._dataset, view_of_state(self._record.base, state), empty_ok=True)  # refuses what does not occur
        self._state = self._record.state | state
        if self._widget is not None:
            self._widget.state = self._state

    @property
    def view(self) -> View:
        """The view that selects what the explorer shows now; its text is code."""
        return view_of_state(self._record.base, self.state)

    @property
    def selection(self) -> pd.DataFrame:
        """The incidents that the explorer shows now: the columns of incidents.csv; no row where it shows none."""
        return select(self._dataset, self.view, empty_ok=True)

    def export(self, path: str | Path) -> Path:
        """Write the selection with its claims and sources to .csv, .xlsx or .geojson, as `analysis.export` does."""
        return export(self._dataset, self.selection, path)

    def save_page(self, path: str | Path, report: str = "") -> Path:
        """Write the explorer as one page that needs no network. Raises InputError if it has more than 3 MB."""
        return write_explorer_page(path, self._record, report)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any] | tuple[dict, dict]:
        if importlib.util.find_spec("anywidget") is None:
            frame = html.escape(explorer_html(self._record))
            said = html.escape(MISSING)
            return {
                "text/html": f'<p>{said}</p><iframe title="Explorer" sandbox="allow-scripts allow-downloads" '
                f'style="width:100%;height:{FRAME_HEIGHT}px;border:0" srcdoc="{frame}"></iframe>',
                "text/plain": MISSING,
            }
        shown = self._static()
        widget = self._shown_widget()
        bundle = widget._repr_mimebundle_()
        data, about = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, **shown}, about

    def _static(self) -> dict[str, Any]:
        head = self._record.head
        window = tuple(pd.Timestamp(head["base"]) + pd.Timedelta(days=day) for day in head["window"])
        selected = self.selection
        if selected.empty:
            words = f"No incident: {self.view.words()}."
            return {"text/html": f"<p>{html.escape(words)}</p>", "text/plain": words}
        every = self.state["every"] or next(iter(head["periods"]))
        coverage = view_coverage(self._dataset, self._record.base)
        return static_output(
            selected, describe_view(self._dataset, self.view), window, coverage, every, self.state["by"]
        )

    def _shown_widget(self) -> Any:
        if self._widget is None:
            from analysis.explorer.explorer_widget import ExplorerWidget

            self._widget = ExplorerWidget(self._dataset, self._record, self._state)
        return self._widget


def explore(dataset: Dataset | LargeDataset, view: View | None = None, by: str = "") -> Exploration:
    """Show incidents as linked views: bars, map, calendar, facets, table and the claims behind each incident.

    Parameters
    ----------
    dataset : Dataset or LargeDataset
        What `open_folder` or `open_table` returns; the rows of a large table are read into memory.
    view : View, optional
        What it opens with. Days, words and values of columns can be changed there; it stays within the view's sets,
        grades, origins, actors and kinds of place.
    by : str, optional
        The column that splits the bars; by default who confirms, or the first column that can split.

    Returns
    -------
    Exploration
        Displayed by a notebook. `.selection` is a frame of the incidents that it shows, `.view` the view that
        selects them, `.export(path)` writes them with claims and sources, `.save_page(path)` writes it as one page.

    Raises
    ------
    InputError
        If the view selects no incident, `by` cannot split, or a large table holds more rows than can be shown.

    See Also
    --------
    select : The incidents of a view.
    search_claims : Claims by words.

    Notes
    -----
    Bars and days count incidents by their best day, as `count` does; a filter of days keeps every incident that may
    have happened on one of them. "Best voice" is the best confirmation of an incident; which claims count at all is
    another choice, "which evidence counts". A table of more than 2.5 million rows is shown as a sample, and says so.

    Examples
    --------
    >>> import analysis as a
    >>> explorer = a.explore(a.open_folder(), a.View(start="2024-02-04", end="2024-04-20"), by="weapon")
    >>> explorer.view
    View(start='2024-02-04', end='2024-04-20')
    """
    if isinstance(dataset, LargeDataset):
        dataset = read_large_table(dataset)
    require_type(dataset, Dataset, "dataset", "what open_folder returns")
    view = View() if view is None else view
    require_type(view, View, "view", "a View, such as View(countries='Syria')")
    require_type(by, str, "by", "a column of the incidents")
    return Exploration(dataset, view, by)
