"""The docs say what is so: generated blocks, worked examples, ids, links and commands.

`python -m tests.test_docs`, in the repository's folder, writes the generated blocks again and the
outputs of the worked examples.
"""

from __future__ import annotations

import contextlib
import dataclasses
import doctest
import io
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import click
import pandas as pd
import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.evidence import schema
from analysis.evidence.audit import audited_rows, error_bound
from analysis.evidence.data_dictionary import format_codebook_table
from analysis.evidence.evidence_base import load_evidence
from analysis.evidence.folders import REPOSITORY
from analysis.explorer.explorer_state import EMPTY, address_of_state, view_of_state
from analysis.incidents.dataset import open_folder
from analysis.incidents.incident_table import LINKAGE_RULES
from analysis.incidents.resolution import PRECEDENCE, RULE_WORDS
from analysis.incidents.views import View, select
from analysis.measures import totals
from analysis.measures.total_intervals import total_intervals
from analysis.reports.glossary import GLOSSARY
from analysis.runs import variants

DOCS = REPOSITORY / "docs"
CODEBOOK = DOCS / "codebook.md"
ADD_A_CLAIM = DOCS / "add-a-claim.md"
OWN_TABLE = DOCS / "bring-your-own-table.md"
DATA = REPOSITORY / "data" / "README.md"
PAGES = [*sorted(DOCS.glob("*.md")), DATA, REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md"]
AGAIN = "out of date: run 'python -m tests.test_docs' in the repository's folder and read what it changed"

BLOCK = re.compile(r"<!-- (?P<kind>[a-z ]+)(: (?P<name>\S+))? -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)


# Blocks that are generated from the package and the tables.


def points() -> str:
    """Every rule of reconciliation with the value that is set now."""
    rules = {f.name: getattr(LINKAGE_RULES, f.name) for f in dataclasses.fields(LINKAGE_RULES)}
    lines = ["| rule | value |", "|---|---|"]
    lines += [f"| `{name}` | {value:g} |" for name, value in rules.items() if isinstance(value, int | float)]
    for category in LINKAGE_RULES.categories:
        steps = " then ".join(f"`{step}`" for step in category.levels)
        lines.append(f"| category {category.name}: {steps} | agree {category.agree:+g}, differ {category.differ:+g} |")
    return "\n".join([*lines, f"| figures compared | {', '.join(f'`{name}`' for name in LINKAGE_RULES.figures)} |"])


def precedence() -> str:
    """PRECEDENCE and RULE_WORDS as two tables."""
    fields = [f"| `{field}` | {', then '.join(keys)} |" for field, keys in PRECEDENCE.items()]
    words = [f"| {key or '(none)'} | {said} |" for key, said in RULE_WORDS.items()]
    return "\n".join(["| column | asked in this order |", "|---|---|", *fields, "",
                      "| rule | as `disputes.csv` says it |", "|---|---|", *words])  # fmt: skip


def files() -> str:
    """Every table of data/, its rows and its description."""
    folder = REPOSITORY / "data" / "public_record"
    paths = [folder / f"{table.name}.csv" for table in schema.EVIDENCE]
    tables = (*schema.SHARED, *schema.DERIVED, *schema.JUDGED)
    paths += [REPOSITORY / "data" / f"{table.name}.csv" for table in tables]
    lines = ["| file | rows | what it holds |", "|---|---|---|"]
    for path in paths:
        rows = len(pd.read_csv(path, dtype=str))
        name = path.relative_to(DATA.parent).as_posix()
        lines.append(f"| `{name}` | {rows:,} | {schema.TABLES[path.stem].description} |")
    return "\n".join(lines)


def against_totals() -> str:
    """Itemised incidents beside the running totals of two counters, on days with a total."""
    incidents = pd.read_csv(REPOSITORY / "data" / "incidents.csv", parse_dates=["date"])
    tallies = load_evidence().tallies
    lines = ["| counter | from | to | its total | incidents in the table |", "|---|---|---|---|---|"]
    for counter, scope, last, voice in (
        ("Pentagon", "all", "2023-11-30", "us_official"),
        ("Pentagon", "all", "2024-01-29", "us_official"),
        ("SOHR", "Syria", "2024-12-26", ""),
    ):
        said = totals.running_total(tallies, counter, scope)
        total = said.loc[said["as_of"] == last, "total"].iloc[-1]
        counted = incidents[incidents["date"].between(said["since"].iloc[0], pd.Timestamp(last))]
        counted = counted[(counted["confirmation"] == voice) if voice else (counted["country"] == scope)]
        of = "confirmed by a U.S. official" if voice else f"in {scope}, whoever says so"
        lines.append(f"| {counter} | {said['since'].iloc[0]:%Y-%m-%d} | {last} | {total} | {len(counted)} {of} |")
    return "\n".join(lines)


def against_intervals() -> str:
    """Itemised incidents beside the Pentagon's count of each interval between two of its totals."""
    incidents = pd.read_csv(REPOSITORY / "data" / "incidents.csv", parse_dates=["date"])
    spans = total_intervals(totals.running_total(load_evidence().tallies, "Pentagon"))
    spans = spans[spans["end"] <= "2024-01-29"]
    lines = ["| from | to | Pentagon | confirmed by a U.S. official | whoever says so |", "|---|---|---|---|---|"]
    sums = [0, 0, 0]
    for span in spans.itertuples():
        inside = incidents[incidents["date"].between(span.start, span.end)]
        row = [int(spans.at[span.Index, "count"]), int((inside["confirmation"] == "us_official").sum()), len(inside)]
        sums = [a + b for a, b in zip(sums, row, strict=True)]
        lines.append(f"| {span.start:%Y-%m-%d} | {span.end:%Y-%m-%d} | {row[0]} | {row[1]} | {row[2]} |")
    lines.append(f"| **{spans['start'].min():%Y-%m-%d}** | **{spans['end'].max():%Y-%m-%d}** | "
                 + " | ".join(f"**{number}**" for number in sums) + " |")  # fmt: skip
    return "\n".join(lines)


def audited() -> str:
    """Each audit sheet, their sum, and the bound of the share of rows with a major error."""
    audit = load_evidence().audit
    lines = ["| sheet | read again | major errors | minor errors | not read | drawn |", "|---|---|---|---|---|---|"]
    for row in audit[audit["file"].isna()].itertuples():
        unread = 0 if pd.isna(row.not_read) else row.not_read
        lines.append(f"| {row.sheet} | {row.checked} | {row.major} | {row.minor} | {unread} | {row.drawn} |")
    whole = audited_rows(audit)
    lines.append(f"| all | {whole['checked']} | {whole['major']} | {whole['minor']} | {whole['not_read']} | |")
    bound = error_bound(whole["major"], whole["checked"])
    lines += ["", f"Of the rows that can be read again at most {bound:.1%} have a major error "
              "(95 % upper bound, exact binomial)."]  # fmt: skip
    return "\n".join(lines)


PAUSE = {"start": "2024-02-04", "end": "2024-04-20"}
JANUARY = {"start": "2024-01-01", "end": "2024-01-31"}
# A question, what to do in the explorer, and the state that answers it.
QUESTIONS: list[tuple[str, str, dict]] = [
    ("Which attacks inside the Pentagon's pause rest on one origin?", "brush the pause, tick 1 of the origins",
     PAUSE | {"filters": {"n_origins": ["1"]}}),
    ("Who was first to report the attack in Jordan?", "tick Jordan, press the incident: claims stand by publication",
     {"filters": {"country": ["Jordan"]}, "open": "I20240128-tower-22"}),
    ("Who confirms the attacks of January, beside those of November?",
     "brush November, keep it to compare, brush January",
     JANUARY | {"kept": {"start": "2023-11-01", "end": "2023-11-30"}}),
    ("Where were the attacks after 20 April 2024?", "give the first day; the map and the places follow",
     {"start": "2024-04-21"}),
    ("Which attacks does a source connect with Tower 22?", "type it into the search", {"text": "tower 22"}),
    ("What do monitors alone leave of the pause?", "brush the pause, choose what monitors report as evidence",
     PAUSE | {"evidence": "reported by monitors"}),
    ("What happened on the fullest day?", "press the darkest square of the calendar",
     {"start": "2023-12-08", "end": "2023-12-08"}),
    ("Were rockets used in Iraq?", "split the bars by weapon, tick Iraq and rocket",
     {"by": "weapon", "filters": {"country": ["Iraq"], "weapon": ["rocket"]}}),
    ("Which attacks killed Americans?", "tick the number of U.S. killed", {"filters": {"us_killed": ["3"]}}),
    ("Which attacks of January only the attackers claim?", "brush January, tick their claim only, save as CSV",
     JANUARY | {"filters": {"confirmation": ["claim_only"]}}),
]  # fmt: skip


def questions() -> str:
    """Each question with its way, its address after the page's name, and how many incidents answer it."""
    dataset = open_folder()
    lines = ["| question | how | address | attacks |", "|---|---|---|---|"]
    for asked, way, given in QUESTIONS:
        state = EMPTY | {name: value for name, value in given.items() if name != "kept"}
        kept = {"kept": address_of_state(EMPTY | given["kept"])} if "kept" in given else {}
        address = "&".join(filter(None, [address_of_state(state), urlencode(kept)]))
        found = select(dataset, view_of_state(View(), state), empty_ok=True)
        lines.append(f"| {asked} | {way} | `#{address}` | {len(found)} |")
    return "\n".join(lines)


GENERATED: dict[str, Callable[[], str]] = {
    "points": points,
    "precedence": precedence,
    "files": files,
    "against totals": against_totals,
    "against intervals": against_intervals,
    "audit": audited,
    "questions": questions,
    "glossary": lambda: GLOSSARY.read_text(encoding="utf-8").rstrip("\n"),
}


def generated(text: str) -> str:
    """The page with every generated block written again."""

    def fresh(block: re.Match) -> str:
        if block["kind"] == "columns":
            body = format_codebook_table(block["name"])
        elif block["kind"] in GENERATED:
            body = GENERATED[block["kind"]]()
        else:
            return block[0]
        name = f": {block['name']}" if block["name"] else ""
        return f"<!-- {block['kind']}{name} -->\n{body}\n<!-- end -->"

    return BLOCK.sub(fresh, text)


# Worked examples: the steps of a page, done in a folder.


def worked(text: str, folder: Path) -> str:
    """The page with every `run` block as it comes out when its steps are done in `folder`.

    `file` writes a file, `last row` replaces its last row, `new row` adds one; `run` holds console
    commands (`$ incidents ...`) or a Python session.
    """
    names: dict = {}

    def step(block: re.Match) -> str:
        fence, *lines, _ = block["body"].rstrip("\n").split("\n")
        if block["kind"] == "run":
            session = _python if fence == "```pycon" else _console
            return block[0].replace("\n".join(lines), session(lines, folder, names))
        if block["name"]:
            _write(folder / block["name"], block["kind"], lines)
        return block[0]

    with contextlib.chdir(folder):
        return BLOCK.sub(step, text)


def _write(path: Path, kind: str, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.read_text(encoding="utf-8").splitlines() if kind in ("last row", "new row") else []
    kept = kept[:-1] if kind == "last row" else kept
    path.write_text("\n".join([*kept, *lines]) + "\n", encoding="utf-8", newline="")


def _console(lines: list[str], folder: Path, _: dict) -> str:
    out = []
    for line in lines:
        if line.startswith("$ incidents "):
            said = CliRunner().invoke(main, [*shlex.split(line)[2:], "--folder", str(folder)])
            out += [line, *said.output.rstrip("\n").replace(os.sep, "/").split("\n")]
    return "\n".join(out)


def _python(lines: list[str], _: Path, names: dict) -> str:
    out = []
    for example in doctest.DocTestParser().get_examples("\n".join(lines)):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(example.source, "<docs>", "single"), names)  # noqa: S102
        first, *more = example.source.rstrip("\n").split("\n")
        out += [f">>> {first}", *(f"... {line}" for line in more)]
        out += [line.rstrip() for line in said.getvalue().rstrip("\n").split("\n") if line]
    return "\n".join(out)


def copy_of_the_evidence(folder: Path) -> Path:
    for name in ("data", "seeds"):
        shutil.copytree(REPOSITORY / name, folder / name)
    return folder


def read(path: Path) -> str:
    if not path.is_file():
        pytest.skip(f"{path.name} is not written yet")
    return path.read_text(encoding="utf-8")


# The tests.


@pytest.mark.slow
@pytest.mark.parametrize("page", [CODEBOOK, DATA], ids=lambda path: path.name)
def test_generated_blocks_are_what_the_package_gives(page):
    text = read(page)
    assert generated(text) == text, AGAIN


def test_the_codebook_has_the_columns_of_every_table():
    named = [block["name"] for block in BLOCK.finditer(read(CODEBOOK)) if block["kind"] == "columns"]
    assert named == list(schema.TABLES)


@pytest.mark.slow
def test_adding_a_claim_goes_as_the_page_says(tmp_path):
    text = read(ADD_A_CLAIM)
    assert worked(text, copy_of_the_evidence(tmp_path)) == text, AGAIN
    incidents = pd.read_csv(tmp_path / "data" / "incidents.csv", dtype=str).set_index("incident_id")
    assert incidents.at["I20231022-al-asad-b", "claims"] == "M-001"
    assert "M-001" not in incidents.at["I20231022-al-asad", "claims"].split("|")


def test_the_first_build_of_the_example_names_both_slips_and_the_second_joins_the_claim():
    text = read(ADD_A_CLAIM)
    assert "2 problems in the tables" in text
    traced = next(block["body"] for block in BLOCK.finditer(text) if "$ incidents trace" in block["body"])
    assert "$ incidents trace I20231022-al-asad" in traced
    assert "M-001" in traced


def test_the_variant_of_the_example_suits_the_notebooks(tmp_path):
    block = next(block for block in BLOCK.finditer(read(ADD_A_CLAIM)) if block["kind"] == "variant")
    path = tmp_path / "mine.yml"
    path.write_text("\n".join(block["body"].strip().split("\n")[1:-1]), encoding="utf-8")
    notebooks = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
    values = variants.parameters_by_notebook(notebooks, variants.read_variant(path))
    assert any(given.get("sets") == ["my_set"] for given in values.values())


def test_a_table_of_ones_own_goes_as_the_page_says(tmp_path):
    text = read(OWN_TABLE)
    assert worked(text, tmp_path) == text, AGAIN


def test_the_smallest_table_alone_is_enough(tmp_path):
    import analysis as a

    block = next(block for block in BLOCK.finditer(read(OWN_TABLE)) if block["kind"] == "file")
    _write(tmp_path / "incidents.csv", "file", block["body"].strip().split("\n")[1:-1])
    incidents = a.select(a.open_folder(tmp_path), a.View())
    assert a.count(incidents, "month")["count"].sum() == len(incidents) > 0


@pytest.mark.parametrize("page", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_relative_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)\s]+)\)", read(page))
    local = [link.split("#")[0] for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if link and not (page.parent / link).exists()] == []


