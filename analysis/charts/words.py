"""Days and names as a reader expects them in a sentence."""

from __future__ import annotations

import pandas as pd

COUNTER_NAME = {"SOHR": "Syrian Observatory"}


def on(day, year: bool = True) -> str:
    """A day in words: 4 February 2024, or without its year."""
    day = pd.Timestamp(day)
    return f"{day.day} {day:%B %Y}" if year else f"{day.day} {day:%B}"


def counter_name(counter: str) -> str:
    """A counter as readers know it."""
    return COUNTER_NAME.get(counter, counter)


def counted(number: int, noun: str) -> str:
    """1 claim, 2 claims."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
