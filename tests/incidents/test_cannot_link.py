import numpy as np
import pandas as pd

from analysis.incidents.cannot_link import cannot_link_days, violates_cannot_link


def table(*rows) -> pd.DataFrame:
    """Reports of (document, place, first day, last day), days of January."""
    frame = pd.DataFrame(rows, columns=["document", "place", "date_start", "date_end"])
    for name in ("date_start", "date_end"):
        frame[name] = pd.Timestamp("2023-12-31") + pd.to_timedelta(frame[name], unit="D")
    return frame.astype({"place": "str"})


TWICE = [("A", "base", 5, 5), ("A", "base", 5, 5), ("B", "base", 8, 8), ("B", "base", 9, 9)]


def apart(one, other, told=TWICE) -> bool:
    reports = table(*told, one, other)
    i, j = np.array([len(told)]), np.array([len(told) + 1])
    return bool(violates_cannot_link(reports, i, j, cannot_link_days(reports))[0])


def test_what_one_document_tells_apart_is_apart_for_others_on_those_days():
    assert apart(("C", "base", 5, 5), ("D", "base", 5, 5))
    assert apart(("C", "base", 8, 8), ("D", "base", 9, 9))
    assert apart(("C", "base", 9, 9), ("D", "base", 8, 8))
    assert apart(("C", "base", 7, 8), ("D", "base", 9, 9))


def test_other_days_other_places_and_one_day_of_two_are_not():
    assert not apart(("C", "base", 8, 8), ("D", "base", 8, 8))
    assert not apart(("C", "base", 6, 6), ("D", "base", 6, 6))
    assert not apart(("C", "other", 5, 5), ("D", "other", 5, 5))
    assert not apart(("C", None, 5, 5), ("D", None, 5, 5))


def test_two_documents_or_a_wide_range_tell_nothing_apart():
    assert not apart(("C", "base", 5, 5), ("D", "base", 5, 5), told=[("A", "base", 5, 5), ("B", "base", 5, 5)])
    assert not apart(("C", "base", 5, 5), ("D", "base", 5, 5), told=[("A", "base", 5, 9), ("A", "base", 5, 5)])
    assert not apart(("C", "base", 5, 5), ("D", "base", 5, 5), told=[])


def test_a_table_without_places_tells_nothing_apart():
    reports = table(*TWICE).drop(columns="place")
    assert len(cannot_link_days(reports)) == 0
