"""A small, bounded, encrypted folder for what Twilio delivers while the database is away: it does not come again.

    put ──▶ 0001….spool (sealed, flushed, named) ──drain──▶ the inbox ──▶ gone

A file that does not open (another SECRET_KEY, damage) is set aside as .bad and stays for a person to look at.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog
from aiohttp import web

from bot.store.vault import Unreadable, Vault

log = structlog.get_logger(__name__)

_PLACE = "spool"
_ENDING = ".spool"


class SpoolFull(Exception):
    """No more room (files or bytes), or the disk refuses: nothing was kept."""


class Spool:
    """Used from any thread, and by several processes side by side: what two of them drain at once is kept twice, which
    the inbox sees."""

    def __init__(self, folder: Path, vault: Vault, *, files: int, size: int) -> None:
        self._folder, self._vault, self._files, self._size = folder, vault, files, size
        self._last = 0
        self._lock = threading.Lock()

    def _waiting(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_ENDING}")) if self._folder.is_dir() else []

    def __len__(self) -> int:
        return len(self._waiting())

    def put(self, text: str) -> None:
        """Keeps `text`; on disk, flushed, when this returns. Raises SpoolFull."""
        with self._lock:
            self._put(text)

    def _put(self, text: str) -> None:
        waiting = self._waiting()
        used = sum(map(_size, waiting))
        if len(waiting) >= self._files or used + len(text.encode("utf-8", "surrogatepass")) > self._size:
            raise SpoolFull
        self._last = max(time.time_ns(), self._last + 1)
        name = f"{self._last:020d}-{secrets.token_hex(4)}"
        draft = self._folder / f"{name}.draft"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(self._vault.seal_own(_PLACE, name, text))
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._folder / f"{name}{_ENDING}")
            self._flush()
        except OSError as error:
            log.error("spool refused", error=type(error).__name__)
            with suppress(OSError):
                draft.unlink()
            raise SpoolFull from error

    def drain(self, keep: Callable[[str], None]) -> int:
        """Gives every kept text to `keep`, oldest first, and deletes it when that returned; how many. What `keep`
        raises ends it, the rest stays."""
        done = 0
        for path in self._waiting():
            name = path.name.removesuffix(_ENDING)
            try:
                text = self._vault.open_own(_PLACE, name, path.read_bytes())
            except FileNotFoundError:
                continue  # another process was quicker
            except Unreadable:
                log.error("spooled delivery cannot be opened, set aside", file=path.name)
                path.rename(path.with_suffix(".bad"))
                continue
            keep(text)
            path.unlink(missing_ok=True)
            done += 1
        if done:
            self._flush()
        return done

    def _flush(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # drained meanwhile
        return 0


SPOOL: web.AppKey[Spool] = web.AppKey("spool", Spool)
