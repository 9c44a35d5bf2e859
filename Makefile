# The two commands a newcomer needs: `make build` and `make test`. Both set up the environment themselves.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/pylib:$(CURDIR)
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
# By another name than MAKE, under which `make -n` would run the lines that it stands in.
INSTALL := $(MAKE) --no-print-directory

##@ Every day
.PHONY: setup
setup: env-build ## Set up the environment and nothing else

.PHONY: build
build: landing-zone ## Set up, write the default landing zone if there is none, build what has news, or ALL=yes
	python -m techco.operations.build $(if $(ALL),--all)
	@# No column shows personal data unmasked; only what has changed is read again.
	python -m techco.privacy.lineage

.PHONY: test
test: env-test env-lint env-snowflake env-emulator env-notebook env-metrics ## Every kind of check once, on tiny landing zones
	@# Side by side, because pytest alone leaves an eighth of two cores idle: it waits for what other processes write.
	$(MAKE) --jobs 2 pytest lint

.PHONY: pytest
pytest: env-test env-lint env-snowflake env-emulator env-notebook env-metrics
	python -m pytest

.PHONY: lint
lint: env-lint ## Style and structure of SQL, YAML, Python and the dbt project
	pre-commit run --all-files --color never

.PHONY: audit
audit: env-build ## Test all rows again, those that have passed before, too
	TECHCO_AUDIT=yes dbt test --exclude-resource-type unit_test

.PHONY: validate
validate: env-build ## Hold every landed file against the contract
	python -m techco.contract.validate

.PHONY: publish
publish: env-build ## Write a release that analysts read without touching the warehouse
	python -m techco.serving.publish

.PHONY: alert
alert: env-build ## Tell TECHCO_ALERT_WEBHOOK or TECHCO_ALERT_EMAIL what failed or is late, since when, whose it is, what it reaches
	python -m techco.operations.alert

.PHONY: observe
observe: env-build ## Watch core with elementary, from the package hub or DBT_PACKAGE_HUB_URL; needs a built warehouse
	@dbt deps --project-dir observability --profiles-dir . \
	  || { echo "No package hub answers at $${DBT_PACKAGE_HUB_URL:-https://hub.getdbt.com/}. docs/observability.md has the recipe for a machine without one."; exit 1; }
	dbt build --project-dir observability --profiles-dir . --select package:elementary tag:elementary

.PHONY: overlay
overlay: env-build ## Hold the overlay in observability/ against the project, without a network
	python -m tools.checks.overlay

.PHONY: live
live: env-build ## Show what customers do right now, at http://127.0.0.1:8787 (docs/live.md); needs a release
	python -m techco.live

.PHONY: watch
watch: env-build ## Build and publish whenever something has landed, until Ctrl-C
	python -m techco.operations.watch

.PHONY: backup
backup: env-build ## Save what the landing zone cannot give back to warehouse/backups/<time>, or to BACKUP=folder
	python -m techco.operations.backup save

.PHONY: restore
restore: env-build ## Put the newest backup, or BACKUP=folder, into a warehouse that lost it [OVERWRITE=yes]
	python -m techco.operations.backup restore $(if $(OVERWRITE),--overwrite)

.PHONY: docs
docs: env-build ## Write the documentation site to site/: tables, columns and where they come from, who sees what
	python -m techco.documents.site

.PHONY: notebook
notebook: env-notebook ## Open the notebooks in a browser; they read the release
	marimo edit notebooks --no-token

.PHONY: slides
slides: env-build ## Draw docs/slides.md as slides/index.html and slides/slides.pdf: the architecture, told in twelve slides
	dbt --quiet parse
	python -m techco.documents.slides

.PHONY: ask
ask: env-build ## List the questions of docs/questions.md, or answer number Q=… from the release
	@python -m techco.documents.questions $(Q)

.PHONY: orchestrate
orchestrate: env-orchestration landing-zone ## Build and publish by itself what lands, with Dagster's page on this machine [PORT=3000]
	python -m orchestration $(if $(PORT),--port $(PORT))

.PHONY: dashboards
dashboards: env-build env-dashboards ## Show dashboards of the release, with a login for each role, until Ctrl-C [PORT=8088]
	@TECHCO_DASHBOARDS_PORT="$(PORT)" python -m techco.dashboards.serve

.PHONY: dashboards-test
dashboards-test: env-test env-dashboards ## Hold every number on the dashboards against SQL in a headless Chromium [SCREENSHOTS=yes]
	python -m pytest --numprocesses 0 dashboards/tests

