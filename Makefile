# One verb a target. `make studio` and `make test` need nothing but Python 3.11, 3.12 or 3.13.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SONG ?=
OUT ?= film.mp4

.PHONY: studio film test setup-machine lint types imports check bench shots chaos fakes lock clean

studio: $(VENV)/.studio
	$(BIN)/streamlit run studio_app.py

film: $(VENV)/.studio
	$(BIN)/python -m pipeline run $(if $(SONG),"$(SONG)",--demo) --out "$(OUT)"

test: $(VENV)/.dev setup-machine check
	$(BIN)/python -m pytest

check: lint types imports

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

# Chromium and PostgreSQL come from Debian where this account may install them.
setup-machine:
	@sh tests/setup_machine.sh

bench: $(VENV)/.dev
	@for file in tests/bench/*.py; do echo "== $$file"; PYTHONPATH=. $(BIN)/python "$$file" || exit 1; done

shots: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python tests/browser/shots.py

chaos: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python tests/chaos/chaos.py

# Both vendors on this machine, with faults, to play with; prints the variables to set.
fakes: $(VENV)/.dev
	PYTHONPATH=. $(BIN)/python tests/fakes/serve.py

# The lock holds pins and hashes for 3.11 to 3.13, and no addresses.
lock: $(VENV)/.dev
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis shots

$(BIN)/python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); \
		ok or sys.exit("The studio needs Python 3.11, 3.12 or 3.13; this is %d.%d. Choose another one with: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.studio: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.studio
