"""A walker meets a reply with a print that cannot be drawn, or is not in the reader's language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.menu import Menu
from bot.conversation.speech import in_language, navigation
from bot.conversation.types import Context, Print, Reply
from bot.conversation.walk import _faults


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        (Print("pocket-card", "id"), ""),
        (Print("certificate", "id", code="BKL-1"), ""),
        (Print("certificate", "id"), "needs a code"),
        (Print("pocket-card", "sas"), "a print in sas for a reader of id"),
    ],
)
def test_the_walker_looks_at_prints(context: Context, spec: Print, what: str) -> None:
    c = in_language(context, "id")
    menu = Menu()
    shown = Reply("Ini.", menu.choices(c), navigation(c), print=spec)
    found = [fault.what for fault in _faults("menu", menu, (shown,), c)]
    assert found == [] if not what else what in found[0]
    assert list(_faults("menu", menu, (replace(shown, print=None),), c)) == []
