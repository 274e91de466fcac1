"""Every chart test leaves Matplotlib as it found it: no open figure, no changed setting."""

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt  # noqa: E402
import pytest  # noqa: E402


@pytest.fixture(autouse=True)
def clean_matplotlib():
    """Fails if a chart changes a setting for the charts of others; closes what the test opened."""
    plt.close("all")
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


@pytest.fixture
def words_of():
    """Every text that is drawn on axes."""

    def read(ax) -> list[str]:
        return [text.get_text() for text in ax.texts if text.get_text()]

    return read


@pytest.fixture
def displayed(monkeypatch):
    """What a notebook cell would show: a list of (bundle, metadata)."""
    from analysis.charts import notebook_output

    shown = []
    monkeypatch.setattr(
        notebook_output, "display", lambda bundle, raw=False, metadata=None: shown.append((bundle, metadata))
    )
    return shown
