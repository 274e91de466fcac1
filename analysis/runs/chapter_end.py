"""The early end of a notebook: one sentence says what a table cannot carry, and the cells that follow are not run."""

from __future__ import annotations

import ast
import html
from collections.abc import Mapping
from typing import Any

ENDS_CHAPTER = "incidents_ends_chapter"  # metadata of the output that says why
NOT_RUN = "Not run: this chapter ends above. end_chapter('') lets its cells run again."


def end_chapter(reason: str) -> None:
    """Say why the rest of a notebook has nothing to show, and let the cells that follow only say that they are not run.

    Parameters
    ----------
    reason : str
        One sentence; empty where the notebook goes on.

    Notes
    -----
    Cells that only import, assign, or open a study run all the same, so that a notebook can be run again with another
    folder in the same kernel. A report shows nothing of what follows.

    Examples
    --------
    >>> end_chapter("This table holds no claims.")  # doctest: +ELLIPSIS
    {...}
    """
    from IPython.core.getipython import get_ipython  # slow to import, and a report only asks `ends_chapter`
    from IPython.display import display

    shell = get_ipython()
    if shell is not None:
        shell.input_transformers_cleanup[:] = [each for each in shell.input_transformers_cleanup if each is not _skip]
    if not reason:
        return
    shown = {"text/html": f'<p class="tex2jax_ignore">{html.escape(reason, quote=False)}</p>', "text/plain": reason}
    display(shown, raw=True, metadata={ENDS_CHAPTER: True})
    if shell is not None:
        shell.input_transformers_cleanup.append(_skip)


def ends_chapter(output: Mapping[str, Any]) -> bool:
    """Whether an output of a notebook is the sentence of `end_chapter`."""
    metadata = output.get("metadata")
    return isinstance(metadata, Mapping) and metadata.get(ENDS_CHAPTER) is True


def _skip(lines: list[str]) -> list[str]:
    """The lines of a cell; where the cell would show something, a sentence in their place."""
    return [f"{NOT_RUN!r}\n"] if _shows_something("".join(lines)) else lines


def _shows_something(source: str) -> bool:
    try:
        calls = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    except SyntaxError:
        return False
    begins_anew = {"open_study", "end_chapter"}
    return bool(calls) and not any(ast.unparse(call.func).split(".")[-1] in begins_anew for call in calls)
