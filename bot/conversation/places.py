"""A place to come back to: a saved state kept inside another one.

lesson ── danger word ──▶ help card (place=lesson) ── «saya aman» ──▶ lesson
"""

from __future__ import annotations

from bot.conversation.state import Saved, State, dump
from bot.conversation.types import Context


def saved(state: State) -> Saved:
    """The place of a state. A state that itself holds a place (a help card, an answer) passes on what it holds."""
    place = getattr(state, "place", None)
    return place if isinstance(place, dict) else dump(state)


def restore(place: Saved | None, c: Context) -> State:
    """The state of a place, or the menu when it is gone or unknown."""
    from bot.conversation.flows import REGISTRY
    from bot.conversation.menu import Menu

    state = REGISTRY.load(place)
    return state if state is not None and state.valid(c) else Menu()
