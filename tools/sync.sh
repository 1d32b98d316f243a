#!/bin/sh
# Installs the locked packages into .venv: with uv if it can be had, else with pip. `run` or `dev`.
set -eu
cd "$(dirname "$0")/.."
purpose=$1
uv_version=0.13.9

case $purpose in
run) extras="--no-dev --extra build" lock=requirements.lock ;;
dev) extras="--extra scale --extra build --extra dev" lock=requirements-dev.lock ;;
*) echo "usage: tools/sync.sh run|dev" >&2 && exit 2 ;;
esac

if [ ! -x .venv/bin/uv ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version" ||
        echo "uv cannot be installed here; going on with pip, which takes longer" >&2
fi
if [ -x .venv/bin/uv ]; then
    # --inexact: preparing to run must not take the developers' tools away.
    # shellcheck disable=SC2086
    .venv/bin/uv sync --quiet --frozen --inexact $extras
else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
fi
touch ".venv/.for-$purpose"
