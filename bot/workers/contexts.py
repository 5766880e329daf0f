"""What a turn may look at: made here of the knowledge of the house, the settings, and what the store says of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, cast

from bot.conversation.speech import Catalogue
from bot.conversation.types import Contact, Context, Drafts, Event, Language, Operator, Staff
from bot.library.model import Library
from bot.store.people import Person
from bot.workers.memo import Remembering

if TYPE_CHECKING:
    from bot.understanding import Understanding

PULLED = frozenset({"webchat", "terminal"})  # channels that fetch their messages: nobody sends there
Seats = Literal["off", "approve", "on"]


@dataclass(frozen=True)
class StaffChat:
    """Where alerts go: which bot sends them ("telegram:<bot id>"), and to which chat (STAFF_ALERT_TELEGRAM_CHAT)."""

    sender: str
    account: str = field(repr=False)


@dataclass(frozen=True)
class TurnSettings:
    """`drafts`: how unsigned Sasak is shown, by channel (SASAK_DRAFTS; a channel not named shows it beside Indonesian).
    `seats`: how seats taken in the public web chat are given (WEBCHAT_SEATS); elsewhere they are given at once.
    `staff_chat` None: alerts cannot be sent, and the bot says so."""

    drafts: Mapping[str, Drafts] = field(default_factory=dict)
    operator: Operator = field(default_factory=Operator)
    seats: Seats = "on"
    staff_chat: StaffChat | None = None


@dataclass(frozen=True)
class Contexts:
    """Makes contexts. One a process: content is read once and shared."""

    library: Library
    understanding: Understanding
    catalogue: Catalogue
    settings: TurnSettings = field(default_factory=TurnSettings)

    def remembering(self) -> tuple[Contexts, Remembering]:
        """The same, with a memory of what texts mean."""
        memory = Remembering(self.understanding)
        return replace(self, understanding=cast("Understanding", memory)), memory

    def blank(self, channel: str, language: str | None, now: datetime) -> Context:
        """Nothing is known but where and in which language somebody reads: for pushes, apologies and alerts."""
        contact = Contact(language=_language(language))
        return Context(
            now=now,
            contact=contact,
            library=self.library,
            understanding=self.understanding,
            catalogue=self.catalogue,
            channel=channel,
            drafts=self._drafts(channel),
            operator=self.settings.operator,
            staff=Staff(alerts=self.settings.staff_chat is not None),
        )

    def of(
        self,
        person: Person,
        now: datetime,
        *,
        events: tuple[Event, ...],
        staff: Staff,
        bookmark: dict[str, Any] | None,
    ) -> Context:
        """Everything a turn of this person may look at."""
        return Context(
            now=now,
            contact=person.contact,
            library=self.library,
            understanding=self.understanding,
            catalogue=self.catalogue,
            events=events,
            channel=person.channel,
            drafts=self._drafts(person.channel),
            operator=self.settings.operator,
            staff=staff,
            seats=self.seats(person.channel),
            step=person.step,
            bookmark=bookmark,
        )

    def seats(self, channel: str) -> Seats:
        return self.settings.seats if channel == "webchat" else "on"

    def _drafts(self, channel: str) -> Drafts:
        return self.settings.drafts.get(channel, "show" if channel in PULLED else "beside")


def _language(language: str | None) -> Language | None:
    return language if language in ("id", "sas") else None  # type: ignore[return-value]
