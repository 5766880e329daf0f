"""What a visitor writes and what comes back, over HTTP, on both engines where it matters."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.conversation.types import Message
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import Inbox, Outbox
from bot.web import words
from bot.web.chat import LONGEST
from bot.web.deps import Limits
from bot.web.visitors import Pace
from tests.web.house import NAV, House, client, events, house

JSON = {"Accept": "application/json"}


async def visit(here: House, browser: aiohttp.ClientSession) -> None:
    assert (await browser.get(f"{here.url}/chat")).status == 200


async def write(here: House, browser: aiohttp.ClientSession, data: Any, **headers: str) -> aiohttp.ClientResponse:
    return await browser.post(f"{here.url}/chat/messages", json=data, headers=headers)


async def ask(here: House, browser: aiohttp.ClientSession, after: int = 0, wait: float = 5) -> dict[str, Any]:
    answer = await browser.get(f"{here.url}/chat/stream?after={after}&wait={wait}", headers=JSON)
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


def count(store: Store, model: Any, **which: Any) -> int:
    with store.read() as session:
        rows = table(model)
        statement = (
            select(func.count()).select_from(rows).where(*(rows.c[name] == value for name, value in which.items()))
        )
        return int(run(session, statement).scalar_one())


async def test_a_message_is_kept_once_however_often_it_comes(each_store: Store, tmp_path: Path) -> None:
    async with house(each_store, tmp_path) as here, client() as browser:
        await visit(here, browser)
        many = await asyncio.gather(*(write(here, browser, {"id": "m-1", "text": "halo"}) for _ in range(8)))
        assert sorted(answer.status for answer in many) == [200] * 7 + [202]
        assert {(await answer.json())["id"] for answer in many} == {"m-1"}
        found = await ask(here, browser)
        assert [one["body"]["text"] for one in found["messages"]] == ["gema: halo"]
        assert (await write(here, browser, {"id": "m-1", "text": "halo"})).status == 200
        assert (await ask(here, browser, after=1, wait=0.3))["messages"] == []
        assert here.heard == [Message("text", text="halo")]
        assert count(each_store, Inbox) == 1


async def test_two_visitors_may_choose_the_same_ids(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path) as here, client() as one, client() as other:
        for browser, text in ((one, "satu"), (other, "dua")):
            await visit(here, browser)
            assert (await write(here, browser, {"id": "1", "text": text})).status == 202
        assert (await ask(here, one))["messages"][0]["body"]["text"] == "gema: satu"
        assert (await ask(here, other))["messages"][0]["body"]["text"] == "gema: dua"


async def test_a_tapped_button_brings_its_stamp(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path) as here, client() as browser:
        await visit(here, browser)
        await write(here, browser, {"id": "1", "choice": "lessons", "stamp": 17})
        await write(here, browser, {"id": "2", "choice": "lessons"})
        await write(here, browser, {"id": "3", "choice": "lessons", "stamp": True})
        await write(here, browser, {"id": "4", "text": "halo", "campaign": "village-talk"})
        await write(here, browser, {"id": "5", "text": "halo", "campaign": "no such; word"})
        await ask(here, browser, after=4)
        assert here.heard == [
            Message("choice", choice="lessons", stamp=17),
            Message("choice", choice="lessons", stamp=-1),  # equals no step: counts as an old button
            Message("choice", choice="lessons", stamp=-1),
            Message("text", text="halo", campaign="village-talk"),
            Message("text", text="halo"),
        ]


async def test_a_long_text_is_cut_not_refused(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path) as here, client() as browser:
        await visit(here, browser)
        assert (await write(here, browser, {"id": "1", "text": "a" * 15_000 + "\ud83d"})).status == 202
        assert (await write(here, browser, {"id": "2", "text": "setengah \ud83d emoji \x00"})).status == 202
        await ask(here, browser, after=1)
        assert here.heard[0].text == "a" * LONGEST
        assert here.heard[1].text == "setengah \ud83d emoji \x00"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"id": "1"}', b'{"text": "a"}',
        b'{"id": 1, "text": "a"}', b'{"id": "", "text": "a"}', b'{"id": "a b", "text": "a"}',
        b'{"id": "' + b"a" * 65 + b'", "text": "a"}', b'{"id": "1", "text": 5}', b'{"id": "1", "text": null}',
        b'{"id": "1", "choice": ""}', b'{"id": "1", "choice": 4, "stamp": 1}', b'{"id": "1", "choice": "a", "text": "b"}',
        b'{"id": "1", "choice": "' + b"a" * 81 + b'"}', b'{"id": "1", "text": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused(store: Store, tmp_path: Path, body: bytes) -> None:
    async with house(store, tmp_path) as here, client() as browser:
        await visit(here, browser)
        answer = await browser.post(f"{here.url}/chat/messages", data=body)
        assert (answer.status, await answer.json()) == (400, {"error": words.NOT_UNDERSTOOD})
        assert count(store, Inbox) == 0


async def test_too_much_is_refused(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path) as here, client() as browser:
        await visit(here, browser)
        big = json.dumps({"id": "1", "text": "a" * 300_000}).encode()

        async def in_pieces() -> Any:
            for start in range(0, len(big), 50_000):
                yield big[start : start + 50_000]

        for data in (big, in_pieces()):
            answer = await browser.post(f"{here.url}/chat/messages", data=data)
            assert (answer.status, await answer.json()) == (413, {"error": words.TOO_LARGE})
        just_fits = json.dumps({"id": "1", "text": "a" * 250_000}).encode()
        assert (await browser.post(f"{here.url}/chat/messages", data=just_fits)).status == 202


async def test_only_our_own_page_may_write(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, public_base_url="https://bekal.example") as here, client() as browser:
        # The cookie is Secure here, so it is sent by hand.
        cookie = (await browser.get(f"{here.url}/chat")).cookies["bekal_chat"].value
        mine = {"Cookie": f"bekal_chat={cookie}"}
        data = {"id": "1", "text": "halo"}
        for wrong in (
            "https://elsewhere.example",
            "null",
            "https://bekal.example.elsewhere",
            "",
            "chrome-extension://a",
        ):
            answer = await write(here, browser, data, Origin=wrong, **mine)
            assert (answer.status, await answer.json()) == (403, {"error": words.WRONG_ORIGIN})
        answer = await write(here, browser, data, **{"Sec-Fetch-Site": "cross-site"}, **mine)
        assert answer.status == 403
        answer = await browser.post(f"{here.url}/chat/ack", json={"seq": 1}, headers=mine | {"Origin": "null"})
        assert answer.status == 403
        assert count(store, Inbox) == 0
        assert (await write(here, browser, data, Origin="https://bekal.example", **mine)).status == 202
        assert (await write(here, browser, data, Origin=here.url, **mine)).status == 200
        assert (await write(here, browser, data, **mine)).status == 200


@pytest.mark.parametrize("cookie", ["", "bekal_chat=", "bekal_chat=short", "bekal_chat=" + "a" * 44])
async def test_without_a_cookie_nothing(store: Store, tmp_path: Path, cookie: str) -> None:
    async with house(store, tmp_path) as here, client() as browser:
        answer = await write(here, browser, {"id": "1", "text": "halo"}, Cookie=cookie)
        assert (answer.status, await answer.json()) == (403, {"error": words.NO_VISITOR})
        assert (await browser.get(f"{here.url}/chat/stream", headers={"Cookie": cookie})).status == 403


async def test_twenty_messages_a_minute(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None) as here, client() as browser, client() as other:
        await visit(here, browser)
        for number in range(20):
            assert (await write(here, browser, {"id": str(number), "text": "a"})).status == 202
        answer = await write(here, browser, {"id": "20", "text": "a"})
        assert (answer.status, await answer.json()) == (429, {"error": words.TOO_FAST})
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert (await write(here, browser, {"id": "3", "text": "a"})).status == 200  # sent again: free
        await visit(here, other)
        assert (await write(here, other, {"id": "20", "text": "a"})).status == 202
        assert count(store, Inbox) == 21


def test_pace() -> None:
    now = 0.0
    pace = Pace(2, 10, seconds=lambda: now, visitors=2)
    assert [pace.wait("a", "1"), pace.wait("a", "2"), pace.wait("a", "2"), pace.wait("a", "3")] == [0, 0, 0, 10]
    now = 4.0
    assert (pace.wait("a", "3"), pace.wait("b", "1")) == (6, 0)
    now = 10.5
    assert (pace.wait("a", "3"), pace.wait("a", "4"), pace.wait("a", "5")) == (0, 0, 10)
    pace.wait("b", "1"), pace.wait("c", "1")  # "a" is forgotten: two are remembered
    assert pace.wait("a", "6") == 0


# --- news ------------------------------------------------------------------------------------------------------------


async def test_events_come_in_order_and_go_on_where_they_stopped(each_store: Store, tmp_path: Path) -> None:
    async with house(each_store, tmp_path) as here, client() as browser:
        await visit(here, browser)
        async with browser.get(f"{here.url}/chat/stream") as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            assert "Content-Encoding" not in stream.headers
            assert stream.headers["Cache-Control"] == "no-store"
            coming = events(stream)
            assert await anext(coming) == {"retry": "3000"}
            first = await anext(coming)
            assert (first["event"], json.loads(first["data"])["chat"]) == ("ready", "")
            for number in range(1, 4):
                await write(here, browser, {"id": str(number), "text": f"pesan {number}"})
            named = await anext(coming)  # the address exists now
            name = json.loads(named["data"])["chat"]
            assert named["event"] == "ready" and len(name) == 8
            for number in range(1, 4):
                event = await anext(coming)
                told = json.loads(event["data"])
                assert (event["id"], told["seq"], told["lane"]) == (str(number), number, 1)
                assert told["body"] == {"text": f"gema: pesan {number}", "state": "echo", "step": number, "nav": NAV}
        # A page loaded anew gets all again; one that names the last one, what came after.
        assert [one["seq"] for one in (await ask(here, browser))["messages"]] == [1, 2, 3]
        async with browser.get(f"{here.url}/chat/stream", headers={"Last-Event-ID": "2"}) as stream:
            coming = events(stream)
            assert [(await anext(coming)).get("id") for _ in range(3)] == [None, None, "3"]
        # One that names another chat counts from the start again.
        answer = await browser.get(f"{here.url}/chat/stream?after=3&chat=elsewhere", headers=JSON)
        assert [one["seq"] for one in (await answer.json())["messages"]] == [1, 2, 3]
        answer = await browser.get(f"{here.url}/chat/stream?after=2&chat={name}", headers=JSON)
        assert [one["seq"] for one in (await answer.json())["messages"]] == [3]


async def test_what_was_acknowledged_is_forgotten(each_store: Store, tmp_path: Path) -> None:
    async with house(each_store, tmp_path) as here, client() as browser:
        await visit(here, browser)
        answer = await browser.post(f"{here.url}/chat/ack", json={"seq": 5})
        assert (answer.status, await answer.json()) == (200, {"seq": 5})  # nothing there yet
        for number in (1, 2):
            await write(here, browser, {"id": str(number), "text": "a"})
            await ask(here, browser, after=number - 1)
        assert (await browser.post(f"{here.url}/chat/ack", json={"seq": 1})).status == 200
        assert [one["seq"] for one in (await ask(here, browser))["messages"]] == [2]
        assert count(each_store, Outbox, status="delivered", body=None) == 1
        for wrong in ({"seq": -1}, {"seq": "1"}, {"seq": True}, {}, {"seq": 1e9}):
            assert (await browser.post(f"{here.url}/chat/ack", json=wrong)).status == 400


@pytest.mark.parametrize(("tell", "poll_seconds"), [(True, 60.0), (False, 0.2)])
async def test_it_wakes_at_once_in_this_process_and_soon_for_others(
    store: Store, tmp_path: Path, tell: bool, poll_seconds: float
) -> None:
    """Told, it does not wait for the next poll, which here comes after the test's patience; else the poll finds it."""
    async with house(store, tmp_path, poll_seconds=poll_seconds) as here, client() as browser:
        await visit(here, browser)
        await write(here, browser, {"id": "1", "text": "halo"})
        await ask(here, browser)
        waiting = asyncio.create_task(ask(here, browser, after=1, wait=20))
        await asyncio.sleep(0.1)
        await here.push({"text": "kabar"}, tell=tell)
        async with asyncio.timeout(15):
            found = await waiting
        assert found["messages"][0]["body"] == {"text": "kabar", "step": 0}


