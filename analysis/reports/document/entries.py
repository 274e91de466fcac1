"""The entries of an appendix as links see them: by anchor and by day, on this page or on another one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.reports.document.tree import Node

APPENDIX = "appendix"  # the anchor of the heading


@dataclass(frozen=True)
class Entries:
    """The incidents that an appendix lists: `days` holds the day (ISO) and the anchor of each, in order.

    `groups` gives the anchors that share a value, by a name such as "place_id-tower-22". `page` is the file that holds
    the appendix, such as "report.html"; empty for the page itself.
    """

    days: tuple[tuple[str, str], ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: str = ""

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The anchors of all entries."""
        return frozenset({anchor for _, anchor in self.days} | ({APPENDIX} if self.days else set()))

    def between(self, first: str, last: str) -> list[str]:
        """The anchors of the entries of these days, both included."""
        days = [day for day, _ in self.days]
        return [anchor for _, anchor in self.days[bisect_left(days, first) : bisect_right(days, last)]]

    def address(self, anchor: str) -> str:
        """Where a link to an entry leads."""
        return f"{self.page}#{anchor}"


@dataclass(frozen=True)
class Closing:
    """The last part of a document, written before: its heading, and what stands below it in the language of a page."""

    heading: Node
    source: str


NO_ENTRIES = Entries()
