"""Worry: somebody is afraid, and names no danger that calls for the help card at once.

    > takut disekap
    < Anda terdengar takut ... (numbers)   1 Saya dalam bahaya 2 Semua nomor 3 Tanya petugas

What has a sure answer gets it, with one line about help before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.conversation.danger import HelpCard, numbers_for, reading_times
from bot.conversation.handover import guess, hand_on
from bot.conversation.places import restore
from bot.conversation.speech import arrive, critical, lines, option, reply, text
from bot.conversation.state import Saved, State
from bot.conversation.types import Choice, Context, Reply, Turn
from bot.library.model import Phrase

NUMBERS = 2  # of each country


def beside(c: Context) -> Phrase:
    """The line before an answer to somebody who sounds afraid."""
    return critical(c.catalogue.say("Are you afraid, or in danger now? Type *TOLONG*: the help numbers come at once."))


@dataclass(frozen=True)
class WorryCard(State):
    """Numbers are offered, nothing is decided. `question`: what was written, for a person of the staff."""

    NAME: ClassVar[str] = "worry"
    question: str = ""
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        head = say("I read that you are worried. You may ask these numbers for advice:")
        found = [numbers_for("worry", c, limit=NUMBERS, country=country) for country in ("my", "id")]
        # As on the help card the Sasak below the numbers is short.
        card = Phrase(lines(head, *found).id, head.sas, critical=True)
        now = critical(lines(say("If you are in danger now, type *TOLONG*."), reading_times(c)))
        return (Reply(text(card, c)), reply(c, now, self.choices(c)))

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "danger", say("I am in danger"), "darurat", "bahaya", "ya"),
            option(c, "numbers", say("All help numbers"), "nomor"),
            option(c, "person", say("Ask a person"), "petugas", "orang"),
            option(
                c,
                "safe",
                say("I am safe, go back"),
                "aman",
                "saya aman",
                "tiang aman",
                "tidak",
                "ndeq",
                "kembali",
                "lanjut",
            ),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.menu import Numbers

        match key:
            case "danger":
                return arrive(HelpCard(place=self.place), c)
            case "numbers":
                return arrive(Numbers(place=self.place), c)
            case "person":
                return arrive(hand_on(self.question, guess(self.question, c), self.place, c), c)
            case _:
                return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)
