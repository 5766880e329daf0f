"""Danger: the help card at once, from anywhere; the way back to the place.

    > tolong saya dipukul
    < (two lines, Di Malaysia / Di Indonesia, the numbers, what Bekal is not)  1 Di Malaysia 2 Di Indonesia 3 Saya aman
    > saya aman
    < (where the person was)

Nothing is asked before the numbers are shown. What the card says comes from content/helplines.yaml and
content/notices.yaml; its order is the design's: the country's emergency number, then numbers of confidence A, then others
as «belum dites».
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.places import restore
from bot.conversation.speech import arrive, critical, lines, listen, option, played, reply, same, today
from bot.conversation.state import Saved, State
from bot.conversation.types import (
    AlertImpossible,
    AlertQueued,
    Choice,
    Context,
    Message,
    Outcome,
    RaiseAlert,
    Reply,
    SetSafeToWrite,
    Turn,
)
from bot.library.model import Helpline, Mission, Phrase

PAGE_CHARS = 430  # of numbers on a page, so that a heading fits beside them
ASKED = 6  # numbers of a page that can be chosen, beside the ways on
SHOWN = ("now", "exploitation")  # the levels at which the help card is the first reply


# --- numbers ---------------------------------------------------------------------------------------------------------


def grade(line: Helpline | Mission, c: Context) -> str:
    return max((fact.grade_on(today(c)) for fact in line.facts), default="C")


def ranked(found: list[Helpline], c: Context) -> list[Helpline]:
    """Emergency numbers first, then confidence A, then the rest; within these the order of the file."""
    return sorted(found, key=lambda line: (line.kind != "emergency", grade(line, c) != "A", line.order))


def number_row(line: Helpline, c: Context) -> Phrase:
    """A name with what is known of it, and the number on a line of its own, so that a phone can tap it.

    «KJRI Johor Bahru (WA, belum dites, sumber 24-06-2025):» / «+60 10-528 8040»
    """
    say = c.catalogue.say
    notes: list[Phrase] = []
    if line.via == "whatsapp":
        notes.append(same("WA"))
    if line.works_from != "any" and not line.number.startswith("+"):
        notes.append(say("only in Malaysia") if line.works_from == "my" else say("only in Indonesia"))
    if line.rung_on is None:
        notes.append(say("not tested"))
        if line.as_of is not None:
            notes.append(say("source {day}", day=line.as_of.strftime("%d-%m-%Y")))
    name = line.name + " (" + lines(*notes, gap=", ") + "):" if notes else line.name + ":"
    return name + f"\n{line.number}"


def numbers_for(use: str, c: Context, limit: int = 4, country: str = "") -> Phrase:
    """The numbers for one kind of need, the surest first."""
    found = [x for x in c.library.helplines if use in x.use_for and country in ("", x.country)]
    return lines(*(number_row(line, c) for line in ranked(found, c)[:limit]), gap="\n")


@dataclass(frozen=True)
class NumberPage:
    """What fits one message, and the keys of the lines on it, of which more can be asked."""

    words: Phrase
    keys: tuple[str, ...]


def number_pages(country: str, c: Context) -> list[NumberPage]:
    """Every number of a country and, for Malaysia, the missions, in pages that fit a message."""
    say = c.catalogue.say
    ranked_lines = ranked([x for x in c.library.helplines if x.country == country], c)
    rows: list[tuple[str, Phrase]] = [(line.key, number_row(line, c)) for line in ranked_lines]
    if country == "my":
        rows += [("", mission_row(mission, c)) for mission in c.library.missions]
    head = say("*In Malaysia*") if country == "my" else say("*In Indonesia*")
    foot = say("Not tested: nobody of ours has rung it yet. If one fails, try the next.")
    pages: list[list[tuple[str, Phrase]]] = [[]]
    for key, row in rows:
        longest = max(len(row.id), len(row.sas or ""))
        if pages[-1] and longest + sum(max(len(r.id), len(r.sas or "")) + 1 for _, r in pages[-1]) > PAGE_CHARS - 60:
            pages.append([])
        pages[-1].append((key, row))
    return [
        NumberPage(
            lines(head, lines(*(row for _, row in page), gap="\n"), foot), tuple(key for key, _ in page if key)[:ASKED]
        )
        for page in pages
    ]


def mission_row(mission: Mission, c: Context) -> Phrase:
    say = c.catalogue.say
    area_known = max((fact.grade_on(today(c)) for fact in mission.area_facts), default="C") == "A"
    name = mission.name + " (" + mission.area + ")" if area_known else mission.name
    return name + ":\n" + (same(mission.number) if mission.number else say("number not known yet, ask KP2MI"))


def card_to_keep(c: Context) -> tuple[Choice, ...]:
    """The departure pack, offered below the numbers and never before them."""
    return (option(c, "pack", c.catalogue.say("Card to keep"), "kartu", "bekal saya", "simpan"),)


# --- the card --------------------------------------------------------------------------------------------------------


def country_part(country: str, use: str, c: Context, limit: int = 3) -> Phrase:
    """One labelled part: the emergency number first, then the surest numbers, a number a line."""
    say = c.catalogue.say
    found = ranked([x for x in c.library.helplines if x.country == country and use in x.use_for], c)[:limit]
    head = say("*In Malaysia*") if country == "my" else say("*In Indonesia*")
    before = c.library.notices["danger-head"].text if country == "my" else None
    return lines(head, before, *(number_row(line, c) for line in found), gap="\n")


def card_text(level: str, c: Context) -> Phrase:
    """The help card: both countries' numbers, and nothing before them. The Sasak below it is short."""
    card = lines(country_part("my", level, c), country_part("id", level, c, limit=2))
    short = c.catalogue.say("In Malaysia call 999. In Indonesia call 110 or 112. Call now.")
    return Phrase(card.id, short.sas, critical=True)


