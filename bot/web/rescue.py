"""Words of danger while the database is away: the help card goes out at once, from memory.

Nothing is known of the person then, so the card comes in both languages; once for each delivery (the provider repeats
them). The message itself is played as usual when the database is back.
"""

from __future__ import annotations

from collections import OrderedDict

import structlog

from bot.channels.base import Address, Inbound, SendFailed
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.conversation.danger import SHOWN, card_text
from bot.conversation.speech import in_language, text
from bot.conversation.types import Context
from bot.understanding import Understanding

log = structlog.get_logger(__name__)

REMEMBERED = 10_000  # deliveries whose card was sent


class Rescue:
    """One a process. `blank` is a context in which nobody is known."""

    def __init__(self, understanding: Understanding, blank: Context) -> None:
        self._understanding = understanding
        c = in_language(blank, "sas")
        self._words = text(card_text("now", c), c)
        self._sent: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def answer(self, channel: Telegram | WhatsApp, found: Inbound) -> bool:
        """Send the card if the message tells of danger; True when it went out now. Never raises."""
        key = (channel.sender, found.provider_id)
        if found.message.kind != "text" or key in self._sent:
            return False
        if self._understanding.assess(found.message.text).level not in SHOWN:
            return False
        self._sent[key] = None
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        to = Address(found.account, inbound_at=found.received_at)
        try:
            for part in channel.render({"text": self._words, "state": "help-card", "step": 0}):
                await channel.send(to, part, now=found.received_at)
        except SendFailed as error:
            log.error("help card not sent while the database is away", code=error.code)
            self._sent.pop(key, None)
            return False
        log.warning("help card sent while the database is away", channel=channel.name)
        return True
