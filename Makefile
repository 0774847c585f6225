# `make help` lists what can be made. Everything runs in .venv, made from the lock files in requirements/.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
ARGS ?=
INSTALL = PYTHON="$(PYTHON)" sh requirements/install.sh $(VENV)
COMPILE = uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --no-annotate --no-strip-extras --python-version 3.11

.PHONY: help setup demo test run check eval bench soak simulate sweep screenshots format trial lock

help: ## list these
	@sed -nE 's/^([a-z]+):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(RUN) $(DEV) ## make .venv with all that is needed (a second call does nothing)

$(RUN): requirements/run.txt
	@$(INSTALL) $<
	@touch $@

$(DEV): requirements/dev.txt | $(RUN)
	@$(INSTALL) $<
	@touch $@

demo: $(RUN) ## a local Discord with the bot in it: open the address that it prints
	@$(PY) -m sandbox $(ARGS)

run: $(RUN) ## start the bot with the settings in .env
	@$(PY) -m bot run

test: $(DEV) ## run the tests
	$(PY) -m pytest -n 2 --dist worksteal --cov --cov-report= $(ARGS)
	$(PY) -m coverage report --fail-under=95

check: $(DEV) ## lint, types, layers, lock files
	$(PY) requirements/locks.py
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

eval: $(DEV) ## measure the answers (ARGS=--errors lists each miss, --plot draws what few examples do)
	$(PY) -m tests.eval $(ARGS)

bench: $(DEV) ## measure speed and memory next to a minimal bot
	$(PY) -m bench $(ARGS)

soak: $(DEV) ## kill the bot in a posting storm with every fault, and count (ARGS=week: a bad week; ARGS=processes=4: several processes)
	$(PY) -m bench.soak $(ARGS)

simulate: $(DEV) ## live through years of daily quotes in minutes, with faults drawn from a seed
	$(PY) -m bench.simulate $(ARGS)

sweep: $(DEV) ## check the rule of time over every zone of the tz database
	$(PY) -m bench.sweep $(ARGS)

screenshots: $(DEV) ## retake the pictures in docs/images
	$(PY) -m bench.screenshots $(ARGS)

format: $(DEV) ## put the code into the common form
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

trial: $(DEV) ## try the set-up with every Python on this machine, from its own pip and from uv
	$(PY) requirements/trial.py

lock: ## make the lock files again from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(COMPILE) --group dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt pyproject.toml -o requirements/run.txt
	$(COMPILE) --constraint requirements/dev.txt --extra postgres pyproject.toml -o requirements/postgres.txt
