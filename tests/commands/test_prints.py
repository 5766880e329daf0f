"""`booklet` and `pocket-card`: what is written where, and what is said when it cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import Knowledge, read_knowledge
from bot.commands import content, prints
from bot.commands.content import print_faults
from bot.conversation.transcript import CLOCK
from bot.library.load import load

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "tests" / "prints" / "pocket.yaml"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("content")
    for path in (ROOT / "content").iterdir():
        if path.name != "pocket.yaml":
            (folder / path.name).symlink_to(path)
    (folder / "pocket.yaml").symlink_to(OWN)
    whole = replace(read_knowledge(), library=load(folder))
    return replace(whole, library=replace(whole.library, modules=whole.library.modules[:2]))


@pytest.fixture(autouse=True)
def content_of_tests(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(prints, "read_knowledge", lambda: knowledge)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def typed(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words), env={"TERMINAL_WIDTH": "200", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def pages(file: Path) -> int:
    document = pypdfium2.PdfDocument(file)
    try:
        return len(document)
    finally:
        document.close()


def test_a_booklet_of_one_module_and_of_all(knowledge: Knowledge, tmp_path: Path) -> None:
    key = knowledge.library.modules[0].key
    said = typed("booklet", key, "--out", str(tmp_path / "deep" / "one.pdf"), "--link", "https://t.me/bekal")
    assert "one.pdf" in said and "kB" in said
    typed("booklet", "all", "--language", "sas", "--out", str(tmp_path / "all.pdf"))
    assert 4 < pages(tmp_path / "deep" / "one.pdf") < pages(tmp_path / "all.pdf")


def test_links_become_qr_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://bekal.example/")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "x")
    monkeypatch.setenv("TWILIO_WHATSAPP_FROM", "whatsapp:+6281100")
    found = prints._links(prints.settings_or_exit(), ["https://t.me/bekal", "https://wa.me/6281100"])
    assert [(link.label, link.url) for link in found] == [
        ("Web", "https://bekal.example/chat"),
        ("WhatsApp", "https://wa.me/6281100"),
        ("Telegram", "https://t.me/bekal"),
    ]


def test_all_pocket_files(tmp_path: Path) -> None:
    typed("pocket-card", "--language", "id", "--out", str(tmp_path))
    made = {path.name: path.stat().st_size for path in tmp_path.iterdir() if path.is_file()}
    assert set(made) == {"kartu.png", "kartu.pdf", "kontak.vcf", "langkah.png"}
    assert made["kartu.png"] <= 60_000 and made["langkah.png"] <= 60_000
    assert "KJRI" in (tmp_path / "kontak.vcf").read_text()
    typed("pocket-card", "--out", str(tmp_path), "--plain")
    assert "KJRI" not in (tmp_path / "kontak.vcf").read_text()


def test_what_is_wrong_is_said(knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no module 'nope'" in typed("booklet", "nope", code=2)
    assert "write id or sas" in typed("pocket-card", "--language", "en", code=2)
    out = str(tmp_path / "x.pdf")
    assert "is no link" in typed("booklet", "--link", "t.me/x", "--out", out, code=2)
    (tmp_path / "file").write_text("x")
    assert "cannot be written" in typed("pocket-card", "--out", str(tmp_path / "file"), code=2)
    bare = replace(knowledge, library=replace(knowledge.library, pocket=None))
    monkeypatch.setattr(prints, "read_knowledge", lambda: bare)
    assert "content/pocket.yaml is missing" in typed("pocket-card", "--out", str(tmp_path), code=2)


def test_the_check_draws_every_print(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(print_faults(knowledge, CLOCK)) == []
    bare = replace(knowledge, library=replace(knowledge.library, pocket=None))
    assert [fault.place for fault in print_faults(bare, CLOCK)] == ["content/pocket.yaml"]
    pocket = knowledge.library.pocket
    assert pocket is not None
    long = replace(pocket, rights=pocket.rights * 60)
    heavy = replace(knowledge, library=replace(knowledge.library, pocket=long))
    monkeypatch.setattr(content, "FORMS", {"pocket-card": content.FORMS["pocket-card"]})
    assert [fault.place for fault in print_faults(heavy, CLOCK)] == ["pocket-card (id)", "pocket-card (sas)"]
