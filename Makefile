# Every target does all set-up first: it needs Python 3.11 or newer, a package registry, and nothing else.
# With uv the set-up is faster; without it, Python's own venv and pip do the same from the same locks.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test check bench bench-peers kill faults load tenancy hostile lock clean

# Arguments go through ARGS: make demo ARGS="--port 9000 --fresh"
demo: $(VENV)/.ready-to-run
	@exec $(BIN)/rsc demo $(ARGS)

# A process for each core and one more, since tests often wait, but no more than four; each has a PostgreSQL of its
# own. The browser's tests come first, which take the longest. `.venv/bin/pytest` alone runs in one.
test: check
	@cores=$$(getconf _NPROCESSORS_ONLN); set -x; \
	$(BIN)/pytest --numprocesses $$((cores < 3 ? cores + 1 : 4)) --dist loadscope --no-loadscope-reorder $(ARGS)

check: $(VENV)/.ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: $(VENV)/.ready-to-test
	@worst=0; $(BIN)/python -m tests.benchmarks $(ARGS) || worst=$$?; \
	for part in search wire importing matching members widgets; do \
	  $(BIN)/python -m tests.benchmarks.$$part || worst=$$((worst > 1 ? worst : 1)); \
	done; exit $$worst

# Against Mercurius, Apollo Server and PostGraphile, which npm installs into .tools; some seven minutes. Fewer:
# make bench-peers ARGS="--rounds 1 --growth-rounds 1 --seconds 1 --growth-seconds 1 --out folder"
bench-peers: $(VENV)/.ready-to-test
	$(BIN)/python -m tests.benchmarks.peers $(ARGS)

# A hundred kills of the gateway and of PostgreSQL in the middle of batches; `make test` does five.
kill: $(VENV)/.ready-to-test
	RSC_KILLS=$${RSC_KILLS:-100} $(BIN)/pytest tests/sync/test_killed_servers.py $(ARGS)

# Two hundred faults of 23 kinds amid reads and writes; some fifteen minutes. Needs Debian's postgresql; as root also
# small disks, with faketime also the clock. Fewer: make faults ARGS="--injections 23 --verbose"
faults: $(VENV)/.ready-to-test
	$(BIN)/python -m tests.faults $(ARGS)

# Five times the clients that reach the peak, a flood, a victim beside it, sockets that drip, a stop in the middle.
load: $(VENV)/.ready-to-test
	$(BIN)/python -m tests.load $(ARGS)

# The long forms of what tests/tenancy and tests/hostile do a little of: canaries of twenty companies in 100,000
# operations, every guard and policy taken out in turn; 2,000 hostile operations, 100,000 malformed requests.
tenancy: $(VENV)/.ready-to-test
	$(BIN)/python -m tests.tenancy $(ARGS)
	$(BIN)/python -m tests.tenancy.mutants

hostile: $(VENV)/.ready-to-test
	$(BIN)/python -m tests.hostile $(ARGS)

# The locks carry versions and hashes, and no registry: whoever installs uses their own. Needs uv.
lock:
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra test --constraint requirements.txt --output-file requirements-test.txt pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

# The stamps make a second start free; a changed dependency makes the next start install again.
$(VENV)/.ready-to-run: pyproject.toml requirements.txt
	@$(call INSTALL,requirements.txt)
	@touch $@

$(VENV)/.ready-to-test: pyproject.toml requirements-test.txt
	@$(call INSTALL,requirements-test.txt)
	@touch $(VENV)/.ready-to-run $@

# The first Python on the PATH that is new enough; PYTHON=… names another.
FIND_PYTHON = found=; \
	for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			found=$$candidate; break; \
		fi; \
	done

# An environment that was left half made, or whose Python has gone, is made anew.
INSTALL = set -e; \
	echo "Installing into $(VENV) (only now, and when the dependencies change) ..." >&2; \
	is_usable() { $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }; \
	$(FIND_PYTHON); \
	if command -v uv >/dev/null 2>&1; then \
		is_usable || uv venv --quiet --clear --python "$${found:-3.11}" $(VENV); \
		uv pip install --quiet --python $(BIN)/python --require-hashes --requirement $(1); \
		uv pip install --quiet --python $(BIN)/python --no-deps --editable .; \
	else \
		if ! { is_usable && $(BIN)/python -m pip --version >/dev/null 2>&1; }; then \
			if [ -z "$$found" ]; then \
				echo "Python 3.11 or newer is needed, and none is on the PATH. Install it, or name one: make PYTHON=/path/to/python3" >&2; \
				exit 1; \
			fi; \
			"$$found" -m venv --clear $(VENV) || { \
				echo "$$found cannot make a virtual environment; on Debian and Ubuntu, install python3-venv." >&2; \
				exit 1; \
			}; \
		fi; \
		pip="$(BIN)/python -m pip --disable-pip-version-check --quiet"; \
		$$pip install --require-hashes --requirement $(1); \
		$$pip install --no-deps --editable .; \
	fi
