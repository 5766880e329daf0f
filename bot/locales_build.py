"""Builds the message catalogues (`.mo`) that gettext reads from the ones people edit (`.po`).

Babel does not know Sasak and silently drops its plural rule, so every language goes through polib. Entries marked
fuzzy or obsolete are left out: an unsure translation is not shown.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import polib


def compile_catalogues(root: Path) -> None:
    """Compiles each `root/*/LC_MESSAGES/*.po` whose `.mo` is missing or older; `root` is the folder `locales/`."""
    for source in sorted(root.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            _replace(target, polib.pofile(str(source)).to_binary())


def _replace(target: Path, data: bytes) -> None:
    """Writes whole or not at all: several processes may start at the same moment."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
