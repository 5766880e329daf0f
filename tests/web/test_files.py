"""Links to drawn files: what they hold, when they end, how the file is handed over."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright, expect

from bot.channels.webchat import WebChat
from bot.conversation.prints import FORMS, Drawn, is_personal
from bot.conversation.types import Drafts, Message, Print
from bot.store.session import Store
from bot.web import words
from bot.web.tickets import LASTS, PATH, Tickets
from tests.services import CHROMIUM_ARGS
from tests.web.house import NAV, client, house

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
KEY = b"k" * 32
CARD = Print("pocket-card", "sas")
CERTIFICATE = Print("certificate", "id", code="BKL-1234-5678")
ONE_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def tickets(now: datetime = NOW, key: bytes = KEY) -> Tickets:
    return Tickets(key, lambda: now)


def ticket_of(spec: Print, drafts: Drafts = "beside") -> str:
    return tickets().link(spec, drafts).removeprefix(PATH)


# --- the ticket


@pytest.mark.parametrize("spec", [CARD, CERTIFICATE, Print("phone-book", "id", plain=True)])
def test_a_ticket_says_what_was_put_into_it(spec: Print) -> None:
    assert tickets().read(ticket_of(spec, "hide")) == (spec, "hide")
    assert len(ticket_of(spec)) < 300 and ticket_of(spec).isascii()


def test_a_ticket_ends_after_a_day() -> None:
    assert timedelta(hours=24) == LASTS
    ticket = ticket_of(CARD)
    assert tickets(NOW + LASTS).read(ticket) == (CARD, "beside")
    assert tickets(NOW + LASTS + timedelta(seconds=1)).read(ticket) is None


def test_a_ticket_cannot_be_forged() -> None:
    ticket = ticket_of(CERTIFICATE)
    assert tickets(key=b"x" * 32).read(ticket) is None
    for place in range(len(ticket) - 1):
        other = "A" if ticket[place] != "A" else "B"
        assert tickets().read(ticket[:place] + other + ticket[place + 1 :]) is None
    for nonsense in ("", "A", "=" * 8, "é", "A" * 100_000, base64.urlsafe_b64encode(b"{}").decode()):
        assert tickets().read(nonsense) is None


def test_a_ticket_for_what_cannot_be_drawn_is_none() -> None:
    assert tickets().read(ticket_of(Print("poster", "id"))) is None  # type: ignore[arg-type]
    assert tickets().read(ticket_of(Print("certificate", "id"))) is None


# --- the file


async def draw(spec: Print, drafts: Drafts) -> Drawn:
    if spec.code == "BKL-GONE":
        raise LookupError
    form = FORMS[spec.kind]
    content = ONE_PIXEL if form.picture else f"{spec.kind} {spec.language} {drafts}".encode()
    return Drawn(form.name, form.mime, content)


@pytest.mark.parametrize("kind", FORMS)
async def test_a_file_as_it_is_fetched(store: Store, tmp_path: Path, kind: Any) -> None:
    spec = Print(kind, "id", code="BKL-1" if kind.startswith("certificate") else "")
    async with house(store, tmp_path, bot=None, tickets=tickets(), draw=draw) as here, client() as browser:
        url = here.url + tickets().link(spec, "hide")
        head, answer = await browser.head(url), await browser.get(url)  # Twilio asks with HEAD first
        body = await answer.read()
        assert body == (await draw(spec, "hide")).content
        for got in (head, answer):
            assert (got.status, got.headers["Content-Type"]) == (200, FORMS[spec.kind].mime)
            assert got.headers["Content-Length"] == str(len(body))
            assert got.headers["Content-Disposition"] == f'inline; filename="{FORMS[spec.kind].name}"'
            assert got.headers["X-Content-Type-Options"] == "nosniff"
            assert ("no-store" in got.headers["Cache-Control"]) is is_personal(spec)
            assert "private" in got.headers["Cache-Control"] or is_personal(spec)
            assert "default-src 'none'" in got.headers["Content-Security-Policy"]


async def test_what_ended_or_is_gone_says_so(store: Store, tmp_path: Path) -> None:
    late = tickets(NOW + timedelta(days=2))
    async with house(store, tmp_path, bot=None, tickets=late, draw=draw) as here, client() as browser:
        answer = await browser.get(here.url + tickets().link(CARD, "show"))
        assert (answer.status, (await answer.json())["error"]) == (404, words.FILE_GONE)
        answer = await browser.get(here.url + late.link(Print("certificate", "id", code="BKL-GONE"), "show"))
        assert (answer.status, (await answer.json())["error"]) == (404, words.NO_FILE)
        assert (await browser.get(f"{here.url}/files/../../etc/passwd")).status == 404
        assert (await browser.get(f"{here.url}/files/")).status == 404
    async with house(store, tmp_path, bot=None) as here, client() as browser:  # nothing is drawn here
        assert (await browser.get(here.url + tickets().link(CARD, "show"))).status == 404
        assert here.deps.file_link() is None


def test_the_web_chat_links_with_its_own_setting() -> None:
    drawing = WebChat(link=lambda spec: tickets().link(spec, "show"))
    (part,) = drawing.render({"text": "x", "print": {"kind": "pocket-card", "language": "sas"}})
    assert tickets().read(part.data["print"]["url"].removeprefix(PATH)) == (CARD, "show")
    (part,) = WebChat().render({"text": "x", "print": {"kind": "pocket-card", "language": "sas"}})
    assert "print" not in part.data


async def test_the_page_shows_and_saves_it(store: Store, tmp_path: Path, chromium_path: str) -> None:
    def bot(message: Message, step: int) -> list[dict[str, Any]]:
        kind = "phone-book" if message.text == "kontak" else "pocket-card"
        spec = {"kind": kind, "language": "id", "code": "", "plain": False}
        return [{"text": "Ini.", "state": "pack", "step": step, "nav": NAV, "print": spec}]

    signed = Tickets(KEY, store.clock)
    async with house(store, tmp_path, bot=bot, tickets=signed, draw=draw) as here, async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_ARGS))
        page = await chromium.new_page(viewport={"width": 360, "height": 640})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text))
        await page.goto(f"{here.url}/chat")
        await page.get_by_role("button", name=words.SCRIPT["start"]).click()
        look = page.get_by_role("button", name=f"{words.SCRIPT['picture']} (sampai 60 kB)")
        save = page.get_by_role("link", name="Unduh: Kartu saku (sampai 60 kB)")
        await expect(save).to_have_attribute("download", "kartu.png")
        assert await page.locator(".msg img").count() == 0  # nothing is loaded that nobody asked for
        await look.click()
        await expect(page.locator(".msg img")).to_have_attribute("alt", "Kartu saku")
        await expect(page.locator(".msg img")).to_have_js_property("naturalWidth", 1)
        async with page.expect_download() as waiting:
            await save.click()
        download = await waiting.value
        assert download.suggested_filename == "kartu.png"
        await page.fill("#text", "kontak")
        await page.click("#send")
        book = page.get_by_role("link", name="Unduh: Nomor untuk buku telepon (sampai 10 kB)")
        await expect(book).to_have_attribute("download", "kontak.vcf")
        assert await page.locator(".msg .media button").count() == 1  # a vCard is not looked at
        await chromium.close()
        assert faults == []
