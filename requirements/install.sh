#!/bin/sh
# Makes a virtual environment from a hashed lock file: with uv where it is installed, else with venv and pip.
# usage: PYTHON=python3 install.sh VENV LOCK
set -eu
venv=$1
lock=$2
: "${PYTHON:=python3}"

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Canonkeeper needs Python 3.11 or newer, and '$PYTHON' is not. Try: make PYTHON=python3.11 ..." >&2
    exit 1
fi
echo "Installing $lock into $venv ..."
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$PYTHON" "$venv"
    uv pip install --quiet --require-hashes --python "$venv/bin/python" --requirement "$lock"
else
    if ! [ -x "$venv/bin/python" ] && ! "$PYTHON" -m venv "$venv"; then
        echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock"
fi
