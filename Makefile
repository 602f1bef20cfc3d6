# `make run` and `make test` are all that a fresh machine with Python and make needs; `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# More for pytest, as in: make test ARGS="-k catcher"
ARGS ?=
# Processes that the tests are shared out to; 0 runs them in one, as a debugger wants it.
WORKERS ?= 2
# Hundreds of processes start in the tests: what was compiled once is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test check style types imports house format lock sbom audit digests bench bench-growth bench-mail bench-memory bench-pages bench-peers years keep-release fuzz chaos mutation pictures golden messages migration clean

help: ## Show these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# pip does it again only when the lock or the project file changed.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else \
	    "Python 3.11 to 3.13 is needed, and %s is %d.%d: make PYTHON=python3.12 ..." % ((sys.executable,) + v))'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: $(STAMP) ## Make .venv and install the locked packages

run: $(STAMP) ## Start everything on this machine; Ctrl-C stops it, and nothing is lost
	@exec $(BIN)/ahg up

test: $(STAMP) ## Run the whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: style types imports house ## Check style, types, which part imports which, and the order of the house (tests/house)

style: $(STAMP) ## Check style alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## Check types alone
	$(BIN)/mypy .

imports: $(STAMP) ## Check which part imports which alone
	$(BIN)/lint-imports

house: $(STAMP) ## Check the order of the house alone
	$(BIN)/python -m pytest -q -n 0 tests/house

format: $(STAMP) ## Rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Resolve the newest allowed packages into the two lock files (needs `make install` once)
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal \
	    --python-version 3.11 --extra dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --constraint requirements.lock \
	    --python-version 3.11 --extra build --extra tracing pyproject.toml --output-file requirements-run.lock
	for group in peers peer-dbosify; do \
	    $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
	        --group $$group --output-file requirements-$$group.lock || exit 1; \
	done

sbom: $(STAMP) ## Write sbom.json: what the product is made of, as a CycloneDX bill of materials
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.json \
	    requirements-run.lock

audit: $(STAMP) ## Ask the advisory database of Python packages about every package that runs (needs the internet)
	$(BIN)/pip-audit --disable-pip --strict --requirement requirements-run.lock

# Each image by its tag, and what the registry says that it is now; a digest that differs is of an image that was built anew.
digests: ## Ask the registries for the digests of the images in docker-compose.yml and Dockerfile (needs Docker, the internet)
	@sed -nE 's/^( *image:|FROM) ([a-z0-9./-]+:[a-z0-9.-]+)(@(sha256:[0-9a-f]+))?.*/\2 \4/p' docker-compose.yml Dockerfile | sort -u | \
	    while read -r image pinned; do \
	        now=$$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$$image") || exit 1; \
	        echo "$$image@$$now$$([ "$$now" = "$$pinned" ] || echo "  (pinned: $${pinned:-none})")"; \
	    done

bench: $(STAMP) ## Measure the product against its floor; prints ratios
	$(BIN)/python -m benchmarks

bench-pages: $(STAMP) ## Measure list and search with 100,000 cases against 1,000, on both databases
	$(BIN)/python -m benchmarks.pages

bench-memory: $(STAMP) ## Measure the worker's memory with 1,000 and 10,000 cases, over many steps, and a worker that is killed
	$(BIN)/python -m benchmarks.memory $(ARGS)

# Into docs/benchmarks.md as well: make bench-growth ARGS=--keep
bench-growth: $(STAMP) ## Measure what grows with the number of cases
	$(BIN)/python -m benchmarks.scale $(ARGS)

bench-mail: $(STAMP) ## Measure the delivery of mail against bare aiosmtplib; prints ratios
	$(BIN)/python -m benchmarks.mail

# Fewer cases: make years ARGS="--cases 100"
years: $(STAMP) ## Add a step to the procedure over 1,000 open cases, and carry all to their closure
	$(BIN)/python -m benchmarks.years $(ARGS)

# Each in an environment of its own, beside the product's.
.venv-peers/.installed .venv-peer-dbosify/.installed: .venv-%/.installed: requirements-%.lock
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# A part of it, and other sizes: make bench-peers ARGS="--subjects bare,product --works W1,W4 --cases 50"
bench-peers: $(STAMP) .venv-peers/.installed .venv-peer-dbosify/.installed ## Measure the product beside its peers (ARGS=--write writes docs/benchmarks.md)
	$(BIN)/python -m benchmarks.peers $(ARGS)

# More of them, or the same again: make fuzz ARGS="100 SEED"
fuzz: $(STAMP) ## Send whatever may be sent to all pages and the API; prints faults and the slowest answers
	$(BIN)/python -m tests.fuzz $(ARGS)

# One run: SEED, SECONDS, DATABASE=sqlite|postgresql; ONLY=3,5 leaves the other faults out
SEED ?= 1
SECONDS ?= 60
DATABASE ?= sqlite
ONLY ?=
chaos: $(STAMP) ## Kill, stop, starve and cut off all parts while cases are played, then count what was lost (docs/chaos.md)
	$(BIN)/python -m tests.chaos --seed $(SEED) --seconds $(SECONDS) --database $(DATABASE) $(if $(ONLY),--only $(ONLY)) $(ARGS)

# Other modules, more of them, others: make mutation ARGS="--number 600 --seed 2 models/duties.py"
mutation: $(STAMP) ## Change the rules on purpose, one change at a time, and ask whether a test fails (docs/mutation.md)
	nice -n 10 $(BIN)/python -m tests.mutation $(ARGS)

pictures: $(STAMP) ## Take pictures of the main pages into docs/pictures, of mails into docs/mails (needs Chromium)
	$(BIN)/python -m tests.pictures

golden: $(STAMP) ## Write the golden e-mails anew; look at the difference before you commit it
	GOLDEN=write $(BIN)/python -m pytest -q tests/notifications

# Without the data folder, which takes an hour and a half: make keep-release ARGS=--histories
keep-release: $(STAMP) ## Keep histories and a data folder of this release, which the next ones must go on with
	$(BIN)/python -m tests.keep_release $(ARGS)

# Another language: make messages l=fr
messages: $(STAMP) ## Collect the texts to translate into the catalogues (web/locale, notifications/locale)
	$(BIN)/python -m tests.messages $(l)

migration: $(STAMP) ## Write a migration from the tables: make migration m="what changes"
	@test -n "$(m)" || { echo 'say what changes: make migration m="add a column"' >&2; exit 2; }
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	    unset AHG_DATABASE_URL && export AHG_DATA_DIR="$$folder" && \
	    $(BIN)/alembic upgrade head && $(BIN)/alembic revision --autogenerate -m "$(m)"

clean: ## Remove .venv and caches; the data folder stays
	rm -rf $(VENV) .venv-peers .venv-peer-dbosify build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +
