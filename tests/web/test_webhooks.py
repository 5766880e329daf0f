"""What Telegram and Twilio deliver: refused, passed over, kept once, or spooled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import psycopg
import pytest
from sqlalchemy import select
from yarl import URL

from bot.app import blank_context, read_knowledge
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.conversation.types import Message
from bot.store import inbox, outbox
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Address, Inbox
from bot.web.deps import Limits
from bot.web.rescue import Rescue
from bot.web.spool import Spool
from bot.web.webhooks import EMPTY_TWIML, drain
from tests.servers import TelegramServer, TwilioServer
from tests.web.house import House, client, house, until

T = TypeVar("T")
SECRET = "the-secret_word"
BASE = "https://bekal.example/sub"


@dataclass
class Door:
    """The two providers before a running house, whose database can be taken away."""

    here: House
    telegram: TelegramServer
    twilio: TwilioServer
    woken: list[str]
    fates: list[outbox.Fate]
    away: bool = False
    slow: float = 0.0

    async def tell(self, update: Any, secret: str | None = SECRET) -> int:
        return await self.telegram.post(f"{self.here.url}/webhooks/telegram", update, secret=secret)

    async def run(self, fn: Callable[[], T], /) -> T:
        if self.away:
            raise psycopg.OperationalError("connection refused")
        await asyncio.sleep(self.slow)
        return await self.here.run(fn)

    def messages(self) -> list[Message]:
        """What waits in the inbox, in order."""
        store = self.here.store
        with store.read() as session:
            ids = run(session, select(table(Inbox).c.id).order_by(table(Inbox).c.id)).scalars().all()
            items = [inbox.open_message(session, store, one) for one in ids]
        return [item.message for item in items if item is not None and item.message is not None]

    def addresses(self) -> list[Any]:
        with self.here.store.read() as session:
            return list(run(session, select(table(Address))).all())


@asynccontextmanager
async def door(store: Store, folder: Path, **more: Any) -> AsyncIterator[Door]:
    at: Door
    woken: list[str] = []
    fates: list[outbox.Fate] = []
    async with TelegramServer() as telegram, TwilioServer(public_base=BASE) as twilio:
        bot = Telegram(telegram.token, base=telegram.url)
        number = WhatsApp(twilio.sid, twilio.auth_token, twilio.number, public_base=BASE, api_base=twilio.url)
        telegram.secret = SECRET
        settings = {"telegram": bot, "telegram_secret": SECRET, "whatsapp": number, "drain_seconds": 3600.0} | more
        async with house(
            store, folder, bot=None, public_base_url=BASE, on_received=woken.append,
            on_fate=lambda _session, fate: fates.append(fate), run_in_store_thread=lambda fn: at.run(fn), **settings,
        ) as here:  # fmt: skip
            # Twilio calls the public address, whose path a proxy leaves as it is: /sub is the proxy's.
            twilio.app_url = here.url
            at = Door(here, telegram, twilio, woken, fates)
            yield at
        await bot.close()
        await number.close()


# --- Telegram --------------------------------------------------------------------------------------------------------


async def test_telegram_is_kept_before_it_hears_200(each_store: Store, tmp_path: Path) -> None:
    async with door(each_store, tmp_path) as at:
        first = at.telegram.say(1, "halo")
        assert [await at.tell(first), await at.tell(first)] == [200, 200]
        assert await at.tell(at.telegram.tap(1, "menu:3:lessons")) == 200
        assert at.messages() == [Message("text", text="halo"), Message("choice", choice="lessons", stamp=3)]
        [address] = at.addresses()
        assert at.woken == [address.id, address.id]  # not for the double
        assert (address.channel, address.sender) == ("telegram", f"telegram:{at.telegram.bot_id}")
        # The button's clock stops, after the answer.
        await until(lambda: any(call.method == "answerCallbackQuery" for call in at.telegram.calls))


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "é"])
async def test_telegram_with_a_wrong_secret(store: Store, tmp_path: Path, secret: str | None) -> None:
    async with door(store, tmp_path) as at:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with client() as http:
            update = at.telegram.say(1, "halo")
            answer = await http.post(f"{at.here.url}/webhooks/telegram", json=update, headers=headers)
        assert answer.status == 403
        assert (at.messages(), at.addresses(), at.woken) == ([], [], [])


async def test_telegram_without_a_secret_is_closed(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path, telegram_secret=None) as at:
        assert await at.tell(at.telegram.say(1, "halo"), secret="") == 403
        assert at.messages() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"5", b"{}", b'{"update_id": "x"}', b"[" * 99_999, b'{"update_id": 1, "message": {"chat": 5}}'],
)
async def test_telegram_not_parseable(store: Store, tmp_path: Path, body: bytes) -> None:
    async with door(store, tmp_path) as at, client() as http:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        assert (await http.post(f"{at.here.url}/webhooks/telegram", data=body, headers=headers)).status == 400
        assert at.messages() == []


async def test_telegram_kinds_that_are_passed_over(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path) as at:
        for update in (
            at.telegram.update(edited_message={"text": "halo"}),
            at.telegram.update(poll={"id": "1"}),
            at.telegram.update(something_new={"a": 1}),
        ):
            assert await at.tell(update) == 200
        assert (at.messages(), at.woken) == ([], [])


async def test_telegram_blocked_and_let_in_again(each_store: Store, tmp_path: Path) -> None:
    async with door(each_store, tmp_path) as at:
        assert await at.tell(at.telegram.block(1)) == 200  # nobody we know
        await at.tell(at.telegram.say(1, "halo"))
        assert await at.tell(at.telegram.block(1)) == 200
        assert at.addresses()[0].unreachable == "blocked"
        assert await at.tell(at.telegram.block(1, blocked=False)) == 200
        assert at.addresses()[0].unreachable is None


async def test_telegram_comes_again_when_the_database_is_away(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path) as at:
        at.away = True
        update = at.telegram.say(1, "halo")
        assert await at.tell(update) == 503
        at.away = False
        assert await at.tell(update) == 200
        assert at.messages() == [Message("text", text="halo")]


async def test_words_of_danger_get_the_numbers_while_the_database_is_away(store: Store, tmp_path: Path) -> None:
    """From memory, in both languages, once for each delivery; the message is played when the database is back."""
    knowledge = read_knowledge()
    rescue = Rescue(knowledge.understanding, blank_context(knowledge, store.clock()))
    async with door(store, tmp_path, rescue=rescue) as at:
        at.away = True
        cry, greeting = at.telegram.say(1, "tolong saya dipukul majikan"), at.telegram.say(2, "halo")
        assert [await at.tell(cry), await at.tell(cry), await at.tell(greeting)] == [503, 503, 503]
        [card] = at.telegram.texts(1)
        assert "999" in card and "110" in card and "Sasak:" in card
        assert at.telegram.texts(2) == []
        fields = at.twilio.inbound("+6281234567890", "saya disekap majikan")
        assert await at.twilio.post(hook(at), fields) == 200  # spooled
        assert ["999" in words for words in at.twilio.bodies] == [True]
        at.away = False
        assert await at.tell(cry) == 200
        assert at.messages()[0] == Message("text", text="tolong saya dipukul majikan")


# --- Twilio ----------------------------------------------------------------------------------------------------------


def hook(at: Door, query: str = "") -> str:
    return f"{BASE}/webhooks/twilio{query}"


async def test_twilio_is_kept_and_hears_empty_twiml(each_store: Store, tmp_path: Path) -> None:
    async with door(each_store, tmp_path) as at, client() as http:
        fields = at.twilio.inbound("+6281234567890", "halo", SomethingNew="", Blank=" ")
        query = "?a=b%20c&d="
        headers = {"X-Twilio-Signature": at.twilio.sign(hook(at, query), fields)}
        url = f"{at.here.url}/webhooks/twilio{query}"
        for _ in range(2):
            answer = await http.post(
                URL(url, encoded=True), data=urlencode(fields).encode(),
                headers=headers | {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
            )  # fmt: skip
            assert (answer.status, answer.content_type, await answer.text()) == (200, "text/xml", EMPTY_TWIML)
        assert at.messages() == [Message("text", text="halo")]
        [address] = at.addresses()
        assert at.woken == [address.id]
        assert address.channel == "whatsapp"


async def test_twilio_with_a_wrong_signature(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path) as at:
        fields = at.twilio.inbound("+6281234567890", "halo")
        right = at.twilio.sign(hook(at), fields)
        forged = [("Body", "tipu") if name == "Body" else (name, value) for name, value in fields]
        without = [pair for pair in fields if pair[0] != "SmsMessageSid"]
        for sent, signature in (
            (fields, ""),
            (fields, "x"),
            (fields, right[:-2]),
            (forged, right),
            (without, right),
            ([*fields, ("More", "")], right),
            (fields, at.twilio.sign(f"{BASE}/webhooks/twilio/status", fields)),
            (fields, at.twilio.sign(f"{at.here.url}/webhooks/twilio", fields)),
        ):
            assert await at.twilio.post(f"{at.here.url}/webhooks/twilio", sent, signature=signature) == 403
        assert await at.twilio.post(f"{at.here.url}/webhooks/twilio?x=1", fields, signature=right) == 403
        assert (at.messages(), at.addresses(), len(spool(at))) == ([], [], 0)
        assert await at.twilio.post(f"{at.here.url}/webhooks/twilio", fields, signature=right) == 200


def spool(at: Door) -> Spool:
    limits = at.here.deps.limits
    return Spool(at.here.deps.spool_dir, at.here.store.vault, files=limits.spool_files, size=limits.spool_bytes)


async def test_twilio_not_parseable(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path) as at, client() as http:
        fields = [("Body", "halo"), ("From", "whatsapp:+6281234567890")]  # no id
        assert (
            await at.twilio.post(f"{at.here.url}/webhooks/twilio", fields, signature=at.twilio.sign(hook(at), fields))
            == 400
        )
        # A form that is none is signed over nothing.
        signature = at.twilio.sign(hook(at), [])
        for body in (b"\xff\xff=\xff", b"no form at all"):
            answer = await http.post(
                f"{at.here.url}/webhooks/twilio", data=body, headers={"X-Twilio-Signature": signature}
            )
            assert answer.status == 400
        assert at.messages() == []


async def test_twilio_kinds_that_are_passed_over(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path) as at:
        assert await at.twilio.say("+6281234567890", "", MessageType="reaction") == 200
        assert at.messages() == []


async def test_twilio_is_spooled_when_the_database_is_away(each_store: Store, tmp_path: Path) -> None:
    async with door(each_store, tmp_path) as at:
        first = at.twilio.inbound("+6281234567890", "rahasia satu")
        second = at.twilio.inbound("+6281234567890", "dua")
        at.away = True
        for fields in (first, second, first):
            assert await at.twilio.post(hook_url(at), fields, signature=at.twilio.sign(hook(at), fields)) == 200
        assert len(spool(at)) == 3
        kept = b"".join(path.read_bytes() for path in at.here.deps.spool_dir.iterdir())
        assert b"rahasia" not in kept and b"62812" not in kept
        with pytest.raises(psycopg.OperationalError):
            await drain(at.here.deps, spool(at))
        at.away = False
        assert await drain(at.here.deps, spool(at)) == 3
        assert at.messages() == [Message("text", text="rahasia satu"), Message("text", text="dua")]
        assert len(at.woken) == 2
        assert len(spool(at)) == 0
        # What came by the spool is seen before, too.
        assert await at.twilio.post(hook_url(at), second, signature=at.twilio.sign(hook(at), second)) == 200
        assert len(at.messages()) == 2


def hook_url(at: Door) -> str:
    return f"{at.here.url}/webhooks/twilio"


async def test_the_spool_drains_by_itself(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path, drain_seconds=0.1) as at:
        at.away = True
        assert await at.twilio.say("+6281234567890", "halo") == 200
        await asyncio.sleep(0.3)
        assert len(spool(at)) == 1
        at.away = False
        await until(lambda: bool(at.woken))
        assert at.messages() == [Message("text", text="halo")]


async def test_a_full_spool_refuses(store: Store, tmp_path: Path) -> None:
    async with door(store, tmp_path, limits=Limits(spool_files=1)) as at:
        at.away = True
        assert [await at.twilio.say("+6281234567890", text) for text in ("satu", "dua")] == [200, 503]


async def test_a_slow_database_does_not_make_twilio_wait(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.webhooks.PATIENCE", 0.2)
    async with door(store, tmp_path) as at:
        at.slow = 1.0
        assert await at.twilio.say("+6281234567890", "halo") == 200
        assert len(spool(at)) == 1
        at.slow = 0.0
        assert await drain(at.here.deps, spool(at)) == 1
        assert at.messages() == [Message("text", text="halo")]


async def test_status_callbacks(each_store: Store, tmp_path: Path) -> None:
    async with door(each_store, tmp_path) as at:
        await at.twilio.say("+6281234567890", "halo")
        [address] = at.addresses()
        store = at.here.store

        def put() -> int:
            with store.begin() as session:
                row = outbox.put(
                    session, store, sender=address.sender, address_id=address.id, contact_id=address.contact_id,
                    lane=outbox.REPLIES, key="turn:1", body={"text": "halo"}, not_before=store.clock(),
                )  # fmt: skip
                assert row is not None
                return row

        row = await at.here.run(put)
        url = f"{BASE}/webhooks/twilio/status?outbox={row}"
        local = f"{at.here.url}/webhooks/twilio/status?outbox={row}"
        fields = [("MessageSid", "SM1"), ("MessageStatus", "sent"), ("ErrorCode", "")]
        assert await at.twilio.post(local, fields, signature="wrong") == 403
        # Before the sender knows that it was taken: only noted.
        assert await at.twilio.post(local, fields, signature=at.twilio.sign(url, fields)) == 204
        assert at.fates == []

        def accepted() -> None:
            with store.begin() as session:
                outbox.accepted_part(session, row, "SM1")
                outbox.sent(session, row, epoch=None, now=store.clock(), final=False)

        await at.here.run(accepted)
        for status in ("delivered", "delivered", "sent"):
            fields = [("MessageSid", "SM1"), ("MessageStatus", status)]
            assert await at.twilio.post(local, fields, signature=at.twilio.sign(url, fields)) == 204
        assert [(fate.id, fate.status) for fate in at.fates] == [(row, "delivered")]


@pytest.mark.parametrize("query", ["", "?outbox=", "?outbox=999", "?outbox=x", "?outbox=" + "9" * 30])
async def test_status_callbacks_of_nothing_we_know(store: Store, tmp_path: Path, query: str) -> None:
    async with door(store, tmp_path) as at:
        fields = [("MessageSid", "SM1"), ("MessageStatus", "delivered")]
        path = f"/webhooks/twilio/status{query}"
        assert await at.twilio.post(at.here.url + path, fields, signature=at.twilio.sign(BASE + path, fields)) == 204
        assert at.fates == []


# --- both ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/webhooks/telegram", "/webhooks/twilio", "/webhooks/twilio/status"])
async def test_too_large_and_the_wrong_way(store: Store, tmp_path: Path, path: str) -> None:
    async with door(store, tmp_path) as at, client() as http:
        assert (await http.post(at.here.url + path, data=b"a" * 300_000)).status == 413
        assert (await http.get(at.here.url + path)).status == 405


async def test_channels_that_are_not_set_up_are_not_there(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None) as here, client() as http:
        for path in ("/webhooks/telegram", "/webhooks/twilio", "/webhooks/twilio/status"):
            assert (await http.post(here.url + path, data=b"")).status == 404
