#!/usr/bin/env bash
# Builds the virtual environment from the hashed lock file: scripts/setup.sh VENV LOCKFILE
# Safe to run again and beside another run of itself; does nothing when the lock file has not changed.
set -euo pipefail

venv=${1:-.venv}
lock=${2:-requirements-dev.txt}
uv_version=0.13.9
python=${PYTHON:-python3}
export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

command -v "$python" >/dev/null ||
    die "no $python found. Install Python 3.11 or newer, or name it: make setup PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "$python is $("$python" -V 2>&1); Python 3.11 or newer is needed. Name another: make setup PYTHON=python3.12"

if command -v flock >/dev/null; then
    exec 9>"$venv.lock"
    flock 9
fi

wanted=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$lock")
if [[ -f $venv/.ok && $(cat "$venv/.ok") == "$wanted" && -x $venv/bin/python ]]; then
    touch "$venv/.ok"
    exit 0
fi

as_root() { if [[ $(id -u) == 0 ]]; then "$@"; else return 1; fi; }

make_venv() {
    # Debian's python3 comes without ensurepip, and then leaves a half-made folder behind.
    if "$python" -c 'import ensurepip, venv' 2>/dev/null && "$python" -m venv "$venv"; then return 0; fi
    rm -rf "$venv"
    if "$python" -m virtualenv --version >/dev/null 2>&1 && "$python" -m virtualenv -q "$venv"; then return 0; fi
    if command -v uv >/dev/null && uv venv -q --seed --python "$python" "$venv"; then return 0; fi
    local tool
    tool=$(mktemp -d)
    if "$python" -m pip --version >/dev/null 2>&1 &&
        "$python" -m pip install -q --target "$tool" virtualenv &&
        PYTHONPATH=$tool "$python" -m virtualenv -q "$venv"; then
        rm -rf "$tool"
        return 0
    fi
    rm -rf "$tool" "$venv"
    if command -v apt-get >/dev/null; then
        say "this Python has no venv module; installing python3-venv"
        as_root apt-get -qq update && as_root apt-get -qq install -y --no-install-recommends python3-venv >/dev/null &&
            "$python" -m venv "$venv" && return 0
    fi
    rm -rf "$venv"
    return 1
}

if [[ ! -x $venv/bin/python ]] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$venv"
    say "making $venv"
    make_venv || die "could not make a virtual environment. On Debian or Ubuntu type: sudo apt-get install python3-venv; then again: make setup"
fi

say "installing what $lock lists"
if "$venv/bin/python" -m pip install -q "uv==$uv_version" &&
    "$venv/bin/uv" pip sync -q --require-hashes --python "$venv/bin/python" "$lock"; then
    :
else
    say "uv did not do it; trying pip"
    "$venv/bin/python" -m pip install -q --require-hashes -r "$lock" ||
        die "the packages of $lock could not be installed; the lines above say why (no network?)"
fi

printf '%s\n' "$wanted" >"$venv/.ok"
say "$venv is ready"
