"""What one process works out and others read: the same to the bit, whole, and never in the way."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from analysis.measures.changepoints import array_cache as sharing
from analysis.measures.changepoints.array_cache import FOLDER, cached_array
from analysis.measures.changepoints.changes import changes
from analysis.measures.changepoints.recursion import forward_messages

ROWS = pd.DataFrame({"start": [0, 3, 7, 8], "end": [2, 6, 7, 9], "count": [4, 1, 0, 3]})
ASK = """
import pandas as pd
from analysis.measures.changepoints.changes import changes
rows = pd.DataFrame({"start": [0, 3, 7, 8], "end": [2, 6, 7, 9], "count": [4, 1, 0, 3]})
print(repr(changes(rows).poisson.dates["probability"].tolist()))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


@pytest.fixture
def made():
    """An array, and how often it was worked out."""
    calls = []

    def make():
        calls.append(1)
        return np.array([1.5, -np.inf, 2.5])

    make.calls = calls
    return make


def test_the_same_inputs_is_worked_out_once(folder, made):
    inputs = (np.arange(3), 1.0, ((0, 2, 5),))
    assert cached_array(inputs, made).tolist() == cached_array(inputs, made).tolist() == [1.5, -np.inf, 2.5]
    assert len(made.calls) == 1


@pytest.mark.parametrize("other", [
    (np.arange(3), 2.0, ((0, 2, 5),)), (np.arange(3.0), 1.0, ((0, 2, 5),)), (np.arange(3), 1.0, ((0, 2, 6),)),
    (np.arange(3).reshape(3, 1), 1.0, ((0, 2, 5),)),
])  # fmt: skip
def test_whatever_differs_in_the_inputs_is_worked_out_anew(folder, made, other):
    cached_array((np.arange(3), 1.0, ((0, 2, 5),)), made)
    cached_array(other, made)
    assert len(made.calls) == 2


def test_without_a_folder_nothing_is_kept(made, monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    cached_array((1,), made), cached_array((1,), made)
    assert len(made.calls) == 2


def test_a_file_that_is_cut_short_is_worked_out_again_and_mended(folder, made):
    cached_array((1,), made)
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert cached_array((1,), made)[0] == 1.5
    cached_array((1,), made)
    assert len(made.calls) == 2


def test_a_folder_that_is_gone_is_no_obstacle(folder, made, monkeypatch):
    monkeypatch.setenv(FOLDER, str(folder / "gone"))
    assert cached_array((1,), made)[0] == 1.5


@pytest.mark.slow
def test_a_posterior_read_is_the_posterior_worked_out(folder, monkeypatch):
    """In another process, which finds everything there; then without a folder at all."""
    first = changes(ROWS).poisson.dates["probability"].tolist()
    kept = {path.name for path in folder.iterdir()}
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout
    assert {path.name for path in folder.iterdir()} == kept != set()
    monkeypatch.delenv(FOLDER)
    forward_messages.cache_clear()
    alone = changes(ROWS).poisson.dates["probability"].tolist()
    assert eval(said) == first == alone


def test_nothing_half_written_is_left(folder, made, monkeypatch):
    monkeypatch.setattr(sharing.np, "save", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
    assert cached_array((1,), made)[0] == 1.5
    assert list(folder.iterdir()) == []
