"""The page: how heavy it is, what it loads, how it is guarded."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from bot.library.load import load
from bot.store.session import Store
from bot.web import words
from bot.web.calendar import calendar_page
from bot.web.page import chat_page, emergency_numbers, squeeze
from tests.services import CHROMIUM_ARGS
from tests.web.house import client, house, library, until

CONTENT = Path(__file__).parents[2] / "content"
WEIGHT = 40_000  # bytes, with everything it loads


def test_the_page_with_everything_it_loads_is_light() -> None:
    page = chat_page(load(CONTENT), (("Bekal di WhatsApp", "https://wa.me/15005550006"),))
    assert len(page.html) < WEIGHT
    assert len(page.packed) < 15_000
    html = page.html.decode()
    # Nothing else is loaded: no src, no link but the empty icon, no import, no address of anywhere.
    loads = re.findall(r'<(?:script|img|link|iframe|audio|video|source)\b[^>]*\b(?:src|href)="([^"]*)"', html)
    assert loads == ["data:,"]
    assert "@import" not in html and "url(" not in html
    known = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "https://wa.me/15005550006"}
    assert set(re.findall(r"https?://[^\"'\s<>)]+", html)) <= known


def test_style_and_script_are_the_ones_the_policy_names() -> None:
    page = chat_page(library())
    html = page.html.decode()
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
    assert style and script
    for kind, found in (("style", style[1]), ("script", script[1])):
        digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in page.policy
    assert page.policy.startswith("default-src 'none'")
    assert "unsafe" not in page.policy and "*" not in page.policy
    # No style attribute or handler in the HTML, which the policy would refuse.
    assert not re.search(r"<[^>]*\s(?:style|on\w+)=", html.replace(script[1], ""))
    assert gzip.decompress(page.packed) == page.html


def test_who_has_no_javascript_is_told_what_to_do() -> None:
    ways = (("Bekal di Telegram", "https://t.me/bekal"),)
    html = chat_page(library(), ways).html.decode()
    without = re.search(r"<noscript>(.*?)</noscript>", html, re.DOTALL)
    assert without
    assert words.PAGE["no_script"] in without[1]
    assert '<a href="https://t.me/bekal">Bekal di Telegram</a>' in without[1]
    assert all(f'<a href="tel:{number}">' in without[1] for number in ("999", "110", "112"))


def test_the_numbers_come_from_the_content() -> None:
    assert emergency_numbers(library()) == (("Malaysia", "999"), ("Indonesia", "110", "112"))
    settings = re.search(r'id="words">(.*?)</script>', chat_page(library()).html.decode(), re.DOTALL)
    assert settings
    assert '"codes":["0800-1000","110","112","15999","999"]' in settings[1]
    real = emergency_numbers(load(CONTENT))
    assert real[0][:2] == ("Malaysia", "999") and set(real[1]) >= {"Indonesia", "110", "112"}


def test_nothing_in_the_words_can_end_the_script() -> None:
    assert "</script" not in words.SCRIPT.values()
    html = chat_page(library(), (("</noscript><script>x</script>", "javascript:x"),)).html.decode()
    assert "<script>x" not in html


def test_squeezing_leaves_the_code() -> None:
    assert squeeze("/* a */\n  // b\n  let url = 'http://x'; // c\n\n") == "let url = 'http://x'; // c"


def test_the_calendar_is_only_a_calendar() -> None:
    html = calendar_page(date(2026, 11, 24)).html.decode()
    assert "November 2026" in html and '<td class="today">24</td>' in html
    assert "Bekal" not in html and "<script" not in html
    assert "<tr><td>29</td><td>30</td><td></td>" in html


async def test_the_page_as_it_is_served(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None) as here, client() as browser:
        answer = await browser.get(f"{here.url}/", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, "/chat")

        answer = await browser.get(f"{here.url}/chat", headers={"Accept-Encoding": "gzip"})
        assert answer.status == 200
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "sha256-" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        cookie = answer.headers["Set-Cookie"]
        assert re.match(r"bekal_chat=[\w-]{43};", cookie)
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
        first = answer.cookies["bekal_chat"].value

        plain = await browser.get(f"{here.url}/chat", headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert len(await plain.read()) < WEIGHT
        assert plain.cookies["bekal_chat"].value == first  # the same visitor, for longer

        again = await browser.get(f"{here.url}/chat", headers={"If-None-Match": plain.headers["ETag"]})
        assert (again.status, await again.read()) == (304, b"")
        head = await browser.head(f"{here.url}/chat")
        assert head.status == 200


async def test_behind_https_the_cookie_is_secure(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None, public_base_url="https://bekal.example") as here, client() as browser:
        answer = await browser.get(f"{here.url}/chat")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/nothing", "/chat/nothing", "/media/nothing.ogg", "/media/../house.py", "/verify/x"])
async def test_what_is_not_there_is_said_kindly(store: Store, tmp_path: Path, path: str) -> None:
    async with house(store, tmp_path, bot=None) as here, client() as browser:
        answer = await browser.get(here.url + path, headers={"Accept": "text/html"})
        assert answer.status == 404
        assert words.NOT_FOUND in await answer.text()
        assert await (await browser.get(here.url + path)).json() == {"error": words.NOT_FOUND}


async def test_sounds_and_pictures(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None) as here, client() as browser:
        head = await browser.head(f"{here.url}/media/two-papers.ogg")
        assert (head.status, head.headers["Content-Type"]) == (200, "audio/ogg")
        assert head.headers["Content-Length"] == "61004"
        assert head.headers["Cache-Control"] == "public, max-age=86400"
        part = await browser.get(f"{here.url}/media/two-papers.ogg", headers={"Range": "bytes=0-3"})
        assert (part.status, await part.read()) == (206, b"OggS")
        again = await browser.get(f"{here.url}/media/two-papers.ogg", headers={"If-None-Match": head.headers["ETag"]})
        assert again.status == 304
        # A picture of markup must not run anything of its own.
        drawn = await browser.get(f"{here.url}/media/ticket.svg")
        assert (
            drawn.headers["Content-Type"] == "image/svg+xml" and "sandbox" in drawn.headers["Content-Security-Policy"]
        )
        # Only what the library names.
        (tmp_path / "media" / "secret.txt").write_text("x")
        assert (await browser.get(f"{here.url}/media/secret.txt")).status == 404


async def test_it_talks(store: Store, tmp_path: Path, chromium_path: str) -> None:
    """Short: everything else a browser does is in test_browser.py, among the long tests."""
    async with house(store, tmp_path) as here, async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_ARGS))
        page = await chromium.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text))
        await page.goto(f"{here.url}/chat")
        await page.get_by_role("button", name=words.SCRIPT["start"]).click()
        await expect(page.locator(".msg:not(.me)")).to_contain_text("gema: Halo")
        await page.click("#out")
        await expect(page).to_have_title(words.SCRIPT["calendar"])
        await until(lambda: here.heard[-1].text == "TUTUP")
        await chromium.close()
        assert faults == []
