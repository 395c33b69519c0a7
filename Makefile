# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
PY := $(BIN)/python
export PATH := $(CURDIR)/$(BIN):$(PATH)
RUNTIME := requirements/runtime.txt
VENDOR := telesec/web/static/vendor

.PHONY: help demo demo-reset install test check fix run bench mutants lock clean pictures chaos

help: ## List these targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.demo node_modules/.ready $(VENDOR)/.ready ## Start two practices, their calendars, phones, web and worker; Ctrl-C stops all
	@$(PY) -m telesec demo $(if $(PORT),--port $(PORT))

demo-reset: ## Forget everything the demo stored
	@tools/forget

test: .venv/.test node_modules/.ready $(VENDOR)/.ready .venv/.machine ## Run every test on PostgreSQL 18, then the database's own on 15
	@tools/test

check: .venv/.test ## Lint, types, architecture, untranslated words
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint telesec --lint --quiet
	@$(PY) -m pytest tests/architecture -p no:randomly

fix: .venv/.test ## Format and mend what can be mended by itself
	@$(BIN)/ruff format -q . ; $(BIN)/ruff check --fix -q .

install: .venv/.demo node_modules/.ready $(VENDOR)/.ready ## Install what telesec needs, and start nothing
	@echo "Installed. Type: $(BIN)/telesec init, then: $(BIN)/telesec serve"

run: .venv/.demo node_modules/.ready $(VENDOR)/.ready ## Run an empty installation: database, web and worker
	@$(PY) -m telesec serve

bench: .venv/.bench node_modules/.ready ## Measure speed, as ratios side by side
	@$(PY) -m telesec bench

mutants: .venv/.bench ## Change the triage engine and compiler in every small way; list what no test notices
	@$(BIN)/mutmut run; $(BIN)/mutmut results

chaos: .venv/.test node_modules/.ready $(VENDOR)/.ready ## Work five minutes while everything breaks; nothing may be lost (SEED=n repeats one)
	@$(PY) -m telesec chaos $(if $(SEED),--seed $(SEED))

pictures: .venv/.test node_modules/.ready $(VENDOR)/.ready .venv/.machine ## Take the pictures and the film of docs/pictures again (needs ffmpeg)
	@tools/pictures

lock: ## Lock the requirements again
	@for f in uv runtime demo test bench; do uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header requirements/$$f.in -o requirements/$$f.txt; done

clean: ## Remove environments and caches
	@rm -rf .venv node_modules $(VENDOR) .pytest_cache .mypy_cache .ruff_cache

.venv/bin/uv: requirements/uv.txt
	@tools/environment

.venv/.demo: .venv/bin/uv requirements/demo.txt pyproject.toml
	@tools/install demo

.venv/.test: .venv/bin/uv requirements/test.txt pyproject.toml
	@tools/install test

.venv/.bench: .venv/bin/uv requirements/bench.txt pyproject.toml
	@tools/install bench

.venv/.machine: tools/machine
	@tools/machine && touch $@

node_modules/.ready: package-lock.json | .venv/.demo
	@echo "Installing the browser parts ..."
	@$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --silent && touch $@

$(VENDOR)/.ready: node_modules/.ready
	@mkdir -p $(VENDOR) && cp node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/dist/ext/hx-csp.min.js \
	  node_modules/htmx.org/dist/ext/hx-sse.min.js $(VENDOR)/ && touch $@
