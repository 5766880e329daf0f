"""States: what a person is doing, as a small frozen dataclass under a stable name.

A state has two halves. *ask*: what the person sees on arriving, and again after nonsense, a new language or a week.
*answer*: `choose` for its own choices, `hear` for free words, `outcome` for what came of a request. It keeps keys
(`lesson="passport"`), never positions in a list or copies of content, since content is edited while people are in it.

Saved form: `{"v": 1, "name": "quiz-question", "data": {...}}`. What cannot be loaded (older than we know how to bring
forward, or unknown) leads kindly to the menu.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from bot.conversation.types import Choice, Context, Message, Outcome, Reply, Turn
from bot.library.model import Statement

VERSION = 1
Saved = dict[str, Any]


@dataclass(frozen=True)
class State:
    """The base of all states. `NAME` is stable for ever: it stands in stored conversations and on buttons."""

    NAME: ClassVar[str] = ""
    # Words that are an answer here, although they would mean something else elsewhere ("0" is a number in a form).
    TAKES_WORDS: ClassVar[bool] = False
    # A sound that says what stands here, offered where content/media has it.
    SOUND: ClassVar[str] = ""
    # The ways out that its last message shows; fewer than three need a reason beside them.
    WAYS_OUT: ClassVar[tuple[str, ...]] = ("back", "menu", "help")
    # Words that a walker may answer with where free words are asked for.
    EXAMPLES: ClassVar[tuple[str, ...]] = ()

    def ask(self, c: Context) -> tuple[Reply, ...]:
        """What the person sees here."""
        raise NotImplementedError

    def choices(self, c: Context) -> tuple[Choice, ...]:
        """What can be chosen here by number, label, part of it or synonym."""
        return ()

    def choose(self, key: str, c: Context) -> Turn:
        """One of `choices` was chosen."""
        raise NotImplementedError

    def hear(self, message: Message, c: Context) -> Turn | None:
        """Free words or media as the answer to what was asked; None when this is no answer to it."""
        return None

    def claims(self, words: str, c: Context) -> bool:
        """Whether words mean something here that are a global word elsewhere («tiket» in a list of fees). Never asked for
        the ways out, but for «0», which is an amount where one is asked for."""
        return False

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        """What came of a request made here; None when it was not ours."""
        return None

    def stands_on(self, c: Context) -> Statement | None:
        """The statement that stands here, for SUMBER; None where none does."""
        return None

    def back(self, c: Context) -> State:
        """Where «kembali» leads."""
        raise NotImplementedError

    def valid(self, c: Context) -> bool:
        """False when what the keys name is gone (a lesson was withdrawn); the person is led to the menu."""
        return True


def dump(state: State) -> Saved:
    """The saved form of a state."""
    return {
        "v": VERSION,
        "name": state.NAME,
        "data": {field.name: _plain(getattr(state, field.name)) for field in fields(state)},
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class Registry:
    """The one list of states, by name."""

    def __init__(self, states: tuple[type[State], ...]) -> None:
        self.by_name: dict[str, type[State]] = {}
        for kind in states:
            if not kind.NAME or kind.NAME in self.by_name:
                raise ValueError(f"{kind.__name__}: the state name {kind.NAME!r} is empty or used twice")
            self.by_name[kind.NAME] = kind
        self._hints = {name: typing.get_type_hints(kind) for name, kind in self.by_name.items()}

    def load(self, saved: Saved | None) -> State | None:
        """The state of a saved form, or None when it is unknown, of another version, or does not fit its fields."""
        if not isinstance(saved, dict) or saved.get("v") != VERSION or not isinstance(saved.get("data"), dict):
            return None
        kind = self.by_name.get(str(saved.get("name")))
        if kind is None:
            return None
        hints = self._hints[kind.NAME]
        try:
            data = {name: _typed(value, hints[name]) for name, value in saved["data"].items()}
            return kind(**data)
        except (KeyError, TypeError, ValueError):
            return None


def _typed(value: Any, hint: Any) -> Any:
    """The value if it has the type that the field says; lists become tuples."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        for option in typing.get_args(hint):
            try:
                return _typed(value, option)
            except TypeError:
                continue
        raise TypeError
    if hint is Any or hint is Self:
        return value
    if hint is type(None):
        if value is None:
            return None
        raise TypeError
    if origin is tuple:
        if isinstance(value, (list, tuple)):
            inner = typing.get_args(hint)[0]
            return tuple(_typed(item, inner) for item in value)
        raise TypeError
    expected = origin or hint
    if isinstance(value, expected) and not (expected is int and isinstance(value, bool)):
        return value
    raise TypeError
