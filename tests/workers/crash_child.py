"""The process that is killed: turns and a sender, as they run in earnest, with a conversation that echoes.

    python -m tests.workers.crash_child DATABASE TELEGRAM_URL TOKEN

It imports everything once and then forks: a line on standard input starts a fresh process, whose number it prints. So a
restart takes milliseconds and a test can kill often.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import structlog

from bot.channels.telegram import Telegram
from bot.conversation.menu import Menu
from bot.conversation.state import State
from bot.conversation.types import Context, Message, Reply, Turn
from bot.store.session import Store
from bot.workers.contexts import Contexts
from bot.workers.loops import sender_loop, turn_loop
from bot.workers.sender import Sender, SenderSettings
from bot.workers.turns import TurnRunner
from bot.workers.wake import listening
from tests.workers.house import SECRET, contexts

CONCURRENCY = 4


def echo(state: State | None, message: Message, c: Context) -> Turn:
    """Says what it heard and how often it has heard anything: a message lost or played twice shows."""
    return Turn(Menu(), (Reply(f"{message.text} langkah {c.step + 1}"),))


async def serve(database: str, url: str, token: str, known: Contexts) -> None:
    store = Store(database, SECRET)
    channel = Telegram(token, base=url)
    settings = SenderSettings(rate=400, concurrency=CONCURRENCY, per_address=0.0, poll=0.2)
    sender = Sender(store, channel, known, settings)
    async with listening(store), asyncio.TaskGroup() as group:
        group.create_task(turn_loop(TurnRunner(store, known, take=echo), poll=0.1))
        group.create_task(sender_loop(sender))


def main() -> None:
    database, url, token = sys.argv[1:4]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    known = contexts()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(serve(database, url, token, known))
            finally:
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
