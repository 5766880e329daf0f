"""Turns a second: inbound rows put in, played, replies in the outbox; on SQLite and on PostgreSQL, in one process.

python -m benchmarks.turns [--contacts 200] [--turns 2000] [--postgres postgresql://…]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.app import read_knowledge
from bot.conversation.types import Message
from bot.store import inbox
from bot.store.session import Store
from bot.workers.turns import TurnRunner

SCRIPT = ("halo", "1", "belajar", "lanjut", "lanjut", "menu", "tanya", "berapa gaji minimum", "acara", "nomor")


def measure(url: str, contacts: int, turns: int) -> list[float]:
    """Turns a second in five rounds over fresh contacts."""
    store = Store(url, b"benchmark-secret-of-32-bytes-long")
    store.migrate()
    knowledge = read_knowledge()
    from bot.workers.contexts import Contexts

    runner = TurnRunner(
        store, Contexts(knowledge.library, knowledge.understanding, knowledge.catalogue), holder="bench"
    )
    rates = []
    number = 0
    for round_number in range(5):
        for turn in range(turns // 5):
            number += 1
            now = datetime.now(UTC)
            with store.begin() as session:
                inbox.receive(
                    session, store, channel="webchat", sender="webchat", account=f"c{round_number}-{turn % contacts}",
                    provider_id=str(number), message=Message("text", SCRIPT[turn // contacts % len(SCRIPT)]), now=now,
                    keep_days=1,
                )  # fmt: skip
        begin, played = time.perf_counter(), 0
        while played < turns // 5:
            played += runner.run_once(20).turns
        rates.append(played / (time.perf_counter() - begin))
    store.close()
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100)
    parser.add_argument("--turns", type=int, default=2000)
    parser.add_argument("--postgres", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        show("SQLite, synchronous=FULL", measure(f"sqlite:///{Path(folder) / 'bench.db'}", given.contacts, given.turns))
    if given.postgres:
        show("PostgreSQL", measure(given.postgres, given.contacts, given.turns))
    else:
        from tests.services import postgres

        with postgres() as server:
            server.create_database("bench")
            show("PostgreSQL", measure(server.url("bench"), given.contacts, given.turns))


def show(name: str, rates: list[float]) -> None:
    print(f"{name}: {statistics.median(rates):.0f} turns/s (min {min(rates):.0f}, max {max(rates):.0f})")


if __name__ == "__main__":
    main()
