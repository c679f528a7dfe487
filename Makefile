# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
# uv is used when it is on PATH; otherwise Python's own venv and pip. Nothing else is needed.

PYTHON ?= python3
VENV   := .venv
PORT   ?= 8000
STAGE  ?= year_end
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-postgresql choose lint bench states messages lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: export PILOTAGE_DATA_DIR := $(CURDIR)/var/demo
demo: export PILOTAGE_BASE_URL := http://localhost:$(PORT)
demo: $(VENV)/run ## set up, build a year of fictional data, serve it and print the accounts
	$(BIN)/pilotage demo --stage $(STAGE)
	exec $(BIN)/pilotage serve --port $(PORT)

test: $(VENV)/test ## everything: lint, types, tests on SQLite and PostgreSQL, the browser
	$(BIN)/python scripts/ensure_system.py
	$(BIN)/python scripts/run_tests.py

test-fast: $(VENV)/test ## the tests on SQLite without the browser and the killing
	$(BIN)/pytest -n 2 -m "not browser and not durability"

test-postgresql: $(VENV)/test ## every test that touches the database, on PostgreSQL
	PILOTAGE_TEST_DATABASE=postgresql $(BIN)/pytest -n 2 -m "database and not browser and not durability"

choose: $(VENV)/test ## find out which tests need not run on PostgreSQL again (tests/sqlite_only.txt)
	$(BIN)/python scripts/choose_postgresql.py

lint: $(VENV)/test ## imports, style, types
	$(BIN)/python scripts/lint.py

bench: $(VENV)/test ## measure the bars of docs/benchmarks.md and write that page
	$(BIN)/python -m bench

states: $(VENV)/run ## draw the state tables into docs/states.md
	$(BIN)/pilotage states > docs/states.md.new
	mv docs/states.md.new docs/states.md

messages: $(VENV)/run ## collect and compile the message catalogues (needs gettext)
	PYTHON=$(CURDIR)/$(BIN)/python sh scripts/messages.sh

lock: ## renew requirements.lock and requirements-test.lock (needs uv)
	sh scripts/lock.sh

clean: ## remove the environment and everything that was generated; data in var/ stays
	rm -rf $(VENV) artefacts build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache pilotage.egg-info

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Pilotage needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=/path/to/python3.11" >&2; exit 1; }
ifeq ($(UV),)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 1; }
else
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
endif
	touch $@

$(VENV)/run: $(VENV)/made requirements.lock pyproject.toml
ifeq ($(UV),)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
else
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet --require-hashes -r requirements.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet --no-deps --editable .
endif
	touch $@

$(VENV)/test: $(VENV)/run requirements-test.lock
ifeq ($(UV),)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
else
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install --quiet --require-hashes -r requirements-test.lock
endif
	touch $@
