"""Links to drawn files, which end: /files/<ticket>.

A ticket says what is to be drawn, for which setting of Sasak drafts and until when, signed with a key of SECRET_KEY: any
process may make one and any other one honour it, with nothing stored. It is no secret from who holds it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from bot.conversation.prints import wrong_with
from bot.conversation.types import Drafts, Print

PATH = "/files/"
LASTS = timedelta(hours=24)
_SIGNATURE = 16  # bytes
_LONGEST = 600  # characters


class Tickets:
    """`key`: 32 bytes, the same in every process."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        self._key, self._clock = key, clock

    def link(self, spec: Print, drafts: Drafts) -> str:
        """A path below PUBLIC_BASE_URL that works for a day."""
        until = int((self._clock() + LASTS).timestamp())
        said = json.dumps([asdict(spec), drafts, until], separators=(",", ":")).encode()
        return f"{PATH}{_text(self._signed(said) + said)}"

    def read(self, ticket: str) -> tuple[Print, Drafts] | None:
        """What to draw. None: forged, damaged or past its end."""
        if len(ticket) > _LONGEST:
            return None
        try:
            whole = base64.urlsafe_b64decode(ticket + "=" * (-len(ticket) % 4))
        except (binascii.Error, ValueError):
            return None
        signature, said = whole[:_SIGNATURE], whole[_SIGNATURE:]
        if not hmac.compare_digest(self._signed(said), signature):
            return None
        given, drafts, until = json.loads(said)
        spec = Print(**given)
        if self._clock().timestamp() > until or wrong_with(spec) is not None:
            return None
        return spec, drafts

    def _signed(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)[:_SIGNATURE]


def _text(whole: bytes) -> str:
    return base64.urlsafe_b64encode(whole).rstrip(b"=").decode()