IDS = re.compile(
    r"\b(I20\d{6}-[a-z0-9-]*[a-z0-9]|A\d-\d{3}|S\d-\d{2}|ES?-\d{2,3}|TS?\d-\d{2}|T20\d{6}-[a-z0-9-]*[a-z0-9])\b"
)


@pytest.fixture(scope="module")
def known_ids() -> set[str]:
    evidence = load_evidence()
    incidents = pd.read_csv(REPOSITORY / "data" / "incidents.csv", dtype=str)
    columns = (evidence.claims["claim_id"], evidence.tallies["tally_id"],
               evidence.milestones["milestone_id"], incidents["incident_id"])  # fmt: skip
    return set(pd.concat(columns))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_id_that_is_named_exists(page, known_ids):
    text = read(page)
    made = {i for block in BLOCK.finditer(text) if block["kind"] == "new row" for i in IDS.findall(block["body"])}
    assert sorted(set(IDS.findall(text)) - known_ids - made) == []


def test_the_claims_of_the_codebook_belong_to_the_incidents_it_names():
    incidents = pd.read_csv(REPOSITORY / "data" / "incidents.csv", dtype=str)
    home = {claim: row.incident_id for row in incidents.itertuples() for claim in row.claims.split("|")}
    said = re.findall(r"`([AS]\d-\d+)` → `(I[\w-]+)`", read(CODEBOOK))
    assert len(said) > 15
    assert [pair for pair in said if home.get(pair[0]) != pair[1]] == []


