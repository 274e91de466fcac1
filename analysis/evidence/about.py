"""about.yml: what a folder is about, in the words that titles, captions and prose take."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from analysis.evidence.errors import InputError, format_path, suggest_name

FILE_NAME = "about.yml"
# What stands in a folder whose about.yml does not say it: the words of no conflict in particular.
PLAIN_WORDS = {"singular": "incident", "plural": "incidents", "officials": "officials"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(_Strict):
    """First and last day that a report speaks of; what is not given: as far as the table goes."""

    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _forwards(self) -> Window:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"ends ({self.end}) before it starts ({self.start})")
        return self


class Mark(_Strict):
    """An event to mark in charts."""

    title: str
    start: date
    end: date | None = None


class Pause(_Strict):
    """The days of a pause to examine, inclusive, and the days from which it is judged."""

    start: date
    end: date
    window: Window = Window()


class ChapterWords(_Strict):
    """The words of one chapter: its title, and sentences to know before it is read."""

    title: str = ""
    remarks: list[str] = []


class About(_Strict):
    """What a folder is about.

    Parameters
    ----------
    title : str
        Title of its reports.
    subject : str
        What is counted, in a phrase: "attacks on shipping in the Red Sea".
    one_incident : str
        What one incident is.
    singular, plural : str
        The word for it: "attack" and "attacks".
    officials : str
        Who `us_official` are in this table: "U.S. officials".
    people : str
        Who the killed and injured are: "U.S. personnel".
    window : Window
        The days to report on.
    counters : dict of str to str
        What each counter of tallies.csv counts.
    events : list of Mark
        Events to mark.
    pause : Pause or None
        A pause to examine.
    chapters : dict of str to ChapterWords
        Title and remarks of a chapter, by the name of its notebook.
    example : str
        The incident that the chapter on sources takes apart.
    """

    title: str = ""
    subject: str = ""
    one_incident: str = ""
    singular: str = "attack"
    plural: str = "attacks"
    officials: str = "U.S. officials"
    people: str = "people"
    window: Window = Window()
    counters: dict[str, str] = {}
    events: list[Mark] = []
    pause: Pause | None = None
    chapters: dict[str, ChapterWords] = {}
    example: str = ""

    def chapter(self, name: str) -> ChapterWords:
        """The words of a chapter; empty ones where the file has none."""
        return self.chapters.get(name, ChapterWords())

    def text(self) -> str:
        """The YAML of the file: what differs from an empty one."""
        import yaml

        told = self.model_dump(mode="python", exclude_defaults=True)
        return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100)


def read_about(folder: str | Path) -> About:
    """What the about.yml of a folder, or of its data/, says. Where it says nothing, incidents are called incidents.

    Raises InputError if it is no YAML, or a key or value is not allowed; the message names each.
    """
    import yaml

    path = next((p for p in (Path(folder) / FILE_NAME, Path(folder) / "data" / FILE_NAME) if p.is_file()), None)
    if path is None:
        return About.model_validate(PLAIN_WORDS)
    try:
        given: Any = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{format_path(path)} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict):
        raise InputError(f"{format_path(path)} holds no keys (allowed: {', '.join(About.model_fields)})")
    try:
        return About.model_validate(PLAIN_WORDS | given)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, each['loc']))}: {_what(each)}" for each in error.errors()]
        raise InputError("\n".join([f"{format_path(path)} cannot be used:", *lines])) from None


def _what(each: Any) -> str:
    if each["type"] == "extra_forbidden":
        hint = suggest_name(str(each["loc"][-1]), About.model_fields)
        return f"is no key{hint} (allowed: {', '.join(About.model_fields)})"
    told = str(each["msg"]).removeprefix("Value error, ")
    return "is needed" if each["type"] == "missing" else f"is {each['input']!r}; {told[:1].lower()}{told[1:]}"
