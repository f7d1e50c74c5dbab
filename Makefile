# make demo | test | check | bench | model | wheelhouse : each sets up what it needs in .venv; only Python 3.11 or newer is assumed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Each process of tests takes up to a gigabyte.
TESTS := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup

SPARK := $(VENV)/.spark-installed
# Spark is 450 MB and of use only where there is Java; without either its tests are skipped.
WITH_SPARK := $(if $(shell command -v java),$(SPARK))

.PHONY: setup spark demo test check format lock bench model data wheelhouse wheelhouse-check clean

setup: $(STAMP)

# Every third-party file is pinned with its hash; the project itself is then built from the checkout without an index.
$(STAMP): requirements/dev.txt pyproject.toml hatch_build.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Built from source, with the build tools that are pinned already.
$(SPARK): requirements/spark.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --require-hashes -r requirements/spark.txt
	touch $@

spark: $(SPARK)

demo: setup
	$(BIN)/redactphi batch fixtures/notes.csv --text-column note_text \
		--id-column note_id --patient name=patient_name,birth_date=birth_date,mrn=mrn,phones=phone,address=address \
		--keep note_type --drop service_date --out demo --force --codes

test: setup $(WITH_SPARK)
	$(TESTS)

check: setup $(WITH_SPARK)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TESTS)

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Needs uv; resolves pyproject.toml and all groups to exact versions with hashes, for the Python the tests run on.
lock:
	uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra parquet --extra zstd --group test --group check --group train requirements/build.in pyproject.toml -o requirements/dev.txt
	uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate \
		requirements/bench.in -o requirements/bench.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--constraint requirements/dev.txt pyproject.toml -o requirements/core.txt
	uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--constraint requirements/dev.txt requirements/build.in requirements/wheelhouse.in -o requirements/wheelhouse.txt
	uv pip compile --python-version 3.11 --generate-hashes --no-header --no-annotate \
		requirements/spark.in -o requirements/spark.txt

model: setup
	$(BIN)/python -m models.training.train --seed 7

BENCH := .bench-venv
SHARED ?= ../shared/data

$(BENCH)/.installed: requirements/bench.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	touch $@

# Peers run in an environment of their own; both sides see the same notes in one run.
bench: setup $(BENCH)/.installed
	$(BIN)/python -m benchmarks.accuracy --gold $(SHARED)/phi/gold --by-others --peer $(BENCH)/bin/python
	$(BIN)/python -m benchmarks.held_out
	$(BIN)/python -m benchmarks.speed --notes $(SHARED)/phi/raw/mtsamples.jsonl --peer $(BENCH)/bin/python
	$(BIN)/python -m benchmarks.tokens --notes $(SHARED)/phi/raw/mtsamples.jsonl
	$(BIN)/python -m benchmarks.codes --gold $(SHARED)/icd/gold
	$(BIN)/python -m benchmarks.figures

HOUSE := .house-venv

$(HOUSE)/.installed: requirements/wheelhouse.txt
	$(PYTHON) -m venv $(HOUSE)
	$(HOUSE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/wheelhouse.txt
	touch $@

# PLATFORM=manylinux_2_28_aarch64 and PYTHON_VERSION=3.12 make one for other machines.
wheelhouse: $(HOUSE)/.installed
	$(HOUSE)/bin/python -m release.wheelhouse --out wheelhouse --platform "$(PLATFORM)" --python-version "$(PYTHON_VERSION)"

# Installs it into an empty environment without a network, and redacts a note there.
wheelhouse-check:
	$(PYTHON) -m release.check wheelhouse

clean:
	rm -rf $(VENV) $(BENCH) $(HOUSE) demo build dist wheelhouse
