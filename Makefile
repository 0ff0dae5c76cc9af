# Two commands on a bare clone: `make demo` and `make test`. Each first creates what it needs: a virtual environment
# in .venv, filled from requirements.lock (every package pinned and hashed). Python 3.11 or newer and make are enough;
# where uv is installed it does the work, else venv and pip do. A stamp file makes the second `make` quick.

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
QUIET_PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PYTHON) -m pip --quiet

.PHONY: help setup demo test check format lock claims-score clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

setup: $(READY) ## only install

demo: $(READY) ## the main job from end to end; leaves demo-out/book.db and demo-out/report.html
	$(BIN)/counterflow demo --out demo-out

test: $(READY) ## every test
	$(PYTHON) -m pytest

check: $(READY) ## format, lint, types, import contracts, dead code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

format: $(READY) ## put the sources into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

claims-score: $(READY) ## how well the reader finds the claims of the example articles
	$(PYTHON) benchmarks/claims_score.py

lock: ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-annotate \
	  --group dev --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

clean: ## remove what make made
	rm -rf $(VENV) demo-out build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# A changed lock starts from an empty environment, so that nothing stale stays behind.
$(LOCKED): requirements.lock
	@echo 'Installing into $(VENV), once: a minute or two'
	@rm -rf $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --python '>=3.11' $(VENV) && \
	  uv pip install --quiet --python $(PYTHON) --require-hashes -r requirements.lock; \
	else \
	  for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break || python=; \
	  done; \
	  if [ -z "$$python" ]; then echo 'Counterflow needs Python 3.11 or newer; none was found on the PATH.' >&2; exit 1; fi; \
	  if ! "$$python" -m venv $(VENV); then \
	    echo 'To settle: install the venv part of Python (on Debian and Ubuntu: apt-get install python3-venv), or uv.' >&2; exit 1; \
	  fi; \
	  $(QUIET_PIP) install --require-hashes -r requirements.lock; \
	fi
	@touch $@

# The package itself, editable: the build backend comes from the lock too, so nothing else is fetched.
$(READY): $(LOCKED) pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation --editable .; \
	else \
	  $(QUIET_PIP) install --no-deps --no-build-isolation --editable .; \
	fi
	@touch $@
