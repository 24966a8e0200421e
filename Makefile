.PHONY: run test check bench coverage messages migrations requirements
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
export GUANAI_HOME ?= $(CURDIR)/var

$(VENV)/.run: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

migrations:
	rm -f guanai/*/migrations/0*.py
	$(BIN)/python manage.py makemigrations audit organisations people core

requirements:
	uv pip compile --generate-hashes --no-header --python-version 3.11 --universal requirements.in -o requirements.txt
	uv pip compile --generate-hashes --no-header --python-version 3.11 --universal requirements-dev.in -c requirements.txt -o requirements-dev.txt

messages:
	$(BIN)/python -m tools.messages
