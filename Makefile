# make demo   builds the demo graph and asks it five questions
# make test   lint, types, tests (what CI runs)
# Each works alone on a fresh clone with Python 3.11+ and a package index; both make and reuse .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test lint clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "trialweave needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3.11"; exit 1; }
ifdef UV
	uv venv --quiet --python $(PYTHON) $(VENV)
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
endif

# The stamps are touched last, so an installation that was cut off is done again.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
ifdef UV
	uv pip install --quiet --python $(BIN)/python --editable .
else
	$(BIN)/python -m pip install --quiet --editable .
endif
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
ifdef UV
	uv pip install --quiet --python $(BIN)/python --group dev
else
	$(BIN)/python -m pip install --quiet --group dev
endif
	@touch $@

demo: $(VENV)/.installed
	@$(BIN)/trialweave demo

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/pytest -n auto

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
