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

# Trust what the system trusts: in many companies a proxy signs with a certificate of its own.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
pip=".venv/bin/python -m pip --disable-pip-version-check --quiet"

if [ ! -x .venv/bin/uv ]; then
    $pip install "uv==$uv_version" || true
fi
# --inexact: preparing to run must not take the developers' tools away.
# shellcheck disable=SC2086
if [ ! -x .venv/bin/uv ] || ! .venv/bin/uv sync --quiet --frozen --inexact $extras; then
    echo "uv is not to be had or cannot reach the packages; going on with pip, which takes longer" >&2
    $pip install -r "$lock"
    $pip install --no-deps -e .
fi
touch ".venv/.for-$purpose"
