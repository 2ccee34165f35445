# Keurwerk: the commands. `make help` lists them.
SERVE ?= 1
PORT ?= 8000
ONLY ?=
PYTHON := .venv/bin/python

.PHONY: help setup demo serve test check bench seed docs messages

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
	.venv/bin/lint-imports --no-cache
	.venv/bin/djlint templates certificates/press/templates --lint --quiet
	.venv/bin/deptry .
	bin/messages check

bench: ## Measure us, a peer and another revision in one run (ONLY=pages AGAINST=ca4d724; KEEP=1 remembers the ratios)
	@bin/setup bench
	@$(PYTHON) -m bench $(ONLY) $(if $(AGAINST),--against $(AGAINST)) $(if $(filter 1,$(KEEP)),--keep) $(if $(AGENCIES),--agencies $(AGENCIES)) $(if $(N),--n $(N)) $(if $(ROUNDS),--rounds $(ROUNDS))

seed: setup ## Add agencies and a few cases to the database of make serve (AGENCIES=2000)
	@$(PYTHON) -m bench.seed $(if $(AGENCIES),--agencies $(AGENCIES))

docs: setup ## Write the pages of docs/dev that follow from the code
	@$(PYTHON) -m portal.commands.reference

messages: setup ## Collect the texts into the catalogues
	bin/messages update