@pytest.mark.slow
def test_the_examples_of_voices_and_grades_have_them():
    evidence = load_evidence()
    text = read(CODEBOOK)
    voices = evidence.claims.set_index("claim_id")["confirmation"]
    said = re.findall(r"`([AS]\d-\d+)` \((\w+)\)", text)
    assert [voice for _, voice in said] == list(schema.CONFIRMATION)
    assert [pair for pair in said if voices[pair[0]] != pair[1]] == []
    grades = evidence.sources.set_index("source_id")["reliability"]
    said = re.findall(r"`([\w-]+)` \(([A-F])\)", text)
    assert [grade for _, grade in said] == list(schema.RELIABILITY)
    assert [pair for pair in said if grades[pair[0]] != pair[1]] == []


@pytest.mark.parametrize(
    ("incident", "column", "value"),
    [
        ("I20231018-al-harir", "us_injured", "0"),
        ("I20231019-al-taji", "us_injured", ""),
        ("I20231019-al-taji", "confirmation", "claim_only"),
        ("I20240205-green-village", "date", "2024-02-04"),
        ("I20231020-al-tanf", "date_end", "2023-10-22"),
        ("I20240805-al-asad", "us_injured", "5"),
        ("I20240805-al-asad", "us_injured_high", "7"),
        ("I20231230-conoco", "weapon_count", "12"),
        ("I20240401-al-tanf", "result", "intercepted"),
        ("I20240128-tower-22", "country", "Jordan"),
    ],
)
def test_what_the_codebook_says_of_an_incident_is_so(incident, column, value):
    assert incident in read(CODEBOOK)
    path = REPOSITORY / "data" / "incidents.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("incident_id")
    assert rows.at[incident, column] == value


