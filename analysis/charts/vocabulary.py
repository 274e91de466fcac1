"""What one incident is called in charts and their descriptions: the words of a folder's about.yml."""

from __future__ import annotations

from contextvars import ContextVar

from analysis.charts.style import VOICE_LABEL
from analysis.evidence.about import About
from analysis.evidence.arguments import require_type

_VOCABULARY: ContextVar[About | None] = ContextVar("vocabulary of the charts", default=None)


def use_vocabulary(about: About) -> None:
    """Let all charts that follow take the words of a folder.

    Parameters
    ----------
    about : About
        `about` of a dataset: singular, plural, officials.

    Raises
    ------
    InputError
        If `about` is something else.

    Notes
    -----
    The words hold for the whole kernel until the next call. A notebook calls this once, after it has opened its folder.

    Examples
    --------
    >>> use_vocabulary(About(singular="raid", plural="raids"))
    >>> format_counted(1), format_counted(1200)
    ('1 raid', '1,200 raids')
    >>> use_vocabulary(About())
    """
    require_type(about, About, "about", "the about of a dataset")
    _VOCABULARY.set(about)
    VOICE_LABEL["us_official"] = about.officials


def vocabulary() -> About:
    """The words that charts take now.

    Returns
    -------
    About
        As `use_vocabulary` was given it; attack, attacks and U.S. officials before.
    """
    return _VOCABULARY.get() or About()


def format_counted(number: int) -> str:
    """Write a number with the word for what is counted.

    Parameters
    ----------
    number : int
        How many.

    Returns
    -------
    str
        Such as 1 attack or 2 attacks, with a comma between thousands.
    """
    about = vocabulary()
    return f"{number:,} {about.singular if number == 1 else about.plural}"
