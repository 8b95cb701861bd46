# Alo's commands. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_USE_PEP517 := 1

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(RUN) ## Run a whole sample round with simulated phones, about 3 minutes
	$(PY) -m cli.main demo $(ARGS)

.PHONY: up
up: $(RUN) ## Run Alo in the foreground until Ctrl-C (ALO_PORT, ALO_DATA_DIR)
	@exec $(PY) -m cli.main up

.PHONY: migrate
migrate: $(RUN) ## Bring the database at DATABASE_OWNER_URL up to date
	$(PY) -m migrations.upgrade

.PHONY: test
test: export PYTHONDONTWRITEBYTECODE := # its many processes compile our modules once, not each
test: lint ## Lint, types, contracts and all tests but the long ones, at most 6 minutes
	$(VENV)/bin/pytest -m "not system and not bench" -n $(or $(TEST_WORKERS),2) --dist worksteal $(ARGS)

.PHONY: test-random
test-random: ## The same tests in random order; ends with its seed (ARGS="--random-order-seed=N" for the same again)
	$(MAKE) test ARGS="--random-order-bucket=global $(ARGS)"

.PHONY: test-system
test-system: $(DEV) ## The long tests with real parts, at most 45 minutes
	$(VENV)/bin/pytest -m "system and not long" --timeout 900 $(ARGS)

.PHONY: test-long
test-long: $(DEV) ## What takes longer still and repeats in part what the others show
	$(VENV)/bin/pytest -m "system and long" --timeout 900 $(ARGS)

.PHONY: hooks
hooks: ## Let git look at the subject of each commit of this checkout
	git config core.hooksPath .githooks

.PHONY: lint
lint: $(DEV) ## ruff, mypy and the floors' contracts
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check --quiet .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

.PHONY: bench
bench: $(DEV) ## CPU, memory and pace beside plain references (ARGS="--only ROW --quick")
	$(PY) -m tests.bench $(ARGS)

.PHONY: chaos
chaos: $(DEV) ## Kill parts 100 times each in running rounds (ARGS="--kills N --seed N --resume FILE")
	$(PY) -m tests.system.chaos $(ARGS)

.PHONY: test-chaos
test-chaos: $(DEV) ## Of the long tests the storm, planted faults and two hosts: about 15 minutes
	$(VENV)/bin/pytest -m chaos --timeout 1800 $(ARGS)

.PHONY: national
national: $(DEV) ## A whole country through gateway, workers and a simulated network (ARGS="--organisations N --seed S --limit SECONDS --resume")
	$(PY) -m tests.system.national $(ARGS)

UPGRADE := --upgrade

.PHONY: pins
pins: $(DEV) ## Resolve requirements*.in into requirements*.txt anew, with hashes (UPGRADE= keeps what still fits)
	$(PY) -m pip install --quiet uv
	for part in requirements requirements-embedded requirements-dev; do \
	  $(VENV)/bin/uv pip compile --quiet --no-header --generate-hashes --python-version 3.11 $(UPGRADE) $$part.in -o $$part.txt; \
	done

.PHONY: sbom
sbom: $(RUN) ## Write what the product is made of, as CycloneDX JSON (OUT=sbom.json)
	$(PY) -m deploy.sbom > $(or $(OUT),sbom.json)

.PHONY: audit
audit: ## Look the pinned packages up among known vulnerabilities; says so where no feed can be reached
	@.ci/audit

$(PY):
	@for python in python3.11 python3.12 python3.13 python3; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Python: $$python"; exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo "Cần Python 3.11 trở lên có venv (Python 3.11 or newer with venv is needed; on Debian: apt install python3-venv)" >&2; \
	exit 1

$(RUN): requirements-embedded.txt pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --require-hashes -r requirements-embedded.txt
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	$(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
