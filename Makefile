# `make help` lists what can be made. Everything runs in .venv, which `setup` makes from the lock file.
.DEFAULT_GOAL := help
PYTHON ?= python3
LOCK := requirements/lock.txt
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
ARGS ?=

.PHONY: help setup demo test run check eval bench lock

help:  ## list these
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP)  ## make .venv from the lock file (a second call does nothing)

$(STAMP): $(LOCK)
	@PYTHON="$(PYTHON)" sh requirements/install.sh $(VENV) $(LOCK)
	@touch $@

demo: setup  ## a local Discord with the bot in it: open the address that it prints
	$(PY) -m sandbox $(ARGS)

test: setup  ## run the tests
	$(PY) -m pytest -n 2 --cov --cov-report=term $(ARGS)

run: setup  ## start the bot with the settings in .env
	$(PY) -m bot run

check: setup  ## lint, types, layers
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

lock: setup  ## write the lock file anew from pyproject.toml
	$(PY) -m pip --version >/dev/null 2>&1 || true
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group dev pyproject.toml -o $(LOCK)
