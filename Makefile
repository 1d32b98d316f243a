# Everything a person does here starts with `make`. `make help` lists it.
# Needs Python >= 3.11 with venv, and make; Node comes as a wheel into the virtual environment.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
PORT ?= 8000
SIZE ?= ci
ARGS ?=
WORKERS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
NPM := npm --prefix designer --loglevel=error
STATIC := platform/loomwork/web/static/manifest.json
FRONT := $(shell find designer/src designer/tools -type f 2>/dev/null) designer/vite.config.ts designer/package-lock.json
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export PYTHONUNBUFFERED := 1
export NODE_USE_SYSTEM_CA ?= 1

# Stamps: a second `make setup` does nothing until a lock file changes.
$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (python3 --version)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make $(VENV); Debian keeps that in the package python3-venv"; exit 1; }

$(VENV)/.for-run: uv.lock requirements.lock pyproject.toml | $(PY)
	@echo "Installing the locked packages into $(VENV) (once, a minute or two)"
	@sh tools/sync.sh run

$(VENV)/.for-dev: uv.lock requirements-dev.lock pyproject.toml | $(PY)
	@echo "Installing the locked packages and the developers' tools into $(VENV) (once, a minute or two)"
	@sh tools/sync.sh dev
	@touch $(VENV)/.for-run

designer/node_modules/.installed: designer/package-lock.json | $(VENV)/.for-run
	@echo "Installing the front end's packages into designer/node_modules (once, about half a minute)"
	@$(NPM) ci
	@touch $@

$(STATIC): $(FRONT) designer/node_modules/.installed
	@echo "Building the front end"
	@$(NPM) run build

# `make new field-type percent`: the words after `new` belong to the tool, and may be names of targets.
ifeq (new,$(firstword $(MAKECMDGOALS)))

WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: new $(WORDS)
new: $(VENV)/.for-dev
	@$(PY) -m tools.new $(WORDS) $(ARGS)
$(WORDS): new
	@:

else

.PHONY: help run setup build test check accept prove bench fix seed snap schemas reference new

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.for-run $(STATIC) ## set everything up and serve the CRM with demo data on 127.0.0.1 (PORT=8000)
	@echo "Starting; the first start fills the database with demo data, about half a minute"
	@$(VENV)/bin/loomwork serve --demo --host 127.0.0.1 --port $(PORT)

setup: $(VENV)/.for-dev designer/node_modules/.installed ## virtual environment and packages, as locked
	@echo "ready: $(VENV)"

build: $(STATIC) ## the front end, into the package

test: setup build ## all tests, on SQLite and PostgreSQL (ARGS='-k name' for some)
	@status=0; \
	$(PY) -m pytest -n $(WORKERS) $(ARGS) || status=1; \
	$(NPM) run test || status=1; \
	exit $$status

check: setup ## static gates: lint, types, layers, schemas, reference, metadata
	@$(PY) -m tools.check

accept: setup build ## real inputs and customer stories against a fresh server
	@$(PY) -m tests.accept $(ARGS)

prove: setup build ## the numbered proofs on both databases (SIZE=full before a release)
	@SIZE=$(SIZE) $(PY) -m tests.prove $(ARGS)

bench: setup build ## speed against hand-written code; writes bench/latest.json
	@$(PY) -m tests.bench $(ARGS)

fix: setup ## repair what tools can repair
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(NPM) run fix

seed: $(VENV)/.for-run ## load the demo data into the configured database
	$(VENV)/bin/loomwork seed demo

snap: setup ## accept the present output as the golden files; read the diff
	LOOMWORK_SNAP=1 $(PY) -m pytest -n $(WORKERS) -q $(ARGS)

schemas: setup ## write metadata/schemas from the code
	@$(PY) -m tools.schemas

reference: setup ## write docs/reference from the code
	@$(PY) -m tools.reference

new: ## scaffold: make new field-type|app|function|check NAME
	@echo "usage: make new field-type|app|function|check NAME"; exit 1

endif