async def test_somebody_put_something_out_for_whoever(store: Store, tmp_path: Path) -> None:
    """`look`: one reading for all who wait, from any thread."""
    async with house(store, tmp_path, poll_seconds=60) as here, client() as browser:
        await visit(here, browser)
        await write(here, browser, {"id": "1", "text": "halo"})
        await ask(here, browser)
        waiting = asyncio.create_task(ask(here, browser, after=1, wait=10))
        await asyncio.sleep(0.1)
        await here.push({"text": "kabar"}, tell=False)
        await asyncio.to_thread(here.deps.notifier.look)
        async with asyncio.timeout(8):
            assert [one["seq"] for one in (await waiting)["messages"]] == [2]


async def test_another_process_takes_the_first_message(store: Store, tmp_path: Path) -> None:
    """The stream was open before the visitor had an address, and the message went to another process."""
    second = tmp_path / "second"
    async with house(store, tmp_path, poll_seconds=0.2) as here, house(store, second) as there, client() as browser:
        await visit(here, browser)
        waiting = asyncio.create_task(ask(here, browser, wait=10))
        await asyncio.sleep(0.1)
        assert (await write(there, browser, {"id": "1", "text": "halo"})).status == 202
        assert (await waiting)["messages"][0]["body"]["text"] == "gema: halo"


