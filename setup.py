"""The wheel holds, beside the package, the tables and notebooks of this repository in `analysis/shipped`."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SHIPPED = ("data", "seeds", "notebooks", "LICENSE", "README.md", "pyproject.toml", "requirements.lock")
IGNORED = shutil.ignore_patterns(".*", "__pycache__", "*.db", "release", "submitted", "autograded", "feedback")


class BuildWithTables(build_py):
    """Copies the tables and notebooks into the build; an editable installation finds them in the repository."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "analysis" / "shipped"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in SHIPPED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, target / name, ignore=IGNORED)
            else:
                shutil.copyfile(source, target / name)


setup(cmdclass={"build_py": BuildWithTables})
