"""What a button carries: `state:step:key`.

    build("menu", 17, "learn")  ->  "menu:17:learn"
    parse("menu:17:learn")      ->  Stamp(state="menu", step=17, key="learn")

State names hold no colon; keys may. Telegram allows 64 bytes, so names and keys are kept short and Latin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.channels.base import ChannelError

TELEGRAM_BYTES = 64
# The step of a button that cannot be read any more (made by an older version): equals no step, so it counts as stale.
STALE = -1

_FORM = re.compile(r"([^:]*):([0-9]{1,18}):(.+)", re.DOTALL)


class StampTooLong(ChannelError, ValueError):
    """The data of a button exceeds what the channel carries: shorten the state's name or the key."""


@dataclass(frozen=True)
class Stamp:
    state: str
    step: int
    key: str


def build(state: str, step: int | str, key: str, limit: int = TELEGRAM_BYTES) -> str:
    """The data of a button. `step` may be a placeholder such as "{{1}}". Raises StampTooLong, and ValueError on names
    that could not be read back."""
    if ":" in state or not key or (isinstance(step, int) and step < 0):
        raise ValueError(f"a stamp needs a state without colon, a step from 0 and a key, not {(state, step, key)}")
    data = f"{state}:{step}:{key}"
    if (size := len(data.encode())) > limit:
        raise StampTooLong(f"{data!r} is {size} bytes, at most {limit} fit")
    return data


def parse(data: str) -> Stamp | None:
    """None when it is not one of ours."""
    found = _FORM.fullmatch(data)
    return Stamp(found[1], int(found[2]), found[3]) if found else None
