"""`content due`: what staff must verify, the clock moved by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from bot.commands.facts import due_lines
from bot.library.load import load

LIBRARY = load(Path(__file__).resolve().parents[2] / "content")


def listed(day: date, within: int = 0, unsure: bool = False) -> list[str]:
    return list(due_lines(LIBRARY, day, within, unsure))


def test_before_the_day_nothing_is_due_and_after_it_the_fact_is() -> None:
    fact = min((f for f in LIBRARY.facts.values() if f.check_by), key=lambda f: (f.check_by, f.id))
    assert fact.check_by is not None
    assert listed(fact.check_by - timedelta(days=1)) == ["No fact expires within 0 days."]
    later = listed(fact.check_by + timedelta(days=1))
    assert any(line.startswith(f"{fact.id} expired {fact.check_by}, ") and "verify with: " in line for line in later)
    assert listed(fact.check_by)[0].split()[1] == "expires"


def test_everything_that_is_not_confirmed_stands_on_the_list() -> None:
    lines = listed(date(2026, 11, 25), unsure=True)
    weak = {fact.id for fact in LIBRARY.facts.values() if fact.grade != "A"}
    assert weak <= {line.split()[0] for line in lines}
    assert all("verify with: None" not in line for line in lines)