@dataclass(frozen=True)
class HelpCard(State):
    """The help card. `fuzzy`: it was not clear, so a question stands under the numbers; nobody waits for it."""

    NAME: ClassVar[str] = "help-card"
    SOUND: ClassVar[str] = "help-card"
    level: str = "now"
    place: Saved | None = None
    fuzzy: bool = False
    country: str = ""

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if self.country:
            pages = number_pages(self.country, c)
            return (reply(c, critical(pages[0].words), self.choices(c), lane="danger"),)
        card = card_text(self.level, c)
        ask = say("Did I read this right: are you in danger?") if self.fuzzy else say("Call now. Then, if you can:")
        note = c.library.notices["danger-note"].text
        second = reply(c, critical(lines(ask, note, reading_times(c))), self.choices(c), lane="danger")
        return (Reply(_card(card, c), lane="danger"), second)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        staff = (option(c, "staff", say("Tell the staff"), "petugas", "beri tahu petugas"),) if c.staff.alerts else ()
        if self.fuzzy:
            return (*misread(c), *staff, *listen(self, c))
        return (
            option(c, "my", say("I am in Malaysia"), "malaysia", "di malaysia"),
            option(c, "id", say("I am in Indonesia"), "indonesia", "di indonesia", "lombok", "sumbawa"),
            *staff,
            option(
                c, "safe", say("I am safe, go back"), "aman", "saya aman", "kembali", "salah", "lanjut", "tiang aman"
            ),
            *(card_to_keep(c) if self.country else ()),
            *listen(self, c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.departure import DeparturePack

        match key:
            case "sound":
                return played(self, c)
            case "yes":
                return arrive(replace(self, fuzzy=False), c)
            case "no":
                return arrive(restore(self.place, c), c, lead=c.catalogue.say("Good. Then let us go on."))
            case "safe":
                return arrive(restore(self.place, c), c, lead=c.catalogue.say("Good that you are safe."))
            case "staff":
                return arrive(AlertSafe(self.level, self.country, self.place), c)
            case "pack":
                return arrive(DeparturePack(self.place), c)
            case _:
                return arrive(replace(self, country=key, fuzzy=False), c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        return None

    def back(self, c: Context) -> State:
        return replace(self, country="") if self.country else restore(self.place, c)


def misread(c: Context) -> tuple[Choice, ...]:
    """Yes and no to «did I read this right?»."""
    say = c.catalogue.say
    yes = option(c, "yes", say("Yes, in danger"), "ya", "iya", "benar", "betul", "bahaya", "nggih", "aoq", "y")
    no = option(
        c, "no", say("No, go back"), "tidak", "bukan", "salah", "aman", "saya aman", "tiang aman", "kembali", "lanjut",
        "ndeq", "gak", "enggak", "nggak", "tdk", "ga",
    )  # fmt: skip
    return yes, no


def _card(card: Phrase, c: Context) -> str:
    from bot.conversation.speech import text

    return text(card, c)


def reading_times(c: Context) -> Phrase:
    """Bekal is no emergency service; when staff next read."""
    say = c.catalogue.say
    if c.staff.reads and c.staff.hours:
        return say("Bekal is no emergency service. Staff read: {hours}. Do not wait for them.", hours=c.staff.hours)
    return say("Bekal is no emergency service and nobody reads this chat now.")


@dataclass(frozen=True)
class FamilyCard(State):
    """A third person's danger: what to collect, whom to call from Indonesia, pay nobody."""

    NAME: ClassVar[str] = "family-card"
    level: str = "now"
    place: Saved | None = None
    fuzzy: bool = False  # as of the help card

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        there = numbers_for("now", c, limit=1, country="my")
        card = lines(
            c.library.notices["family-head"].text,
            say("*Call from Indonesia*") + "\n" + numbers_for("family", c, limit=3, country="id"),
            say("*The person there can call*") + "\n" + there,
        )
        short = say("Call these numbers now. Pay nobody who promises to find the person.")
        card = Phrase(card.id, short.sas, critical=True)
        ask = say("Did I read this right: is somebody in danger?") if self.fuzzy else None
        collect = critical(lines(ask, c.library.notices["family-collect"].text, reading_times(c)))
        return (Reply(_card(card, c), lane="danger"), reply(c, collect, self.choices(c), lane="danger"))

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        staff = (option(c, "staff", say("Tell the staff"), "petugas"),) if c.staff.alerts else ()
        if self.fuzzy:
            return (*misread(c), *staff)
        return (
            option(c, "me", say("I am in danger myself"), "saya", "saya sendiri"),
            *staff,
            option(c, "numbers", say("All help numbers"), "nomor"),
            option(c, "safe", say("Go back"), "aman", "kembali", "lanjut"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.menu import Numbers

        match key:
            case "yes":
                return arrive(replace(self, fuzzy=False), c)
            case "no":
                return arrive(restore(self.place, c), c, lead=c.catalogue.say("Good. Then let us go on."))
            case "me":
                return arrive(HelpCard(self.level, self.place), c)
            case "staff":
                return arrive(AlertSafe(self.level, "", self.place), c)
            case "numbers":
                return arrive(Numbers(place=self.place), c)
            case _:
                return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


# --- telling staff ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AlertSafe(State):
    """Before staff ever write: is that safe on this phone?"""

    NAME: ClassVar[str] = "alert-safe"
    level: str
    country: str = ""
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        from bot.conversation.handover import safe_choices

        return (
            reply(c, critical(c.catalogue.say("Is it safe if staff write to you on this phone?")), safe_choices(c)),
        )

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.handover import safe_choices

        return safe_choices(c)

    def choose(self, key: str, c: Context) -> Turn:
        safe = key == "safe"
        return Turn(self, (), (SetSafeToWrite(safe), RaiseAlert(self.level, self.country or None, safe)))

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        say = c.catalogue.say
        if isinstance(outcome, AlertImpossible):
            lead = critical(say("The staff could not be told: no staff line is set up. Please call the numbers now."))
            return arrive(HelpCard(self.level, self.place, country=self.country or "my"), c, lead=lead)
        if isinstance(outcome, AlertQueued):
            return arrive(AlertWaits(outcome.case, self.level, self.country, self.place), c)
        return None

    def back(self, c: Context) -> State:
        return HelpCard(self.level, self.place)


@dataclass(frozen=True)
class AlertWaits(State):
    """The alert is on its way; «told» is said only when it was sent."""

    NAME: ClassVar[str] = "alert-waits"
    case: str
    level: str
    country: str = ""
    place: Saved | None = None

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = lines(
            say(
                "A message to the staff is being sent, code *{case}*. You will hear here whether it arrived.",
                case=self.case,
            ),
            say("Do not wait for it: call now."),
            reading_times(c),
        )
        return (reply(c, critical(words), self.choices(c), lane="danger"),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "numbers", say("Show the numbers"), "nomor"),
            option(c, "safe", say("I am safe, go back"), "aman", "saya aman", "kembali", "lanjut"),
            *card_to_keep(c),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.departure import DeparturePack

        if key == "pack":
            return arrive(DeparturePack(self.place), c)
        if key == "numbers":
            return arrive(HelpCard(self.level, self.place, country=self.country), c)
        return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return HelpCard(self.level, self.place)


def alert_told(sent: bool, case: str, c: Context) -> Reply:
    """What the person hears once the alert was sent, or could not be."""
    say = c.catalogue.say
    words = (
        say("The staff have been told, code *{case}*. Keep calling the numbers until somebody answers.", case=case)
        if sent
        else say("The staff could NOT be told, code *{case}*. Please call the numbers now.", case=case)
    )
    return Reply(_card(critical(words), c), lane="danger")
