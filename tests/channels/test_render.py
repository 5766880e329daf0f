"""Outbox bodies as each channel's messages: tests/channels/cases/render.yaml, and what a table cannot say."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import telegram_render, text, whatsapp_render
from bot.channels.base import LIMITS, Part
from bot.channels.fit import complaints
from bot.channels.telegram import _html
from bot.channels.terminal import Terminal
from bot.channels.webchat import WebChat
from bot.conversation.codec import reply_from_dict, reply_to_dict
from bot.conversation.prints import FORMS
from bot.conversation.types import Choice, Document, Print, Reply
from bot.library.model import Media, Phrase
from tests.servers_checks import check_content

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "render.yaml").read_text(encoding="utf-8"))["cases"]
MEDIA = {
    "help": Media("help", "sound", "help.ogg", "audio/ogg", 60_000, Phrase("Nomor bantuan")),
    "card": Media("card", "picture", "card.jpg", "image/jpeg", 58_000, Phrase("Kartu saku")),
    "huge": Media("huge", "picture", "huge.jpg", "image/jpeg", 99_000_000, Phrase("Terlalu besar")),
}
NAV = [{"key": "back", "label": "Kembali"}, {"key": "menu", "label": "Menu"}, {"key": "help", "label": "Bantuan"}]
by_name = pytest.mark.parametrize("case", CASES, ids=[case["name"].replace(" ", "-") for case in CASES])


def shown(part: Part) -> Any:
    if part.media:
        return {"media": part.media.file}
    if part.print:
        return {"print": part.print.kind}
    if part.document:
        return {"document": part.document.name}
    if part.kind == "delete":
        return {"delete": list(part.messages)}
    return None


@by_name
def test_telegram(case: dict[str, Any]) -> None:
    made = [
        shown(part)
        or {
            "text": _html(part.text),
            "buttons": [[[button.label, button.data] for button in row] for row in part.buttons],
        }
        for part in telegram_render.render(case["body"], MEDIA)
    ]
    assert made == case["telegram"]


@by_name
def test_whatsapp(case: dict[str, Any]) -> None:
    assert [shown(part) or part.text for part in whatsapp_render.render(case["body"], MEDIA)] == case["whatsapp"]


@by_name
def test_terminal(case: dict[str, Any]) -> None:
    (part,) = Terminal(MEDIA).render(case["body"])
    assert part.text == case["terminal"]


@by_name
def test_webchat(case: dict[str, Any]) -> None:
    (part,) = WebChat(MEDIA, link=lambda spec: f"/files/{spec.kind}").render(case["body"])
    json.dumps(part.data)
    if "webchat" in case:
        assert part.data == case["webchat"]


def test_webchat_media_and_documents() -> None:
    body = {"text": "x", "sound": "help", "document": {"name": "a.txt", "mime": "text/plain", "text": "b"}}
    (part,) = WebChat(MEDIA).render(body)
    sound = {"url": "/media/help.ogg", "alt": "Nomor bantuan", "size": "60 kB", "mime": "audio/ogg", "synthetic": False}
    assert part.data["sound"] == sound
    assert part.data["document"] == {"name": "a.txt", "mime": "text/plain", "text": "b"}


def test_the_body_is_what_the_codec_writes() -> None:
    reply = Reply(
        "Halo",
        choices=(Choice("a", "Satu", also=("siji",)),),
        nav=(Choice("menu", "Menu"),),
        document=Document("a.txt", "isi"),
    )
    body = json.loads(json.dumps(reply_to_dict(reply, state="menu", step=3)))
    assert [part.kind for part in telegram_render.render(body, {})] == ["text", "document"]
    drawn = Reply("Ini.", print=Print("certificate", "sas", code="BKL-1"))
    body = json.loads(json.dumps(reply_to_dict(drawn, state="menu", step=3)))
    assert telegram_render.render(body, {})[1].print == drawn.print == reply_from_dict(body).print
    body = reply_to_dict(reply, state="menu", step=3)
    assert whatsapp_render.render(body, {})[0].text == "Halo\n\n1 Satu\n\nMENU"


def test_colours_in_a_terminal() -> None:
    assert Terminal(colour=True).render({"text": "*999* ya"})[0].text == "\x1b[1m999\x1b[0m ya"


# --- too long


LONG = st.text(st.sampled_from("abc de.\n*🙏é12"), max_size=6000)
CHOICES = st.lists(st.text(st.sampled_from("abc 🙏"), min_size=1, max_size=60), max_size=30)


def body_of(words: str, labels: list[str], nav: bool) -> dict[str, Any]:
    choices = [{"key": f"k{number}", "label": label} for number, label in enumerate(labels)]
    return {"text": words, "choices": choices, "nav": NAV if nav else [], "state": "quiz-question", "step": 12345}


@given(LONG, CHOICES, st.booleans())
def test_every_part_fits_telegram(words: str, labels: list[str], nav: bool) -> None:
    limits = LIMITS["telegram"]
    parts = telegram_render.render(body_of(words, labels, nav), {})
    assert all(text.units(text.plain(part.text)) <= limits.text and part.text for part in parts)
    assert [bool(part.buttons) for part in parts[:-1]] == [False] * (len(parts) - 1 if parts else 0)
    for part in parts:
        for button in (button for row in part.buttons for button in row):
            assert 1 <= len(button.data.encode()) <= 64
            assert text.units(button.label) <= limits.label


@given(LONG, CHOICES, st.booleans())
def test_every_part_fits_whatsapp(words: str, labels: list[str], nav: bool) -> None:
    body = body_of(words, labels, nav)
    parts = whatsapp_render.render(body, {})
    assert all(part.text.strip() and text.units(part.text) <= LIMITS["whatsapp"].text for part in parts)
    payload = whatsapp_render.content_payload(body, {})
    assert payload is None or check_content(payload) is None
    # the number of parts does not depend on what has been made at Twilio
    assert len(whatsapp_render.render(body, {}, lambda _hash: "HX1")) == len(parts)


def test_a_long_lesson_is_split_and_the_buttons_come_last() -> None:
    words = "\n\n".join(f"Bagian {number}. " + "Ini kalimat yang cukup panjang. " * 20 for number in range(9))
    telegram = telegram_render.render({"text": words, "nav": NAV, "state": "lesson", "step": 1}, {})
    assert len(telegram) == 2
    assert telegram[0].buttons == ()
    assert telegram[1].text.startswith("Bagian")
    whatsapp = whatsapp_render.render({"text": words, "nav": NAV, "state": "lesson", "step": 1}, {})
    assert all(part.text.startswith("Bagian") for part in whatsapp)
    assert [part.text.endswith("BANTUAN") for part in whatsapp] == [False] * 8 + [True]


def test_deletes_go_by_the_hundred() -> None:
    parts = telegram_render.render({"delete": [str(number) for number in range(250)]}, {})
    assert [len(part.messages) for part in parts] == [100, 100, 50]


# --- WhatsApp's lists and quick replies


def content(choices: list[str], nav: bool = True, words: str = "Pilih:") -> tuple[str, dict[str, Any]] | None:
    payload = whatsapp_render.content_payload(body_of(words, choices, nav), {})
    if payload is None:
        return None
    assert check_content(payload) is None
    assert payload["friendly_name"] == f"bekal_{whatsapp_render.content_hash(payload)}"
    ((kind, made),) = payload["types"].items()
    return kind.removeprefix("twilio/"), made


def test_up_to_three_choices_are_quick_replies() -> None:
    made = content(["Ya", "Tidak"])
    assert made is not None
    assert made[0] == "quick-reply"
    assert made[1]["body"] == "Pilih:\n\n0 Kembali · MENU · BANTUAN"
    assert made[1]["actions"] == [
        {"type": "QUICK_REPLY", "title": "1 Ya", "id": "quiz-question:{{1}}:k0"},
        {"type": "QUICK_REPLY", "title": "2 Tidak", "id": "quiz-question:{{1}}:k1"},
    ]


def test_ways_out_alone_are_quick_replies() -> None:
    made = content([])
    assert made is not None
    assert [action["title"] for action in made[1]["actions"]] == ["Kembali", "Menu", "Bantuan"]


def test_more_choices_or_longer_labels_are_a_list() -> None:
    made = content(["Biaya", "Kontrak", "Calo", "Agen"])
    assert made is not None
    assert (made[0], len(made[1]["items"])) == ("list-picker", 7)  # the ways out fit too
    made = content([f"Pilihan {number}" for number in range(9)])
    assert made is not None
    assert len(made[1]["items"]) == 9  # ... here they do not
    made = content(["Sebuah label dua puluh1", "B"])  # too long for a quick reply
    assert made is not None
    assert made[0] == "list-picker"
    made = content(["Label dengan 24 huruf ok", "B", "C", "D"])  # with its number it would not fit
    assert made is not None
    assert made[1]["items"][0]["item"] == "Label dengan 24 huruf ok"


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([f"Pilihan {number}" for number in range(11)], "Pilih:"),
        (["Sebuah label yang jauh terlalu panjang", "B"], "Pilih:"),
        (["Sama"] * 12, "Pilih:"),
        (["A", "B"], "Harga {{1}}"),
        (["A", "B"], ""),
        (["A", "B"], "x" * 1020),
    ],
)
def test_what_no_list_can_hold_stays_numbered_text(choices: list[str], words: str) -> None:
    assert content(choices, words=words) is None


def test_labels_that_are_the_same_keep_their_numbers() -> None:
    made = content(["Sama", "Sama"])
    assert made is not None
    assert [action["title"] for action in made[1]["actions"]] == ["1 Sama", "2 Sama"]


def test_a_known_resource_is_used_with_the_step() -> None:
    body = body_of("Pilih:", ["Ya", "Tidak"], True)
    payload = whatsapp_render.content_payload(body, {})
    assert payload is not None
    known = {whatsapp_render.content_hash(payload): "HX1"}
    (part,) = whatsapp_render.render(body, {}, known.get)
    assert part.content is not None
    assert (part.content.sid, json.loads(part.content.variables)) == ("HX1", {"1": "12345"})
    assert part.text == "Pilih:\n\n1 Ya\n2 Tidak\n\n0 Kembali · MENU · BANTUAN"  # should it be refused
    other = whatsapp_render.render(body | {"text": "Pilih ini:"}, {}, known.get)
    assert other[0].content is None


# --- what does not fit, said to the author


def test_complaints() -> None:
    fine = body_of("Pilih:", ["Ya", "Tidak"], True)
    assert [complaints(channel, fine) for channel in LIMITS] == [[]] * 4
    told = complaints("whatsapp", body_of("x" * 1100, [f"Pilihan {number}" for number in range(11)], False))
    assert told == [
        "whatsapp: the text has 1100 characters, one message holds 1024; it would be split",
        "whatsapp: 11 choices, at most 10 can be tapped",
    ]
    told = complaints(
        "telegram", body_of("x", ["a" * 41, "Dua", "dua", " "], False) | {"sound": "huge", "picture": "no"}
    )
    assert [complaint.partition(": ")[2] for complaint in told] == [
        f"the label {'a' * 41!r} has 41 characters, at most 40 are shown",
        "the choice 'k3' has no label",
        "two choices are called 'dua'",
        "the picture 'no' is not in the library",
        "the sound 'huge' is not in the library",
    ]
    long_key = {"text": "x", "state": "lesson", "choices": [{"key": "k" * 60, "label": "A"}]}
    assert "at most 64 fit" in complaints("telegram", long_key)[0]
    assert complaints("whatsapp", long_key) == []
    assert "cannot be sent" in complaints("whatsapp", {"picture": "huge"}, MEDIA)[0]


def test_complaints_about_prints() -> None:
    for kind in FORMS:
        code = "BKL-1" if kind.startswith("certificate") else ""
        body = {"text": "x", "print": asdict(Print(kind, "id", code=code))}
        assert [complaints(channel, body) for channel in LIMITS] == [[]] * 4
    nameless = {"text": "x", "print": asdict(Print("certificate", "id"))}
    assert complaints("telegram", nameless) == ["telegram: the certificate needs a code"]
    assert complaints("terminal", {"print": asdict(Print("arrival", "id", code="x"))}) == [
        "terminal: the arrival has no code"
    ]
    assert "plain names" in complaints("webchat", {"print": asdict(Print("arrival", "id", plain=True))})[0]
    assert "no kind of print" in complaints("webchat", {"print": {"kind": "poster", "language": "id"}})[0]
