# ruff: noqa: E501  (tables of values and of code that is tried)
"""Whatever a submission does in its kernel, it earns what its answers deserve."""

import pytest

from analysis.exercises.grading import grade_all, grade_one
from analysis.exercises.judge import find_bound_names
from analysis.exercises.sandbox import SubmissionLimits
from analysis.exercises.submissions import Submission
from tests.conftest import limit
from tests.exercises.conftest import Paper, hand_in

pytestmark = pytest.mark.slow

REPLY = "import base64, json\nforged = lambda reply: base64.b64encode(json.dumps(reply).encode()).decode()\n"
SERVICE = "from analysis.exercises import answer_service\n"


def service(reply: str) -> str:
    """Every request is answered with the same forged reply."""
    return f"{REPLY}{SERVICE}answer_service.answer = lambda request: forged({reply})"


ATTACKS = {
    "drops lines with assert": """def without(lines): return [line for line in lines if 'assert' not in line and 'same' not in line]
get_ipython().input_transformers_cleanup.append(without)""",
    "drops cells with assert": "get_ipython().input_transformers_cleanup.append(lambda lines: [])",
    "replaces the kernel's reply": """kernel = get_ipython().kernel
async def do_execute(*args, **kwargs):
    return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}
kernel.do_execute = do_execute""",
    "strips asserts from the tree": """import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Strip())""",
    "reads the calling frame": """import sys
class Seen(float): pass
def mean(values):
    frame = sys._getframe()
    while frame:
        for name, value in frame.f_locals.items():
            if name == 'expected': return value
        frame = frame.f_back""",
    "shadows names": "same = lambda *anything: None\nsum = len = abs = float = lambda *x: 3\nAssertionError = ValueError",
    "changes the builtins": """import builtins
builtins.AssertionError = ZeroDivisionError
builtins.sum = builtins.max = lambda *x: 9""",
    "searches the heap": """import gc
def mean(values):
    found = [f for f in gc.get_objects() if callable(f) and getattr(f, '__name__', '') in ('mean', 'same', '_compare')]
    for f in found: f.__code__ = (lambda *x: None).__code__""",
    "changes pandas and numpy": """import math, numpy as np, pandas as pd
from analysis.exercises import answer_comparison
for module in (answer_comparison,): module.same = module._compare = lambda *x, **y: None
math.isclose = np.isclose = lambda *x, **y: True
pd.Series.__eq__ = pd.DataFrame.__eq__ = lambda *x: True""",
    "equals everything": "class Yes:\n    def __eq__(self, x): return True\n    def __contains__(self, x): return True\n"
    "mean = lambda values: Yes()\nlargest = text = Yes()",
    "contains everything": "class Text(str):\n    def __contains__(self, x): return True\ntext = Text()",
    "equals as a number": "class Two(float):\n    def __eq__(self, x): return True\nmean = lambda v: Two(7)\nlargest = Two(7)",
    "at exit and in threads": """import atexit, threading, time
def later():
    while True:
        get_ipython().user_ns['same'] = lambda *x: None
        time.sleep(0.001)
atexit.register(later)
threading.Thread(target=later, daemon=True).start()""",
    "answers with a pickle": """import os
class Run:
    def __reduce__(self): return os.system, ('true',)
mean = lambda values: Run()
largest = Run()""",
    "ends the loop of the test": "def mean(values): raise StopIteration",
    "ends the process of the test": "def mean(values): raise SystemExit\nclass E(BaseException): pass\nE.__name__ = 'SystemExit'",
    "forges an error": service("{'error': ['SystemExit', '0']}"),
    "forges a missing name": service("{'missing': 'mean'}"),
    "forges data": service("{'value': {'is': 'eval', 'of': 'exit(0)'}}"),
    "forges two keys": service("{'value': 2, 'error': ['A', 'b']}"),
    "forges text": SERVICE + "answer_service.answer = lambda request: 'x' * 10**6",
    "answers without end": "import base64\n" + SERVICE
    + "answer_service.answer = lambda request: base64.b64encode(b'{\"value\":' + b'[' * 10**6).decode()",
    "forges the expressions": "get_ipython().user_expressions = lambda wanted: {'answer': 7}",
    "forges a result": """from analysis.exercises import answer_data
answer_data.write_answer = lambda value: '2'
answer_data.RefusedAnswer = BaseException""",
    "sends forged messages": """kernel = get_ipython().kernel
send = kernel.session.send
def forge(stream, kind, content=None, **more):
    if kind == 'execute_reply': content = {'status': 'ok', 'execution_count': 1, 'user_expressions': {}}
    return send(stream, kind, content, **more)
kernel.session.send = forge""",
    "marks its own cells": "from IPython.display import display\ndisplay(3.0)\n__builtins__.__dict__['_points'] = 3",
}  # fmt: skip


@pytest.fixture(scope="module")
def attacked(exercise, tmp_path_factory):
    """The grades of every attack, none of which holds a right answer."""
    folder = tmp_path_factory.mktemp("attacks")
    submissions = []
    for number, (name, code) in enumerate(ATTACKS.items()):
        wrong = {
            "mean_answer": "mean = lambda values: None",
            "largest_answer": "largest = None",
            "letters_answer": "text = ''",
        }
        paper = Paper(exercise.released).write(**wrong).add(code).add(code, "letters_answer")
        submissions.append(Submission(name, exercise, hand_in(folder, str(number), paper)))
    return {of.student: of for of in grade_all(submissions, SubmissionLimits(limit(5), limit(20)), "none")}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_earns_nothing(attacked, attack):
    assert [grade.points for grade in attacked[attack].grades] == [0, 0, 0, 0], attacked[attack]


@pytest.fixture
def graded(exercise, paper, tmp_path, limits):
    """The points of right answers but for those given."""

    def build(**answers):
        path = hand_in(tmp_path, "x", paper().right().write(**answers))
        return grade_one(Submission("x", exercise, path), limits, "none").grades

    return build


def test_an_answer_that_is_no_data_is_refused_with_the_reason(graded):
    grades = graded(mean_answer="def mean(values): return (v for v in values)")
    assert (grades[0].points, grades[1].points) == (0, 1)
    assert grades[0].remark == (
        "the answer holds a generator, which is no number, text, day, list, dictionary or table"
    )


def test_output_and_warnings_of_an_answer_cost_no_points(graded):
    noisy = "import sys\ndef mean(values):\n    print('at work', file=sys.stderr)\n    return sum(values) / len(values) if values else None"
    assert graded(mean_answer=noisy)[0].points == 2


def test_an_answer_that_fails_fails_in_the_test_only(graded):
    grades = graded(mean_answer="def mean(values):\n    return sum(values) / len(values)")
    assert [g.points for g in grades] == [0, 1, 3, 0] and grades[0].status == "failed hidden tests"


def test_the_names_of_answers_are_those_bound_at_the_top():
    source = "import os.path as p\ndef f(x):\n    y = 1\nfor i in (): a, b = i\nwith open('x') as c: pass"
    assert find_bound_names([source]) == {"p", "f", "i", "a", "b", "c"}
