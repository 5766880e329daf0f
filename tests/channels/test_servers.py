"""The local servers are strict: a test that passes against them says something."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.servers import TelegramServer, TwilioServer, in_thread
from tests.servers_checks import check_content, check_create, check_telegram

ROOT = Path(__file__).parents[2]


async def ask(server: TelegramServer, method: str, **params: Any) -> dict[str, Any]:
    url = f"{server.url}/bot{server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, data=params) as answer:
        said: dict[str, Any] = await answer.json()
        return said


KEYBOARD = {"inline_keyboard": [[{"text": "Ya", "callback_data": "menu:1:yes"}]]}


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendMessage", {"chat_id": "1", "text": "halo"}, None),
        ("sendMessage", {"chat_id": "@staf", "text": "halo", "reply_markup": json.dumps(KEYBOARD)}, None),
        ("sendMesage", {"chat_id": "1", "text": "halo"}, "no such method"),
        ("sendMessage", {"chat_id": "1"}, "text is missing"),
        ("sendMessage", {"chat_id": "1", "text": "halo", "colour": "red"}, "unknown parameter colour"),
        ("sendMessage", {"chat_id": "1", "text": "x", "protect_content": "yes"}, "protect_content is no Boolean"),
        ("sendMessage", {"chat_id": "1", "text": "x", "reply_markup": "[]"}, "reply_markup is no"),
        ("sendMessage", {"chat_id": "1", "text": "x", "reply_markup": '{"inline_keyboard": [[{}]]}'}, "reply_markup"),
        ("sendMessage", {"chat_id": "1", "text": "x", "message_thread_id": "1.5"}, "message_thread_id is no Integer"),
        ("deleteMessages", {"chat_id": "1", "message_ids": '["a"]'}, "message_ids is no Array of Integer"),
        ("setMyCommands", {"commands": '[{"command": "a"}]'}, "commands is no Array of BotCommand"),
        ("sendPhoto", {"chat_id": "1"}, "photo is missing"),
    ],
)
def test_requests_to_telegram_are_checked(method: str, params: dict[str, str], complaint: str | None) -> None:
    said = check_telegram(method, params, {})
    assert said is None if complaint is None else complaint in str(said)


async def test_telegram_refuses_what_the_description_tells_in_words() -> None:
    async with TelegramServer() as server:
        long_data = {"inline_keyboard": [[{"text": "Ya", "callback_data": "x" * 65}]]}
        for params, says in (
            ({"text": " "}, "message text is empty"),
            ({"text": "x" * 4097}, "message is too long"),
            ({"text": "🙏" * 2049}, "message is too long"),
            ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "2 < 3", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "<p>x</p>", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "<b>x</i>", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "x", "reply_markup": json.dumps(long_data)}, "BUTTON_DATA_INVALID"),
        ):
            said = await ask(server, "sendMessage", chat_id="1", **params)
            assert says in said["description"]
        assert server.sent == {}
        said = await ask(server, "sendMessage", chat_id="1", text="<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
        assert said["ok"]
        assert await ask(server, "sendMessage", chat_id="1") != {}
        assert server.complaints == ["sendMessage: text is missing"]


GOOD = {"To": ["whatsapp:+6280000000001"], "From": ["whatsapp:+15005550006"], "Body": ["halo"]}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({}, None),
        ({"MediaUrl": ["https://a.example/1", "https://a.example/2"]}, None),
        ({"To": None}, "'To' is a required property"),
        ({"Colour": ["red"]}, "unknown parameter Colour"),
        ({"ContentSid": ["HX1"]}, "ContentSid"),
        ({"ValidityPeriod": ["soon"]}, "ValidityPeriod"),
        ({"ValidityPeriod": ["99999"]}, "1 to 36000"),
        ({"ContentVariables": ["{}"]}, "without ContentSid"),
        ({"StatusCallback": ["https://my_host.example/x"]}, "underscores"),
        ({"Body": ["a", "b"]}, "more than once"),
    ],
)
def test_requests_to_twilio_are_checked(change: dict[str, Any], complaint: str | None) -> None:
    params = {name: value for name, value in (GOOD | change).items() if value is not None}
    said = check_create(params)
    assert said is None if complaint is None else complaint in str(said)


def test_content_is_checked() -> None:
    item = {"item": "Satu", "id": "1"}
    good = {"language": "id", "types": {"twilio/list-picker": {"body": "x", "button": "Pilih", "items": [item]}}}
    assert check_content(good) is None
    made: dict[str, Any] = good["types"]["twilio/list-picker"]  # type: ignore[index, assignment]
    for change in (
        {"body": ""},
        {"button": "x" * 21},
        {"items": []},
        {"items": [item] * 2},
        {"items": [{"item": "x" * 25}]},
    ):
        assert check_content({"language": "id", "types": {"twilio/list-picker": made | change}})


def test_in_a_thread() -> None:
    """For tests without a loop."""
    with in_thread(TelegramServer()) as server, urllib.request.urlopen(f"{server.url}/_calls") as answer:
        assert json.loads(answer.read()) == {"calls": [], "complaints": []}


@pytest.mark.parametrize("which", ["telegram", "twilio"])
def test_as_a_process_of_its_own(which: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.servers", which], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        with urllib.request.urlopen(f"{told['url']}/_calls") as answer:
            assert json.loads(answer.read())["calls"] == []
        process.terminate()


async def test_twilio_lists_in_pages() -> None:
    async with TwilioServer() as server:
        for number in range(5):
            server.inbound("+6280000000001", f"{number}")
        auth = {"Authorization": aiohttp.encode_basic_auth(server.sid, server.auth_token)}
        url = f"{server.url}/2010-04-01/Accounts/{server.sid}/Messages.json"
        async with aiohttp.ClientSession(headers=auth) as session, session.get(url, params={"PageSize": "2"}) as answer:
            page = await answer.json()
        assert [message["body"] for message in page["messages"]] == ["4", "3"]
        assert page["next_page_uri"].endswith("PageSize=2&Page=1")
