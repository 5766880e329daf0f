"""What Bekal may write first: a lesson a day or a week, the days before leaving, the six questions a month later.

    > pelajaran harian
    < Pelajaran pendek lewat chat ...   1 Tiap hari 2 Tiap minggu
    > tiap hari
    < Aman kalau Bekal menulis dulu di HP ini?   1 Aman 2 Jangan, saya yang menulis
    > aman
    < Baik. Satu pelajaran tiap hari. *STOP PELAJARAN* menghentikan.

Nothing of it without consent and without «safe»: others may read this phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.conversation.handover import safe_choices
from bot.conversation.places import restore
from bot.conversation.speech import arrive, lines, option, reply, with_contact
from bot.conversation.state import Saved, State
from bot.conversation.types import Choice, Context, Effect, RemindKind, Reply, SetReminder, SetSafeToWrite, Turn
from bot.conversation.welcome import gate, yes_no
from bot.library.model import Phrase

Every = Literal["day", "week"]
KINDS: tuple[RemindKind, ...] = ("papers", "lesson", "departure", "check")


def remind(kind: RemindKind, every: Every | None, place: Saved, c: Context) -> Turn:
    """Turn a reminder on and go on at the place; consent and «safe» are asked before, where they are not given yet."""
    if c.contact.consent is True and c.contact.safe_to_write is True:
        return _on(kind, every, place, c)
    return arrive(gate(RemindOn(kind, every or "", place), "reminder", c), c)


def forget(kind: RemindKind, place: Saved | None, c: Context) -> Turn:
    """Turn a reminder off, at once."""
    after = with_contact(c, reminders=c.contact.reminders - {kind})
    if kind == "lesson":
        after = with_contact(after, lesson_every=None)
    lead = c.catalogue.say("All right, that is stopped. You can go on here whenever you like.")
    return arrive(restore(place, after), after, SetReminder(kind, False), lead=lead)


def all_off(c: Context) -> tuple[Effect, ...]:
    """BERHENTI stops these too."""
    return tuple(SetReminder(kind, False) for kind in KINDS if kind in c.contact.reminders)


def _on(kind: RemindKind, every: Every | None, place: Saved, c: Context, *effects: Effect) -> Turn:
    after = with_contact(c, reminders=c.contact.reminders | {kind}, safe_to_write=True)
    if kind == "lesson":
        after = with_contact(after, lesson_every=every)
    return arrive(
        restore(place, after), after, *effects, SetReminder(kind, True, every), lead=_promised(kind, every, c)
    )


def _promised(kind: RemindKind, every: Every | None, c: Context) -> Phrase:
    say = c.catalogue.say
    if kind == "lesson":
        daily = say("All right: a lesson a day. *STOP PELAJARAN* ends it.")
        return daily if every == "day" else say("All right: a lesson a week. *STOP PELAJARAN* ends it.")
    if kind == "departure":
        return say("All right: Bekal writes a week before and a day before.")
    if kind == "check":
        return say("All right: Bekal writes again in a month.")
    return say("All right: Bekal reminds you.")


@dataclass(frozen=True)
class RemindOn(State):
    """May Bekal write first on this phone? Where that was said already, only whether it shall."""

    NAME: ClassVar[str] = "remind-on"
    kind: str
    every: str
    place: Saved

    def valid(self, c: Context) -> bool:
        return self.kind in KINDS and c.contact.consent is True

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if c.contact.safe_to_write is True:
            return (reply(c, say("Shall Bekal write to you for this?"), self.choices(c)),)
        words = lines(
            say("Is it safe if Bekal writes first on this phone?"),
            say("It begins with a short line without a topic."),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return yes_no(c, say("Yes"), say("No")) if c.contact.safe_to_write is True else safe_choices(c)

    def choose(self, key: str, c: Context) -> Turn:
        kind = next(kind for kind in KINDS if kind == self.kind)
        every: Every | None = "day" if self.every == "day" else "week" if self.every == "week" else None
        if key == "yes":
            return _on(kind, every, self.place, c)
        if key == "safe":
            return _on(kind, every, self.place, c, SetSafeToWrite(True))
        lead = c.catalogue.say("All right. Bekal does not write first; you write whenever you like.")
        if key == "no":
            return arrive(restore(self.place, c), c, lead=lead)
        after = with_contact(c, safe_to_write=False)
        return arrive(restore(self.place, after), after, SetSafeToWrite(False), lead=lead)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


def lesson_choice(c: Context) -> Choice:
    """The way to the lesson by chat, or its end in one tap."""
    say = c.catalogue.say
    if "lesson" in c.contact.reminders:
        return option(c, "every", say("Stop lessons by chat"), "stop pelajaran", "berhenti pelajaran")
    return option(c, "every", say("A lesson a day"), "pelajaran harian", "pelajaran tiap hari", "kirim pelajaran")


def to_lessons_by_chat(here: Saved, c: Context) -> Turn:
    """What `lesson_choice` leads to."""
    if "lesson" in c.contact.reminders:
        return forget("lesson", here, c)
    return arrive(LessonEvery(here), c)


@dataclass(frozen=True)
class LessonEvery(State):
    """How often: every day or every week."""

    NAME: ClassVar[str] = "lesson-every"
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        how = say("First comes a short line without a topic. The lesson comes when you answer *PELAJARAN*.")
        if c.channel == "webchat":
            how = say("It waits in this web chat until you open it and write *PELAJARAN*.")
        elif c.channel == "whatsapp":
            how = say("On WhatsApp a short line comes first. The lesson comes only after your tap, or *PELAJARAN*.")
        now = None
        if "lesson" in c.contact.reminders:
            daily = c.contact.lesson_every == "day"
            now = say("Now: a lesson a day.") if daily else say("Now: a lesson a week.")
        words = lines(say("A short lesson by chat, free. How often?"), how, now)
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        found = [
            option(c, "day", say("Every day"), "tiap hari", "setiap hari", "harian"),
            option(c, "week", say("Every week"), "tiap minggu", "seminggu sekali", "mingguan"),
        ]
        if "lesson" in c.contact.reminders:
            found.append(option(c, "stop", say("Stop lessons by chat"), "stop pelajaran", "jangan lagi"))
        return tuple(found)

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.menu import Menu
        from bot.conversation.state import dump

        if key == "stop":
            return forget("lesson", self.place, c)
        return remind("lesson", "day" if key == "day" else "week", self.place or dump(Menu()), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)