.PHONY: metrics
metrics: env-metrics ## List metrics and questions; answer METRICS=a,b [BY=c,d] or QUERY=name [ROLE=role] [ARGS=options of mf query]
	@python -m techco.serving.metrics $(if $(QUERY),--saved-query "$(QUERY)") $(if $(METRICS),--metrics "$(METRICS)") \
	  $(if $(BY),--group-by "$(BY)") $(if $(ROLE),--role "$(ROLE)") $(ARGS)

##@ Data that comes by itself
.PHONY: capture
capture: env-ingest ## Land a PostgreSQL database and its changes, until Ctrl-C: CONFIG=file (ingest/README.md)
	python -m ingest.postgres $(CONFIG)

.PHONY: capture-debezium
capture-debezium: env-debezium ## Land a MySQL, Oracle or SQL Server database and its changes, until Ctrl-C: CONFIG=file; needs Java 17
	python -m ingest.debezium $(CONFIG)

.PHONY: topics
topics: env-ingest ## Land Kafka topics, until Ctrl-C: CONFIG=file
	python -m ingest.kafka $(CONFIG)

.PHONY: fetch
fetch: env-ingest ## Land what is new of an API or of partners' files, and end: CONFIG=file
	python -m ingest.api $(CONFIG)

.PHONY: shop
shop: landing-zone env-ingest ## Start a small database with the simulated shop, to try `make capture` with; needs PostgreSQL's server
	python -m ingest.shop start

.PHONY: shop-drive
shop-drive: env-ingest ## Use it, until Ctrl-C [ORDERS=20 a second], or change CHANGES=10000 rows in every way
	python -m ingest.shop drive --orders-per-second $(or $(ORDERS),1) $(if $(CHANGES),--changes $(CHANGES))

.PHONY: shop-stop
shop-stop: env-ingest ## Stop it; its data stay in warehouse/shop
	python -m ingest.shop stop

##@ Rights of persons
.PHONY: erase
erase: env-build ## Erase PERSON=<customer id>, or REQUESTED=yes: who asks in the CRM, from tables, file and releases [LANDING=yes: landed files, too] [DRY_RUN=yes]
	@# PERSON comes by the environment, so that no shell reads what stands in an id.
	@python -m techco.operations.erase $(if $(REQUESTED),--requested) $(if $(LANDING),--landing) $(if $(DRY_RUN),--dry-run)

##@ Snowflake
.PHONY: snowflake-local
snowflake-local: env-snowflake env-emulator landing-zone ## Run everything on an emulator of Snowflake, twice, the second time with one more day
	python -W ignore -m tools.parity.two_runs

.PHONY: parity
parity: env-snowflake env-emulator landing-zone ## Compare every mart and snapshot of both engines, on the emulator or with TARGET=snowflake
	python -W ignore -m tools.parity $(if $(TARGET),--target $(TARGET))

.PHONY: snowflake-sql
snowflake-sql: env-lint env-emulator ## Check the SQL that `make snowflake-local` issued
	python -m tools.parity.gate warehouse/snowflake_local/statements.jsonl

##@ Now and then
.PHONY: review
review: landing-zone ## Say what a change reaches, and how the marts' numbers differ, before it is merged into BASE=origin/main
	python -m tools.review --base $(or $(BASE),origin/main)

.PHONY: sample
sample: env-build env-simulator ## Build a small warehouse to develop on, of ten days, in sample/, and say which variables point to it
	@if [ ! -e sample/landing ]; then python -m tools.simulator --out sample/landing --days 10 --customers 300 --orders-per-day 20; fi
	TECHCO_LANDING=sample/landing TECHCO_WAREHOUSE=sample/warehouse/techco.duckdb dbt build --threads 4 --exclude-resource-type unit_test test
	@echo "export TECHCO_LANDING=sample/landing TECHCO_WAREHOUSE=sample/warehouse/techco.duckdb"

.PHONY: table
table: env-build ## Write the skeleton of one more raw table: SOURCE=… TABLE=… SAMPLE=file KEY=columns [FEED=append]
	python -m techco.contract.new_table $(SOURCE) $(TABLE) --sample $(SAMPLE) --key $(KEY) --feed $(or $(FEED),append)

.PHONY: schema
schema: env-build ## Write the JSON schema by which editors complete and check the contract, after a change of a feed, domain or class
	python -m techco.contract.schema

.PHONY: olist
olist: env-build ## Build a warehouse from the Olist files in OLIST_DATA
	python -m examples.olist

.PHONY: wholesaler
wholesaler: env-build ## Build a warehouse from a wholesaler's invented ledger
	python -m examples.wholesaler

.PHONY: bench
bench: env-build ## Measure builds of 20 thousand, 200 thousand and 2 million orders, publishing the last, and a day on short and long history
	python -m tools.benchmarks.build
	python -m tools.benchmarks.publish
	python -m tools.benchmarks.incremental_day

