# Two commands do everything on a fresh machine with Python 3.11 or later:
#   make issue   builds the sample edition, offline, and says where it is
#   make test    every check: lint, types, floors, tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: issue test soak lint bench clients screenshots words lock clean

issue: $(VENV)/runtime
	$(BIN)/digest run --at 2026-11-23T05:30

test: lint
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not soak"

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(VENV)/dev
	$(BIN)/pytest -m soak

bench: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

screenshots: $(VENV)/runtime issue
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[screenshots]'
	$(BIN)/python docs/screenshots.py

words: $(VENV)/runtime
	$(BIN)/python docs/words.py

# What email clients know, anew from caniemail: needs npm.
clients:
	$(PYTHON) docs/clients.py

lock: $(VENV)/dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --all-extras --no-emit-index-url -o constraints.txt pyproject.toml

$(VENV)/runtime: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/dev: $(VENV)/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) out/daily out/public out/index.html digest.db*
