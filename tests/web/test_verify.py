"""Is this certificate genuine? What the page says, and what it never says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.conversation.types import CertificateChecked
from bot.store.session import Store
from bot.web import words
from bot.web.verify import TRIES, verify_page
from tests.web.house import client, house

CODE = "BKL-7K3Q-9XTD"
DAY = date(2026, 12, 1)
W = words.VERIFY
EVIL = "<script>alert(1)</script>"


def check(session: Session, code: str) -> CertificateChecked:
    assert isinstance(session, Session)
    return CertificateChecked(True, "Siti <b>Aminah", DAY) if code.upper() == CODE else CertificateChecked(False)


async def test_a_genuine_one_and_others(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None, check_certificate=check) as here, client() as browser:
        answer = await browser.get(f"{here.url}/verify/{CODE.lower()}")
        page = await answer.text()
        assert answer.status == 200
        assert W["genuine"] in page and CODE in page and "1 Desember 2026" in page
        assert "Siti &lt;b&gt;Aminah" in page
        for code in ("BKL-0000-0000", "x" * 500, "..%2f..", "%00", EVIL.replace("/", "%2f")):
            answer = await browser.get(f"{here.url}/verify/{code}")
            assert answer.status == 200  # a 404 is replaced by a page of the phone company before anybody reads it
            page = await answer.text()
            assert W["not"] in page and W["not_about"] in page
            assert W["genuine_about"] not in page and "Siti" not in page and "alert" not in page
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "script-src" not in policy and "unsafe" not in policy
        assert (await browser.head(f"{here.url}/verify/{CODE}")).status == 200


@pytest.mark.parametrize("found", [CertificateChecked(True, "Siti", DAY), CertificateChecked(False)])
def test_it_always_says_what_it_is_worth(found: CertificateChecked) -> None:
    page = verify_page(CODE, found).html.decode()
    assert "Gratis. Tidak bisa dipakai untuk berangkat. Yang menjual ini menipu." in page
    assert "Tidak menggantikan OPP" in page and "Bukan modul resmi IOM." in page
    assert "<script" not in page and not re.search(r"<[^>]*\s(?:style|on\w+)=", page)
    assert len(page) < 4000


def test_without_a_name() -> None:
    assert W["no_name"] in verify_page(CODE, CertificateChecked(True, None, DAY)).html.decode()


async def test_twenty_looks_a_minute(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None, check_certificate=check) as here, client() as browser:
        url = f"{here.url}/verify/{CODE}"
        assert [(await browser.get(url)).status for _ in range(TRIES)] == [200] * TRIES
        answer = await browser.get(url, headers={"Accept": "text/html"})
        assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
        assert words.TOO_MANY_CODES in await answer.text()
        # behind a proxy beside us each client has its own count, by what the proxy itself saw
        other = {"X-Forwarded-For": "203.0.113.7, 203.0.113.9"}
        assert (await browser.get(url, headers=other)).status == 200
        for number in range(TRIES):
            forged = {"X-Forwarded-For": f"203.0.113.{number + 20}, 203.0.113.9"}
            last = await browser.get(url, headers=forged)
        assert last.status == 429


async def test_where_no_certificates_are_given_out(store: Store, tmp_path: Path) -> None:
    async with house(store, tmp_path, bot=None) as here, client() as browser:
        answer = await browser.get(f"{here.url}/verify/{CODE}", headers={"Accept": "text/html"})
        assert answer.status == 404 and words.NOT_FOUND in await answer.text()
