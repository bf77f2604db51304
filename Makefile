# Everything a person or CI runs. Needs Python 3.11 or later and make; the rest is fetched into .venv and .toolchain.

VENV := .venv
PY := $(VENV)/bin/python
UV := $(PY) -m uv
UV_VERSION := 0.13.9
WORKERS ?= 2
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)

# Where home cannot be written to, caches go beside the environment.
export UV_CACHE_DIR ?= $(shell test -w "$$HOME" && echo "$$HOME/.cache/uv" || echo "$(CURDIR)/.toolchain/cache/uv")

.DEFAULT_GOAL := help
.PHONY: help run test check bench format lock clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

run: $(VENV)/runtime.stamp ## Start everything and print the URL; Ctrl-C stops it
	@$(PY) -m litesubs serve --stop-with-parent

test: $(VENV)/dev.stamp ## Run every test: unit, integration, API and end-to-end
	$(PY) -m tests.e2e.chromium
	$(PY) -m pytest -n $(WORKERS) --dist loadfile

check: $(VENV)/dev.stamp ## Format, lint, types, import contracts, migrations, dead code
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m tests.migrations
	$(PY) -m vulture

bench: $(VENV)/dev.stamp ## Measure what must stay fast; fails where it does not (about ten minutes)
	@set -e; for program in $$(cd bench && grep -l '__main__' *.py); do $(PY) -m bench.$${program%.py}; done

format: $(VENV)/dev.stamp ## Format the code and fix what can be fixed by itself
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: $(VENV)/dev.stamp ## Pin the newest versions that pyproject.toml allows
	$(UV) pip compile --universal --python-version 3.11 --upgrade --quiet pyproject.toml -o requirements.txt
	$(UV) pip compile --universal --python-version 3.11 --upgrade --quiet --extra dev pyproject.toml -c requirements.txt -o requirements-dev.txt

clean: ## Remove what was fetched and built; the data stays
	rm -rf $(VENV) .toolchain .web .states .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/uv.stamp:
	@test -n "$(PYTHON)" || { echo "Litesubs needs Python 3.11 or later: install it, or run make PYTHON=/path/to/python3."; exit 1; }
	@test -x $(PY) && $(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing (once)." >&2
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/runtime.stamp: requirements.txt $(VENV)/uv.stamp
	@$(UV) pip install --quiet --compile-bytecode --python $(PY) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/runtime.stamp
	@$(UV) pip install --quiet --compile-bytecode --python $(PY) -r requirements-dev.txt
	@touch $@
