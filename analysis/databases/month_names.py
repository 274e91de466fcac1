"""Names of months in other languages."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, partial

import pandas as pd

LANGUAGES = ("es", "fr", "pt", "de", "it", "nl", "pl", "ru", "uk", "tr", "id", "ar")  # that a suggestion tries
ENGLISH = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


def in_english(text: pd.Series, language: str) -> pd.Series:
    """Texts with their months in English, so that `strptime` reads them; other words stay.

    Parameters
    ----------
    text : Series of str
        Such as 3 de enero de 2021.
    language : str
        A code such as es, as Unicode's CLDR names it.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> in_english(pd.Series(["3 de enero de 2021", "1er août 2021", "4 May 2021"]), "es").tolist()[0]
    '3 de January de 2021'
    """
    known = month_names(language)
    unique = pd.Series(text.unique(), dtype="str")
    words = unique.str.replace(r"[^\W\d_]+\.?", lambda word: known.get(_bare(word[0]), word[0]), regex=True)
    return text.map(dict(zip(unique, words, strict=True)))


@cache
def month_names(language: str) -> dict[str, str]:
    """Each name of a month in a language, without capitals, accents and dots, with its English name. Raises ValueError
    for a language without names, and ImportError without Babel."""
    from babel import Locale, UnknownLocaleError

    try:
        months = Locale.parse(language).months
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise ValueError(f"{language!r} is no language with names of months") from error
    names: dict[str, str] = {}
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide"):
            names |= {_bare(name): ENGLISH[number - 1] for number, name in months[context][width].items()}
    return names


def require_language(language: str) -> str:
    """The language itself, if its months have names; ValueError says what is missing."""
    try:
        if language:
            month_names(language)
    except ImportError:
        raise ValueError("a language needs `pip install babel`") from None
    except ValueError:
        raise ValueError(f"{language!r} is no language; allowed: a code such as es, fr or ru") from None
    return language


def find_languages(text: pd.Series) -> list[str]:
    """The languages of LANGUAGES whose months stand in every text; none where Babel is not installed."""
    words = text.str.findall(r"[^\W\d_]{3,}\.?")
    try:
        names = {each: month_names(each) for each in LANGUAGES}
    except ImportError:
        return []
    return [each for each in LANGUAGES if words.map(partial(_any_month, names[each])).all()]


def _any_month(names: dict[str, str], words: list[str]) -> bool:
    return any(_bare(word) in names for word in words)


def _bare(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.lower().rstrip("."))
    return re.sub(r"[\u0300-\u036f]", "", plain)
