"""Who holds a claim or a lease: a name by which another process on this machine can tell that we are dead.

    "f3a91c2b7d:4711:8820131"    machine and process namespace, process id, when it started

A lease of a process that was killed need not be waited for: whoever comes next on the same machine sees that there is no
such process any more. Where that cannot be seen (another machine, another container), the lease runs out by itself.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def own_name() -> str:
    """At most 40 characters; the same for the whole life of the process."""
    return _name(os.getpid())


@cache
def _name(pid: int) -> str:
    machine, started = _machine(), _started(pid)
    if machine is None or started is None:  # no /proc: a name nobody can look up
        return f"-:{pid}:{secrets.token_hex(8)}"
    return f"{machine}:{pid}:{started}"


def is_dead(name: str | None) -> bool:
    """True only when that process certainly is no more."""
    machine, _, process = (name or "").partition(":")
    pid, _, started = process.partition(":")
    if machine != _machine() or not pid.isdigit() or not started:
        return False
    return _started(int(pid)) != started


@cache
def _machine() -> str | None:
    """This boot of this machine, and the namespace in which its process ids mean something."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = os.readlink(_PROC / "self/ns/pid")
    except OSError:
        return None
    return hashlib.sha256(f"{boot} {namespace}".encode()).hexdigest()[:10]


def _started(pid: int) -> str | None:
    """Clock ticks from boot to the process's start; None: no such process, or a dead one not yet taken away."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name in round brackets may hold anything: what follows the last bracket is fields 3 and on.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else fields[19]
