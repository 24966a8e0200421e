.PHONY: run test check types style bench coverage messages migrations requirements
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
export GUANAI_HOME ?= $(CURDIR)/var

# Sets up what is missing, fills a demo home on first start, serves it with its background jobs.
run: $(VENV)/.run
	@exec $(BIN)/guanai serve --demo --port $(PORT)

# Everything: lint, types, layers, templates, translations, tests on SQLite and on PostgreSQL.
# The workers share what there is of the machine; JOBS= changes their number.
JOBS ?= 2
test: check
	$(BIN)/python -m pytest -n $(JOBS) -q
	GUANAI_TEST_POSTGRES=1 $(BIN)/python -m pytest -n $(JOBS) -q -m "not browser"

check: $(VENV)/.dev
	$(MAKE) --jobs=2 --output-sync types style

types: $(VENV)/.dev
	$(BIN)/mypy

style: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint guanai --lint --quiet
	$(BIN)/python -m tools.messages --check
	$(BIN)/python manage.py makemigrations --no-header --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING

# All of it in a quarter of an hour; BENCH="pages --big" and the like choose, BENCH=--help tells.
bench: $(VENV)/.dev
	$(BIN)/python -m bench $(BENCH)

# Which requirements the tests name, a line per plan.
coverage: $(VENV)/.dev
	$(BIN)/python -m tools.coverage

$(VENV)/.run: requirements.txt tools/launcher.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python tools/launcher.py
	$(BIN)/python -m compileall -q config guanai
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# The migrations of 0.1.0 and 0.2.0 stay; what came since is one file an app until the next release, then it
# stays too. Data migrations are written by hand and depend on it.
migrations:
	rm -f guanai/*/migrations/000?_definitions.py
	$(BIN)/python manage.py makemigrations --no-header -n definitions audit organisations people privacy core

requirements:
	uv pip compile --generate-hashes --no-header --python-version 3.11 --universal requirements.in -o requirements.txt
	uv pip compile --generate-hashes --no-header --python-version 3.11 --universal requirements-dev.in -c requirements.txt -o requirements-dev.txt

messages:
	$(BIN)/python -m tools.messages
