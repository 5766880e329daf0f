"""The whole story in the web chat, by a real browser on a phone of 360 px."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.services import CHROMIUM_ARGS
from tests.story.process import Bekal

SHOWN = "() => { const all = [...document.querySelectorAll('.msg')]; const mine = all.map(m => m.matches('.me')).lastIndexOf(true); return all.slice(mine + 1).map(m => m.innerText).join('\\n'); }"  # noqa: E501

QUIZ = re.compile(r"^A\. ", re.MULTILINE)


@pytest.fixture
def bekal(tmp_path: Path) -> Iterator[Bekal]:
    running = Bekal(tmp_path, module=("tests.story.hurried",))
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
    """Somebody at the phone: writes or taps, and reads what came since."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def shown(self) -> str:
        return str(self.page.evaluate(SHOWN))

    def say(self, words: str, until: str) -> str:
        """Write something; what Bekal says next, once it holds `until`."""
        box = self.page.get_by_role("textbox")
        box.fill(words)
        box.press("Enter")
        return self._wait(until, words)

    def tap(self, label: str, until: str) -> str:
        button = self.page.get_by_role("button", name=re.compile(label)).last
        words = button.inner_text()
        button.click()
        return self._wait(until, words.split("\n")[-1])

    def _wait(self, until: str, mine: str) -> str:
        expect(self.page.locator(".msg.me").last).to_contain_text(mine.strip(), timeout=10_000)
        for _ in range(100):
            shown = self.shown()
            if shown and re.search(until, shown):
                return shown
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{until!r} never came after {mine!r}; on the screen: {self.shown()!r}")


@pytest.mark.timeout(180)
def test_the_story_of_a_prospective_migrant(bekal: Bekal, page: Page) -> None:
    page.goto(f"{bekal.url}/chat")
    me = Talk(page)
    me.say("halo", "Bahasa Indonesia")
    # Sasak chosen; two taps to the first useful sentence
    menu = me.tap("Sasak", "Berajah")
    assert "Disnaker" in menu
    me.tap("Berajah", "ladang sawit")
    me.tap("Terus", "kilo")
    me.say("terus", "telepon")
    me.say("terus", "[Bb]ale")
    # consent, asked when something is to be remembered
    me.say("terus", "18")
    me.say("nggih", "DATA SAYA")
    me.say("nggih", "luar negeri")
    me.say("1", "NTB")
    me.say("Lombok Timur", "6 soal")
    me.say("lewati", "keluarga")
    # the whole module: every card to the quiz, danger in the middle of it, and back to the same question
    for _ in range(40):
        shown = me.say("terus", ".")
        if QUIZ.search(shown):
            break
    assert QUIZ.search(shown), shown
    first = _question(shown)
    card = me.say("tolong saya dipukul majikan", "110")
    assert "999" in card
    assert _question(me.say("aman", r"(?m)^A\. ")) == first
    # three stories («what would you do?»), then the quiz
    for _ in range(12):
        me.say("A", "Terus")
        shown = me.say("terus", ".")
        if not QUIZ.search(shown):
            break
    score = re.search(r"(\d+)\D+(\d+)", shown)
    assert score and int(score[2]) >= 4, shown
    # a slang question, answered with its source
    me.say("brp gaji minimum di malaysia", "1\\.700")
    me.say("sumber", "2025")
    # a seat, taken and cancelled
    me.say("acara", "Orientasi")
    me.say("1", "kursi|Kursi")
    me.say("daftar", "[Aa]ran")
    me.say("Siti Aminah", "[Dd]es")
    me.say("Anjani", "Siti Aminah")
    ticket = me.say("ya", r"\b\d{4}\b")
    assert "Siti Aminah" in ticket
    me.say("tiket", "Siti Aminah")
    me.say("1", "Siti Aminah")
    me.say("batal", "Siti Aminah")
    me.say("ya", "Orientasi")
    assert "Siti" not in me.say("tiket", ".")
    # reload: the conversation is still there
    page.reload()
    expect(page.locator(".msg.me").last).to_contain_text("tiket", timeout=10_000)
    # data out, then everything erased
    me.say("data saya", "[Dd]ata")
    me.say("1", ".")
    expect(page.locator("a[download]").last).to_be_visible(timeout=10_000)
    me.say("hapus", "[Hh]apus")
    me.say("ya", "Bahasa Indonesia")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def _question(words: str) -> str:
    """The quiz question on the screen: what stands above its first choice."""
    return words[: QUIZ.search(words).start()].strip().split("\n")[-1]  # type: ignore[union-attr]
