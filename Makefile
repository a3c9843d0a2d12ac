# The doors of the house. Each does its own set-up; run `make` to see them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

export HOUSESTYLE_DATA ?= $(CURDIR)/var
export HOUSESTYLE_HOST ?= 127.0.0.1
export HOUSESTYLE_PORT ?= 8000
# Tests of one file stay together; see tests/conftest.py. One process: ARGS="-n 0".
# More than a small machine has cores: much of the time a test waits for its house.
TEST_PROCESSES ?= 3

export HOUSESTYLE_QUEUES ?= render.sd15.cpu,house
export HOUSESTYLE_BIN := $(CURDIR)/$(BIN)

.DEFAULT_GOAL := help
.PHONY: help setup run test check words bench bench-web screenshots quality covers clean

help: ## Show the doors
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(VENV)/.base: requirements.txt requirements-web.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages (about two minutes the first time) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.base ## Create the environment, the database and the starter packs
	@mkdir -p "$(HOUSESTYLE_DATA)"
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(MANAGE) install_starter
	@$(MANAGE) ensure_admin

# People who look at pictures need no line for each request.
run: export HOUSESTYLE_LOG_LEVEL ?= WARNING
run: setup ## Open the house on http://127.0.0.1:8000
	@exec $(BIN)/supervisord -n -c config/embedded.conf

test: $(VENV)/.dev ## Run every test this machine can run; says what it left out
	@$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadscope --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev ## Lint, types, import contracts, migrations, advisories
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(MANAGE) makemigrations --check --dry-run --verbosity 1
	@$(MANAGE) check --fail-level WARNING
	@$(BIN)/python -m config.advisories

words: $(VENV)/.dev ## Collect the sentences to translate and compile the catalogues (needs gettext)
	@$(BIN)/python -m config.words

bench: setup $(VENV)/.dev ## Measure the main job, the starter and the engine; results land in benchmarks/results/
	@$(BIN)/python -m benchmarks.main_job
	@$(BIN)/python -m benchmarks.starter
	@$(BIN)/python -m benchmarks.engine --device cpu

bench-web: setup $(VENV)/.dev ## Measure the pages with 500 packs and 100,000 generations
	@$(BIN)/python -m benchmarks.web

screenshots: setup $(VENV)/.dev ## Photograph every page at three widths, light and dark
	@$(BIN)/python -m tests.browser.screenshots

quality: setup $(VENV)/.dev ## Run axe-core on every page and Lighthouse on four; writes docs/quality.md
	@$(BIN)/python -m tests.quality

covers: setup ## Render every cover, example and sample sheet with the shipped weights
	@$(MANAGE) render_covers --into starter --sheets docs/starter
	@$(MANAGE) install_starter

clean: ## Remove the environment and everything the embedded profile wrote
	@rm -rf $(VENV) var staticfiles
