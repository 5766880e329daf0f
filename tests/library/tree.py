"""A small, faultless content folder, to be spoilt by the tests."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import yaml

Tree = dict[str, Any]  # file name -> value

MODULE = "modules/01-first.yaml"
FAQ = "faq/costs.yaml"
SOUND = "media/hello.ogg"


def card(key: str, **more: Any) -> dict[str, Any]:
    text = {"id": f"Kartu {key}: simpan kontrak.", "sas": f"Kartu {key}: simpan kontrak."}
    return {"key": key, "text": text, "facts": ["F-001"], "critical": False, "ask": "disnaker", **more}


def lesson(key: str) -> dict[str, Any]:
    cards = [card("one", holds=["example"]), card("two", holds=["next"])]
    return {"key": key, "title": {"id": f"Pelajaran {key}"}, "cards": cards}


def story(key: str) -> dict[str, Any]:
    choices = [
        {"key": "a", "text": {"id": "Tanya dulu"}, "right": True, "explain": {"id": "Baik."}},
        {"key": "b", "text": {"id": "Bayar"}, "right": False, "explain": {"id": "Jangan dulu."}},
    ]
    text = {"id": "Ada tamu. Apa yang Anda lakukan?"}
    return {
        "key": key,
        "title": {"id": "Tamu"},
        "text": text,
        "facts": ["F-001"],
        "ask": "disnaker",
        "choices": choices,
    }


def question(key: str) -> dict[str, Any]:
    choices = [
        {"key": "a", "text": {"id": "Ya"}, "right": True, "explain": {"id": "Benar."}},
        {"key": "b", "text": {"id": "Tidak"}, "right": False, "explain": {"id": "Belum tepat."}},
    ]
    return {"key": key, "question": {"id": "Disimpan?"}, "facts": ["F-001"], "ask": "disnaker", "choices": choices}


def three_ways(key: str) -> dict[str, Any]:
    """One of the six questions before and after learning."""
    found = question(key)
    other = {"key": "c", "text": {"id": "Mungkin"}, "right": False, "explain": {"id": "Belum tepat."}}
    return found | {"choices": [*found["choices"], other]}


def fact(grade: str, **more: Any) -> dict[str, Any]:
    said = {"says": "Something", "source": "A law", "cite": "UU 18/2017", "grade": grade, "kind": "rule"}
    said |= {"verify_with": "BP3MI NTB"}
    return said | ({"verified_on": "2026-11-24", "seen": "the law itself"} if grade == "A" else {}) | more


def notice(words: str) -> dict[str, Any]:
    return {"text": {"id": words}, "facts": [], "critical": True, "ask": "disnaker"}


def tree() -> Tree:
    """The values of all files of a content folder without any fault on 1 December 2026."""
    line = {
        "key": "my-999", "country": "my", "kind": "emergency", "via": "call", "name": {"id": "Darurat"},
        "who": {"id": "Polisi."}, "number": "999", "works_from": "my", "hours": None, "free": None,
        "facts": ["F-002"], "as_of": None, "rung_on": None, "for": ["now"], "order": 20,
    }  # fmt: skip
    hotline = line | {
        "key": "kp2mi", "country": "id", "kind": "hotline", "number": "+62 811-0000-141",
        "works_from": "any", "order": 10,
    }  # fmt: skip
    mission = {
        "key": "kri-tawau", "name": {"id": "KRI Tawau"}, "area": {"id": "Sabah"}, "country": "my", "number": None,
        "via": "call", "facts": ["F-002"], "area_facts": ["F-002"], "rung_on": None,
    }  # fmt: skip
    topic = {
        "id": "total-cost", "label": {"id": "Total biaya"}, "question": {"id": "Berapa biayanya?"},
        "answer": {"id": "Tanya Disnaker.", "sas": "Tanya Disnaker."}, "facts": ["F-001"], "critical": True,
        "ask": "disnaker", "more": [{"text": {"id": "Simpan kuitansi."}, "facts": ["F-001"], "ask": "disnaker"}],
        "lesson": "first/l1", "related": [],
    }  # fmt: skip
    return {
        "facts.yaml": {
            "facts": {
                "F-001": fact("A"),
                "F-002": fact("B"),
                "F-003": fact("C"),
                "F-004": fact("B", sensitive=True),
                "F-005": fact("A", perishable=True, check_by="2027-05-24"),
            }
        },
        "helplines.yaml": {
            "offices": {key: {"name": {"id": f"kantor {key}"}, "facts": ["F-002"]} for key in ("disnaker", "kbri")},
            "helplines": [line, hotline],
            "missions": [mission],
            "child": [{"helpline": "my-999"}, {"office": "disnaker"}],
            "launch_needs": ["kp2mi", "kri-tawau"],
        },
        "places.yaml": {"places": {"mataram": "Kota Mataram"}},
        "language/faq_topics.yaml": [{"id": "total-cost", "group": "costs", "question": {"id": "Berapa biayanya?"}}],
        MODULE: {
            "key": "first", "order": 1, "title": {"id": "Jalan resmi", "sas": "Langan resmi"},
            "summary": {"id": "Ringkas."}, "source": "PP 59/2021",
            "lessons": [lesson(f"l{n}") for n in range(1, 6)], "quiz": [question(f"q{n}") for n in range(1, 5)],
            "stories": [story("s1"), story("s2")], "family": [card(key) for key in ("ask", "prepare", "money", "lost-contact")],
        },
        FAQ: {"group": "costs", "title": {"id": "Biaya"}, "topics": [topic]},
        "notices.yaml": {
            "notices": {
                key: notice("Tanya dulu.")
                for key in (
                    "first-tip", "child", "certificate", "danger-head", "danger-note", "family-head", "family-collect",
                )
            }
        },
        "check.yaml": {"check": [three_ways(f"c{n}") for n in range(1, 7)]},
        "media/media.yaml": {
            "media": {"hello": {"kind": "sound", "file": "hello.ogg", "mime": "audio/ogg", "alt": {"id": "Halo."}}}
        },
    }  # fmt: skip


_DAY = re.compile(r"'(\d{4}-\d\d-\d\d)'")


def write(folder: Path, files: Tree) -> Path:
    """Writes the values as YAML (a text is written as it is), and a sound and a glossary beside them."""
    for name, value in copy.deepcopy(files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        words = value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
        path.write_text(_DAY.sub(r"\1", words), encoding="utf-8")
    (folder / "media").mkdir(exist_ok=True)
    if not (folder / SOUND).exists():
        (folder / SOUND).write_bytes(b"OggS" + bytes(100))
    rows = (
        "sasak\tindonesian\tenglish\tpos\tsource\tconfidence",
        "langan\tjalan\troad\tn\tLEX\tA",
        "biaye\tbiaya\tcost\tn\tLEX\tC",
    )
    (folder / "language" / "loud_words.txt").write_text("kabur\n", encoding="utf-8")
    listed = {"letters": ["UU"], "words": {"P3MI": "pe tiga em i"}, "plain": []}
    (folder / "language" / "pronunciation.yaml").write_text(yaml.safe_dump(listed), encoding="utf-8")
    (folder / "language" / "sasak_glossary.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
