"""Runs typst as a program of its own, on a request in a folder: what it needs in time and memory has a bound.

    python typst_program.py FOLDER-OF-TYPST FOLDER

`request.json` in the folder holds `sources` (names of files in it), `fonts`, `standards`, `timestamp`, `seconds` and
`megabytes`; `answers.json` then says for each source whether it became `<source>.pdf`, and if not, why. It imports
nothing of the package: it begins in a few hundredths of a second.
"""

import json
import sys
from pathlib import Path


def run_request(folder: Path) -> None:
    """Set every source; the answers appear whole."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    _bound(request["seconds"], request["megabytes"])
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[request["fonts"]])
    answers = []
    for name in request["sources"]:
        try:
            made = typst.compile(
                (folder / name).read_bytes(), root=str(folder), format="pdf", font_paths=fonts,
                package_path=str(folder / "packages"), package_cache_path=str(folder / "packages"),
                pdf_standards=request["standards"], timestamp=request["timestamp"],
            )  # fmt: skip
            (folder / f"{name}.pdf").write_bytes(made)
            answers.append("")
        except typst.TypstError as problem:
            answers.append("; ".join([problem.message, *problem.hints]))
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")


def _bound(seconds: int, megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where the one who waits still ends it after its time
        return
    for kind, wanted in ((resource.RLIMIT_AS, megabytes * 2**20), (resource.RLIMIT_CPU, seconds)):
        _, hard = resource.getrlimit(kind)  # a limit that is there already can only be lowered
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (bound, bound))


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    run_request(Path(sys.argv[2]))