async def test_a_heartbeat_and_a_clean_end(store: Store, tmp_path: Path) -> None:
    async with client() as browser:
        async with house(store, tmp_path, heartbeat_seconds=0.1) as here:
            await visit(here, browser)
            stream = await browser.get(f"{here.url}/chat/stream")
            coming = events(stream)
            seen = [await anext(coming) for _ in range(4)]
            assert [event.get("event") for event in seen] == [None, "ready", "beat", "beat"]
            assert seen[2]["comment"] == "beat"
            waiting = asyncio.create_task(ask(here, browser, wait=20))
            await asyncio.sleep(0.1)
            began = asyncio.get_running_loop().time()
        # The server stopped: nobody was cut off in the middle, nobody had to wait.
        assert [event async for event in coming][-1:] != [{}]
        assert stream.content.exception() is None
        assert (await waiting)["messages"] == []
        assert asyncio.get_running_loop().time() - began < 1.5


async def test_the_newest_pages_of_a_visitor_are_served(store: Store, tmp_path: Path) -> None:
    """On a bad line a phone comes back again and again, before it is noticed that it went away."""
    async with house(store, tmp_path, limits=Limits(streams=2, all_streams=4)) as here, client() as browser:
        await visit(here, browser)
        streams = [await browser.get(f"{here.url}/chat/stream") for _ in range(5)]
        assert [stream.status for stream in streams] == [200] * 5
        for stream in streams[:3]:
            assert [event async for event in events(stream)][-1] == {"retry": "60000"}
        assert {one.ended for one in here.deps.notifier.open} == {False} and len(here.deps.notifier.open) == 2
        await write(here, browser, {"id": "1", "text": "halo"})
        coming = events(streams[4])
        assert [(await anext(coming)).get("id") for _ in range(4)] == [None, None, None, "1"]
        for stream in streams:
            stream.close()


