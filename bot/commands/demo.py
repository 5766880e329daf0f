"""`demo`: an empty database filled with made-up data."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

import typer
import yaml

from bot.app import read_knowledge
from bot.commands.opening import store_or_exit
from bot.config import ROOT, Settings
from bot.conversation.speech import WITA
from bot.conversation.types import Message
from bot.store import events, inbox, outbox, people, questions, staff
from bot.store.session import Store
from bot.store.session import new_id as fresh_id


def demo(
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Say nothing and do nothing when there is data.")
    ] = False,
) -> None:
    """Fill an empty database with made-up contacts, events and questions."""
    now = datetime.now(UTC)
    with store_or_exit() as (settings, store):
        if settings.telegram_token is not None or settings.twilio_account_sid or settings.operator_name:
            if if_empty:
                return
            raise typer.BadParameter("a real channel or operator is set; demo data are not for real people")
        with store.read() as session:
            empty = not events.upcoming(session, now) and not people.count_contacts(session)
        if not empty:
            if if_empty:
                return
            raise typer.BadParameter("the database is not empty; give DATABASE_URL of a new one")
        examples = yaml.safe_load((ROOT / "content" / "examples.yaml").read_text(encoding="utf-8"))
        made = [_demo_event(store, example, now) for example in examples["events"]]
        _demo_people(settings, store, examples, now)
    typer.echo(f"demo: {len(made)} events, {len(examples['contacts'])} made-up contacts, 2 questions, one staff member")


def _demo_event(store: Store, example: dict[str, Any], now: datetime) -> str:
    today = now.astimezone(WITA).date()
    if "yearly" in example:
        month, day = (int(part) for part in example["yearly"].split("-"))
        on = date(today.year, month, day)
        on = on if on > today + timedelta(days=4) else on.replace(year=on.year + 1)
    else:
        on = today + timedelta(days=example["in_days"])
    hour, minute = (int(part) for part in example["time"].split("."))
    starts = datetime.combine(on, time(hour, minute), WITA)
    before = example.get("deadline_days_before")
    with store.begin() as session:
        return events.create_event(
            session,
            title=example["title"],
            about=example["about"],
            starts=starts,
            place=example["place"],
            now=now,
            capacity=example.get("capacity"),
            kind=example["kind"],
            deadline=starts - timedelta(days=before) if before else None,
        )


def _demo_people(settings: Settings, store: Store, examples: dict[str, Any], now: datetime) -> None:
    """Made-up people on a channel of their own (`demo`), so that nothing is ever sent to anybody."""
    library = read_knowledge().library
    lessons = [f"{module.key}/{lesson.key}" for module in library.modules for lesson in module.lessons]
    with store.begin() as session:
        staff.add_staff(session, "Petugas contoh", "Contoh", "Senin-Jumat 08.00-16.00 WITA (contoh)", now)
        asked = list(examples["questions"])
        for number, person in enumerate(examples["contacts"], 1):
            received = inbox.receive(
                session,
                store,
                channel="demo",
                sender="demo",
                account=f"contoh-{number}",
                provider_id=fresh_id(),
                message=Message("text", "halo"),
                now=now,
                keep_days=1,
            )
            if received.inbox_id is None:
                continue
            inbox.finish(session, received.inbox_id, now)
            inbox.release(session, received.address_id, now)
            contact = received.contact_id
            people.set_language(session, contact, person["language"])
            people.set_consent(session, contact, True, "demo", now)
            people.set_profile(session, contact, person["role"], person["kabupaten"])
            for lesson in lessons[: person["lessons"]]:
                module, _, key = lesson.partition("/")
                people.mark_lesson(session, contact, module, key, now)
            # Nobody is there: an announcement does not wait for them.
            outbox.mark_unreachable(session, received.address_id, "demo", now)
            if asked:
                questions.hand_over(
                    session,
                    store,
                    contact_id=contact,
                    address_id=received.address_id,
                    question=asked.pop(0),
                    safe_to_write=False,
                    now=now,
                )
