"""A copy of what is kept of a contact, as a text she can read.

Leaves out danger and what was handed over to staff, also that there was any: other people read this phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from bot.store.certificates import certificate_of, verify_certificate
from bot.store.feedback import WITA
from bot.store.learning import checks_of
from bot.store.reminders import reminders_of
from bot.store.session import Store
from bot.store.sql import run, table
from bot.store.tables import (
    Address,
    AddressContact,
    Contact,
    Event,
    Paper,
    Progress,
    QuizResult,
    Recovery,
    Registration,
)

_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
_LANGUAGES = {"id": "Bahasa Indonesia", "sas": "Sasak"}
_ROLES = {
    "prospective": "calon pekerja migran",
    "family": "keluarga",
    "abroad": "sedang bekerja di luar negeri",
    "returned": "sudah pulang",
}
_CHANNELS = {"telegram": "Telegram", "whatsapp": "WhatsApp", "webchat": "obrolan web", "terminal": "terminal"}
_SEATS = {
    "seat": "dapat tempat",
    "waiting": "daftar tunggu",
    "approval": "menunggu persetujuan petugas",
    "cancelled": "dibatalkan",
}
_PAPERS = {"missing": "belum ada", "asked": "sedang diurus", "have": "sudah ada"}
_REMINDERS = {
    "papers": "surat-surat",
    "lesson": "pelajaran",
    "departure": "persiapan berangkat",
    "check": "enam pertanyaan",
}
_MOMENTS = {"before": "sebelum belajar", "after": "sesudah belajar", "month": "sebulan kemudian"}
_NOTE = "Yang pernah Anda sampaikan kepada petugas tidak dimuat di sini. Tanyakan langsung kepada petugas."


def export_contact(
    session: Session, store: Store, contact_id: str, now: datetime, titles: Mapping[str, str] | None = None
) -> str:
    """What is kept of the contact, in plain Indonesian; times in WITA. `titles`: what keys of lessons, modules and
    kabupaten are called. KeyError when there is no such contact."""
    contacts = table(Contact)
    contact = run(session, select(contacts).where(contacts.c.id == contact_id)).first()
    if contact is None:
        raise KeyError(contact_id)
    named = titles or {}
    lines = [f"Catatan tentang Anda, {_day(now)}", ""]
    lines += _profile(session, store, contact, named)
    for heading, found in (
        ("Alamat", _addresses(session, store, contact_id)),
        ("Pelajaran yang sudah selesai", _lessons(session, contact_id, named)),
        ("Hasil kuis", _quizzes(session, contact_id, named)),
        ("Surat-surat", _papers(session, contact_id, named)),
        ("Diingatkan tentang", _reminders(session, contact)),
        ("Enam pertanyaan", _checks(session, contact_id)),
        ("Sertifikat", _certificate(session, store, contact_id)),
        ("Pendaftaran acara", _registrations(session, store, contact_id)),
    ):
        if found:
            lines += ["", f"{heading}:", *(f"- {line}" for line in found)]
    return "\n".join([*lines, "", _NOTE, ""])


def _profile(session: Session, store: Store, contact: Any, named: Mapping[str, str]) -> list[str]:
    consent = "belum ditanya" if contact.consent is None else "ya" if contact.consent else "tidak"
    if contact.consent_at is not None:
        consent += f", {_day(contact.consent_at)} (teks {contact.consent_version})"
    safe = {True: "ya", False: "jangan"}.get(contact.safe_to_write)
    pairs = (
        ("Nama panggilan", store.vault.open_for(session, contact.id, "contact.nickname", contact.nickname)),
        ("Bahasa", _LANGUAGES.get(contact.language or "")),
        ("Persetujuan menyimpan data", consent),
        ("Keadaan", contact.role and _ROLES.get(contact.role, contact.role)),
        ("Kabupaten/kota", contact.kabupaten and named.get(contact.kabupaten, contact.kabupaten)),
        ("Petugas boleh menulis lebih dulu", safe),
        ("Tanggal berangkat", contact.departure_on and _date(contact.departure_on)),
        ("PIN", "ada" if contact.pin_hash else None),
        ("Kode pemulihan", _recovery(session, contact.id)),
        ("Pertama kali menulis", _day(contact.created_at)),
        ("Terakhir menulis", _day(contact.seen_at)),
    )
    return [f"{label}: {value}" for label, value in pairs if value]


def _addresses(session: Session, store: Store, contact_id: str) -> list[str]:
    addresses, links = table(Address), table(AddressContact)
    rows = run(
        session,
        select(addresses)
        .join(links, links.c.address_id == addresses.c.id)
        .where(links.c.contact_id == contact_id)
        .order_by(addresses.c.created_at),
    )
    found = []
    for row in rows:
        line = _CHANNELS.get(row.channel, row.channel)
        if row.channel in (
            "telegram",
            "whatsapp",
        ):  # a web chat's account is a key to the conversation: not written down
            line += f" {store.vault.open_own('address.account', row.id, row.account)}"
        found.append(line + (", tidak menerima pengumuman" if row.stopped_at else ""))
    return found


def _lessons(session: Session, contact_id: str, named: Mapping[str, str]) -> list[str]:
    progress = table(Progress)
    rows = run(session, select(progress).where(progress.c.contact_id == contact_id).order_by(progress.c.done_at))
    return [f"{named.get(row.lesson, row.lesson)}, {_day(row.done_at)}" for row in rows]


def _quizzes(session: Session, contact_id: str, named: Mapping[str, str]) -> list[str]:
    quizzes = table(QuizResult)
    rows = run(session, select(quizzes).where(quizzes.c.contact_id == contact_id).order_by(quizzes.c.done_at))
    return [
        f"{named.get(row.module, row.module)}: {row.right} benar dari {row.total}, {_day(row.done_at)}" for row in rows
    ]


def _papers(session: Session, contact_id: str, named: Mapping[str, str]) -> list[str]:
    papers = table(Paper)
    rows = run(session, select(papers).where(papers.c.contact_id == contact_id).order_by(papers.c.paper))
    return [
        f"{named.get(row.paper, row.paper)}: {_PAPERS.get(row.state, row.state)}"
        + (f", tanggal {_date(row.due_on)}" if row.due_on else "")
        for row in rows
    ]


def _reminders(session: Session, contact: Any) -> list[str]:
    every = {"day": ", setiap hari", "week": ", setiap minggu"}.get(contact.lesson_every or "", "")
    return [
        f"{_REMINDERS.get(kind, kind)}{every if kind == 'lesson' else ''}, sejak {_day(since)}"
        for kind, since in reminders_of(session, contact.id)
    ]


def _checks(session: Session, contact_id: str) -> list[str]:
    return [
        f"{_MOMENTS.get(row.moment, row.moment)}: {row.right} benar dari {row.total}, {_day(row.done_at)}"
        for row in checks_of(session, contact_id)
    ]


def _certificate(session: Session, store: Store, contact_id: str) -> list[str]:
    found = certificate_of(session, store, contact_id)
    if found is None:
        return []
    checked = verify_certificate(session, store, found)
    day = f", {_date(checked.issued)}" if checked.issued else ""
    return [f"kode {found}{day}" + (f", atas nama {checked.name}" if checked.name else "")]


def _recovery(session: Session, contact_id: str) -> str | None:
    """That there is one, and until when; the code itself is kept by nobody but her."""
    until = run(session, select(table(Recovery).c.until).where(table(Recovery).c.contact_id == contact_id)).scalar()
    return f"ada, berlaku sampai {_date(until)}" if until else None


def _registrations(session: Session, store: Store, contact_id: str) -> list[str]:
    seats, events = table(Registration), table(Event)
    rows = run(
        session,
        select(seats, events.c.title, events.c.starts, events.c.place)
        .join(events, events.c.id == seats.c.event_id)
        .where(seats.c.contact_id == contact_id)
        .order_by(events.c.starts),
    )
    found = []
    for row in rows:
        name = store.vault.open_for(session, contact_id, "registration.name", row.name)
        village = store.vault.open_for(session, contact_id, "registration.village", row.village)
        who = ", ".join(part for part in (name, village) if part)
        found.append(
            f"{row.title['id']}, {_time(row.starts)}, {row.place}: {_SEATS[row.status]}, kode {row.code}"
            + (f", atas nama {who}" if who else "")
        )
    return found


def _day(at: datetime) -> str:
    return _date(at.astimezone(WITA).date())


def _date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _time(at: datetime) -> str:
    return f"{_day(at)} {at.astimezone(WITA):%H.%M} WITA"