async def test_a_full_house_lets_pages_ask(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, limits=Limits(all_streams=1)) as here, client() as browser, client() as other:
        await visit(here, browser)
        await visit(here, other)
        stream = await browser.get(f"{here.url}/chat/stream")
        assert stream.status == 200
        full = await other.get(f"{here.url}/chat/stream")
        assert (full.status, full.headers["Retry-After"]) == (503, "10")
        assert (await ask(here, other, wait=0))["messages"] == []
        stream.close()


async def test_a_burst_comes_whole(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, limits=Limits(batch=3)) as here, client() as browser:
        await visit(here, browser)
        await write(here, browser, {"id": "1", "text": "halo"})
        await ask(here, browser)
        for number in range(10):
            await here.push({"text": f"kabar {number}"}, tell=False)
        async with browser.get(f"{here.url}/chat/stream?after=1") as stream:
            coming = events(stream)
            await anext(coming), await anext(coming)
            assert [(await anext(coming))["id"] for _ in range(10)] == [str(number) for number in range(2, 12)]


async def test_media_and_documents_of_a_reply(store: Store, tmp_path: Path) -> None:
    document = {"name": "catatan.txt", "mime": "text/plain", "text": "Bahasa: Indonesia"}
    body = {"text": "*Dua* surat", "state": "card", "step": 3, "sound": "two-papers", "picture": "ticket"}
    async with house(store, tmp_path, bot=lambda _m, _s: [body | {"document": document}]) as here, client() as browser:
        await visit(here, browser)
        await write(here, browser, {"id": "1", "text": "halo"})
        found = (await ask(here, browser))["messages"][0]["body"]
        assert found["text"] == "*Dua* surat"
        assert found["document"] == document
        assert (found["sound"]["url"], found["sound"]["size"]) == ("/media/two-papers.ogg", "61 kB")
        assert (found["picture"]["url"], found["picture"]["alt"]) == ("/media/ticket.svg", "Dua orang di meja")
        assert (await browser.get(here.url + found["picture"]["url"])).status == 200
