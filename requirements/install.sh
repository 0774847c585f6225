#!/bin/sh
# Makes a virtual environment that holds exactly what a lock file names: with uv where it is installed, else with
# Python's own venv and pip. Nothing is resolved: a release made after the lock can never come in.
# usage: PYTHON=python3 install.sh VENV LOCK
set -eu
venv=$1
lock=$2
: "${PYTHON:=python3}"
# A pip set up for the user's own packages would not write into a virtual environment.
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Canonkeeper needs Python 3.11 or newer, and '$PYTHON' is not. Try: make PYTHON=python3.11 ..." >&2
    exit 1
fi
# Only ready-made packages: building one would fetch its build tools, which no lock pins.
exactly="--quiet --no-deps --require-hashes --only-binary :all:"
failed() {
    echo "The packages of $lock could not be installed. If this is a Python newer than they are made for, try an" >&2
    echo "older one: rm -r $venv; make PYTHON=python3.13 ... (3.11, 3.12 and 3.13 are tried)" >&2
    exit 1
}
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    echo "Installing $lock into $venv with uv ..."
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$PYTHON" "$venv"
    # shellcheck disable=SC2086 - the options are words of their own
    uv pip install $exactly --python "$venv/bin/python" --requirement "$lock" || failed
    uv pip check --quiet --python "$venv/bin/python"
else
    echo "Installing $lock into $venv with pip (where uv is installed, it takes seconds: pip install uv) ..."
    if ! [ -x "$venv/bin/python" ] && ! "$PYTHON" -m venv "$venv"; then
        rm -rf "$venv"
        echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2
        exit 1
    fi
    # shellcheck disable=SC2086
    "$venv/bin/python" -m pip install $exactly --requirement "$lock" || failed
    "$venv/bin/python" -m pip check >/dev/null || "$venv/bin/python" -m pip check
fi
