"""The page in a real browser, on small screens: keyboard, reload, weak signal, TUTUP, what is seen and what is not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Route, async_playwright, expect

from bot.conversation.types import Message
from bot.store.session import Store
from bot.web import words
from bot.web.deps import Limits
from tests.services import CHROMIUM_ARGS, free_port
from tests.web.house import House, house, until
from tests.web.talk import HELP_CARD, MENU, talk

pytestmark = pytest.mark.long
W = words.SCRIPT

# Every text that is seen, with its contrast against what is behind it.
CONTRAST = """() => {
  const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const read = (text) => { const n = text.match(/[\\d.]+/g).map(Number);
    return { c: n.slice(0, 3), a: n.length > 3 ? n[3] : 1 }; };
  const over = (top, below) => top.c.map((v, i) => v * top.a + below[i] * (1 - top.a));
  const behind = (el) => { const own = read(getComputedStyle(el).backgroundColor);
    if (own.a === 1 || !el.parentElement) return own.a === 1 ? own.c : over(own, [255, 255, 255]);
    return over(own, behind(el.parentElement)); };
  const weak = [];
  for (const el of document.querySelectorAll("body *")) {
    const text = [...el.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    const box = el.getBoundingClientRect(), style = getComputedStyle(el);
    if (!text || box.width < 2 || style.visibility === "hidden") continue;
    if (el.closest("script, style, noscript, .vh, .skip, .busy")) continue;
    const back = behind(el), ink = over(read(style.color), back);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) weak.push([text.slice(0, 40), Math.round(ratio * 100) / 100]);
  }
  return weak;
}"""
TARGETS = """() => [...document.querySelectorAll("a[href], button, textarea, audio")]
  .filter((el) => el.offsetParent && !el.disabled && !el.matches(".skip, .vh *"))
  .map((el) => [el.innerText || el.tagName, Math.round(el.getBoundingClientRect().height)])
  .filter(([, height]) => height < 44)"""
WIDER = """() => [document.documentElement, document.body, document.getElementById("log")]
  .some((el) => el && el.scrollWidth > el.clientWidth)"""


@asynccontextmanager
async def browser(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        one = await play.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGS))
        try:
            yield one
        finally:
            await one.close()


class Phone:
    """A page on a small screen, and what somebody does with it."""

    def __init__(self, page: Page, here: House) -> None:
        self.page, self.here = page, here
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self.faults.append(line.text) if "Content Security" in line.text else None)

    @property
    def theirs(self) -> Locator:
        return self.page.locator(".msg:not(.me)")

    @property
    def mine(self) -> Locator:
        return self.page.locator(".msg.me")

    async def open(self, path: str = "/chat") -> None:
        await self.page.goto(self.here.url + path)

    async def answered(self, act: Any) -> None:
        before = await self.theirs.count()
        await act
        await self.page.wait_for_function("n => document.querySelectorAll('.msg:not(.me)').length > n", arg=before)
        await self.page.wait_for_timeout(60)

    async def say(self, text: str) -> None:
        await self.answered(self.type(text))

    async def type(self, text: str) -> None:
        await self.page.fill("#text", text)
        await self.page.press("#text", "Enter")

    async def tap(self, label: str) -> None:
        await self.answered(self.page.get_by_role("button", name=label, exact=True).last.click())

    async def kept(self) -> str:
        return str(await self.page.evaluate("() => JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"))

    async def text(self) -> str:
        return str(await self.page.evaluate("() => document.body.innerText + document.title"))


@asynccontextmanager
async def phone(
    store: Store, folder: Path, path: str, *, width: int = 320, context: dict[str, Any] | None = None, **more: Any
) -> AsyncIterator[Phone]:
    more = {"bot": talk} | more
    async with house(store, folder, **more) as here, browser(path) as chromium:
        screen = await chromium.new_context(viewport={"width": width, "height": 568}, **(context or {}))
        one = Phone(await screen.new_page(), here)
        yield one
        assert one.faults == []


def words_of(here: House) -> list[str]:
    return [message.text or f"[{message.choice}]" for message in here.heard]


# --- by keyboard and by ear ------------------------------------------------------------------------------------------


async def test_everything_by_keyboard(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        page = at.page
        names = []
        for _ in range(8):
            await page.keyboard.press("Tab")
            names.append(await page.evaluate("document.activeElement.innerText || document.activeElement.id"))
            ring = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring == "solid" or names[-1] == words.PAGE["skip"]
        out = f"{words.PAGE['out']}: {words.PAGE['out_title']}"
        assert names[0] == words.PAGE["skip"]
        assert [names[1].replace("\n", ""), names[3:]] == [out, [W["start"], "999", "110", "112", "text"]]

        await page.reload()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")  # the skip link
        assert await page.evaluate("document.activeElement.id") == "text"
        await at.answered(page.keyboard.type("halo\n"))
        await page.keyboard.type("menu\n")  # Enter sends, Shift+Enter does not
        await expect(at.theirs).to_have_count(2)
        await page.keyboard.type("satu")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("dua")
        assert await page.input_value("#text") == "satu\ndua"
        await page.fill("#text", "")

        # A choice by Enter: the focus stays, and the next Tab goes to the new message's choices.
        await page.get_by_role("button", name="1 Belajar").focus()
        await at.answered(page.keyboard.press("Enter"))
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.innerText.replace('\\n', ' ')") == "1 Lanjut"
        assert words_of(at.here) == ["halo", "menu", "[lessons]"]
        await expect(page.locator(".old button:enabled")).to_have_count(0)


async def test_what_a_screen_reader_is_told(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("sasak")
        page = at.page
        assert await page.get_attribute("html", "lang") == "id"
        log = page.get_by_role("log", name=words.PAGE["conversation"])
        assert await log.get_attribute("aria-live") == "polite"
        await expect(page.get_by_role("textbox", name=words.PAGE["label"])).to_be_visible()
        await expect(page.get_by_role("group", name=W["choices"]).get_by_role("button")).to_have_count(len(MENU))
        await expect(page.get_by_role("group", name=W["ways"]).get_by_role("button")).to_have_text(
            ["0 Kembali", "Menu", "Bantuan"]
        )
        await expect(page.locator("[lang=sas]")).to_have_text("Sasak: Piliq menu saq side mele. Tiang bantu side.")
        await expect(at.theirs.last).to_contain_text("Bekal: Pilih menu.")
        await expect(at.mine.last).to_contain_text("Anda: sasak")
        await expect(page.get_by_role("status")).to_have_count(0)  # hidden while the line is good


# --- what is seen ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360])
async def test_small_screens(store: Store, tmp_path: Path, chromium_path: str, width: int, scheme: str) -> None:
    async with phone(store, tmp_path, chromium_path, width=width, context={"color_scheme": scheme}) as at:
        await at.open()
        for number, word in enumerate(
            ("", "halo", "menu", "lessons", "sound", "picture", "tolong", "sasak", "data", "next")
        ):
            if word:
                await at.say(word)
            assert await at.page.evaluate(CONTRAST) == [], word
            assert await at.page.evaluate(TARGETS) == [], word
            assert not await at.page.evaluate(WIDER), word
            if number == 0:
                await expect(at.page.get_by_role("button", name=words.PAGE["out"])).to_be_in_viewport()
        await at.say("a" * 300 + " " + "https://panjang.example/" + "b" * 200)
        assert not await at.page.evaluate(WIDER)
        await at.page.context.set_offline(True)
        await at.type("menu")
        await expect(at.page.get_by_role("status")).to_contain_text(W["offline"])
        assert await at.page.evaluate(CONTRAST) == [] and await at.page.evaluate(TARGETS) == []
        await at.page.context.set_offline(False)
        await at.page.click("#out")
        assert await at.page.evaluate(CONTRAST) == [] and not await at.page.evaluate(WIDER)
        await at.open("/kalender")
        assert await at.page.evaluate(CONTRAST) == [] and not await at.page.evaluate(WIDER)


async def test_numbers_can_be_tapped(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("tolong")
        card = at.theirs.nth(0)
        links = await card.locator("a").evaluate_all("all => all.map((a) => [a.getAttribute('href'), a.innerText])")
        assert links == [
            ["tel:999", "999"], ["tel:999", "999"], ["tel:+60321164016", "+60 3-2116 4016"], ["tel:15999", "15999"],
            ["tel:110", "110"], ["tel:112", "112"], ["tel:+628118080141", "+62 811-8080-141"],
        ]  # fmt: skip
        await expect(card.locator("a").first).to_have_accessible_name("Telepon 999")
        # What it says is unchanged, but for the stars; and the first numbers are in view, above the question.
        seen = " ".join((await card.locator(".bubble").inner_text()).split())
        assert " ".join(HELP_CARD.replace("*", "").split()) in seen
        await expect(card.locator("a").nth(1)).to_be_in_viewport()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Bayar 110 ribu, 999 orang, tahun 2026", []),
        ("110 ribu rupiah", []),
        ("112", ["tel:112"]),
        ("*999* polisi", ["tel:999"]),
        ("Polisi: *999*", []),  # bold after the colon: not the start of a line
        ("Polisi: 999, lalu 112", ["tel:999"]),
        ("Gratis: 0800-1000 (hanya di Indonesia)", ["tel:08001000"]),
        ("999.000 rupiah", []),
        ("9991 orang", []),
        ("+62 370 633797 atau +60 10-528 8040.", ["tel:+62370633797", "tel:+60105288040"]),
        ("(999)", ["tel:999"]),
    ],
)
async def test_which_numbers(store: Store, tmp_path: Path, chromium_path: str, text: str, numbers: list[str]) -> None:
    async with phone(store, tmp_path, chromium_path, bot=lambda _m, s: [{"text": text, "step": s}]) as at:
        await at.open()
        await at.say("halo")
        links = await at.theirs.last.locator("a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        assert links == numbers
        assert text.replace("*", "") in (await at.theirs.last.inner_text()).replace("\n", " ")


async def test_nothing_that_comes_in_is_html(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("html")
        await expect(at.theirs.last).to_contain_text("<img src=x onerror=alert(1)> <b>tebal</b>")
        await expect(at.theirs.last.locator("strong")).to_have_text("<b>tebal</b>")
        await expect(at.page.get_by_role("button", name="1 <i>a</i>")).to_be_visible()
        await at.type("<script>alert(1)</script>")
        await expect(at.mine.last).to_contain_text("<script>alert(1)</script>")
        await expect(at.page.locator("#log img, #log i, #log b b, #log script")).to_have_count(0)


async def test_media_come_only_when_asked_for(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        asked: list[str] = []
        at.page.on("request", lambda request: asked.append(request.url))
        await at.open()
        await at.say("sound")
        player = at.page.locator("audio")
        assert await player.get_attribute("preload") == "none"
        await expect(at.theirs.last).to_contain_text("Suara, 61 kB")
        await at.say("picture")
        assert not any("/media/" in url for url in asked)
        await at.page.get_by_role("button", name="Lihat gambar").click()
        picture = at.page.get_by_role("img", name="Dua orang di meja")
        await expect(picture).to_be_visible()
        assert [url for url in asked if "/media/" in url] == [f"{at.here.url}/media/ticket.svg"]
        await at.say("data")
        async with at.page.expect_download() as coming:
            await at.page.get_by_role("link", name="catatan.txt").click()
        file = await coming.value
        assert file.suggested_filename == "catatan.txt"
        await file.save_as(tmp_path / "saved.txt")
        assert (tmp_path / "saved.txt").read_text() == "Bahasa: Indonesia\n"
        assert "Bahasa: Indonesia" not in await at.kept()  # shown once, kept nowhere
        await at.page.reload()
        await expect(at.theirs.last).to_contain_text(W["document_gone"])


async def test_the_page_loads_itself_and_nothing_else(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        asked: list[str] = []
        at.page.on("request", lambda request: asked.append(request.url.removeprefix(at.here.url)))
        await at.open()
        await at.say("halo")
        await at.page.wait_for_timeout(1200)
        assert {url.partition("?")[0] for url in asked} == {"/chat", "/chat/stream", "/chat/messages", "/chat/ack"}


async def test_without_javascript(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with house(store, tmp_path, bot=None) as here, browser(chromium_path) as chromium:
        page = await (await chromium.new_context(java_script_enabled=False)).new_page()
        await page.goto(f"{here.url}/chat")
        await expect(page.locator("noscript p").first).to_have_text(words.PAGE["no_script"])
        await expect(page.locator("noscript p").first).to_be_visible()
        await expect(page.locator("noscript a[href='tel:999']")).to_be_visible()
        await expect(page.locator("form:visible, #out:visible")).to_have_count(0)


async def test_no_motion_for_who_wants_none(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path, context={"reduced_motion": "reduce"}) as at:
        at.here.holds = True
        await at.open()
        await at.type("halo")
        await expect(at.page.locator("#dots")).to_be_visible()
        moving = await at.page.evaluate("document.getAnimations().length")
        assert moving == 0


# --- choices ---------------------------------------------------------------------------------------------------------


async def test_only_the_newest_choices_can_be_tapped(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path, delay=0.4) as at:
        await at.open()
        await at.tap("Mulai")
        await at.tap("1 Bahasa Indonesia")
        button = at.page.get_by_role("button", name="1 Belajar")
        before = await at.theirs.count()
        await button.dblclick()
        await button.click(force=True)
        await expect(at.page.get_by_role("button", name="2 Tanya").last).to_be_disabled()  # a tap is on its way
        await expect(at.theirs).to_have_count(before + 1)
        await at.page.wait_for_timeout(500)
        assert words_of(at.here) == ["Halo", "[id]", "[lessons]"]
        assert at.here.heard[-1] == Message("choice", choice="lessons", stamp=2)
        await at.page.evaluate("document.activeElement.blur()")
        old = at.page.locator(".msg.old")
        await expect(old).to_have_count(2)
        await expect(old.locator("button:enabled")).to_have_count(0)
        await expect(old.nth(1).locator(".chosen")).to_have_text("1Belajar")
        await expect(old.locator(".nav:visible")).to_have_count(0)
        await expect(at.theirs.last.locator("button:disabled")).to_have_count(0)
        # An announcement takes nobody's buttons away; its own can be tapped too, as long as nobody has gone on.
        await at.answered(at.here.push({"text": "Kabar: acara besok.", "state": "push", "step": 0}))
        await expect(at.page.get_by_role("button", name="1 Lanjut")).to_be_enabled()
        more = [{"key": "seat", "label": "Lihat kursi"}]
        await at.answered(at.here.push({"text": "Ada kursi.", "state": "push", "step": 3, "choices": more}))
        await expect(at.page.get_by_role("button", name="1 Lihat kursi")).to_be_enabled()
        await expect(at.page.get_by_role("button", name="1 Lanjut")).to_be_enabled()
        await at.page.reload()
        await expect(at.page.get_by_role("button", name="1 Lanjut")).to_be_enabled()
        await expect(at.page.locator(".old button:enabled")).to_have_count(0)
        await at.tap("0 Kembali")
        assert words_of(at.here)[-1] == "[back]"


async def test_a_question_without_choices_takes_the_old_ones_away(
    store: Store, tmp_path: Path, chromium_path: str
) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("menu")
        await at.say("pin")
        await expect(at.page.locator(".msg button:enabled")).to_have_count(0)


async def test_a_pin_is_neither_shown_nor_kept(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("pin")
        await at.answered(at.here.push({"text": "Kabar.", "state": "push", "step": 0}))  # in between
        await at.say("4711")
        assert words_of(at.here)[-1] == "4711"
        await expect(at.mine.last).to_contain_text("••••")
        assert "4711" not in await at.text() + await at.kept()
        await at.say("4712")  # nobody asked for a PIN now
        await expect(at.mine.last).to_contain_text("4712")


# --- the line --------------------------------------------------------------------------------------------------------


async def test_a_reload_keeps_the_conversation(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        for word in ("halo", "menu", "tolong"):
            await at.say(word)
        await at.page.wait_for_timeout(1200)  # acknowledged: the server has forgotten the text
        texts = await at.page.locator(".msg .bubble").all_inner_texts()
        await at.page.reload()
        await expect(at.theirs).to_have_count(4)
        assert await at.page.locator(".msg .bubble").all_inner_texts() == texts
        await at.say("menu")
        assert words_of(at.here) == ["halo", "menu", "tolong", "menu"]
        await at.page.wait_for_timeout(1200)
        # A new tab starts empty of what was acknowledged, and goes on.
        other = Phone(await at.page.context.new_page(), at.here)
        await other.open()
        await other.say("lessons")
        await expect(other.theirs).to_have_count(1)


async def test_unread_news_come_after_a_reload(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("menu")
        await at.page.goto("about:blank")
        await at.here.push({"text": "Kabar: acara besok."})
        await at.open()
        await expect(at.theirs).to_have_count(2)
        await expect(at.theirs.last).to_contain_text("Kabar: acara besok.")


async def test_offline_then_online(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("menu")
        await at.page.context.set_offline(True)
        await at.type("satu")
        await at.type("dua")
        await expect(at.mine.last).to_contain_text(W["waiting"])
        await expect(at.page.get_by_role("status")).to_contain_text(W["offline"])
        for number in ("999", "110", "112"):
            await expect(at.page.locator("#net").get_by_role("link", name=number)).to_be_visible()
        assert words_of(at.here) == ["menu"]
        await at.page.context.set_offline(False)
        await expect(at.theirs).to_have_count(3)
        await expect(at.page.locator("#net")).to_be_hidden()
        await expect(at.mine.last).not_to_contain_text(W["waiting"])
        assert words_of(at.here) == ["menu", "satu", "dua"]


async def test_a_lost_answer_makes_no_second_message(store: Store, tmp_path: Path, chromium_path: str) -> None:
    """The server got it, the phone never heard: it sends the same one again."""
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        ids = []

        async def lose(route: Route) -> None:
            ids.append(json.loads(route.request.post_data or "{}")["id"])
            if len(ids) <= 2:
                await route.fetch()
                await route.abort()
            else:
                await route.continue_()

        await at.page.route("**/chat/messages", lose)
        await at.say("menu")
        await expect(at.mine.last).to_contain_text(W["waiting"])
        await expect(at.mine.last).not_to_contain_text(W["waiting"], timeout=15_000)
        assert len(ids) == 3 and len(set(ids)) == 1
        assert words_of(at.here) == ["menu"]


async def test_what_waits_survives_a_reload(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.page.route("**/chat/messages", lambda route: route.abort())
        await at.type("jangan hilang")
        await expect(at.mine.last).to_contain_text(W["waiting"])
        await at.page.unroute("**/chat/messages")
        await at.page.reload()
        await expect(at.theirs).to_have_count(1)
        assert words_of(at.here) == ["jangan hilang"]


async def test_too_fast_is_sent_later(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path, limits=Limits(messages=2, window=3)) as at:
        await at.open()
        for word in ("satu", "dua", "tiga"):
            await at.type(word)
        await expect(at.page.get_by_role("status")).to_contain_text(words.TOO_FAST)
        await expect(at.theirs).to_have_count(3, timeout=15_000)
        await expect(at.page.locator("#net")).to_be_hidden()
        assert words_of(at.here) == ["satu", "dua", "tiga"]


async def test_the_server_starts_anew(store: Store, tmp_path: Path, chromium_path: str) -> None:
    port = free_port()
    async with browser(chromium_path) as chromium:
        page = await (await chromium.new_context(viewport={"width": 320, "height": 568})).new_page()
        async with house(store, tmp_path, bot=talk, port=port) as here:
            at = Phone(page, here)
            await at.open()
            await at.say("menu")
        await at.type("lessons")
        await expect(at.mine.last).to_contain_text(W["waiting"])
        async with house(store, tmp_path, bot=talk, port=port) as here:
            await expect(at.theirs).to_have_count(2, timeout=30_000)
            assert words_of(here) == ["lessons"]
            await here.push({"text": "Kabar: acara besok."})
            await expect(at.theirs).to_have_count(3, timeout=15_000)


async def test_where_events_are_held_back_it_asks(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:

        async def hold(route: Route) -> None:
            if "text/event-stream" not in route.request.headers.get("accept", ""):
                await route.continue_()  # a proxy that waits for the end of a stream lets an answer with an end through

        await at.page.route("**/chat/stream**", hold)
        await at.open()
        await at.type("menu")
        await expect(at.theirs).to_have_count(1, timeout=20_000)
        await at.say("lessons")
        await at.answered(at.here.push({"text": "Kabar."}))


async def test_without_eventsource_it_asks(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.page.add_init_script("delete window.EventSource")
        await at.open()
        await at.say("menu")
        await at.say("lessons")
        assert words_of(at.here) == ["menu", "lessons"]


async def test_a_lost_cookie_is_got_again(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("menu")
        await at.page.context.clear_cookies()
        await at.type("lessons")
        # Another visitor for the server: the numbers start again, and the page takes that in.
        await expect(at.theirs).to_have_count(2, timeout=30_000)
        await expect(at.theirs.last).to_contain_text("Biaya berangkat")


async def test_where_somebody_comes_from_is_told_once(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open("/chat?start=village-talk")
        assert at.page.url == f"{at.here.url}/chat"
        await at.tap("Mulai")
        await at.say("menu")
        assert at.here.heard == [Message("text", text="Halo", campaign="village-talk"), Message("text", text="menu")]


# --- TUTUP -----------------------------------------------------------------------------------------------------------


def by_button(at: Phone) -> Any:
    return at.page.click("#out")


def by_word(at: Phone) -> Any:
    return at.type("Tutup!")


@pytest.mark.parametrize("way", [by_button, by_word])
async def test_tutup_clears_the_screen(
    store: Store, tmp_path: Path, chromium_path: str, way: Callable[[Phone], Any]
) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("tolong")
        await at.type("kata rahasia")
        at.here.holds = True  # an answer is still on its way
        await at.type("rahasia juga")
        await way(at)
        assert await at.page.title() == W["calendar"]
        assert at.page.url.endswith("/kalender")
        seen = await at.text() + await at.kept()
        assert not any(word in seen for word in ("Bekal", "rahasia", "999", "tolong"))
        at.here.holds = False
        await until(lambda: words_of(at.here)[-1:] == ["TUTUP"])
        await at.page.reload()
        await expect(at.page.get_by_role("heading")).to_contain_text("20")
        assert "Bekal" not in await at.text()

        # Opened again: nothing from before; what comes now is seen.
        await at.page.get_by_role("link", name=W["back"]).click()
        await expect(at.page.get_by_role("button", name=W["start"])).to_be_visible()
        await at.page.wait_for_timeout(500)
        await expect(at.page.locator(".msg")).to_have_count(0)
        await at.say("menu")
        await expect(at.theirs).to_have_count(1)
        assert "rahasia" not in await at.text() + await at.kept()
        assert "bekal_tutup" not in await at.page.evaluate("document.cookie")


async def test_tutup_without_signal(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("tolong")
        await at.page.context.set_offline(True)
        await at.page.click("#out")
        assert await at.page.title() == W["calendar"]
        assert "999" not in await at.text()
        await at.page.context.set_offline(False)
        await until(lambda: words_of(at.here)[-1:] == ["TUTUP"], seconds=10)


async def test_tutup_is_sent_when_the_page_is_opened_again(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("tolong")
        await at.page.route("**/chat/messages", lambda route: route.abort())
        await at.page.click("#out")
        await at.page.goto("about:blank")
        await at.page.unroute("**/chat/messages")
        await at.here.push({"text": "jawaban rahasia"})
        await at.open()
        await until(lambda: words_of(at.here)[-1:] == ["TUTUP"])
        await at.page.wait_for_timeout(500)
        assert "rahasia" not in await at.text()
        await at.answered(at.here.push({"text": "Kabar baru."}))
        await expect(at.theirs).to_have_count(1)


async def test_tutup_in_one_tab_closes_the_others(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("tolong")
        other = Phone(await at.page.context.new_page(), at.here)
        await other.open()
        await other.page.click("#out")
        await expect(at.page).to_have_title(W["calendar"])
        assert "999" not in await at.text() + await at.kept()


# --- begins afresh ---------------------------------------------------------------------------------------------------


async def test_erasure_clears_the_screen(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        await at.say("kata rahasia")
        await at.say("erase")
        await at.page.get_by_role("button", name="2 Ya, hapus semua").click()
        await expect(at.page.locator(".msg")).to_have_count(1)
        await expect(at.theirs).to_contain_text("Semua tentang Anda dihapus.")
        assert "rahasia" not in await at.text() + await at.kept()


@pytest.mark.parametrize(
    ("states", "says", "clears"),
    [
        (("erase", "welcome"), "ya", True),
        (("erase", "data"), "tidak", False),
        (("person-pin", "menu"), "1234", True),
        (("people", "menu"), "Siti", True),
        (("people", "menu"), "menu", False),
        (("person-new-pin", "welcome"), "lewati", True),
        (("menu", "welcome"), "halo", False),
    ],
)
async def test_another_person_does_not_see_it(
    store: Store, tmp_path: Path, chromium_path: str, states: tuple[str, str], says: str, clears: bool
) -> None:
    bodies = iter([{"text": "rahasia", "state": "menu"}, *({"text": state, "state": state} for state in states)])
    async with phone(store, tmp_path, chromium_path, bot=lambda _m, step: [next(bodies) | {"step": step}]) as at:
        await at.open()
        await at.say("a")
        await at.say("b")
        await at.type(says)
        await expect(at.theirs.last).to_contain_text(states[1])
        assert ("rahasia" in await at.text()) is not clears


async def test_reading_above_is_not_disturbed(store: Store, tmp_path: Path, chromium_path: str) -> None:
    async with phone(store, tmp_path, chromium_path) as at:
        await at.open()
        for word in ("tolong", "menu", "lessons"):
            await at.say(word)
        await at.page.mouse.move(150, 300)
        await at.page.mouse.wheel(0, -2000)
        await at.page.wait_for_timeout(300)
        place = await at.page.evaluate("document.getElementById('log').scrollTop")
        await at.answered(at.here.push({"text": "Kabar."}))
        assert await at.page.evaluate("document.getElementById('log').scrollTop") == place
        down = at.page.get_by_role("button", name=words.PAGE["new_message"])
        await expect(down).to_be_visible()
        await down.click()
        await expect(at.theirs.last).to_be_in_viewport()
        await expect(down).to_be_hidden()
