# Each target is one word and works on a fresh checkout.
PYTHON ?= python3
PORT ?= 5397
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test check format docs bench nginx faults strace machine

demo: $(VENV)/.runtime
	@exec $(BIN)/keypost demo --port $(PORT)

test: $(VENV)/.test
	@$(BIN)/python tests/machine.py
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.runtime
	@$(BIN)/python -c 'from scripts.reference.pages import write; write()'

bench: $(VENV)/.runtime nginx
	@$(BIN)/python bench/rendering.py
	@$(BIN)/keypost bench --results bench/results

# What `make bench` compares with; without it that is left out.
nginx:
	@command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || { \
	  echo "Installing nginx-light ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light; \
	} || echo "nginx could not be installed."

# All of it takes hours; less of it, or some: make faults ONLY=f1,f5 KILLS=100 (tests/faults/long/amounts.py has them all).
faults: $(VENV)/.faults strace
	@$(BIN)/python -m tests.faults.long $(MAKEOVERRIDES)

strace:
	@command -v strace >/dev/null || { \
	  echo "Installing strace ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends strace; \
	} || echo "strace could not be installed."

machine:
	@command -v git >/dev/null || { echo "git is missing: apt-get install git"; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Keypost needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name another one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }

$(VENV)/.made: | machine
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml sdk/pyproject.toml | $(VENV)/.made
	@echo "Installing what Keypost needs (pinned and hashed) ..."
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation -e sdk -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.runtime
	@echo "Installing what the tests need (pinned and hashed) ..."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.faults: requirements/faults.txt $(VENV)/.test
	@echo "Installing what the long tests of faults need (pinned and hashed) ..."
	@$(PIP) install --require-hashes -r requirements/faults.txt
	@touch $@
