"""The certificate: for who has done all lessons and answered all quizzes well; and is a certificate genuine?

    > sertifikat
    < Mau memakai nama? ...   1 Tanpa nama
    > Siti Aminah
    < Di sertifikat: *Siti Aminah*. Sudah benar?
    > ya
    < (picture) *Sertifikat Anda*  Kode: BKL-7K3Q-…

    > bkl-7k3q-9xtd-…          (anybody, anywhere, also as the very first message)
    < Kode ini asli ...

It opens no door: it is free, nobody can leave with it, and it does not replace the official orientation (OPP).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from bot.conversation.places import restore
from bot.conversation.progress import MyProgress, finished
from bot.conversation.speech import arrive, lines, option, reply, short_day, shown, text
from bot.conversation.state import Saved, State, dump
from bot.conversation.types import (
    CertificateChecked,
    CertificateMade,
    Choice,
    Context,
    MakeCertificate,
    Message,
    Outcome,
    Print,
    Reply,
    Turn,
    VerifyCertificate,
)
from bot.conversation.welcome import gate, yes_no
from bot.library.model import Phrase

_NAME = re.compile(r"[^\W\d_][^\d_@#<>{}\[\]|\\/?!*]{1,59}")
_WHOLE = re.compile(r"\W*bkl([\W_]*)((?:[\W_]*[0-9a-z]{4}){4})\W*", re.IGNORECASE)
_BEGUN = re.compile(r"\W*bkl ?[-–—] ?([0-9a-z][0-9a-z –—-]{2,30})\W*", re.IGNORECASE)


def code_in(words: str) -> str | None:
    """The certificate code that a message is, in its own form; lower case, spaces and missing dashes are forgiven.

    «bkl» is also how people write «bakal»: without a figure, a dash or one run of letters it is no code. One that begins
    like a code but is cut short counts too: it is told to be unknown, rather than not understood.
    """
    whole = _WHOLE.fullmatch(words[:120])
    if whole is not None:
        groups = re.findall(r"[0-9a-z]{4}", whole[2], re.IGNORECASE)
        plain_words = whole[1].isspace() and not any(char.isdigit() for char in whole[2])
        if not plain_words:
            return "-".join(["BKL", *groups]).upper()
    begun = _BEGUN.fullmatch(words[:120])
    return "BKL-" + re.sub(r"[^0-9A-Z]+", "-", begun[1].upper()).strip("-") if begun is not None else None


def certificate_choice(c: Context) -> tuple[Choice, ...]:
    """Offered to who may have one, or has one."""
    say = c.catalogue.say
    if c.contact.certificate is not None:
        return (option(c, "certificate", say("See my certificate"), "sertifikat", "lihat sertifikat"),)
    if finished(c):
        return (option(c, "certificate", say("My certificate"), "sertifikat", "sertifikat saya"),)
    return ()


def may_have(c: Context) -> bool:
    return c.contact.consent is True and (c.contact.certificate is not None or finished(c))


def to_certificate(c: Context) -> State:
    """Where «my certificate» leads: the one that is there, the question for the name, or what is still needed."""
    if c.contact.certificate is not None:
        return MyCertificate(c.contact.certificate)
    return gate(CertificateName(), "certificate", c) if finished(c) else MyProgress()


@dataclass(frozen=True)
class CertificateName(State):
    """Shall a name stand on it? Only if wanted: the certificate is as good without. A name given later replaces it."""

    NAME: ClassVar[str] = "certificate-name"
    TAKES_WORDS: ClassVar[bool] = True
    EXAMPLES: ClassVar[tuple[str, ...]] = ("Siti Aminah",)

    def valid(self, c: Context) -> bool:
        return may_have(c)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        done = None
        if c.contact.certificate is None:
            done = say("You have done all lessons and quizzes. Well done!")
        words = lines(
            done,
            say("Shall your name stand on the certificate? Write it just as it should stand. You need not give one."),
            say("Who checks the code then sees the name and the day."),
        )
        return (reply(c, words, self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (without_name(c),)

    def choose(self, key: str, c: Context) -> Turn:
        return make(self, None, c)

    def hear(self, message: Message, c: Context) -> Turn | None:
        name = " ".join(message.text.split())
        if message.kind != "text" or not _NAME.fullmatch(name):
            return None
        return arrive(CertificateCheck(name), c)

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        return made(outcome, c)

    def back(self, c: Context) -> State:
        return MyProgress()


@dataclass(frozen=True)
class CertificateCheck(State):
    """The name as it will stand."""

    NAME: ClassVar[str] = "certificate-check"
    name: str

    def valid(self, c: Context) -> bool:
        return may_have(c)

    def ask(self, c: Context) -> tuple[Reply, ...]:
        say = c.catalogue.say
        return (reply(c, say("On the certificate: *{name}*. Is it right?", name=self.name), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        say = c.catalogue.say
        return (*yes_no(c, say("Yes, right"), say("Change")), without_name(c))

    def choose(self, key: str, c: Context) -> Turn:
        if key == "no":
            return arrive(CertificateName(), c)
        return make(self, self.name if key == "yes" else None, c)

    def outcome(self, outcome: Outcome, c: Context) -> Turn | None:
        return made(outcome, c)

    def back(self, c: Context) -> State:
        return CertificateName()


def without_name(c: Context) -> Choice:
    """A name that was given once can be replaced, not taken off."""
    say = c.catalogue.say
    words = say("Without a name") if c.contact.certificate is None else say("Leave it as it is")
    return option(c, "none", words, "tanpa nama", "tidak", "lewati", "biarkan")


def make(here: State, name: str | None, c: Context) -> Turn:
    """Ask for it, if it is earned or was (content may have grown in the meantime)."""
    if name is None and c.contact.certificate is not None:
        return arrive(MyCertificate(c.contact.certificate), c)  # what stands on it stays
    if not may_have(c):
        return arrive(MyProgress(), c)
    return Turn(here, (), (MakeCertificate(name),))


def made(outcome: Outcome, c: Context) -> Turn | None:
    """The picture comes once by itself; later it is one tap away."""
    if not isinstance(outcome, CertificateMade):
        return None
    state = MyCertificate(outcome.code)
    return Turn(state, (state.with_picture(c),))


@dataclass(frozen=True)
class MyCertificate(State):
    NAME: ClassVar[str] = "certificate"
    EXAMPLES: ClassVar[tuple[str, ...]] = ("BKL-7K3Q-9XTD-2M4R-0001", "BKL-7K3Q-9XTD-2M4R-9999")
    code: str

    def _words(self, c: Context) -> Phrase:
        say = c.catalogue.say
        return lines(
            say("*Your certificate*") + "\n" + say("Code: *{code}*", code=self.code),
            say("Anybody can send this code to Bekal to check that it is genuine."),
            shown(c.library.notices["certificate"], c),
        )

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, self._words(c), self.choices(c)),)

    def with_picture(self, c: Context) -> Reply:
        return reply(c, self._words(c), self.choices(c), print=Print("certificate", c.language, self.code))

    def choices(self, c: Context) -> tuple[Choice, ...]:
        from bot.conversation.six_questions import check_choice, month_choice

        say = c.catalogue.say
        return (
            option(c, "picture", say("Picture"), "gambar", "foto", "gitaq"),
            option(c, "pdf", say("PDF, to print"), "cetak", "pdf"),
            option(c, "name", say("Name on it"), "nama", "ganti nama", "ubah nama"),
            *check_choice(c),
            *month_choice(c),
            option(c, "pack", say("Departure pack"), "bekal saya", "bekal perjalanan"),
        )

    def choose(self, key: str, c: Context) -> Turn:
        from bot.conversation.departure import DeparturePack
        from bot.conversation.reminders import remind
        from bot.conversation.six_questions import to_check

        match key:
            case "picture":
                return Turn(self, (self.with_picture(c),))
            case "pdf":
                words = c.catalogue.say("The certificate as a PDF, to print.")
                sheet = Print("certificate-print", c.language, self.code)
                return Turn(self, (reply(c, words, self.choices(c), print=sheet),))
            case "name":
                return arrive(CertificateName(), c)
            case "check":
                return arrive(to_check(self, c), c)
            case "month":
                return remind("check", None, dump(self), c)
            case _:
                return arrive(DeparturePack(), c)

    def back(self, c: Context) -> State:
        return MyProgress()


# --- is it genuine? --------------------------------------------------------------------------------------------------


def verify(state: State, message: Message) -> Turn | None:
    """The step of the order: whoever sends a code is told what it is worth; the state stays."""
    code = code_in(message.text)
    return Turn(state, (), (VerifyCertificate(code),)) if code is not None else None


def verified(state: State, outcome: CertificateChecked, c: Context) -> Turn:
    """What came of it. To who has never written before: the answer first, then the welcome."""
    from bot.conversation.menu import standing
    from bot.conversation.welcome import Welcome

    found = CertificateVerified(
        outcome.genuine, outcome.name or "", outcome.issued.isoformat() if outcome.issued else "", standing(state)
    )
    if isinstance(state, Welcome):
        return Turn(state, (Reply(text(found.words(c), c)), *state.ask(c)))
    return arrive(found, c)


@dataclass(frozen=True)
class CertificateVerified(State):
    """`issued`: the day, as YYYY-MM-DD."""

    NAME: ClassVar[str] = "verified"
    genuine: bool
    name: str = ""
    issued: str = ""
    place: Saved | None = None

    def words(self, c: Context) -> Phrase:
        say = c.catalogue.say
        if not self.genuine:
            return lines(
                say("We do not know this code. Compare each letter and figure."),
                say("Either Bekal never gave it out, or its owner had it erased. Do not rely on it."),
            )
        whom = say("Name: *{name}*", name=self.name) if self.name else say("It was given without a name.")
        day = None
        if self.issued:
            day = say("Given on {day}.", day=short_day(date.fromisoformat(self.issued)))
        return lines(
            lines(say("*This code is genuine.*"), day, whom, gap="\n"),
            say("Its owner has done all lessons and quizzes of Bekal."),
            shown(c.library.notices["certificate"], c),
        )

    def ask(self, c: Context) -> tuple[Reply, ...]:
        return (reply(c, self.words(c), self.choices(c)),)

    def choices(self, c: Context) -> tuple[Choice, ...]:
        return (option(c, "go-on", c.catalogue.say("Go on where I was"), "lanjut", "terus"),)

    def choose(self, key: str, c: Context) -> Turn:
        return arrive(restore(self.place, c), c)

    def back(self, c: Context) -> State:
        return restore(self.place, c)


__all__ = [
    "CertificateCheck",
    "CertificateName",
    "CertificateVerified",
    "MyCertificate",
    "certificate_choice",
    "code_in",
    "to_certificate",
    "verified",
    "verify",
]
