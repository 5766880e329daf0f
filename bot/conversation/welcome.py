"""Welcome, consent and who somebody is.

    > halo
    < Saya Bekal ... Gratis ... 1 Bahasa Indonesia 2 Sasak
    > 1
    < (menu)

Consent is asked when something must be remembered, never before: `gate` stands between a wish and what it needs.

A little long, since these states lead into one another: what is asked of a person is read here in one go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

from bot.conversation.places import restore
from bot.conversation.speech import (
    arrive,
    critical,
    in_language,
    lines,
    listen,
    option,
    played,
    reply,
    shown,
    with_contact,
)
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import (
    Choice,
    Context,
    Effect,
    Language,
    MarkLesson,
    Message,
    Reply,
    SetConsent,
    SetLanguage,
    SetProfile,
    Turn,
)
from bot.library.model import Phrase

CONSENT_VERSION = "2026-12"
ALSO = "also:"  # see Welcome.then
ROLES = ("prospective", "family", "abroad", "returned")
LOMBOK = ("mataram", "lombok-barat", "lombok-tengah", "lombok-timur", "lombok-utara")


def who_runs_it(c: Context) -> Phrase:
    """Who stands behind this deployment, as its settings say."""
    say = c.catalogue.say
    if c.operator.name is None:
        return say("This is a demonstration, not an official service.")
    return say("Run by {operator}.", operator=c.operator.name)


def languages(c: Context) -> tuple[Choice, ...]:
    indonesian = ("indonesia", "id", "bahasa", "bahasa indonesia", "indo")
    sasak = ("sasak", "sas", "bahasa sasak", "base sasak", "basa sasak", "lombok")
    return (Choice("id", "Bahasa Indonesia", indonesian), Choice("sas", "Sasak", sasak))


@dataclass(frozen=True)
class Welcome(State):
    """The one message of the first minute: who Bekal is, that it is free, what it never asks; the language."""

    NAME: ClassVar[str] = "welcome"
    SOUND: ClassVar[str] = "welcome"
    WAYS_OUT: ClassVar[tuple[str, ...]] = ("help",)  # nothing lies behind or beside the first message
    then: str = ""  # an event of a deep link: "event:<id>"; what else the first message asked: "also:<topic>,<topic>"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        hello = lines(
            say(
                "Assalamualaikum. I am *Bekal*, a chat machine for people who think of working abroad, and their "
                "families, in NTB. Free."
            )
            + " "
            + who_runs_it(c),
            say(
                "Bekal offers no work. It never asks for money, a photo of your KTP or passport, or an OTP code. Who "
                "asks for these in Bekal's name is a cheat."
            ),
            say("Choose a language:"),
        )
        # Nobody has chosen yet: the choices name both languages, the text is Indonesian.
        return (Reply(hello.id, self.choices(c), nav_of_first(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (*languages(c), *listen(self, c))

    def choose(self, key: str, c: Context) -> Turn:
        if key == "sound":
            media = c.library.media[self.SOUND]
            return Turn(self, (Reply(media.alt.id, self.choices(c), nav_of_first(c), sound=self.SOUND),))
        from bot.conversation.answers import Answer
        from bot.conversation.events import EventDetail
        from bot.conversation.menu import Menu

        language: Language = "sas" if key == "sas" else "id"
        after = in_language(c, language)
        state: State = Menu(new=True)
        if self.then.startswith("event:"):
            event = EventDetail(self.then.removeprefix("event:"))
            state = event if event.valid(after) else state
        elif self.then.startswith(ALSO):
            first, *rest = self.then.removeprefix(ALSO).split(",")
            answer = Answer(first, also=tuple(rest))
            state = answer if answer.valid(after) else state
        return arrive(state, after, SetLanguage(language))

    def back(self, c: Context) -> State:
        return self


def nav_of_first(c: Context) -> tuple[Choice, ...]:
    return (option(c, "help", c.catalogue.say("Help")),)


@dataclass(frozen=True)
class LanguageAsk(State):
    """Change the language and go on where one was."""

    NAME: ClassVar[str] = "language"
    place: Saved

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Choose a language:"), languages(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return languages(c)

    def choose(self, key: str, c: Context) -> Turn:
        return change_language("sas" if key == "sas" else "id", self.place, c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


def change_language(language: Language, place: Saved, c: Context) -> Turn:
    """Set the language and show the place again in it."""
    after = in_language(c, language)
    name = "Sasak" if language == "sas" else "Bahasa Indonesia"
    lead = c.catalogue.say("Language: {language}.", language=name)
    return arrive(restore(place, after), after, SetLanguage(language), lead=lead)


# --- consent ---------------------------------------------------------------------------------------------------------

REASONS = (
    "lessons", "register", "handover", "announcements", "profile", "role", "certificate", "reminder", "departure",
    "recovery", "papers",
)  # fmt: skip


def gate(then: State, reason: str, c: Context, finished: str = "") -> State:
    """The state itself, or the questions that come before anything may be kept. `finished`: a lesson to be remembered."""
    return then if c.contact.consent is True else AdultAsk(dump(then), reason, finished)


def yes_no(c: Context, yes: Phrase, no: Phrase) -> tuple[Choice, ...]:
    return (
        option(c, "yes", yes, "ya", "iya", "boleh", "setuju", "oke", "ok", "nggih", "aoq", "sudah", "uah", "y"),
        option(c, "no", no, "tidak", "jangan", "ndeq", "gak", "enggak", "nggak", "belum", "ndeqman", "tdk", "ga"),
    )


@dataclass(frozen=True)
class AdultAsk(State):
    """Before anything is kept: eighteen or older?"""

    NAME: ClassVar[str] = "adult"
    then: Saved
    reason: str
    finished: str = ""

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Before we go on: are you 18 years old or older?"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return yes_no(c, say("Yes, 18 or older"), say("Not yet 18"))

    def hear(self, message: Message, c: Context) -> Turn | None:
        """An age in years is an answer too: «25», «umur 17»."""
        ages = [int(word) for word in re.findall(r"\d+", message.text)]
        if len(ages) != 1 or not 5 <= ages[0] <= 99:
            return None
        return self.choose("yes" if ages[0] >= 18 else "no", c)

    def choose(self, key: str, c: Context) -> Turn:
        if key == "no":
            return arrive(ChildInfo(), c)
        return arrive(ConsentAsk(self.then, self.reason, self.finished), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return Menu()


@dataclass(frozen=True)
class ChildInfo(State):
    """Under 18: safety and the way for children. Nothing is stored."""

    NAME: ClassVar[str] = "child"

    def ask(self, c: Context) -> tuple[Reply, ...]:
        from bot.conversation.danger import numbers_for

        say = c.catalogue.say
        words = lines(
            say("Thank you for being honest. Bekal keeps nothing about you."),
            shown(c.library.notices["child"], c),
            say("Numbers for children:"),
        )
        return (reply(c, words + "\n" + numbers_for("child", c, limit=2, country="id"), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (
            option(c, "numbers", say("Other help numbers"), "nomor"),
            option(c, "ask", say("Ask something"), "tanya"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.menu import Numbers
        from bot.conversation.questions import AskQuestion

        return arrive(Numbers() if key == "numbers" else AskQuestion(), c)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return Menu()


@dataclass(frozen=True)
class ConsentAsk(State):
    """Consent in plain language, 300 characters, with details on request (UU PDP art. 20-24, fact F-343)."""

    NAME: ClassVar[str] = "consent"
    SOUND: ClassVar[str] = "consent"
    then: Saved
    reason: str
    finished: str = ""  # "module/lesson", remembered with the consent
    details: bool = False

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        if self.details:
            return (reply(c, critical(consent_details(c)), self.choices(c)),)
        why = {
            "lessons": say("May Bekal remember how far you have got with the lessons?"),
            "register": say("To register, Bekal must keep your name and village."),
            "handover": say("For staff to answer, Bekal must keep your question."),
            "announcements": say("To send you news of events, Bekal must remember you."),
            "profile": say("For more than one person on this phone, Bekal must remember who is who."),
            "role": say("To choose what fits you, Bekal must remember who you are."),
            "certificate": say("For a certificate, Bekal must keep it, with your name if you give one."),
            "reminder": say("To write to you first, Bekal must remember what you want to be told."),
            "departure": say("To prepare you in time, Bekal must keep the day of your departure."),
            "recovery": say("To go on from a new number, Bekal must remember you."),
            "papers": say("To remember which papers you have, Bekal must keep that list."),
        }[self.reason if self.reason in REASONS else "lessons"]
        what = say(
            "Kept under lock: your language, lessons, paper list, dates, seats and questions. Not for sale, not for agents or "
            "employers. "
            "Erase it any time: type DATA SAYA. Do you agree?"
        )
        return (reply(c, critical(lines(why, what)), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        more = () if self.details else (option(c, "details", say("Details"), "rincian", "detail", "selengkapnya"),)
        return (*yes_no(c, say("Yes, I agree"), say("No")), *more, *listen(self, c))

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.six_questions import check_first

        if key == "details":
            return arrive(replace(self, details=True), c)
        if key == "sound":
            return played(self, c)
        effect = SetConsent(key == "yes", CONSENT_VERSION)
        after = with_contact(c, consent=key == "yes")
        if key == "no":
            return self._refused(after, effect)
        effects: tuple[Effect, ...] = (effect,)
        if self.finished:
            module, _, lesson = self.finished.partition("/")
            effects = (effect, MarkLesson(module, lesson))
            after = with_contact(after, lessons=after.contact.lessons | {self.finished})
        then = dump(check_first(restore(self.then, after), after)) if self.reason == "lessons" else self.then
        state = restore(then, after) if c.contact.role is not None else RoleAsk(then)
        return arrive(state, after, *effects, lead=c.catalogue.say("Thank you."))

    def _refused(self, c: Context, effect: SetConsent) -> Turn:
        from bot.conversation.menu import Menu

        say = c.catalogue.say
        lead = say("All right, nothing is remembered. Lessons, answers and help stay open to you.")
        state = restore(self.then, c) if self.reason == "lessons" else Menu()
        return arrive(state, c, effect, lead=lead)

    def back(self, c: Context) -> State:
        from bot.conversation.menu import Menu

        return replace(self, details=False) if self.details else Menu()


def consent_details(c: Context) -> Phrase:
    """What the law wants told: what, why, how long, whose, and the rights (UU 27/2022 art. 21, facts F-342, F-344)."""
    say = c.catalogue.say
    contact = c.operator.contact or "-"
    return lines(
        say(
            "What: language, role, kabupaten, lessons, papers, departure day, reminders, certificate, seats (name, "
            "village), questions to staff. Why: lessons, events, answers."
        ),
        say(
            "How long: until you erase it. Erased texts are gone for good. Who sees it: only {operator}. Chats on "
            "Telegram and WhatsApp also pass through those companies.",
            operator=c.operator.name or say("whoever runs this demonstration"),
        ),
        say("Your right: see, correct, erase, take back consent. Contact: {contact}", contact=contact),
    )


# --- who somebody is -------------------------------------------------------------------------------------------------


def role_names(c: Context) -> dict[str, Phrase]:
    say = c.catalogue.say
    return {
        "prospective": say("I want to go abroad"),
        "family": say("Family of a worker"),
        "abroad": say("I am abroad now"),
        "returned": say("I have come home"),
    }


@dataclass(frozen=True)
class RoleAsk(State):
    NAME: ClassVar[str] = "role"
    then: Saved

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, c.catalogue.say("Who are you? This helps Bekal choose what fits."), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        also = {
            "prospective": ("calon pmi", "calon", "mau kerja", "mau berangkat"),
            "family": ("keluarga", "istri", "suami", "orang tua", "anak"),
            "abroad": ("di malaysia", "luar negeri", "di luar negeri"),
            "returned": ("pulang", "purna", "sudah pulang", "mantan pmi"),
        }
        named = tuple(option(c, key, name, *also[key]) for key, name in role_names(c).items())
        return (*named, skip(c))

    def choose(self, key: str, c: Context) -> Turn:
        effects = () if key == "skip" else (SetProfile(role=key),)
        after = c if key == "skip" else with_contact(c, role=key)
        if c.contact.kabupaten is None:
            return arrive(KabupatenAsk(self.then), after, *effects)
        return arrive(restore(self.then, after), after, *effects)

    def back(self, c: Context) -> State:
        return restore(self.then, c)


def skip(c: Context) -> Choice:
    return option(c, "skip", c.catalogue.say("Skip"), "lewati", "lewat", "lanjut", "skip")


@dataclass(frozen=True)
class KabupatenAsk(State):
    """The island first, so that a list never has more than ten entries; a name typed at once works too."""

    NAME: ClassVar[str] = "kabupaten"
    then: Saved
    island: str = ""  # "", lombok, sumbawa

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        words = say("Which kabupaten?") if self.island else say("Where in NTB do you live? You may skip this.")
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        if not self.island:
            return (Choice("lombok", "Lombok"), Choice("sumbawa-island", "Sumbawa"), skip(c))
        places = c.library.places.items()
        named = tuple(Choice(key, name) for key, name in places if (key in LOMBOK) == (self.island == "lombok"))
        return (*named, skip(c))

    def choose(self, key: str, c: Context) -> Turn:
        if not self.island and key in ("lombok", "sumbawa-island"):
            return arrive(KabupatenAsk(self.then, "lombok" if key == "lombok" else "sumbawa"), c)
        if key == "skip":
            return arrive(restore(self.then, c), c)
        after = with_contact(c, kabupaten=key)
        return arrive(restore(self.then, after), after, SetProfile(kabupaten=key))

    def hear(self, message: Message, c: Context) -> Turn | None:
        from bot.conversation.choosing import pick

        every = tuple(Choice(key, name) for key, name in c.library.places.items())
        chosen = pick(message.text, every)
        return KabupatenAsk(self.then, "any").choose(chosen.key, c) if chosen else None

    def back(self, c: Context) -> State:
        return KabupatenAsk(self.then) if self.island else restore(self.then, c)
