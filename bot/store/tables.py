"""Every table. People's words, names and numbers are ciphertext (`bytes`), opened by keys that can be thrown away.

Ids are random 22-character strings (`new_id`), except inbox, outbox and questions, whose integers also give the order.
Times are aware UTC. `contact_id` or `address_id` stands in every row that belongs to a person: erasure and its test
find the rows by these columns.

One file, although a long one: the schema is read, and migrated, as a whole.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Constraints have names by rule, so that a migration can name what it changes.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite only counts up by itself in a column declared INTEGER.
BIG = BigInteger().with_variant(Integer, "sqlite")
# Without this SQLite gives the number of the last row again once that row is deleted (erasure, pruning): a new message
# would have the idempotency keys of the old one, and its answers would pass for repetitions and not be sent.
NEVER_AGAIN = {"sqlite_autoincrement": True}


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, in and out, on both engines: SQLite keeps no zone and would hand back a naive one.

    A naive value is refused (ValueError): nobody could tell which hour it means.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored: use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _at(nullable: bool = True, **more: object) -> Column[datetime]:
    return Column(Moment(), nullable=nullable, **more)  # type: ignore[arg-type]


class Contact(SQLModel, table=True):
    """A person (profile). Before consent only language and address are kept."""

    id: str = Field(primary_key=True, max_length=22)
    language: str | None = Field(default=None, max_length=3)
    consent: bool | None = None
    consent_version: str | None = Field(default=None, max_length=20)
    consent_at: datetime | None = Field(default=None, sa_column=_at())
    role: str | None = Field(default=None, max_length=20)
    kabupaten: str | None = Field(default=None, max_length=20)
    nickname: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    pin_hash: str | None = Field(default=None, max_length=200)
    pin_tries: int = 0  # wrong ones since the last right one
    pin_locked_until: datetime | None = Field(default=None, sa_column=_at())  # after five wrong ones
    safe_to_write: bool | None = None
    departure_on: date | None = None
    lesson_every: str | None = Field(default=None, max_length=5)  # day, week
    created_at: datetime = Field(sa_column=_at(False))
    seen_at: datetime = Field(sa_column=_at(False, index=True))


class ContactKey(SQLModel, table=True):
    """The contact's data key, wrapped by SECRET_KEY. Without this row no ciphertext of the contact can be read."""

    __tablename__ = "contact_key"
    contact_id: str = Field(primary_key=True, max_length=22)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Address(SQLModel, table=True):
    """One account on one channel. `lookup` is a keyed hash of channel and account; the account itself is ciphertext.

    Locks and order belong to the address: a turn holds this row, never another person's.
    """

    __table_args__ = (UniqueConstraint("sender", "lookup"),)
    id: str = Field(primary_key=True, max_length=22)
    channel: str = Field(max_length=20, index=True)  # telegram, whatsapp, webchat, terminal
    sender: str = Field(max_length=80)  # our bot or number: "telegram:<bot id>", "whatsapp:<hash>", "webchat"
    lookup: str = Field(max_length=64)
    account: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # under SECRET_KEY, not a contact's key
    contact_id: str = Field(max_length=22, index=True)  # the active contact
    stopped_at: datetime | None = Field(default=None, sa_column=_at())  # announcements
    unreachable: str | None = Field(default=None, max_length=40)  # blocked, no-such-chat, …; an inbound clears it
    inbound_at: datetime | None = Field(default=None, sa_column=_at())  # WhatsApp's 24-hour window
    next_send_at: datetime | None = Field(default=None, sa_column=_at())  # pace and 429
    claim: str | None = Field(default=None, max_length=40)  # who plays this address now
    claim_until: datetime | None = Field(default=None, sa_column=_at())
    due_at: datetime | None = Field(default=None, sa_column=_at(index=True))  # when to look at its inbox
    last_seq: int = 0  # of the outbox rows of a pulled channel
    created_at: datetime = Field(sa_column=_at(False))


class AddressContact(SQLModel, table=True):
    """Which contacts (profiles) an address serves."""

    __tablename__ = "address_contact"
    address_id: str = Field(primary_key=True, max_length=22)
    contact_id: str = Field(primary_key=True, max_length=22, index=True)
    created_at: datetime = Field(sa_column=_at(False))


class Conversation(SQLModel, table=True):
    """The state kept per contact and address. `state` is JSON under the contact's key; `step` stamps the buttons."""

    contact_id: str = Field(primary_key=True, max_length=22)
    address_id: str = Field(primary_key=True, max_length=22, index=True)
    state: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    step: int = 0
    updated_at: datetime = Field(sa_column=_at(False))


