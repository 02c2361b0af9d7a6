# `make check` is what a change has to pass; each part also stands alone. `make format` mends what can be mended.
# PYTHON is the interpreter of the environment with `pip install -e '.[dev]'` in it.
PYTHON ?= $(firstword $(wildcard .venv/bin/python) python3)

.PHONY: check format-check lint types contracts tests format

check: format-check lint types contracts tests

format-check:
	$(PYTHON) -m ruff format --check --output-format concise .

lint:
	$(PYTHON) -m ruff check --output-format concise .

types:
	$(PYTHON) -m mypy

contracts:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as c; c()" --no-logo

tests:
	$(PYTHON) -m pytest -q

format:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
