"""A fault, said without anything of a person: its type and the place in our code, never its text.

Exceptions quote what they choke on: a KeyError a name, a database error a row. So their text is kept nowhere.
"""

from __future__ import annotations

import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def place_of(exc: BaseException) -> str:
    """ "KeyError at bot/conversation/events.py:120 < sqlite3.OperationalError", at most 200 characters."""
    kind = type(exc)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    where = "unknown"
    for frame, line in traceback.walk_tb(exc.__traceback__):
        path = Path(frame.f_code.co_filename)
        # The deepest frame of ours, else the deepest one of all.
        if path.is_relative_to(ROOT / "bot"):
            where = f"{path.relative_to(ROOT)}:{line}"
        elif where == "unknown" or not where.startswith("bot/"):
            where = f"{path.name}:{line}"
    inner = getattr(exc, "orig", None) or exc.__cause__
    tail = f" < {type(inner).__name__}" if isinstance(inner, BaseException) else ""
    return f"{name} at {where}{tail}"[:200]
