"""What goes in and out of a turn: plain, frozen data; no channel, database or clock.

    Message ──▶ take_turn(state, message, context) ──▶ Turn(state, replies, effects)

An effect whose outcome matters is a `Request`: the runner carries it out and feeds the `Outcome` back as the next message
of the same turn, inside the same transaction.

One file, although a long one: these are the words that conversation, store, workers and channels share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from bot.conversation.speech import Catalogue
    from bot.conversation.state import State
    from bot.library.model import Library
    from bot.understanding import Understanding

Language = Literal["id", "sas"]
Drafts = Literal["show", "beside", "hide"]
MessageKind = Literal[
    "text", "choice", "voice", "photo", "video", "sticker", "location", "contact", "document", "other", "outcome"
]

MAX_CHARS = 500  # of one message, in each language
MAX_REPLIES = 2  # messages in a row
MAX_CHOICES = 10  # WhatsApp's list picker; Telegram and web chat take more
MAX_LABEL = 24  # characters of a button


# --- what goes out ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """One thing a person can choose. `also` are further words that mean it (any language), used for matching only."""

    key: str
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A small file made for one person, such as an export. `text` is its whole content."""

    name: str
    text: str
    mime: str = "text/plain"


PrintKind = Literal[
    "pocket-card",  # PNG for the gallery: numbers, rights, what to do if papers are taken
    "pocket-print",  # the same as a sheet of A7 cards to print (PDF)
    "phone-book",  # vCard with the confirmed numbers
    "arrival",  # PNG: airport and first day
    "certificate",  # PNG
    "certificate-print",  # PDF
]


@dataclass(frozen=True)
class Print:
    """A file that is drawn when it is sent. `code` names a certificate; `plain`: neutral names in the phone book.

    The channel asks for its bytes (bot/prints); on WhatsApp and in the web chat it is fetched by a link that ends.
    """

    kind: PrintKind
    language: Language
    code: str = ""
    plain: bool = False


@dataclass(frozen=True)
class Reply:
    """One message to the person. `*bold*` is the only markup. `nav` are the ever-present ways out: back, menu, help."""

    text: str
    choices: tuple[Choice, ...] = ()
    nav: tuple[Choice, ...] = ()
    sound: str | None = None
    picture: str | None = None
    document: Document | None = None
    print: Print | None = None
    lane: Literal["danger", "reply"] = "reply"


# --- what comes in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Message:
    """One inbound message, whatever channel it came by.

    A tapped button has kind `choice`, the key in `choice` and, in `stamp`, the step of the conversation at which the
    button was sent. `campaign` is the word of a deep link (`/start village-talk`).
    """

    kind: MessageKind
    text: str = ""
    choice: str | None = None
    stamp: int | None = None
    campaign: str | None = None
    media: str | None = None  # the provider's reference of a voice note or picture
    outcome: Outcome | None = None


# --- effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Effect:
    """Something the runner does in the turn's own transaction."""


@dataclass(frozen=True)
class Request(Effect):
    """An effect whose outcome comes back as the next message of the same turn. Such a turn has no replies of its own."""


@dataclass(frozen=True)
class SetLanguage(Effect):
    language: Language


@dataclass(frozen=True)
class SetConsent(Effect):
    """The answer to the consent question, with the version of the text that was shown (proof of consent)."""

    given: bool
    version: str


@dataclass(frozen=True)
class SetProfile(Effect):
    """Role (`prospective`, `family`, `abroad`, `returned`) or kabupaten key; only what is not None is set."""

    role: str | None = None
    kabupaten: str | None = None


@dataclass(frozen=True)
class MarkLesson(Effect):
    module: str
    lesson: str


@dataclass(frozen=True)
class RecordQuiz(Effect):
    module: str
    right: int
    total: int


CheckMoment = Literal["before", "after", "month"]


@dataclass(frozen=True)
class RecordCheck(Effect):
    """The six questions before and after learning, and a month later. The first answer of a moment counts.

    `asked`: question key and whether the answer was right; kept so that staff can see what was learned.
    """

    moment: CheckMoment
    right: int
    total: int
    asked: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class SetDeparture(Effect):
    """The day of leaving, as far as it is known; None: not known any more. What hangs on it is planned anew."""

    on: date | None


@dataclass(frozen=True)
class SetPaper(Effect):
    """How far one paper is. `due`: a day the person named for it (an appointment, an expiry)."""

    paper: str
    state: Literal["missing", "asked", "have"]
    due: date | None = None


RemindKind = Literal["papers", "lesson", "departure", "check"]


@dataclass(frozen=True)
class SetReminder(Effect):
    """The person wants to be reminded, or no more. `every` only for `lesson`. Never in quiet hours; a neutral line first.

    papers: counted back from the departure date by the days in content/tools/papers.yaml. departure: days -7 and -1.
    lesson: one lesson a day or a week, released by a tap. check: the six questions a month after the certificate.
    """

    kind: RemindKind
    on: bool
    every: Literal["day", "week"] | None = None