.PHONY: bench-live
bench-live: env-build ## Measure the live service at 1,000 events/s for ten minutes, beside builds; needs a release
	python -m tools.benchmarks.live
	python -m tools.benchmarks.live --simulated-hour

.PHONY: judge
judge: landing-zone ## Hold predictions, alerts, lost sales, the reorder plan and sentiment against what the simulator hides; needs a built warehouse
	python -m tools.benchmarks.predictions || judged=1; python -m tools.benchmarks.alerts || judged=1; \
	  python -m tools.benchmarks.lost_sales || judged=1; python -m tools.benchmarks.replay || judged=1; \
	  python -m tools.benchmarks.sentiment || judged=1; exit $${judged:-0}

.PHONY: compare-marts
compare-marts: env-build ## Compare every mart of two warehouse files of one landing zone by hash: BEFORE=… AFTER=… ZONE=name
	python -m tools.parity.marts $(BEFORE) $(AFTER) --zone $(ZONE)

.PHONY: redaction
redaction: env-test ## Measure what redact_text() finds in texts; needs a built warehouse
	python -m tools.benchmarks.redaction

.PHONY: prove
prove: env-test env-snowflake env-emulator env-orchestration env-ingest env-debezium env-broker ## The long tests, and the full proofs: seeds, kills and arrival orders, for hours; goes on where it was stopped
	python -m pytest -m long
	PYTHONPATH=$$PYTHONPATH:e2e python -m prove
	@# 77: what they need is not installed, which they have said.
	python -m tools.benchmarks.change_capture || test $$? -eq 77
	python -m tools.benchmarks.kafka_topics || test $$? -eq 77
	python -m tools.benchmarks.order_to_kpi || test $$? -eq 77

.PHONY: clean
clean: ## Remove what dbt wrote; landing zone, warehouse and environment stay
	rm -rf target logs site slides

.PHONY: requirements
requirements: ## Compile pyproject.toml's groups into requirements/*.txt (for maintainers; needs uv)
	bash requirements/compile.sh

.PHONY: landing-zone
landing-zone:
	@# While the simulator works on one core, the other installs the rest, and dbt reads the project for the first time.
	@if [ -z "$${TECHCO_LANDING:-}" ] && [ ! -e landing ]; then \
	  $(INSTALL) env-simulator; \
	  python -m tools.simulator --out landing & simulating=$$!; \
	  $(INSTALL) env-build && dbt --quiet parse; wait $$simulating; \
	fi
	@$(INSTALL) env-build

# One stamp per dependency group: a group is installed again when its requirements change. Python compiles what it imports when it does, which is a
# fourth of what pip would compile.
env-%: $(VENV)/installed-%.stamp ;
env-test: $(VENV)/installed-test.stamp env-build
env-lint: $(VENV)/installed-lint.stamp env-build
env-snowflake: $(VENV)/installed-snowflake.stamp env-build
env-emulator: $(VENV)/installed-emulator.stamp env-build
env-notebook: $(VENV)/installed-notebook.stamp env-build
env-orchestration: $(VENV)/installed-orchestration.stamp env-build
env-ingest: $(VENV)/installed-ingest.stamp env-build
env-debezium: $(VENV)/installed-debezium.stamp env-build
env-broker: $(VENV)/installed-broker.stamp env-build
env-metrics: $(VENV)/installed-metrics.stamp env-build

# Superset cannot share an environment with dbt. pip itself takes a minute here, uv some seconds. The semicolon is a recipe of its own: without
# one, make takes that of env-%, and installs Superset over dbt.
SUPERSET := .venv-dashboards
env-dashboards: $(SUPERSET)/installed.stamp ;
$(SUPERSET)/installed.stamp: requirements/dashboards.txt | $(BIN)/python
	@echo "installing the dashboards group into $(SUPERSET)"
	@$(BIN)/python -m venv $(SUPERSET)
	@if command -v uv > /dev/null; then uv pip install --quiet --python $(SUPERSET)/bin/python --require-hashes -r $<; \
	else $(SUPERSET)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $<; fi
	@touch $@

.PRECIOUS: $(VENV)/installed-%.stamp
$(VENV)/installed-%.stamp: requirements/%.txt | $(BIN)/python
	@echo "installing the $* group into $(VENV)"
	@if command -v uv > /dev/null; then uv pip install --quiet --python $(BIN)/python --require-hashes -r $<; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $<; fi
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; set PYTHON to one, for example: make PYTHON=python3.12 build"; exit 1; }
	$(PYTHON) -m venv $(VENV)

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
