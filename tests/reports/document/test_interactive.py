"""Outputs that only a running page draws: never nothing, never words that a script would replace."""

import logging

import pytest
from nbconvert.utils.exceptions import ConversionException

from analysis.evidence.errors import InputError
from analysis.reports.document.losses import Losses
from analysis.reports.document.notebook_document import build_document
from analysis.reports.document.tree import elements, text_of
from analysis.reports.pdf.nbconvert_exporter import TypstPDFExporter
from tests.reports import pdf_checks as finished

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
LOADING = (
    "<table id='t'><thead><tr><th>n</th></tr></thead><tbody><tr><td>Loading ITables v2.1 (need help?)</td></tr></table>"
)
DRAWN_BY_SCRIPTS = {
    "plotly": {"application/vnd.plotly.v1+json": {"data": []}},
    "plotly with its repr": {"application/vnd.plotly.v1+json": {}, "text/plain": "Figure({\n    'data': []\n})"},
    "altair": {"application/vnd.vegalite.v5+json": {}, "text/plain": "<VegaLite 5 object>\n"},
    "bokeh": {"application/vnd.bokehjs_exec.v0+json": "", "text/html": "<div id='a' class='bk-root'></div>"},
    "a widget": {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "IntSlider(value=3)"},
    "a map": {"text/html": "<div style='width:100%'><iframe srcdoc='&lt;p&gt;x'></iframe></div>"},
    "a script": {"application/javascript": "element.append('x')",
    "text/plain": "<IPython.core.display.Javascript object>"},
    "a div and a script": {
        "text/html": "<div id='p'></div><script>document.getElementById('p').innerHTML = 'x'</script>"
    },
    "words that wait": {"text/html": "<span id='b'>Loading BokehJS ...</span><script>run()</script>"},
    "a table that waits": {"text/html": LOADING + "<script>new DataTable('#t')</script>"},
    "words of a map": {"text/html": "<div><span>Make this Notebook Trusted to load map</span><iframe></iframe></div>"},
    "words in a block": {"text/html": "<div id='i'><div><b>Visualization omitted, Javascript library not loaded!</b>"
    "<br>Have you run it?</div></div><script>shap('i')</script>"},
    "a drawing": {"text/html": "<canvas id='c'></canvas><script>draw('c')</script>"},
    "a video": {"text/html": "<video controls src='a.mp4'></video>"},
    "a type nobody knows": {"application/x-something+json": {}},
}  # fmt: skip
STATIC = {
    "a picture of it": ({"application/vnd.plotly.v1+json": {}, "image/png": DOT}, None),
    "a text of it": ({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "100%|####| 10/10"},
    "100%|####| 10/10"),
    "a table": ({"text/html": "<table id='d'><tr><th>a<tr><td>1</table><script>f('d')</script>"}, "a1"),
    "words beside a script": ({"text/html": "<p id='p'>said</p><script>f('p')</script>"}, "said"),
    "markdown": ({"application/x-y": "", "text/markdown": "**said**"}, "said"),
    "HTML beside a widget": ({"application/vnd.jupyter.widget-view+json": {}, "text/html": "<b>said</b>"}, "said"),
}  # fmt: skip
PREPARES = {
    "styles alone": {"text/html": "<style>p{}</style>"},
    "a library": {"application/vnd.bokehjs_load.v0+json": "", "application/javascript": "load()"},
    "a library by HTML": {"text/html": "<script>window.PlotlyConfig = {MathJaxConfig: 'local'};</script>"},
    "a whole library by HTML": {
        "text/html": f"<script>/*! a library */ {'a.b(c); ' * 20_000} document.getElementById('x')</script>"
    },
    "a library and the words that wait for it": {
        "application/vnd.bokehjs_load.v0+json": "", "text/html": "<span id='b'>Loading BokehJS ...</span>"
    },
    "words that wait for a library of another output": {"text/html": "<span id='b'>Loading BokehJS ...</span>"},
    "a library that loads another": {
        "text/html": '<div id="l"></div><script data-lets-plot-script="library">document.getElementById("l")</script>',
        "text/plain": "<IPython.core.display.HTML object>",
    },
    "a page of Panel without a figure": {
        "application/vnd.holoviews_exec.v0+json": "",
        "text/html": "<div id='r'><div></div></div><script>var docs_json = {\"roots\":[{\"type\":\"object\","
        "\"name\":\"panel.models.browser.BrowserInfo\"}]}; document.getElementById('r')</script>",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN_BY_SCRIPTS)
def test_what_only_a_script_draws_is_a_frame_that_says_so(notebook, shown, name):
    losses = Losses()
    tree = build_document(notebook("text", [shown(DRAWN_BY_SCRIPTS[name])]), losses=losses)
    frames = [e for e in elements(tree["blocks"]) if e["t"] == "Div" and "placeholder" in e["c"][0][1]]
    assert len(frames) == 1
    assert "cell 2" in text_of(frames) and "Only a running page draws it" in text_of(frames)
    assert "Loading" not in text_of(tree["blocks"])
    assert losses.said and losses.said[0].startswith("cell 2 (id ")
    with pytest.raises(InputError, match=r"cell 2 \(id \w+\): .*only a running page draws"):
        build_document(notebook("text", [shown(DRAWN_BY_SCRIPTS[name])]), strict=True)


@pytest.mark.parametrize("name", STATIC)
def test_a_static_form_of_the_same_output_is_used(notebook, shown, name):
    data, said = STATIC[name]
    losses = Losses()
    tree = build_document(notebook([shown(data, alt="x")]), losses=losses)
    assert losses.said == []
    assert text_of(tree["blocks"]) == said if said else [e for e in elements(tree["blocks"]) if e["t"] == "Image"]


@pytest.mark.parametrize("name", PREPARES)
def test_what_prepares_a_page_is_nothing_and_no_loss(notebook, shown, name):
    losses = Losses()
    assert build_document(notebook([shown(PREPARES[name])]), losses=losses)["blocks"] == []
    assert losses.said == []


def test_the_frame_is_in_the_pdf_and_a_warning_names_notebook_and_cell(notebook, shown, caplog, monkeypatch):
    made = notebook("text", [shown(DRAWN_BY_SCRIPTS["plotly"])])
    exporter = TypstPDFExporter()
    monkeypatch.setattr(exporter.log, "propagate", True)  # another application may have cut it off
    with caplog.at_level(logging.WARNING, logger=exporter.log.name):
        content, resources = exporter.from_notebook_node(made, {"metadata": {"name": "my notes"}})
    assert "plotly figure" in finished.words(content)
    assert finished.faults(content) == []
    assert resources["losses"] and resources["losses"][0] in caplog.text
    assert "my notes, cell 2 (id" in caplog.text
    with pytest.raises(ConversionException, match="cell 2"):
        TypstPDFExporter(strict=True).from_notebook_node(made)


MODEL = (
    "<style>.sk-top div.sk-container {display: inline-block !important} .sk-fallback {display: none}</style>"
    "<div class='sk-top'><div class='sk-fallback'>please rerun this cell</div>"
    "<div class='sk-container' hidden></div></div><script>document.getElementById('x')</script>"
)


def test_the_text_that_could_make_an_object_again_stands_for_its_empty_page(notebook, shown):
    losses = Losses()
    data = {"text/html": MODEL, "text/plain": "LogisticRegression(C=0.5)"}
    assert text_of(build_document(notebook([shown(data)]), losses=losses)["blocks"]) == "LogisticRegression(C=0.5)"
    assert losses.said == []


def test_below_the_frame_of_a_widget_stands_what_it_is_made_of(notebook, shown):
    data = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider(value=3, description='days')"}
    blocks = build_document(notebook([shown(data)]))["blocks"]
    assert [block["t"] for block in blocks] == ["Div", "CodeBlock"]
    assert "days" in text_of(blocks[1])


@pytest.mark.parametrize("said, name", [
    ("Plotly.newPlot('a', [])", "plotly figure"), ("vegaEmbed('#a', {})", "Vega chart"), ("f('a')", "HTML that"),
])  # fmt: skip
@pytest.mark.parametrize("length", [0, 200_000])
def test_a_page_that_a_script_fills_is_named_by_what_the_script_calls(notebook, shown, said, name, length):
    html = f"<div id='a'></div><script>document.getElementById('a');{'x();' * (length // 4)}{said}</script>"
    losses = Losses()
    build_document(notebook([shown({"text/html": html})]), losses=losses)
    assert len(losses.said) == 1 and f"not shown: {name}" in losses.said[0]


ANIMATION = "<div><img id='i'><label>Loop</label></div><script>frames[0] = \"data:image/png;base64,{}\"</script>"


@pytest.mark.parametrize("length", [0, 200_000])
def test_an_animation_is_its_first_picture_and_the_rest_is_said(notebook, shown, length):
    html = ANIMATION.format(DOT[:40] + "\\\n" + DOT[40:]) + f"<script>{'x();' * (length // 4)}</script>"
    losses = Losses()
    blocks = build_document(notebook([shown({"text/html": html})]), losses=losses)["blocks"]
    assert [e["c"][2][0] for e in elements(blocks) if e["t"] == "Image"] == [f"data:image/png;base64,{DOT}"]
    assert len(losses.said) == 1 and "the rest of an animation" in losses.said[0]


def test_a_value_of_json_is_shown_as_text(notebook, shown):
    data = {
        "application/json": {"day": "2024-02-03", "n": [1, None]},
        "text/plain": "<IPython.core.display.JSON object>",
    }
    losses = Losses()
    said = text_of(build_document(notebook([shown(data)]), losses=losses)["blocks"])
    assert losses.said == []
    assert said.splitlines()[1:3] == ['  "day": "2024-02-03",', '  "n": [']


def test_a_long_script_that_draws_its_data_is_no_library(notebook, shown):
    script = f"<script>Plotly.newPlot(element, [{'1.5, ' * 30_000}])</script>"
    losses = Losses()
    (block,) = build_document(notebook([shown({"text/html": script})]), losses=losses)["blocks"]
    assert "placeholder" in block["c"][0][1]
    assert len(losses.said) == 1 and "plotly figure" in losses.said[0]


SEEN_BY_NOBODY = "<VegaLite 5 object>\n\nIf you see this message, it means the renderer has not been enabled\nfor it."


@pytest.mark.parametrize(("data", "what"), [
    ({"application/vnd.vegalite.v5+json": {"mark": "bar"}, "text/plain": SEEN_BY_NOBODY}, "Vega-Lite chart"),
    ({"text/html": "<div id='v'></div><script>vegaEmbed(a, b)</script>", "text/plain": "alt.Chart(...)"}, "Vega chart"),
    ({"text/html": "<model-viewer src='x.glb'></model-viewer>"}, "<model-viewer>"),
])  # fmt: skip
def test_what_a_running_page_would_draw_is_a_frame_and_no_words_instead(notebook, shown, data, what):
    losses = Losses()
    blocks = build_document(notebook([shown(data)]), losses=losses)["blocks"]
    assert len(losses.said) == 1 and what in losses.said[0]
    assert "see this message" not in text_of(blocks) and "alt.Chart" not in text_of(blocks)
