# Bekal. Type `make help`.
VENV   := .venv
PYTHON ?= python3
PY     := $(VENV)/bin/python
RUN    := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
# Tests that share nothing run side by side; `make test TESTS=tests/store JOBS=0` runs a part, in one process.
TESTS  ?= tests
JOBS   ?= 2
PO     := $(wildcard locales/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.PHONY: help setup run sounds test test-long lint fmt goldens locales locales-check services lock bench understanding clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 18

$(VENV)/.ok: requirements-dev.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" scripts/setup.sh $(VENV) requirements-dev.txt

$(VENV)/.catalogues: $(VENV)/.ok $(PO) bot/locales_build.py
	@$(PY) scripts/locales.py compile
	@touch $@

setup: $(VENV)/.ok $(VENV)/.catalogues ## build .venv from the hashed lock file, and the message catalogues

run: setup ## start Bekal with its web chat (HOST and PORT say where); an empty database gets made-up events
	@$(PY) -m bot demo --if-empty
	@exec $(PY) -m bot serve

test: setup lint locales-check services ## everything but the long tests
	$(PY) -m bot check
	$(PY) -m pytest $(TESTS) -m "not long" -n $(JOBS)

test-long: setup services ## the long tests: load, faults, browsers, whole process
	$(PY) -m pytest $(TESTS) -m long || { code=$$?; [ $$code -eq 5 ] && echo "no long tests in $(TESTS)"; }

lint: setup ## ruff, formatting, types, floors of the house
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(RUN) lint-imports

fmt: setup ## put the code in order
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

goldens: setup ## write the expected conversations anew; look at the difference before committing it
	$(PY) -m pytest tests/conversations --update-goldens

locales: setup ## gather the messages from the code, merge them into every language, compile
	$(PY) scripts/locales.py update

locales-check: setup ## is locales/*.pot up to date, are all placeholders right
	@$(PY) scripts/locales.py check

sounds: setup ## let a machine read every lesson and answer aloud, into content/media/made/ (a few minutes)
	@$(PY) scripts/ensure_services.py speech
	$(PY) -m bot sound make

services: setup ## PostgreSQL, Chromium and a speech engine for the tests, installed if need be
	@$(PY) scripts/ensure_services.py

lock: $(VENV)/.ok ## resolve requirements*.in anew into the hashed lock files
	$(PY) -m pip install -q --disable-pip-version-check uv
	$(VENV)/bin/uv pip compile -q --no-header --generate-hashes --universal --python-version 3.11 $(LOCKFLAGS) requirements.in -o requirements.txt
	$(VENV)/bin/uv pip compile -q --no-header --generate-hashes --universal --python-version 3.11 $(LOCKFLAGS) requirements-dev.in -o requirements-dev.txt

bench: setup services ## measure; results are printed, not kept
	$(PY) -m benchmarks

understanding: setup ## how well questions and danger are understood: methods, scores, confusions, calibration, speed
	@$(PY) -m benchmarks.understanding

clean: ## remove what was built here; data/ is left alone
	rm -rf $(VENV) $(VENV).lock .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find locales -name '*.mo' -delete
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
