# The front door. `make help` lists what it opens.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
unexport PYTHONDONTWRITEBYTECODE  # else each of the many processes that tests start compiles all anew
ARGS ?=
# Tests wait for servers and processes: two at once would leave one of two cores idle a third of the time.
WORKERS ?= 3
AT ?=

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "jiesu needs Python 3.11 or newer (set PYTHON=…)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run ## start everything on 127.0.0.1:8000 (ARGS="--port 8001" to change)
	$(BIN)/jiesu serve $(ARGS)

ALL := -n $(WORKERS) --dist loadgroup -p bench.timetable --durations=20

test: $(VENV)/.dev ## run the tests, real PostgreSQL, Redis and Chromium included
	$(BIN)/python -m pytest $(ALL) $(ARGS)

test-at: $(VENV)/.dev ## the same under a moved clock, PostgreSQL and Redis included (AT="2028-02-29 12:00", the city's time)
	$(BIN)/python -m bench.moved_clock "$(AT)" $(BIN)/python -m pytest $(ALL) $(ARGS)

test-fast: $(VENV)/.dev ## run only the pure core's tests and those near what is not yet committed
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $$($(BIN)/python -m bench.nearby) $(ARGS)

FOREIGN := $(VENV)/foreign

foreign: $(FOREIGN)/telemelya/bin/moto_server $(FOREIGN)/telegram-test-api/node_modules ## install two Bot API servers nobody here wrote, for tests/foreign

$(FOREIGN)/telemelya/bin/moto_server: tests/foreign/requirements.txt
	$(PYTHON) -m venv $(FOREIGN)/telemelya
	$(FOREIGN)/telemelya/bin/pip install -q --disable-pip-version-check --no-deps -r tests/foreign/requirements.txt
	@touch $@

$(FOREIGN)/telegram-test-api/node_modules: tests/foreign/package.json
	mkdir -p $(FOREIGN)/telegram-test-api
	cp tests/foreign/package.json $(FOREIGN)/telegram-test-api/
	npm install --silent --no-audit --no-fund --prefix $(FOREIGN)/telegram-test-api
	@touch $@

check: $(VENV)/.dev ## everything CI runs: lint, sbom and test, and how long each took (AT=today: the day's moved clock)
	@$(BIN)/python -m bench.check "$(AT)" $(ALL) $(ARGS)

sbom: $(VENV)/.dev ## the bill of materials (var/sbom.json), and known holes where they can be asked for
	@mkdir -p var
	$(BIN)/cyclonedx-py requirements requirements.lock --of JSON -o var/sbom.json
	@$(BIN)/python -m bench.audit --lenient

security: $(VENV)/.dev ## every check of security (FUZZ_SECONDS=… to fuzz longer, NOT_ASKED_BECAUSE="…" without a network)
	$(BIN)/python -m bench.security

redteam: $(VENV)/.dev ## play the named attacks and print each with its answer
	$(BIN)/python -m bench.redteam

lint: $(VENV)/.dev ## ruff, mypy and the layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## format and sort
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

crash: $(VENV)/.dev ## kill the processes hundreds of times and account for it (ARGS="--kills 20" for less)
	$(BIN)/python -m bench.crash $(ARGS)

outage: $(VENV)/.dev ## stop the database for a minute under load and account for it
	$(BIN)/python -m bench.outage $(ARGS)

fuzz: $(VENV)/.dev ## push anything at both channels' webhooks, 10 minutes each (FUZZ_SECONDS=… to change)
	FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(BIN)/pytest -n 2 $(wildcard tests/webhooks/*/test_*_fuzz.py) $(ARGS)

bench: $(VENV)/.dev ## what a durable turn costs beside bare FastAPI, aiogram and a commit (docs/performance.md)
	$(BIN)/python -m bench.load $(ARGS)

bench-growth: $(VENV)/.dev ## the same with 10⁴, 10⁵ and 10⁶ tickets (ARGS="--sizes 10000 100000" for less)
	$(BIN)/python -m bench.load.growth $(ARGS)

bench-understanding: $(VENV)/.dev ## how well messages are understood (ARGS="--labelled FOLDER --complaints FILE.csv --stream FILE.csv --addresses FOLDER")
	$(BIN)/python -m bench.understanding $(ARGS)

classify: $(VENV)/.run ## install what `jiesu classify train` needs
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-classify.lock

bench-desk: $(VENV)/.dev ## measure the desk with many tickets on PostgreSQL (ARGS="--tickets 200000")
	$(BIN)/python -m bench.desk $(ARGS)

bench-survey: $(VENV)/.dev ## a city's surveys in virtual time, with crashes in between (ARGS="--tickets 100000")
	$(BIN)/python -m bench.survey $(ARGS)

lock: ## renew the lock files (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 pyproject.toml --extra classify -c requirements.lock -o requirements-classify.lock
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

.PHONY: redteam sbom security bench-desk bench-growth bench-survey foreign help run test test-at test-fast check lint format crash outage fuzz bench bench-understanding classify lock