class Progress(SQLModel, table=True):
    contact_id: str = Field(primary_key=True, max_length=22)
    lesson: str = Field(primary_key=True, max_length=80)  # "module/lesson"
    done_at: datetime = Field(sa_column=_at(False))


class QuizResult(SQLModel, table=True):
    __tablename__ = "quiz_result"
    contact_id: str = Field(primary_key=True, max_length=22)
    module: str = Field(primary_key=True, max_length=40)
    right: int
    total: int
    done_at: datetime = Field(sa_column=_at(False))


class Paper(SQLModel, table=True):
    """How far one paper of the checklist is."""

    contact_id: str = Field(primary_key=True, max_length=22)
    paper: str = Field(primary_key=True, max_length=40)
    state: str = Field(max_length=10)  # missing, asked, have
    due_on: date | None = None  # a day the person named for it
    updated_at: datetime = Field(sa_column=_at(False))


class Reminder(SQLModel, table=True):
    """What somebody asked to be reminded of. The worker looks at the row at `next_at` (None: nothing to wait for), tells
    what fell due after `after_at`, and moves both on in the transaction that puts the push out: each due time once."""

    contact_id: str = Field(primary_key=True, max_length=22)
    kind: str = Field(primary_key=True, max_length=10)  # papers, lesson, departure, check
    address_id: str = Field(max_length=22, index=True)  # where it was asked for, and is told
    since: datetime = Field(sa_column=_at(False))
    after_at: datetime = Field(sa_column=_at(False))
    next_at: datetime | None = Field(default=None, sa_column=_at(index=True))
    outbox_id: int | None = Field(
        default=None, sa_column=Column(BIG)
    )  # the push put out last: to take back, to put off


class CheckResult(SQLModel, table=True):
    """The six questions, before and after learning and a month later. The first answer of a moment stands."""

    __tablename__ = "check_result"
    contact_id: str = Field(primary_key=True, max_length=22)
    moment: str = Field(primary_key=True, max_length=10)  # before, after, month
    right: int
    total: int
    asked: list[list[Any]] = Field(sa_column=Column(JSON, nullable=False))  # [question key, right]
    done_at: datetime = Field(sa_column=_at(False))


class Certificate(SQLModel, table=True):
    """One a contact. Found again by a keyed hash of its code; code and name are ciphertext under the contact's key, so
    that after an erasure nobody can say whose it was."""

    lookup: str = Field(primary_key=True, max_length=64)
    contact_id: str = Field(max_length=22, unique=True)
    code: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    name: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    language: str = Field(max_length=3)
    issued_on: date


class Recovery(SQLModel, table=True):
    """The living recovery code of a contact, as a keyed hash only."""

    contact_id: str = Field(primary_key=True, max_length=22)
    lookup: str = Field(max_length=64, unique=True)
    until: date
    created_at: datetime = Field(sa_column=_at(False))


class RecoveryTry(SQLModel, table=True):
    """Wrong recovery codes in a row from one address."""

    __tablename__ = "recovery_try"
    address_id: str = Field(primary_key=True, max_length=22)
    wrong: int = 0
    wait_until: datetime | None = Field(default=None, sa_column=_at())
    tried_at: datetime = Field(sa_column=_at(False, index=True))


class ListingImport(SQLModel, table=True):
    """A list that staff brought in; at most one of each kind."""

    __tablename__ = "listing_import"
    id: str = Field(primary_key=True, max_length=22)
    kind: str = Field(max_length=10, unique=True)  # p3mi, job-order
    source: str = Field(max_length=120)
    as_of: date
    rows: int
    imported_at: datetime = Field(sa_column=_at(False))


class Listing(SQLModel, table=True):
    """One line of a list. `plain` is the name as it is compared."""

    __table_args__ = (NEVER_AGAIN,)
    id: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    import_id: str = Field(max_length=22, index=True)
    name: str = Field(max_length=120)
    plain: str = Field(max_length=120)
    number: str = Field(default="", max_length=60)  # licence or order number
    place: str = Field(default="", max_length=120)
    until: date | None = None
    note: str = Field(default="", max_length=200)


INBOX_STATUSES = ("pending", "done", "parked")


