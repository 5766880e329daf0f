"""Web and worker as processes of their own on PostgreSQL; and the second process that an embedded database refuses."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import aiohttp
import pytest

from tests.story.process import Bekal

KEY = base64.b64encode(b"k" * 32).decode()


class Visitor:
    """Somebody in the web chat, without a browser."""

    def __init__(self, url: str, web: aiohttp.ClientSession) -> None:
        self.url, self.web, self.seq = url, web, 0

    async def say(self, number: str, words: str) -> int:
        headers = {"Origin": self.url}
        body = {"id": number, "text": words}
        async with self.web.post(f"{self.url}/chat/messages", json=body, headers=headers) as answer:
            return answer.status

    async def read(self, until: str, seconds: float = 15) -> str:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(self.seq)}
        async with asyncio.timeout(seconds), self.web.get(f"{self.url}/chat/stream", headers=headers) as stream:
            async for raw in stream.content:
                line = raw.decode().strip()
                if line.startswith("id:"):
                    self.seq = int(line.removeprefix("id:"))
                if line.startswith("data:") and "body" in line:
                    text = str(json.loads(line.removeprefix("data:"))["body"].get("text", ""))
                    if until in text:
                        return text
        raise AssertionError(f"{until!r} never came")


@pytest.mark.timeout(120)
async def test_web_and_worker_apart_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    given = {"DATABASE_URL": postgres_database, "SECRET_KEY": KEY}
    web = Bekal(tmp_path, module=("bot", "web"), **given)
    refused = await asyncio.to_thread(web.run, "web")
    assert refused.returncode == 2 and "python -m bot migrate" in refused.stderr
    assert (await asyncio.to_thread(web.run, "migrate")).returncode == 0
    worker = Bekal(tmp_path, module=("bot", "worker"), **given)
    await asyncio.to_thread(web.start)
    worker.launch()
    try:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            async with session.get(f"{web.url}/chat") as page:
                assert page.status == 200
            me = Visitor(web.url, session)
            assert await me.say("m1", "halo") == 202
            await me.read("Pilih bahasa")
            assert await me.say("m1", "halo") == 200  # the same message again: kept once
            # the worker dies; what is written meanwhile is answered by the next one
            await asyncio.to_thread(worker.kill)
            assert await me.say("m2", "1") == 202
            worker.launch()
            await me.read("Disnaker", seconds=30)
    finally:
        assert await asyncio.to_thread(web.stop) == 0
        assert await asyncio.to_thread(worker.stop) == 0


@pytest.mark.timeout(60)
def test_a_second_process_on_an_embedded_database_is_refused(tmp_path: Path) -> None:
    first = Bekal(tmp_path).start()
    try:
        second = Bekal(tmp_path).run("serve")
        assert second.returncode == 2
        assert "error:" in second.stderr and "Traceback" not in second.stderr
        # short commands work beside it
        assert first.run("event", "list").returncode == 0
        assert first.run("questions", "list").returncode == 0
    finally:
        assert first.stop() == 0
    apart = Bekal(tmp_path).run("worker")
    assert apart.returncode == 2 and "PostgreSQL" in apart.stderr
