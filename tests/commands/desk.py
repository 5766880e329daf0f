"""A desk: commands typed by staff, and people who are there."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.opening import open_store
from bot.config import read_settings
from bot.conversation.types import Message, SeatTaken
from bot.store import events, inbox, people, questions
from bot.store.bodies import open_body
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Audit, Contact, Outbox

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What a command said, on one line: rich draws boxes round errors and wraps them."""

    code: int
    words: str
    lines: tuple[str, ...]


def on_one_line(text: str) -> str:
    return re.sub(r"[│╭╮╰╯─\s]+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text)).strip()


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    @cached_property
    def store(self) -> Store:
        return open_store(read_settings())

    def close(self) -> None:
        self.store.close()

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def type(self, *words: str, answer: str | None = None) -> Said:
        """Types a command. Never is there a stack trace."""
        result = CliRunner().invoke(app, list(words), input=answer, env={"TERMINAL_WIDTH": "200", "NO_COLOR": "1"})
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert "Traceback" not in result.output
        assert result.exit_code in (0, 1, 2)
        return Said(result.exit_code, on_one_line(result.output), tuple(result.output.splitlines()))

    def well(self, *words: str, answer: str | None = None) -> Said:
        said = self.type(*words, answer=answer)
        assert said.code == 0, said.words
        return said

    # --- people

    def person(
        self,
        account: str = "siti",
        *,
        sender: str = "telegram:1",
        consent: bool = True,
        played: bool = True,
        **columns: Any,
    ) -> inbox.Received:
        with self.store.begin() as session:
            received = inbox.receive(
                session,
                self.store,
                channel=sender.partition(":")[0],
                sender=sender,
                account=account,
                provider_id=f"p{next(self._numbers)}",
                message=Message("text", text="halo"),
                now=self.now,
                keep_days=3,
            )
            if received.inbox_id is not None and played:
                inbox.finish(session, received.inbox_id, self.now)
                inbox.release(session, received.address_id, self.now)
            people.set_consent(session, received.contact_id, consent, "1", self.now)
            if columns:
                contacts = table(Contact)
                run(session, update(contacts).where(contacts.c.id == received.contact_id).values(columns))
        return received

    def event(self, capacity: int | None = 1, *, starts: datetime | None = None, title: str = "Orientasi sawit") -> str:
        with self.store.begin() as session:
            return events.create_event(
                session, title=title, starts=starts or self.now + 7 * DAY, place="Kantor Desa Aikmel",
                capacity=capacity, now=self.now,
            )  # fmt: skip

    def seat(
        self, who: inbox.Received, event_id: str, *, name: str = "Siti Aminah", seats: Any = "on", other: bool = False
    ) -> SeatTaken:
        with self.store.begin() as session:
            taken = events.take_seat(
                session, self.store, contact_id=who.contact_id, address_id=who.address_id, event_id=event_id,
                name=name, village="Anjani", other=other, seats=seats, now=self.now,
            )  # fmt: skip
        assert isinstance(taken, SeatTaken)
        return taken

    def question(
        self, who: inbox.Received, text: str = "Berapa biaya paspor?", *, safe: bool = True, media: str | None = None
    ) -> str:
        with self.store.begin() as session:
            return questions.hand_over(
                session, self.store, contact_id=who.contact_id, address_id=who.address_id, question=text,
                safe_to_write=safe, media=media, now=self.now,
            )  # fmt: skip

    # --- what became of it

    def texts(self, who: inbox.Received | None = None) -> list[str]:
        """What waits in the outbox, for one or for all."""
        rows = table(Outbox)
        wanted = select(rows).order_by(rows.c.id)
        if who is not None:
            wanted = wanted.where(rows.c.address_id == who.address_id)
        with self.store.read() as session:
            return [str((open_body(session, self.store, row) or {}).get("text")) for row in run(session, wanted).all()]

    def audit(self) -> list[tuple[str, str]]:
        """What was noted, and of what; who did it never is a person of ours."""
        rows = table(Audit)
        with self.store.read() as session:
            found = run(session, select(rows).order_by(rows.c.id)).all()
        assert all(row.who.startswith("cli") for row in found)
        return [(row.action, row.what) for row in found]