class Inbox(SQLModel, table=True):
    """What came in, played once, in order per address. The body goes (None) once it is answered."""

    __table_args__ = (Index("ix_inbox_pending", "status", "address_id", "id"), NEVER_AGAIN)
    id: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    address_id: str = Field(max_length=22)
    contact_id: str = Field(max_length=22, index=True)
    provider_message: str | None = Field(default=None, max_length=80)  # Telegram message id, for TUTUP
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    status: str = Field(default="pending", max_length=10)  # pending, done, parked
    attempts: int = 0
    error: str | None = Field(default=None, max_length=200)  # kind and place of the fault, never a person's words
    received_at: datetime = Field(sa_column=_at(False))
    not_before: datetime | None = Field(default=None, sa_column=_at())
    done_at: datetime | None = Field(default=None, sa_column=_at(index=True))


class Seen(SQLModel, table=True):
    """Provider ids already taken in (Telegram 3 days, Twilio 30 days)."""

    sender: str = Field(primary_key=True, max_length=80)
    provider_id: str = Field(primary_key=True, max_length=80)
    until: datetime = Field(sa_column=_at(False, index=True))


class Outbox(SQLModel, table=True):
    """Everything that leaves. `lane`: 0 danger, 1 replies, 2 pushes. Order is kept per address within a lane."""

    __table_args__ = (
        # `id` follows at once, so that the rows come in the order of sending without sorting a whole broadcast;
        # `status` comes first, so that the few open rows are counted without reading the many ended ones.
        Index("ix_outbox_claim", "status", "sender", "lane", "id"),
        Index("ix_outbox_order", "address_id", "lane", "status", "id"),
        Index("ix_outbox_pull", "address_id", "seq"),
        Index("ix_outbox_sent", "sent_at"),  # whom something went to within the last second
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    sender: str = Field(max_length=80)
    address_id: str = Field(max_length=22)
    contact_id: str | None = Field(default=None, max_length=22, index=True)  # None: to staff
    lane: int = 1
    kind: str = Field(default="message", max_length=20)  # message, delete, alert
    seq: int | None = None  # pulled channels: per address, from 1; 0 until it is first pulled; None: not pulled
    key: str = Field(max_length=64, unique=True)  # keyed hash of the idempotency key
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # JSON; blanked after delivery
    status: str = Field(default="queued", max_length=10)
    # queued, sending, sent, delivered, read, unknown, failed, cancelled
    why: str | None = Field(default=None, max_length=80)
    attempts: int = 0
    resends: int = 0  # sent again although the first may have arrived
    part: int = 0  # how many provider messages of this row are known to be accepted (long texts are split)
    not_before: datetime = Field(sa_column=_at(False))
    lease_until: datetime | None = Field(default=None, sa_column=_at())
    epoch: int | None = None  # of the sender's lease at the claim
    provider_ids: str | None = Field(default=None, max_length=2000)  # "SM1=d,SM2": see fates.parts
    broadcast_id: str | None = Field(default=None, max_length=22, index=True)
    created_at: datetime = Field(sa_column=_at(False))
    sent_at: datetime | None = Field(default=None, sa_column=_at())
    ended_at: datetime | None = Field(default=None, sa_column=_at(index=True))


class Idempotency(SQLModel, table=True):
    """Keys of outbox rows outlive the rows, as keyed hashes: planning again after a crash stays safe."""

    key: str = Field(primary_key=True, max_length=64)
    created_at: datetime = Field(sa_column=_at(False, index=True))


class SenderLease(SQLModel, table=True):
    """One active sender loop per bot or number. A claim must name the current epoch."""

    __tablename__ = "sender_lease"
    sender: str = Field(primary_key=True, max_length=80)
    holder: str | None = Field(default=None, max_length=40)
    epoch: int = 0
    until: datetime | None = Field(default=None, sa_column=_at())
    paused_until: datetime | None = Field(default=None, sa_column=_at())
    halted: str | None = Field(default=None, max_length=80)  # stop-the-line error, until a person clears it
    swept_at: datetime | None = Field(default=None, sa_column=_at())  # Twilio: inbound messages listed up to here


class Event(SQLModel, table=True):
    id: str = Field(primary_key=True, max_length=22)
    kind: str = Field(default="session", max_length=20)
    title: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    about: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    starts: datetime = Field(sa_column=_at(False, index=True))
    place: str = Field(max_length=200)
    capacity: int | None = None
    deadline: datetime | None = Field(default=None, sa_column=_at())
    cancelled_at: datetime | None = Field(default=None, sa_column=_at())
    created_at: datetime = Field(sa_column=_at(False))


class Registration(SQLModel, table=True):
    """One seat or place in the waiting list. `status`: seat, waiting, approval, cancelled.

    A code names one living registration of its event, and a contact has one of its own: held by the database, since
    a code given twice would cancel somebody else's seat at the desk.
    """

    __table_args__ = (
        Index("ix_registration_event", "event_id", "status", "place_in_line"),
        Index(
            "ux_registration_code",
            "event_id",
            "code",
            unique=True,
            sqlite_where=text("status <> 'cancelled'"),
            postgresql_where=text("status <> 'cancelled'"),
        ),
        Index(
            "ux_registration_own",
            "event_id",
            "contact_id",
            unique=True,
            sqlite_where=text("status <> 'cancelled' AND NOT other"),
            postgresql_where=text("status <> 'cancelled' AND NOT other"),
        ),
    )
    id: str = Field(primary_key=True, max_length=22)
    event_id: str = Field(max_length=22)
    contact_id: str = Field(max_length=22, index=True)
    address_id: str = Field(max_length=22)
    name: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    village: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    code: str = Field(max_length=4)
    other: bool = False  # for somebody without a phone
    status: str = Field(max_length=10)
    place_in_line: int = 0  # order of arrival within the event
    created_at: datetime = Field(sa_column=_at(False))
    ended_at: datetime | None = Field(default=None, sa_column=_at())


class Question(SQLModel, table=True):
    """A question handed over to a person. `status`: open, answered, closed."""

    __table_args__ = (NEVER_AGAIN,)
    id: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    contact_id: str = Field(max_length=22, index=True)
    address_id: str = Field(max_length=22)
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    answer: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    topic: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # the FAQ topic it was taken for
    media: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # the provider's reference of a voice note
    voice: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # the voice note itself, for 7 days
    safe_to_write: bool = False
    status: str = Field(default="open", max_length=10)
    created_at: datetime = Field(sa_column=_at(False))
    answered_at: datetime | None = Field(default=None, sa_column=_at())


class Alert(SQLModel, table=True):
    """Danger told to staff: a case code, level and country; no name, number or text."""

    id: str = Field(primary_key=True, max_length=22)
    contact_id: str = Field(max_length=22, index=True)
    address_id: str = Field(max_length=22)
    case_code: str = Field(max_length=12)
    level: str = Field(max_length=20)
    country: str | None = Field(default=None, max_length=2)
    status: str = Field(default="queued", max_length=10)  # queued, sent, failed
    outbox_id: int | None = Field(default=None, sa_column=Column(BIG, index=True))
    safe_to_write: bool = False
    created_at: datetime = Field(sa_column=_at(False))


class Broadcast(SQLModel, table=True):
    """An announcement. `cursor` is how far it has been expanded (contact id), so that a kill half-way goes on."""

    id: str = Field(primary_key=True, max_length=22)
    segment: str = Field(max_length=200)
    text: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))  # by language; not personal
    status: str = Field(default="expanding", max_length=10)  # expanding, sending, done, stopped
    cursor: str = Field(default="", max_length=22)
    recipients: int = 0
    created_at: datetime = Field(sa_column=_at(False))


