"""Full-text search: the claims whose words, notes, outlets or names hold what was typed."""

from __future__ import annotations

import unicodedata

import pandas as pd

from analysis.evidence.arguments import require_type
from analysis.evidence.errors import InputError
from analysis.incidents.dataset import Dataset
from analysis.incidents.trace import claims_and_sources

SEARCHED = ("words", "note", "outlet", "origin", "place_as_reported", "actor")
APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u02bf\u02be\u0060\u00b4", "'"))


def search_claims(dataset: Dataset, text: str) -> pd.DataFrame:
    """Claims in which every word of `text` occurs, upper and lower case, accents and apostrophes alike.

    Parameters
    ----------
    dataset : Dataset
        What `open_folder` returns; it must hold claims.
    text : str
        Words separated by spaces. Each may stand in any of the searched columns: words, note, outlet,
        origin, place_as_reported, actor. A part of a word is found too.

    Returns
    -------
    DataFrame
        One row per claim, in the order of `incident_id` and `claim_id`, with the columns of
        `claims_of_incidents` and `found_in`: the columns that hold one of the words, joined by ``|``.
        `incident_id` is missing for a claim that belongs to no incident. No match gives no row.

    Raises
    ------
    InputError
        If `text` holds no word, or the dataset holds no claims.

    See Also
    --------
    find_incidents : Find incidents by day and place.
    claims_of_incidents : All claims behind given incidents.

    Notes
    -----
    The search compares letters. It knows no synonyms and no other spelling: `Tower 22` finds no claim
    that only says `T22`.

    Examples
    --------
    >>> import analysis as a
    >>> dataset = a.open_folder()
    >>> found = a.search_claims(dataset, "AL-MAYADEEN harir")
    >>> found[["claim_id", "incident_id", "found_in"]].values.tolist()
    [['A3-005', 'I20240128-al-harir', 'note|place_as_reported']]
    """
    require_type(text, str, "text", "words, such as 'tower 22'")
    words = fold(text).split()
    if not words:
        raise InputError(f"text is {text!r}; allowed: at least one word")
    claims = claims_and_sources(dataset)
    folded = pd.DataFrame({name: claims[name].fillna("").astype(str).map(fold) for name in SEARCHED if name in claims})
    holds = {word: folded.apply(lambda column, word=word: column.str.contains(word, regex=False)) for word in words}
    every = pd.Series(True, claims.index)
    some = pd.DataFrame(False, claims.index, folded.columns)
    for there in holds.values():
        every &= there.any(axis=1)
        some |= there
    found_in = ["|".join(some.columns[row]) for row in some[every].to_numpy()]
    found = claims[every].assign(found_in=found_in)
    return found.sort_values(["incident_id", "claim_id"], ignore_index=True)


def incidents_with_words(dataset: Dataset, text: str) -> pd.Series:
    """Ids of the incidents of which one claim holds every word of `text`, as `search_claims` finds them; where the
    dataset has no claims, of those whose own row holds them in its columns of text.

    Raises InputError if `text` holds no word.
    """
    if dataset.evidence is not None:
        return search_claims(dataset, text)["incident_id"].dropna()
    words = fold(text).split()
    if not words:
        raise InputError(f"text is {text!r}; allowed: at least one word")
    rows = text_of_rows(dataset.incidents).map(fold)
    found = pd.Series(True, rows.index)
    for word in words:
        found &= rows.str.contains(word, regex=False)
    return dataset.incidents.loc[found, "incident_id"]


def text_of_rows(incidents: pd.DataFrame) -> pd.Series:
    """All columns of text of each incident, joined by spaces."""
    texts = incidents.select_dtypes(["object", "string", "category"]).columns
    joined = pd.Series("", incidents.index)
    for name in texts:
        if incidents[name].notna().any():
            joined = joined + " " + incidents[name].astype(object).where(incidents[name].notna(), "").astype(str)
    return joined


def fold(text: str) -> str:
    """Text for comparison: without case and accents, with one kind of apostrophe."""
    plain = unicodedata.normalize("NFKD", text.translate(APOSTROPHES))  # in this order: an acute accent is no space
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
