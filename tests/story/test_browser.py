"""The whole story in the web chat, by a real browser on a phone of 360 px."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.services import CHROMIUM_ARGS
from tests.story.process import Bekal

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def bekal(tmp_path: Path) -> Iterator[Bekal]:
    running = Bekal(tmp_path)
    made = running.run("demo")
    assert made.returncode == 0, made.stderr
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def page(chromium_path: str) -> Iterator[Page]:
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=chromium_path, args=CHROMIUM_ARGS)
        opened = browser.new_page(viewport={"width": 360, "height": 740}, device_scale_factor=2, has_touch=True)
        yield opened
        browser.close()


class Talk:
    """Somebody at the phone: writes or taps, and reads the newest answer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def bubbles(self) -> int:
        return self.page.locator("[data-from=bekal]").count()

    def newest(self) -> str:
        return self.page.locator("[data-from=bekal]").last.inner_text()

    def say(self, words: str, until: str) -> str:
        """Write something; wait until the newest message of Bekal holds `until`."""
        before = self.bubbles()
        box = self.page.get_by_role("textbox")
        box.fill(words)
        box.press("Enter")
        return self._wait(before, until)

    def tap(self, label: str, until: str) -> str:
        before = self.bubbles()
        self.page.get_by_role("button", name=re.compile(label)).last.click()
        return self._wait(before, until)

    def _wait(self, before: int, until: str) -> str:
        expect(self.page.locator("[data-from=bekal]")).not_to_have_count(before, timeout=10_000)
        expect(self.page.locator("[data-from=bekal]").last).to_contain_text(re.compile(until), timeout=10_000)
        return self.newest()


def test_the_story_of_a_prospective_migrant(bekal: Bekal, page: Page) -> None:
    page.goto(f"{bekal.url}/chat")
    me = Talk(page)
    me.say("halo", "Bahasa Indonesia")
    # Sasak chosen; two taps to the first useful sentence
    menu = me.tap("Sasak", "1 Berajah|Berajah")
    assert "Disnaker" in menu
    me.tap("Berajah", "ladang sawit")
    me.say("terus", "kilo")
    me.say("terus", "telepon")
    me.say("terus", "[Bb]ale")
    # consent, asked when something is to be remembered
    me.say("terus", "18")
    me.say("nggih", "DATA SAYA")
    me.say("nggih", "Sai side|luar negeri")
    me.say("1", "NTB")
    me.say("Lombok Timur", ".")
    # the quiz, and danger in the middle of it
    me.say("modul", ".")
    me.tap("Modul lain|modul", ".") if False else None
    me.say("menu", "Pengaturan|pertanyaan de")
    me.say("kuis", ".")
    first = _into_quiz(me)
    assert "A." in first
    card = me.say("tolong saya dipukul majikan", "darurat|Malaysia")
    assert "999" in page.locator("[data-from=bekal]").nth(-2).inner_text() or "999" in card
    again = me.say("aman", "A\\.")
    assert _question(again) == _question(first)
    for _ in range(12):
        answer = me.say("A", ".")
        if "Terus" not in page.locator("main, body").last.inner_text():
            break
        answer = me.say("terus", ".")
        if re.search(r"\d+ .*\d+", answer) and "A." not in answer:
            break
    # a slang question, answered with its source
    me.say("brp gaji minimum di malaysia", "1\\.700|1,700|RM")
    me.say("sumber", "Perintah Gaji|KESUMA|2025")
    # a seat, taken and cancelled
    me.say("acara", "Orientasi")
    me.say("1", "kursi")
    me.say("daftar", "[Aa]ran|nama")
    me.say("Siti Aminah", "[Dd]es")
    me.say("Anjani", "Siti Aminah")
    ticket = me.say("ya", r"\d{4}")
    assert re.search(r"\b\d{4}\b", ticket)
    me.say("tiket", "Siti Aminah")
    me.say("1", "Siti Aminah")
    me.say("batal", "Siti Aminah")
    me.say("ya", "Orientasi|Batal|batal")
    # data out, then everything erased
    me.say("data saya", "[Dd]ata")
    me.say("1", ".")
    expect(page.locator("a[download]").last).to_be_visible(timeout=10_000)
    me.say("hapus", "[Hh]apus")
    me.say("ya", "Bahasa Indonesia")
    listed = bekal.run("questions", "list")
    assert listed.returncode == 0


def _into_quiz(me: Talk) -> str:
    me.say("modul", ".")
    me.say("0", ".")
    return me.say("kuis", "A\\.")


def _question(words: str) -> str:
    return words.split("\n")[0]