class Feedback(SQLModel, table=True):
    """Did this help? Counts by topic and day; nobody's name."""

    topic: str = Field(primary_key=True, max_length=40)
    day: date = Field(primary_key=True)
    helped: int = 0
    not_helped: int = 0


class Miss(SQLModel, table=True):
    """Words nobody could answer, counted by day, without who asked."""

    words: str = Field(primary_key=True, max_length=120)
    day: date = Field(primary_key=True)
    count: int = 0


class SasakReport(SQLModel, table=True):
    """«Bukan begitu bahasanya»: where the Sasak sounded wrong."""

    __tablename__ = "sasak_report"
    id: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    place: str = Field(max_length=120)
    note: str = Field(default="", max_length=300)
    created_at: datetime = Field(sa_column=_at(False))


class StaffMember(SQLModel, table=True):
    """Somebody who reads what is handed over. Accounts come with the console."""

    __tablename__ = "staff_member"
    id: str = Field(primary_key=True, max_length=22)
    name: str = Field(max_length=80)
    organisation: str = Field(max_length=80)
    hours: str = Field(default="", max_length=80)  # as shown to people
    active: bool = True
    created_at: datetime = Field(sa_column=_at(False))


class Audit(SQLModel, table=True):
    """What staff did, as a dotted name; no personal data; rows are only ever added."""

    id: int | None = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    action: str = Field(max_length=60)
    who: str = Field(max_length=80)
    what: str = Field(default="", max_length=200)
    at: datetime = Field(sa_column=_at(False))


class Counter(SQLModel, table=True):
    """Totals that must survive a restart, such as sends that may have arrived twice."""

    name: str = Field(primary_key=True, max_length=60)
    value: int = Field(default=0, sa_column=Column(BIG, nullable=False))
