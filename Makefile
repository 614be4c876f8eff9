# What one does with this project: `make` lists it. Needs python3 (3.11 or newer) and make.
# Everything it brings goes into .venv and .cache, nothing into the home directory.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
REPORTS := .cache/tests
PYTEST := $(BIN)/python -m pytest --numprocesses=logical --maxprocesses=8 -rfEs

# Empty, not unset: unset, they would come from a developer's .env.
ON_SQLITE := env DATABASE_URL= REDIS_URL=

# What Django and mypy see while being checked: a shop on the internet.
AS_IN_PRODUCTION = env DEBUG=0 PUBLIC_URL=https://example.invalid REDIS_URL=redis://127.0.0.1/0 \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')
ON_POSTGRESQL := DATABASE_URL=postgres://helpdesk@127.0.0.1/helpdesk
IN_MEMORY := DATABASE_URL=sqlite://:memory:

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-sqlite test-postgresql check format pins screenshots clean venv run-ready test-ready

help: ## list these
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

run: run-ready ## start the helpdesk here, with a sample shop the first time
	@exec $(BIN)/python manage.py run

test: test-ready ## run the whole suite, on SQLite and on PostgreSQL; ARGS="-k promise" picks
	@rm -rf $(REPORTS); failed=0; \
	$(MAKE) --no-print-directory test-sqlite || failed=1; \
	$(MAKE) --no-print-directory test-postgresql || failed=1; \
	$(BIN)/python -c "$$SUMMARY"; exit $$failed

test-sqlite: test-ready ## run the suite on SQLite, without the browser
	@echo 'Tests on SQLite …'
	@rm -f $(REPORTS)/SQLite.xml
	@$(ON_SQLITE) $(PYTEST) -m 'not browser' --junitxml=$(REPORTS)/SQLite.xml $(ARGS)

test-postgresql: test-ready ## run the suite on PostgreSQL and Valkey, brought for it
	@echo 'Tests on PostgreSQL and Valkey …'
	@rm -f $(REPORTS)/PostgreSQL.xml
	@$(BIN)/python -m tests.servers $(PYTEST) --junitxml=$(REPORTS)/PostgreSQL.xml $(ARGS) \
	|| { status=$$?; [ $$status = 75 ] && [ -z "$$CI" ] || exit $$status; }

check: test-ready ## lint, types, layers, migrations and Django's own checks
	@echo 'ruff …'
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo 'djlint …'
	@[ -z "$$(find templates -name '*.html')" ] || $(BIN)/djlint templates --check --lint --quiet
	@echo 'mypy …'
	@$(AS_IN_PRODUCTION) $(ON_POSTGRESQL) $(BIN)/mypy .
	@echo 'import-linter …'
	@$(BIN)/lint-imports --no-logo
	@echo 'Django …'
	@$(AS_IN_PRODUCTION) $(IN_MEMORY) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(AS_IN_PRODUCTION) $(ON_POSTGRESQL) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: test-ready ## lay out Python and templates, and repair what ruff can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@[ -z "$$(find templates -name '*.html')" ] || $(BIN)/djlint templates --reformat --quiet

screenshots: test-ready ## take pictures of every page of a sample shop, into .cache/screenshots
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

pins: test-ready ## write requirements/*.txt anew from *.in; UPGRADE=1 takes newer releases
	@for list in run test; do \
	  echo "Resolving requirements/$$list.in …"; \
	  UV_CUSTOM_COMPILE_COMMAND='make pins' $(BIN)/uv pip compile --quiet --no-cache --no-config \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links $(if $(UPGRADE),--upgrade) \
	    --output-file requirements/$$list.txt requirements/$$list.in || exit 1; \
	done

clean: ## remove what was installed, built and cached; the data in var/ stays
	@rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@$(BIN)/python -c 'import pip' 2>/dev/null || { \
	  command -v $(PYTHON) >/dev/null \
	    || { echo '$(PYTHON) was not found; on Debian and Ubuntu: sudo apt install python3-venv'; \
	      exit 1; }; \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed and $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
	      'name a newer one with: make PYTHON=python3.11 $(MAKECMDGOALS)'; exit 1; }; \
	  echo 'Making .venv …'; rm -rf .venv; \
	  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null && $(PYTHON) -m venv .venv \
	    || { rm -rf .venv; echo '$(PYTHON) cannot make virtual environments;' \
	      'on Debian and Ubuntu: sudo apt install $(notdir $(PYTHON))-venv'; exit 1; }; \
	}

run-ready: venv
	$(call install,run,requirements/run.txt)

test-ready: venv
	$(call install,test,requirements/run.txt requirements/test.txt)

# Copies of the lists in .venv say what is in it. Content decides, as git sets dates as it likes.
# $(1) is the list to install, $(2) the lists which that fulfils.
define install
	@cmp -s requirements/$(1).txt .venv/$(1).txt || { \
	  rm -f .venv/run.txt .venv/test.txt; began=$$(date +%s); \
	  echo "Installing $$(grep -c == requirements/$(1).txt) packages …"; \
	  $(BIN)/python -m pip install -qq --progress-bar off --no-input --no-cache-dir \
	    --disable-pip-version-check --require-hashes --only-binary :all: \
	    --requirement requirements/$(1).txt || exit 1; \
	  cp $(2) .venv/; echo "done in $$(($$(date +%s) - began)) s"; \
	}
endef

define SUMMARY
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

for name in ("SQLite", "PostgreSQL"):
    report = Path("$(REPORTS)", f"{name}.xml")
    if not report.exists():
        print(f"{name}: did not run to its end")
        continue
    suite = xml.parse(report).find("testsuite")
    total, failures, errors, skipped = (
        int(suite.get(count)) for count in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    print(f"{name}: {total - failed - skipped} passed, {failed} failed, {skipped} skipped")
endef
export SUMMARY
