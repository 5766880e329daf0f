"""The spool: sealed, bounded, in order, and nothing lost."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.store.vault import Vault
from bot.web.spool import Spool, SpoolFull

VAULT = Vault(b"for the tests only, 32 bytes long")


def spool(folder: Path, files: int = 10, size: int = 10_000) -> Spool:
    return Spool(folder / "spool", VAULT, files=files, size=size)


def drained(one: Spool) -> list[str]:
    found: list[str] = []
    one.drain(found.append)
    return found


def test_in_order_and_once(tmp_path: Path) -> None:
    one = spool(tmp_path)
    assert (len(one), drained(one)) == (0, [])
    for text in ("satu", "dua", "tiga \ud83d"):
        one.put(text)
    another = spool(tmp_path)  # as after a restart
    assert len(another) == 3
    assert drained(another) == ["satu", "dua", "tiga \ud83d"]
    assert (len(one), drained(one), list((tmp_path / "spool").iterdir())) == (0, [], [])


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    spool(tmp_path).put("rahasia")
    [file] = (tmp_path / "spool").iterdir()
    assert b"rahasia" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0 and (tmp_path / "spool").stat().st_mode & 0o077 == 0


def test_it_has_an_end(tmp_path: Path) -> None:
    few = spool(tmp_path / "few", files=2)
    few.put("a"), few.put("b")
    with pytest.raises(SpoolFull):
        few.put("c")
    assert drained(few) == ["a", "b"]
    few.put("c")
    small = spool(tmp_path / "small", size=300)
    small.put("a" * 150)
    with pytest.raises(SpoolFull):
        small.put("b" * 150)
    assert drained(small) == ["a" * 150]


def test_what_is_not_taken_stays(tmp_path: Path) -> None:
    one, taken = spool(tmp_path), []

    def keep(text: str) -> None:
        if text == "dua":
            raise RuntimeError("the database is away")
        taken.append(text)

    for text in ("satu", "dua", "tiga"):
        one.put(text)
    with pytest.raises(RuntimeError):
        one.drain(keep)
    assert (taken, drained(one)) == (["satu"], ["dua", "tiga"])


def test_what_does_not_open_is_set_aside(tmp_path: Path) -> None:
    one = spool(tmp_path)
    Spool(tmp_path / "spool", Vault(b"another secret of thirty-two bytes"), files=9, size=9999).put("lain")
    one.put("satu")
    one.put("dua")
    sealed = sorted((tmp_path / "spool").iterdir())
    sealed[1].write_bytes(sealed[1].read_bytes()[:-1] + b"x")
    assert drained(one) == ["dua"]
    assert len(list((tmp_path / "spool").glob("*.bad"))) == 2 and len(one) == 0


def test_a_renamed_file_does_not_open(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.put("satu")
    [file] = (tmp_path / "spool").iterdir()
    file.rename(file.with_name("00000000000000000001-aaaaaaaa.spool"))
    assert drained(one) == []


def test_half_written_drafts_do_not_count(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.put("satu")
    (tmp_path / "spool" / "00000000000000000001-aaaaaaaa.draft").write_bytes(b"\x01half")
    assert (len(one), drained(one)) == (1, ["satu"])


def test_a_disk_that_refuses_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = spool(tmp_path)
    one.put("satu")

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(SpoolFull):
        one.put("dua")
    monkeypatch.undo()
    assert drained(one) == ["satu"]


def test_many_threads_put_while_one_drains(tmp_path: Path) -> None:
    one, texts = spool(tmp_path, files=1000, size=10**6), [str(number) for number in range(60)]
    taken: list[str] = []
    with ThreadPoolExecutor(8) as threads:
        puts = [threads.submit(one.put, text) for text in texts]
        while not all(put.done() for put in puts):
            one.drain(taken.append)
            spool(tmp_path).drain(taken.append)  # as another process would
    for put in puts:
        put.result()
    one.drain(taken.append)
    assert set(taken) == set(texts) and len(one) == 0
