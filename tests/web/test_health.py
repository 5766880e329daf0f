"""What those who watch over it see, and what the log never holds."""

from __future__ import annotations

import re
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter
from structlog.testing import capture_logs

from bot.store import outbox
from bot.store.session import Store
from bot.web import words
from tests.servers import closed_port_url
from tests.web.house import SECRET, client, house


async def test_alive_and_ready(each_store: Store, tmp_path: Path) -> None:
    turning = True
    async with house(each_store, tmp_path, bot=None, turns_alive=lambda: turning) as here, client() as http:
        assert (await http.get(f"{here.url}/healthz")).status == 200
        answer = await http.get(f"{here.url}/readyz")
        assert (answer.status, await answer.json()) == (200, {"database": True, "schema": True, "turns": True})
        turning = False
        answer = await http.get(f"{here.url}/readyz")
        assert (answer.status, await answer.json()) == (503, {"database": True, "schema": True, "turns": False})


async def test_an_empty_database_is_not_ready(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/empty.db", SECRET)
    async with house(store, tmp_path, bot=None) as here, client() as http:
        answer = await http.get(f"{here.url}/readyz")
        assert (answer.status, (await answer.json())["schema"]) == (503, False)
        store.migrate()
        assert (await http.get(f"{here.url}/readyz")).status == 200
    store.close()


async def test_without_its_database(tmp_path: Path) -> None:
    port = closed_port_url().rpartition(":")[2]
    store = Store(f"postgresql://nobody:word@127.0.0.1:{port}/bekal", SECRET)
    async with house(store, tmp_path, bot=None) as here, client() as http:
        assert (await http.get(f"{here.url}/healthz")).status == 200
        assert (await http.get(f"{here.url}/readyz")).status == 503
        assert "bekal_database_up 0.0" in await (await http.get(f"{here.url}/metrics")).text()
        assert (await http.get(f"{here.url}/chat")).status == 200
        answer = await http.post(f"{here.url}/chat/messages", json={"id": "1", "text": "halo"})
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert await answer.json() == {"error": words.AWAY}
        assert (await http.get(f"{here.url}/chat/stream")).status == 503
    store.close()


async def test_metrics(each_store: Store, tmp_path: Path) -> None:
    registry = CollectorRegistry()
    Counter("bekal_turns", "Turns", registry=registry).inc(3)
    async with house(each_store, tmp_path, bot=None, registry=registry) as here, client() as http:
        await http.get(f"{here.url}/chat")
        for _ in range(2):
            await http.post(f"{here.url}/chat/messages", json={"id": "1", "text": "rahasia"})
        await here.push({"text": "kabar rahasia"})

        def total() -> None:
            with each_store.begin() as session:
                outbox.count(session, "sends.maybe_twice", 2)

        await here.run(total)
        answer = await http.get(f"{here.url}/metrics")
        text = await answer.text()
        assert answer.headers["Content-Type"].startswith("text/plain")
        for line in (
            'bekal_inbox_messages{status="pending"} 1.0',
            'bekal_inbox_messages{status="parked"} 0.0',
            'bekal_outbox_messages{lane="replies",status="queued"} 1.0',
            'bekal_outbox_messages{lane="danger",status="unknown"} 0.0',
            'bekal_total{name="sends.maybe_twice"} 2.0',
            'bekal_received_total{channel="webchat",what="new"} 1.0',
            'bekal_received_total{channel="webchat",what="double"} 1.0',
            'bekal_http_requests_total{method="POST",route="/chat/messages",status="202"} 1.0',
            "bekal_turns_total 3.0",
            "bekal_database_up 1.0",
            "bekal_web_streams 0.0",
            "bekal_spool_files 0.0",
        ):
            assert line in text.splitlines(), line
        assert "rahasia" not in text
        assert float(re.findall(r"^bekal_inbox_oldest_seconds (\S+)$", text, re.MULTILINE)[0]) < 60


async def test_the_log_holds_nobody(store: Store, tmp_path: Path) -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        async with house(store, tmp_path, bot=None) as here, client() as http:
            page = await http.get(f"{here.url}/chat?start=asal-rahasia", headers={"User-Agent": "telepon-rahasia"})
            cookie = page.cookies["bekal_chat"].value
            await http.post(f"{here.url}/chat/messages?nama=rahasia", json={"id": "id-rahasia", "text": "kata rahasia"})
            await http.get(f"{here.url}/media/rahasia.ogg")
            await http.get(f"{here.url}/rahasia/0812345678")
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/chat", 200),
        ("POST", "/chat/messages", 202),
        ("GET", "/media/{name}", 404),
        ("GET", "-", 404),
    ]
    assert {name for line in lines for name in line} == {"event", "log_level", "method", "route", "status", "ms"}
    assert "rahasia" not in str(lines) and cookie not in str(lines) and "127.0.0.1" not in str(lines)


async def test_a_fault_of_ours_is_said_kindly_and_logged_without_words(store: Store, tmp_path: Path) -> None:
    def broken(_address_id: str) -> None:
        raise RuntimeError("kata rahasia")

    structlog.reset_defaults()
    with capture_logs() as lines:
        async with house(store, tmp_path, bot=None, on_received=broken) as here, client() as http:
            await http.get(f"{here.url}/chat")
            answer = await http.post(f"{here.url}/chat/messages", json={"id": "1", "text": "halo"})
            assert (answer.status, await answer.json()) == (500, {"error": words.BROKEN})
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    [fault] = [line for line in lines if line["event"] == "request failed"]
    assert fault["error"] == "RuntimeError" and any("web/chat.py:" in place for place in fault["where"])
    assert "rahasia" not in str(lines)