@dataclass(frozen=True)
class SetAnnouncements(Effect):
    """Stop or start announcements on this address; `everywhere` for all addresses of the contact."""

    on: bool
    everywhere: bool = False


@dataclass(frozen=True)
class SetSafeToWrite(Effect):
    """May staff write first on this phone? Gates every push."""

    safe: bool


@dataclass(frozen=True)
class RecordFeedback(Effect):
    topic: str
    helped: bool


@dataclass(frozen=True)
class RecordMiss(Effect):
    """A question nobody could answer: only its normalised words are counted, not who asked."""

    words: str


@dataclass(frozen=True)
class ReportSasak(Effect):
    """«Bukan begitu bahasanya»: the Sasak shown in this place sounded wrong."""

    place: str
    note: str = ""


@dataclass(frozen=True)
class CountCampaign(Effect):
    """Somebody came by the link of this campaign; counted, without who."""

    campaign: str


@dataclass(frozen=True)
class WipeScreen(Effect):
    """TUTUP: delete from the channel what it allows (Telegram); best effort."""


@dataclass(frozen=True)
class HandOver(Request):
    """A question for a person. Outcome: HandedOver."""

    question: str
    safe_to_write: bool
    media: str | None = None  # a voice note, fetched and kept encrypted for 7 days
    topic: str = ""  # the FAQ topic it was taken for; "" for none


@dataclass(frozen=True)
class RaiseAlert(Request):
    """Tell staff that somebody is in danger. Carries no name, number or text. Outcome: AlertQueued or AlertImpossible."""

    level: str
    country: str | None
    safe_to_write: bool


@dataclass(frozen=True)
class TakeSeat(Request):
    """Outcome: SeatTaken or SeatRefused. `other` when registering somebody who has no phone."""

    event: str
    name: str
    village: str
    other: bool = False


@dataclass(frozen=True)
class CancelSeat(Request):
    """Outcome: SeatCancelled."""

    registration: str


@dataclass(frozen=True)
class ExportData(Request):
    """Outcome: Exported."""


@dataclass(frozen=True)
class EraseMe(Request):
    """Outcome: Erased. Everything of the contact goes, the key first."""


@dataclass(frozen=True)
class AddProfile(Request):
    """A further person on this phone. Outcome: ProfileSwitched."""

    nickname: str
    pin: str | None = None


@dataclass(frozen=True)
class SwitchProfile(Request):
    """Outcome: ProfileSwitched or WrongPin."""

    profile: str
    pin: str | None = None


@dataclass(frozen=True)
class CheckPin(Request):
    """Does the active contact's PIN match? Outcome: PinRight or WrongPin."""

    pin: str


@dataclass(frozen=True)
class SearchListed(Request):
    """Look a name, licence or job-order number up in the lists that staff imported. Outcome: ListedFound."""

    words: str


@dataclass(frozen=True)
class MakeCertificate(Request):
    """All modules and quizzes are done. `name` only if given for it. Outcome: CertificateMade."""

    name: str | None


@dataclass(frozen=True)
class VerifyCertificate(Request):
    """Is this code genuine? Outcome: CertificateChecked."""

    code: str


@dataclass(frozen=True)
class MakeRecoveryCode(Request):
    """A code to go on from a new number. A new one ends the old. Outcome: RecoveryCode."""


@dataclass(frozen=True)
class UseRecoveryCode(Request):
    """Go on here as the contact who made the code. Outcome: ProfileSwitched, or RecoveryRefused."""

    code: str
    pin: str | None = None


# --- outcomes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of a request."""


@dataclass(frozen=True)
class HandedOver(Outcome):
    number: str  # short reference, "P-0042"
    staffed: bool  # False: nobody reads it; the offices' numbers are shown instead and nothing was kept


@dataclass(frozen=True)
class AlertQueued(Outcome):
    """The alert waits to be sent; the person hears «told» only after it was."""

    case: str


@dataclass(frozen=True)
class AlertImpossible(Outcome):
    """No staff channel is set up."""


@dataclass(frozen=True)
class SeatTaken(Outcome):
    registration: str
    code: str  # four digits
    waiting: bool
    position: int = 0  # in the waiting list, from 1
    approval: bool = False  # waits for staff's approval (public web chat)


@dataclass(frozen=True)
class SeatRefused(Outcome):
    reason: Literal["closed", "already", "unknown", "off"]


@dataclass(frozen=True)
class SeatCancelled(Outcome):
    done: bool


@dataclass(frozen=True)
class Exported(Outcome):
    document: Document


@dataclass(frozen=True)
class Erased(Outcome):
    pass


@dataclass(frozen=True)
class ProfileSwitched(Outcome):
    nickname: str
    new: bool


