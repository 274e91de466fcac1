"""In the kernel of a submission: the tests' process asks for answers by name, and gets data back."""

from __future__ import annotations

import base64
import json
import pickle
from typing import Any

from analysis.exercises.answer_data import RefusedAnswer, write_answer


def answer(request: str) -> str:
    """The reply to a request of `judge.Judge`, as JSON with one key, in base64 so that no display changes it.

    It is `value` (see `answer_data.write_answer`), `function`, `missing`, `refused` with the reason, or `error` with
    its name and text. The code of the submission may change all of this; it then changes its own answers.
    """
    try:
        name, call = pickle.loads(base64.b64decode(request))  # made by the tests' process, which is trusted
        reply = _reply(name, call)
    except RefusedAnswer as refused:
        reply = json.dumps({"refused": str(refused)})
    except BaseException as error:  # exit() in a function ends the call only
        reply = json.dumps({"error": [type(error).__name__, str(error)[:2000]]})
    return base64.b64encode(reply.encode()).decode()


def _reply(name: str, call: tuple[tuple, dict] | None) -> str:
    names = _names()
    if name not in names:
        return json.dumps({"missing": name})
    found = names[name]
    if call is not None:
        found = found(*call[0], **call[1])
    elif callable(found):
        return json.dumps({"function": name})
    return f'{{"value": {write_answer(found)}}}'


def _names() -> dict[str, Any]:
    from IPython import get_ipython

    return get_ipython().user_ns


def find_function(name: str) -> Any:
    """The function of the submission that a test gave to another as an argument."""
    return _names()[name]
