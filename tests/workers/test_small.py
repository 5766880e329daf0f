"""The small parts: the bucket, the memory of texts, faults without words, who is dead."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.workers.buckets import Bucket
from bot.workers.faults import place_of
from bot.workers.holder import is_dead, own_name
from bot.workers.memo import Remembering
from tests.workers.house import PlainUnderstanding


class Ticks:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_bucket_starts_empty_and_fills() -> None:
    ticks = Ticks()
    bucket = Bucket(10, clock=ticks)
    assert bucket.whole() == 0
    assert bucket.wait() == pytest.approx(0.1)
    ticks.at += 0.1
    assert bucket.whole() == 1
    ticks.at += 100
    assert bucket.whole() == 2, "a fifth of a second may be saved up"


def test_a_bucket_runs_into_debt_and_comes_out_of_it() -> None:
    ticks = Ticks()
    bucket = Bucket(10, clock=ticks)
    bucket.take(5)
    assert bucket.whole() == 0
    ticks.at += 0.5
    assert bucket.whole() == 0
    ticks.at += 0.1
    assert bucket.whole() == 1


def test_an_emptied_bucket_keeps_its_debt() -> None:
    ticks = Ticks()
    bucket = Bucket(10, clock=ticks)
    ticks.at += 1
    bucket.empty()
    assert bucket.whole() == 0
    bucket.take(3)
    bucket.empty()
    ticks.at += 0.2
    assert bucket.whole() == 0


@pytest.mark.parametrize("rate", [0.5, 3, 25, 80])
def test_a_bucket_never_gives_much_more_than_its_rate(rate: float) -> None:
    ticks = Ticks()
    bucket = Bucket(rate, clock=ticks)
    taken: list[float] = []
    for _ in range(3000):
        ticks.at += 0.01
        for _ in range(bucket.whole()):
            bucket.take()
            taken.append(ticks.at)
    assert len(taken) <= rate * 30 + max(1, rate * 0.2)
    assert len(taken) >= rate * 30 * 0.95 - 1
    most = max(sum(at - 1 < other <= at for other in taken) for at in taken)
    assert most <= rate * 1.2 + 1


def test_texts_are_understood_once() -> None:
    inner = PlainUnderstanding()
    memory = Remembering(inner)  # type: ignore[arg-type]
    story = "saya dipukul dan tidak digaji sejak tiga bulan"
    for _ in range(3):
        assert memory.assess(story).level == "now"
        assert memory.assess("menu").level == "none"
    assert inner.asked == [story, "menu"]
    memory.forget()
    memory.assess(story)
    memory.assess("menu")
    assert inner.asked == [story, "menu", story], "long texts are forgotten after the batch, short ones are kept"
    assert memory.ordinary_words("ABC 1") == ("abc",)


def test_reading_ahead_meets_no_fault() -> None:
    class Broken(PlainUnderstanding):
        def assess(self, text: str, *, sasak: bool = False) -> None:  # type: ignore[override]
            raise RuntimeError("nobody is to see this here")

    memory = Remembering(Broken())  # type: ignore[arg-type]
    memory.read_ahead("apa saja yang ditulis orang di sini", sasak=False)
    with pytest.raises(RuntimeError):
        memory.assess("apa saja yang ditulis orang di sini")


def test_a_fault_is_said_without_its_words() -> None:
    try:
        {}["+60 12-345 6789 Siti"]
    except KeyError as exc:
        said = place_of(exc)
    assert said.startswith("KeyError at test_small.py:")
    assert "Siti" not in said


def test_a_fault_says_the_deepest_place_of_ours() -> None:
    from bot.channels.text import split_text

    try:
        split_text("Siti", 0)
    except ValueError as exc:
        said = place_of(exc)
    assert said.startswith("ValueError at bot/channels/text.py:")


def test_who_lives_and_who_is_dead() -> None:
    name = own_name()
    assert len(name) <= 40 and name == own_name()
    assert not is_dead(name)
    code = "from bot.workers.holder import own_name; print(own_name())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert is_dead(child)
    machine, pid, started = name.split(":")
    assert is_dead(f"{machine}:{pid}:{int(started) - 5}"), "the number was given to a new process"


@pytest.mark.parametrize("name", [None, "", "x", "-:1:abc", "0123456789:PID:1", "somewhere:else"])
def test_of_strangers_nothing_is_known(name: str | None) -> None:
    assert not is_dead(name and name.replace("PID", str(os.getpid())))
