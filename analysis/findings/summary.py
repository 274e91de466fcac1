"""The first page: three questions with their answers, the casualties, three caveats."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.charts.text_format import plural
from analysis.findings.attack_counts import AttackCount, frequency_finding
from analysis.findings.attack_return import AttackReturn, return_finding
from analysis.findings.casualties import CasualtyCount, casualties_finding
from analysis.findings.pause_onset import PauseOnset, pause_finding
from analysis.findings.study import Study, study_of
from analysis.incidents.dataset import Dataset
from analysis.incidents.views import View
from analysis.measures.frequency import count


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One question with its answer.

    Parameters
    ----------
    question : str
        In plain words.
    sentence : str
        The answer; text of a source in it is not escaped.
    details : tuple of str
        What a reader must know to judge it, one sentence each.
    definition : str
        Whose count it is.
    chapter : str
        Name of the notebook that shows it.

    Examples
    --------
    >>> Answer(question="How many?", sentence="Two.", details=(), definition="all", chapter="attack_frequency").chapter
    'attack_frequency'
    """

    question: str
    sentence: str
    details: tuple[str, ...]
    definition: str
    chapter: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a reader with a minute needs.

    Parameters
    ----------
    title : str
        What the report is about; empty where nobody says.
    view : str
        Which evidence counts.
    window : tuple of two Timestamps
        First and last day, inclusive.
    answers : tuple of three Answer
        How many, when did the pause begin, did they come back.
    casualties : CasualtyCount
        The dead and injured, by who says so.
    caveats : tuple of three str
        One sentence or two each.
    marks : dict of Timestamp to str
        Events of about.yml to mark in a chart, by their first day.
    frequency, onset, ending : Finding
        The findings behind the answers.
    study : Study
        The data behind them, for the chart.

    See Also
    --------
    summary_findings : Makes one.

    Examples
    --------
    >>> import analysis as a
    >>> summary = summary_findings(a.open_folder(), a.View(sets="seeds"))
    >>> [answer.chapter for answer in summary.answers]
    ['attack_frequency', 'february_pause', 'april_resumption']
    """

    title: str
    view: str
    window: tuple[pd.Timestamp, pd.Timestamp]
    answers: tuple[Answer, ...]
    casualties: CasualtyCount
    caveats: tuple[str, ...]
    marks: dict[pd.Timestamp, str]
    frequency: AttackCount
    onset: PauseOnset
    ending: AttackReturn
    study: Study


def summary_findings(dataset: Dataset, view: View) -> Summary:
    """The findings of the first page.

    Parameters
    ----------
    dataset : Dataset
        From `open_folder`.
    view : View
        Which evidence counts, and the window. Where it has none: that of about.yml, else as far as somebody looked.

    Returns
    -------
    Summary
        Computed by the primary definition of the view: the official total where somebody states one, else the view's
        own incidents.

    Raises
    ------
    InputError
        As `select` does.

    Examples
    --------
    >>> import analysis as a
    >>> summary = summary_findings(a.open_folder(), a.View(sets="seeds"))
    >>> summary.answers[1].sentence
    'By this table (all claims) the start cannot be dated: no period was searched day by day.'
    """
    study = study_of(dataset, view)
    frequency = frequency_finding(study)
    near = study.cut_to_pause()
    onset = pause_finding(near.near_pause())
    ending = return_finding(near)
    noun = dataset.about.plural
    answers = (
        Answer(question=f"How many {noun}, by whose count?", sentence=frequency.sentence(),
               details=(frequency.voices(), frequency.rate()), definition=study.primary, chapter="attack_frequency"),
        Answer(question="When did the pause begin, and how sure is that?", sentence=onset.sentence(),
               details=_other_dates(study), definition=onset.definition, chapter="february_pause"),
        Answer(question=f"Did the {noun} come back?", sentence=ending.sentence(),
               details=(ending.inference(),), definition=ending.definition, chapter="april_resumption"),
    )  # fmt: skip
    return Summary(
        title=dataset.about.title,
        view=study.view_words(),
        window=study.window,
        answers=answers,
        casualties=casualties_finding(study),
        caveats=caveats(study),
        marks=event_marks(study),
        frequency=frequency,
        onset=onset,
        ending=ending,
        study=study,
    )


def _other_dates(study: Study) -> tuple[str, ...]:
    """The start of the pause by the other totals, and by the view's own incidents beside totals."""
    near = study.cut_to_pause().near_pause()
    others = [label for label in (*near.totals, *list(near.itemised)[:1]) if label != near.primary]
    return tuple(pause_finding(near, label).sentence() for label in others)


def event_marks(study: Study) -> dict[pd.Timestamp, str]:
    """The events of about.yml that begin in the window, {day: title}."""
    marks = {pd.Timestamp(event.start): event.title for event in study.dataset.about.events}
    return {day: title for day, title in marks.items() if study.window[0] <= day <= study.window[1]}


def caveats(study: Study) -> tuple[str, str, str]:
    """Three things to know before a number is used: what was searched, what counts, how the pause was found."""
    return _searched(study), _counted(study), _chosen(study)


def _searched(study: Study) -> str:
    if study.coverage.empty:
        return (
            "Missing is not zero. This table does not say when somebody searched: a day without a row may be a day "
            "that nobody searched."
        )
    days = count(study.incidents, "day", window=study.window, coverage=study.coverage)
    thin = int((days["sparse_days"] + days["weekly_days"] > 0).sum())
    blind = int((days["covered_days"] == 0).sum())
    nobody = f" and {blind:,} not at all" if blind else ""
    if not thin and not blind:
        return (
            f"Missing is not zero. All {plural(len(days), 'day')} were searched day by day, as coverage.csv "
            f"states; {study.dataset.about.plural} that nobody reported are not in it."
        )
    searched = f"Of {plural(len(days), 'day')} {thin:,} were searched only by week or more rarely{nobody}"
    return f"Missing is not zero. {searched}: short bars there do not mean few {study.dataset.about.plural}."


def _counted(study: Study) -> str:
    # A single evidence set is a part of the evidence and no other way of counting.
    counts = {label: each.n for label, each in study.definitions.items() if not label.endswith(" alone")}
    if len(counts) < 2:
        return "There is one way of counting in this table: nothing here says how much another one would differ."
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    return (
        f"What counts decides how many. The same window holds {counts[least]:,} ({least}) or {counts[most]:,} "
        f"({most}); the counts overlap and are not to be added."
    )


def _chosen(study: Study) -> str:
    pause = study.pause
    if pause is None:
        return "Dates that lie near each other are no reasons: nothing here says why."
    how = "taken from statements about it" if pause.is_given else "the longest gap, found by looking"
    return (
        f"The pause is {how}: rates before, in and after it describe these periods and test nothing. Nothing here says "
        "why it came."
    )
