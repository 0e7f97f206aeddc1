.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

install: $(VENV)/installed ## create the environment from the lock

run: install ## curate examples/ into a release below data/
	$(BIN)/winnow run examples/recipe.yaml

test: install ## run the tests, a module on each of two workers
	$(BIN)/python -m pytest -n 2 --dist loadscope

test-all: install ## run the tests, slow ones too
	$(BIN)/python -m pytest -m ""

golden: install ## write the golden files anew; review the difference
	WINNOW_GOLDEN=rewrite $(BIN)/python -m pytest -q -k golden

lint: install ## style, spelling, layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell README.md CHANGELOG.md docs flows schemas tasks
	$(BIN)/lint-imports

types: install ## mypy --strict
	$(BIN)/mypy

format: install ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve anew and write requirements.lock (exact versions, no index addresses)
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check ".[dev]"
	$(VENV)-lock/bin/python -m pip freeze --exclude winnow > requirements.lock
	rm -rf $(VENV)-lock

docs: install ## write docs/data-format.md from the schemas, docs/quality-rules.md from the rules
	$(BIN)/python docs/data_format.py > docs/data-format.md
	$(BIN)/python docs/quality_rules.py > docs/quality-rules.md

check: lint types test ## everything that must pass

clean: ## remove the environment and what was built
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache

.PHONY: help install run test test-all golden lint types format lock docs check clean
