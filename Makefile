# Keurwerk: the commands. `make help` lists them.
SERVE ?= 1
PORT ?= 8000
ONLY ?=
MACHINES ?= 1
PYTHON := .venv/bin/python
UV := $(firstword $(wildcard var/tools/uv/bin/uv) uv)
# Keep what Python compiled: tests, rewritten by pytest, take twice as long to collect without.
unexport PYTHONDONTWRITEBYTECODE
BENCH_WORDS = $(ONLY) $(if $(AGAINST),--against $(AGAINST)) $(if $(filter 1,$(KEEP)),--keep) \
  $(if $(AGENCIES),--agencies $(AGENCIES)) $(if $(N),--n $(N)) $(if $(ROUNDS),--rounds $(ROUNDS))

.PHONY: help setup demo serve dev shell seed test quick check fmt coverage machines chaos bench migration messages docs pictures verifier sbom advisories

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## Install what is missing; does nothing the second time
	@bin/setup

# Run it

demo: setup ## Tell a year of the register, then serve it (SERVE=0: only the story)
	@KEURWERK_PARENT=$$PPID exec $(PYTHON) -m portal.host.supervisor --demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

serve: setup ## Serve the portal with its own lasting database
	@KEURWERK_PARENT=$$PPID exec $(PYTHON) -m portal.host.supervisor --port $(PORT)

dev: setup ## As serve, starting anew when code changes; every page says how many SQL statements it took
	@KEURWERK_PARENT=$$PPID exec $(PYTHON) -m portal.host.supervisor --dev --port $(PORT)

shell: setup ## A Python prompt in the application, with a session and all tables
	@bin/keurwerk shell

seed: setup ## Add agencies and a few cases to the database of make serve (AGENCIES=2000)
	@$(PYTHON) -m bench.seed $(if $(AGENCIES),--agencies $(AGENCIES))

# Test it

test: ## Everything that must be green
	@bin/setup test
	@$(MAKE) --no-print-directory check
	@$(PYTHON) -m pytest $(ARGS)

quick: ## The tests for while you work: rules with few examples, and the code about itself (about 20 seconds)
	@bin/setup test
	@KEURWERK_MACHINES=0.001 $(PYTHON) -m pytest -n 2 -m "not long" tests/house tests/unit $(ARGS)

check: ## Style, types, imports, templates, dependencies, translations
	@bin/setup test
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-types check-style

# In two parts at a time; a fresh clone takes as long for the types as for several of the others.
.PHONY: check-types check-style
check-types:
	.venv/bin/mypy
	.venv/bin/mypy bin/build-verifier

check-style:
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports --no-cache
	.venv/bin/djlint templates certificates/press/templates --lint --quiet
	.venv/bin/deptry .
	bin/messages check

fmt: ## Put the Python source into its form, and mend what can be mended without thinking
	@bin/setup test
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

coverage: ## Which branches the tests take; 95 % of those in rules, workflows and services, or it fails
	@bin/setup test
	@mkdir -p var/coverage
	@$(PYTHON) -m pytest tests/unit tests/processes tests/database tests/pages --cov --cov-report=json:var/coverage/all.json --cov-report=html:var/coverage/html $(ARGS)
	@$(PYTHON) bin/check-coverage var/coverage/all.json

machines: ## Properties and state machines at full length, with new examples each time (MACHINES=0.1 is a tenth)
	@bin/setup test
	@KEURWERK_MACHINES=$(MACHINES) $(PYTHON) -m pytest -m hypothesis $(ARGS)

chaos: ## Kill and restart every process of a whole portal under work, fill its disk, restore it, at full length (MACHINES=0.1 is a tenth)
	@bin/setup test
	@KEURWERK_MACHINES=$(MACHINES) $(PYTHON) -m pytest -n 0 tests/chaos -rP $(ARGS)

bench: ## Measure us, a peer and another revision in one run (ONLY=pages AGAINST=ca4d724; KEEP=1 remembers the ratios)
	@bin/setup bench
	@$(PYTHON) -m bench $(BENCH_WORDS)

# Change it

migration: ## Draft the next migration from the models (NAME="Say what changes")
	@bin/setup test
	@$(PYTHON) -m migrations.new "$(NAME)"
	@.venv/bin/ruff format --quiet migrations

messages: setup ## Collect the texts into the catalogues
	bin/messages update

docs: setup ## Write the pages of docs/dev that follow from the code
	@$(PYTHON) -m portal.commands.reference

pictures: ## Take the pictures of the README from the demo that runs on PORT
	@bin/setup test
	@$(PYTHON) bin/take-pictures --url http://127.0.0.1:$(PORT)

verifier: setup ## Join the parts of bin/keurwerk-verify into that one file
	@$(PYTHON) bin/build-verifier

# Deliver it

sbom: setup ## List what we ship that others made, as CycloneDX, in var/sbom
	@mkdir -p var/sbom
	@$(UV) export --quiet --frozen --format cyclonedx1.5 --no-dev --no-group assets --output-file var/sbom/python.json
	@PATH="var/tools/node/bin:$$PATH" npm sbom --sbom-format cyclonedx --package-lock-only > var/sbom/npm.json
	@echo "var/sbom/python.json and var/sbom/npm.json"

advisories: setup ## Ask whether anything we use has a known weakness; needs the internet
	@$(UV) audit --frozen
	@PATH="var/tools/node/bin:$$PATH" npm audit --package-lock-only
