# Keurwerk: the commands. `make help` lists them.
SERVE ?= 1
PORT ?= 8000
ONLY ?=
PYTHON := .venv/bin/python

.PHONY: help setup demo serve test check bench docs verifier messages

help: ## List the commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST)

setup: ## Install what is missing; does nothing the second time
	@bin/setup

demo: setup ## Tell the story of one case, then serve it (SERVE=0: only the story)
	@KEURWERK_PARENT=$$PPID exec $(PYTHON) -m portal.host.supervisor --demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

serve: setup ## Serve the portal with its own lasting database
	@KEURWERK_PARENT=$$PPID exec $(PYTHON) -m portal.host.supervisor --port $(PORT)

test: ## Everything that must be green
	@bin/setup test
	@$(MAKE) --no-print-directory check
	@$(PYTHON) -m pytest $(ARGS)

check: ## Style, types, imports, templates, dependencies, translations
	@bin/setup test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/mypy bin/build-verifier
	.venv/bin/lint-imports --no-cache
	.venv/bin/djlint templates certificates/press/templates --lint --quiet
	.venv/bin/deptry .
	bin/messages check

bench: ## Measure us and our peers in one run (ONLY=press)
	@bin/setup bench
	@for name in $(or $(ONLY),pages press proof); do $(PYTHON) -m bench.$$name || exit 1; done

docs: setup ## Write the pages of docs/dev that follow from the code
	@$(PYTHON) -m portal.commands.reference

verifier: setup ## Join the parts of bin/keurwerk-verify into that one file
	@$(PYTHON) bin/build-verifier

messages: setup ## Collect the texts into the catalogues
	bin/messages update
