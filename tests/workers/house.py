"""A house to test workers in: a store, a clock that is moved by hand, people who write."""

from __future__ import annotations

import gettext
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import select

from bot.config import ROOT
from bot.conversation.codec import reply_from_dict
from bot.conversation.speech import Catalogue
from bot.conversation.turn import take_turn
from bot.conversation.types import Message, Reply
from bot.library.load import load
from bot.library.model import Library
from bot.locales_build import compile_catalogues
from bot.store import inbox, people
from bot.store.bodies import open_body
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Inbox, Outbox
from bot.workers.contexts import Contexts, StaffChat, TurnSettings
from bot.workers.scene import Take
from bot.workers.turns import TurnRunner

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SECRET = b"a secret for the tests: 32 bytes!"
BOT = "telegram:7000000001"
STAFF_CHAT = StaffChat(BOT, "-100200300")
CRY = "tolong saya dipukul majikan"


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@dataclass(frozen=True)
class Danger:
    level: str = "none"
    third_person: bool = False
    fuzzy: bool = False


@dataclass(frozen=True)
class Match:
    topic: str | None = None
    confident: bool = False
    candidates: tuple[str, ...] = ()


@dataclass
class PlainUnderstanding:
    """Knows one cry for help and no topic; counts how often it was asked."""

    asked: list[str] = field(default_factory=list)

    def assess(self, text: str, *, sasak: bool = False) -> Danger:
        self.asked.append(text)
        return Danger("now") if "dipukul" in text else Danger()

    def match(self, text: str, *, sasak: bool = False) -> Match:
        return Match()

    def ordinary_words(self, text: str) -> tuple[str, ...]:
        return tuple(word for word in text.lower().split() if word.isalpha())


@cache
def library() -> Library:
    return load(ROOT / "content")


@cache
def catalogue() -> Catalogue:
    compile_catalogues(ROOT / "locales")
    found = [gettext.translation("bot", ROOT / "locales", [name], fallback=True) for name in ("id", "sas")]
    return Catalogue(found[0], found[1])


def contexts(settings: TurnSettings | None = None, understanding: Any = None) -> Contexts:
    known = cast(Any, understanding or PlainUnderstanding())
    return Contexts(library(), known, catalogue(), settings or TurnSettings())


@dataclass(frozen=True)
class Row:
    """An outbox row, opened."""

    id: int
    address_id: str
    lane: int
    kind: str
    status: str
    why: str | None
    body: dict[str, Any]
    not_before: datetime
    attempts: int
    resends: int

    @property
    def reply(self) -> Reply:
        return reply_from_dict(self.body)

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))


class House:
    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.numbers = itertools.count(1)

    # --- people

    def hear(
        self,
        account: str = "siti",
        text: str = "halo",
        *,
        sender: str = BOT,
        message: Message | None = None,
        provider_id: str | None = None,
        provider_message: str | None = None,
    ) -> inbox.Received:
        """Somebody writes."""
        with self.store.begin() as session:
            return self.take_in(
                session, account, message or Message("text", text=text), sender, provider_id, provider_message
            )

    def take_in(
        self,
        session: Any,
        account: str,
        message: Message,
        sender: str = BOT,
        provider_id: str | None = None,
        provider_message: str | None = None,
    ) -> inbox.Received:
        return inbox.receive(
            session,
            self.store,
            channel=sender.partition(":")[0],
            sender=sender,
            account=account,
            provider_id=provider_id or f"p{next(self.numbers)}",
            message=message,
            provider_message=provider_message,
            now=self.clock(),
            keep_days=3,
        )

    def tap(self, account: str, key: str, step: int, *, sender: str = BOT) -> inbox.Received:
        return self.hear(account, sender=sender, message=Message("choice", choice=key, stamp=step))

    def person(self, address_id: str) -> people.Person:
        with self.store.read() as session:
            return people.snapshot(session, self.store, address_id, self.clock())

    # --- turns

    def runner(self, take: Take = take_turn, *, staffed: bool = False, **more: Any) -> TurnRunner:
        settings = TurnSettings(
            drafts={"telegram": "beside"}, staff_chat=STAFF_CHAT if staffed else None, seats=more.pop("seats", "on")
        )
        made = contexts(settings, more.pop("understanding", None))
        return TurnRunner(self.store, made, clock=self.clock, take=take, **more)

    def say(self, runner: TurnRunner, account: str, *texts: str, sender: str = BOT) -> list[Row]:
        """Writes and has each played; what came out of the last."""
        rows: list[Row] = []
        for text in texts:
            before = {row.id for row in self.rows()}
            self.clock.move(1)
            self.hear(account, text, sender=sender)
            while runner.run_once().addresses:
                pass
            rows = [row for row in self.rows() if row.id not in before]
        return rows

    # --- boxes

    def rows(self, address_id: str | None = None) -> list[Row]:
        with self.store.read() as session:
            statement = select(table(Outbox)).order_by(table(Outbox).c.id)
            if address_id is not None:
                statement = statement.where(table(Outbox).c.address_id == address_id)
            return [
                Row(
                    row.id, row.address_id, row.lane, row.kind, row.status, row.why,
                    open_body(session, self.store, row) or {}, row.not_before, row.attempts, row.resends,
                )
                for row in run(session, statement).all()
            ]  # fmt: skip

    def inbox_row(self, inbox_id: int | None) -> Any:
        with self.store.read() as session:
            return run(session, select(table(Inbox)).where(table(Inbox).c.id == inbox_id)).one()

    @contextmanager
    def begin(self) -> Iterator[Any]:
        with self.store.begin() as session:
            yield session


def failing_on(text: str, fault: Callable[[], Exception] = lambda: ValueError("something about a person")) -> Take:
    """A conversation with a fault: it raises at this text."""

    def take(state: Any, message: Message, c: Any) -> Any:
        if message.text == text:
            raise fault()
        return take_turn(state, message, c)

    return take
