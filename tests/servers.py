"""The local Telegram and Twilio that tests talk to: real servers that speak the two protocols.

    from tests.servers import OK, TelegramServer, TwilioServer, hang, reset_after

    async with TelegramServer() as telegram: ...          in a test with a loop
    with in_thread(TelegramServer()) as telegram: ...     in one without
    python -m tests.servers telegram --port 8081          as a process of its own; GET /_calls shows what it was asked

What a call gets is scripted by `Answer`s: OK, hang(accepted=), slow(s), reset_before(), reset_after(accepted=);
Telegram: `tg.flood(s)`, `tg.blocked()`, `tg.bad("chat not found")`, `tg.refused(...)`, `tg.broken(500)`.
Twilio: `tw.error(63016)`, `tw.throttled("3")`, `tw.broken(500)`.
"""

from __future__ import annotations

import argparse
import asyncio
import json

from tests import servers_telegram as tg
from tests import servers_twilio as tw
from tests.servers_http import (
    OK,
    Answer,
    Call,
    LocalServer,
    closed_port_url,
    hang,
    in_thread,
    reset_after,
    reset_before,
    resetting_server,
    slow,
)
from tests.servers_telegram import TelegramServer
from tests.servers_twilio import TwilioServer

__all__ = [
    "OK",
    "Answer",
    "Call",
    "LocalServer",
    "TelegramServer",
    "TwilioServer",
    "closed_port_url",
    "hang",
    "in_thread",
    "reset_after",
    "reset_before",
    "resetting_server",
    "slow",
    "tg",
    "tw",
]


async def _serve(which: str, port: int) -> None:
    server: TelegramServer | TwilioServer = TelegramServer() if which == "telegram" else TwilioServer()
    await server.start(port)
    told = {"url": server.url}
    if isinstance(server, TelegramServer):
        told["token"] = server.token
    else:
        told |= {"sid": server.sid, "auth_token": server.auth_token, "number": server.number}
    print(json.dumps(told), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=("telegram", "twilio"))
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(_serve(given.which, given.port))
