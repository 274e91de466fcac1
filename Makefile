# Everything happens in .venv; needs only Python >= 3.11 with venv, and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help report reports quick test check docs wheel lab clean

help:
	@echo "make report   run the notebooks and make the report of the variant 'all' in build/all"
	@echo "make reports  the same for every variant in notebooks/parameters"
	@echo "make quick    run the fast tests, in about a minute"
	@echo "make test     run all tests"
	@echo "make check    ruff and mypy over the whole repository"
	@echo "make docs     the page of the public functions, in build/docs"
	@echo "make wheel    the package with its tables and notebooks as one file, in build/wheel"
	@echo "make lab      open the notebooks in JupyterLab"
	@echo "make clean    remove build/ (the environment stays; remove .venv by hand)"

report: $(READY)
	@$(BIN)/incidents build --check
	@$(BIN)/incidents report all

reports: $(READY)
	@$(BIN)/incidents build --check
	@$(BIN)/incidents report --all

# A file's tests stay in one process, and share what they have made; the files with slow tests come first. Many wait for
# kernels and browsers, so that three processes keep two cores busy.
TEST := $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

quick: $(READY)
	@$(TEST) -m "not slow"

test: $(READY)
	@$(TEST)

check: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy

docs: $(READY)
	@rm -rf build/docs-source build/docs && mkdir -p build/docs-source  # a name that is gone leaves no page
	@$(BIN)/sphinx-build --quiet --fail-on-warning -c docs/api build/docs-source build/docs
	@echo build/docs/index.html

wheel: $(READY)
	@rm -rf build/lib build/bdist.* build/wheel  # a file that is gone stays out
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	@rm -rf build/lib build/bdist.*
	@ls build/wheel/*.whl

lab: $(READY)
	@$(BIN)/jupyter lab --notebook-dir=notebooks

clean:
	rm -rf build

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "This needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing)." \
	       "Name another one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "'$(PYTHON)' comes without venv; install it first (on Debian and Ubuntu: apt install python3-venv)."; \
	  exit 1; }
	@echo "Setting up .venv (once; a minute or two) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@
