#!/bin/sh
# Pin every package and its hashes, for all systems and Pythons from 3.11. No address is written.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/bin/uv)
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links "$@"
}
compile pyproject.toml --extra solvers --extra parquet --output-file requirements.lock
compile pyproject.toml --extra solvers --extra parquet --extra test --constraint requirements.lock --output-file requirements-test.lock
if grep -n "://" requirements.lock requirements-test.lock; then
    echo "a lock file holds an address" >&2
    exit 1
fi