@dataclass(frozen=True)
class PinRight(Outcome):
    pass


@dataclass(frozen=True)
class WrongPin(Outcome):
    tries_left: int


@dataclass(frozen=True)
class Listed:
    """One line of a list. `until`: how long the licence or the order runs, where the list says so."""

    kind: Literal["p3mi", "job-order"]
    name: str
    number: str = ""  # licence or order number
    place: str = ""
    until: date | None = None
    note: str = ""


@dataclass(frozen=True)
class ListedFound(Outcome):
    """`exact`: the words name exactly these; else they are only similar. `lists`: (kind, source, date) of what was searched;
    empty: staff have imported no list."""

    words: str
    rows: tuple[Listed, ...]
    exact: bool
    lists: tuple[tuple[str, str, date], ...]


@dataclass(frozen=True)
class CertificateMade(Outcome):
    code: str  # "BKL-7K3Q-9XTD-…", signed: it can neither be guessed nor forged


@dataclass(frozen=True)
class CertificateChecked(Outcome):
    """`genuine` False: we never gave it out, or its owner had it erased. No more is said then."""

    genuine: bool
    name: str | None = None
    issued: date | None = None


@dataclass(frozen=True)
class RecoveryCode(Outcome):
    code: str
    until: date


@dataclass(frozen=True)
class RecoveryRefused(Outcome):
    """unknown: no such code, or it ran out. pin: it needs the contact's PIN, or the PIN was wrong. wait: too many tries."""

    reason: Literal["unknown", "pin", "wait"]


# --- what a turn may know --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Registration:
    """One seat. `name` is shown only to the contact who registered."""

    id: str
    event: str
    title: str
    starts: datetime
    place: str
    name: str
    code: str
    waiting: bool
    approval: bool = False
    other: bool = False


@dataclass(frozen=True)
class Event:
    """An upcoming event as people see it. `seats_left` 0 means a waiting list."""

    id: str
    kind: Literal["session", "contest", "talk"]
    title: Mapping[str, str]  # by language
    about: Mapping[str, str]
    starts: datetime
    place: str
    seats_left: int | None  # None: no limit
    deadline: datetime | None = None


@dataclass(frozen=True)
class Profile:
    """A contact on the same phone."""

    id: str
    nickname: str
    has_pin: bool
    active: bool


@dataclass(frozen=True)
class Paper:
    """How far one paper of the checklist is."""

    state: Literal["missing", "asked", "have"]
    due: date | None = None


@dataclass(frozen=True)
class Contact:
    """What is known of the person who is writing. Before consent: language only."""

    language: Language | None = None
    consent: bool | None = None
    role: str | None = None
    kabupaten: str | None = None
    lessons: frozenset[str] = frozenset()  # "module/lesson" finished
    quizzes: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # module -> best (right, total)
    announcements: bool = True
    safe_to_write: bool | None = None
    has_pin: bool = False
    profiles: tuple[Profile, ...] = ()
    registrations: tuple[Registration, ...] = ()
    answers: tuple[tuple[str, str | None], ...] = ()  # questions handed over: (number, staff's answer or None)
    away_days: int = 0  # since the last message
    departure: date | None = None
    papers: Mapping[str, Paper] = field(default_factory=dict)  # by key of content/tools/papers.yaml
    reminders: frozenset[str] = frozenset()  # RemindKind: what the person wants to be reminded of
    lesson_every: Literal["day", "week"] | None = None
    checks: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # CheckMoment -> (right, total)
    certificate: str | None = None  # its code, once made


@dataclass(frozen=True)
class Operator:
    """Who runs this deployment; both None: a demonstration, not an official service."""

    name: str | None = None
    contact: str | None = None


@dataclass(frozen=True)
class Staff:
    """`reads`: somebody answers questions. `alerts`: a staff channel for alerts is set up."""

    reads: bool = False
    alerts: bool = False
    hours: str | None = None  # "Senin-Jumat 08.00-16.00 WITA"


@dataclass(frozen=True)
class Context:
    """Everything a turn may look at, gathered by the runner beforehand."""

    now: datetime  # aware, UTC
    contact: Contact
    library: Library
    understanding: Understanding
    catalogue: Catalogue
    events: tuple[Event, ...] = ()
    channel: str = "webchat"
    drafts: Drafts = "show"
    operator: Operator = Operator()
    staff: Staff = Staff()
    seats: Literal["off", "approve", "on"] = "on"
    step: int = 0
    bookmark: dict[str, Any] | None = None  # saved place in a lesson, to go on from the menu

    @property
    def language(self) -> Language:
        return self.contact.language or "id"


@dataclass(frozen=True)
class Turn:
    """What one inbound message causes. A turn without replies must hold a Request."""

    state: State
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    bookmark: dict[str, Any] | None = None  # set by take_turn
