"""Tables for a person's spreadsheet: text that it would run as a formula is marked as text, and back."""

from __future__ import annotations

import csv
import re

import pandas as pd

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, also at full width.
FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def to_spreadsheet(frame: pd.DataFrame) -> str:
    """The frame as CSV; an apostrophe stands before text that would be run. Numbers stay as they are.

    Only for files a person opens and edits: the tables of an evidence set never pass through here.
    """
    return mark_formulas(frame).to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def mark_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an apostrophe before every text that a spreadsheet would run as a formula."""
    return frame.map(_marked)


def without_control_characters(value: object) -> object:
    """Text with a replacement character where it holds what XLSX, a file of XML, cannot; anything else as it is."""
    return NOT_IN_XML.sub("\ufffd", value) if isinstance(value, str) else value


def from_spreadsheet(rows: pd.DataFrame) -> pd.DataFrame:
    """Text fields as they were before `to_spreadsheet`."""
    return rows.map(lambda text: text[1:] if text.startswith("'") and FORMULA.match(text) else text)


def _marked(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
