"""What every finding has: whose count, in which view, as of which day, and its sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analysis.evidence.about import About


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An answer that was computed, with what a reader must know to judge it.

    Parameters
    ----------
    definition : str
        Whose count it is: a label of `Study.definitions`.
    by : str
        The same as the beginning of a sentence: "By the Pentagon's count".
    view : str
        Which evidence counts, as `View.words` says it.
    as_of : Timestamp
        Last day that the finding speaks of.
    words : About
        What incidents and officials are called.

    See Also
    --------
    analysis.findings.summary.summary_findings : The findings of the first page.

    Examples
    --------
    >>> Finding(definition="all claims", by="By this table", view="", as_of=pd.Timestamp("2024-12-31")).definition
    'all claims'
    """

    definition: str
    by: str
    view: str
    as_of: pd.Timestamp
    words: About = field(default_factory=About, repr=False)

    def counted(self, number: int) -> str:
        """A number of incidents in the words of the folder: 1 attack, 2 attacks."""
        return f"{number:,} {self.words.singular if number == 1 else self.words.plural}"

    def sentence(self) -> str:
        """The finding in one plain sentence, without markup; text of a source in it is not escaped."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.sentence()