@pytest.mark.slow
def test_the_totals_of_the_codebook_are_those_of_the_series():
    said = totals.running_total(load_evidence().tallies, "Pentagon").set_index("as_of")
    assert said.at[pd.Timestamp("2023-10-30"), "total"] == 23
    assert said.at[pd.Timestamp("2023-11-17"), "total"] == 62
    contradicted = said[said["note"].str.startswith("contradicted")]
    assert "T20240205-pentagon" in contradicted["tally_ids"].str.cat(sep="|").split("|")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_command_that_is_named_exists(page):
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", read(page), re.DOTALL)).replace("`", "")
    for name, rest in re.findall(r"^(?:\$ |.*/)?incidents ([a-z][a-z-]*)(.*)", code, re.MULTILINE):
        assert name in main.commands, f"incidents {name}"
        command = main.commands[name]
        if isinstance(command, click.Group) and rest.split() and rest.split()[0] in command.commands:
            command = command.commands[rest.split()[0]]
        known = {option for p in command.params for option in p.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"incidents {name}{rest}"


def test_every_module_has_its_place_in_the_architecture():
    text = read(DOCS / "architecture.md")
    modules = [path for path in (REPOSITORY / "analysis").rglob("*.py") if path.stem != "__init__"]
    assert [path.stem for path in modules if not re.search(rf"`(\w+/)?{path.stem}`|{path.stem}\.py", text)] == []


def rewrite() -> None:
    for page in (CODEBOOK, DATA, ADD_A_CLAIM, OWN_TABLE, DOCS / "exploring.md"):
        text = generated(page.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder).resolve()
            text = worked(text, copy_of_the_evidence(target) if page == ADD_A_CLAIM else target)
        page.write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    rewrite()
