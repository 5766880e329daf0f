"""The running program draws: in a thread, by the day in Lombok, a certificate only where it is genuine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.app import Knowledge, Program
from bot.config import read_settings
from bot.conversation.types import Context, Message, Print
from bot.store import certificates, inbox, people, privacy
from bot.store.session import Store

CODE = "BKL-7K3Q-9XTD"


@pytest.fixture
async def program(context: Context, tmp_path: Path) -> AsyncIterator[Program]:
    knowledge = Knowledge(context.library, context.understanding, context.catalogue)
    evening = datetime(2026, 12, 1, 17, tzinfo=UTC)  # the second in Lombok
    store = Store(f"sqlite:///{tmp_path}/x.db", b"s" * 32, clock=lambda: evening)
    store.migrate()
    settings = read_settings(data_dir=tmp_path, public_base_url="https://bekal.example")
    yield Program(settings, store, knowledge, web=False, work=False)
    store.close()


async def test_it_draws_what_a_link_asks_for(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[date] = []
    draw = program.printer.draw
    monkeypatch.setattr(program.printer, "draw", lambda *given: days.append(given[2]) or draw(*given))
    path = program.tickets.link(Print("phone-book", "id"), "beside")
    found = program.tickets.read(path.removeprefix("/files/"))
    assert found is not None
    drawn = await program.draw(*found)
    assert (drawn.name, days) == ("kontak.vcf", [date(2026, 12, 2)])


async def test_a_certificate_is_drawn_only_where_it_is_genuine(program: Program) -> None:
    with pytest.raises(LookupError):
        await program.draw(Print("certificate", "sas", code=CODE), "beside")
    now = program.store.clock()
    with program.store.begin() as session:
        heard = inbox.receive(
            session, program.store, channel="telegram", sender="telegram:1", account="42", provider_id="1",
            message=Message("text", text="halo"), provider_message=None, now=now, keep_days=3,
        )  # fmt: skip
        people.set_consent(session, heard.contact_id, True, "2026-12", now)
        code = certificates.make_certificate(session, program.store, heard.contact_id, "Siti", "sas", now)
    assert code is not None
    spec = Print("certificate", "sas", code=code)
    assert (await program.draw(spec, "beside")).content.startswith(b"\x89PNG")
    with program.store.begin() as session:
        privacy.erase_contact(session, program.store, heard.contact_id, now)
    with pytest.raises(LookupError):
        await program.draw(spec, "beside")


async def test_where_the_content_has_nothing_to_draw_the_words_stand_alone(
    context: Context, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    bare = replace(context, library=replace(context.library, pocket=None))
    monkeypatch.setattr(program.printer, "context", bare)
    with pytest.raises(LookupError):
        await program.draw(Print("pocket-card", "id"), "beside")
