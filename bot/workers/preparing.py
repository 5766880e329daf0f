"""The effects of preparing to leave: papers and reminders, what was learned, the lists, going on from a new number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.conversation.types import (
    CertificateChecked,
    CertificateMade,
    Effect,
    ListedFound,
    MakeCertificate,
    MakeRecoveryCode,
    Outcome,
    ProfileSwitched,
    RecordCheck,
    RecoveryCode,
    RecoveryRefused,
    SearchListed,
    SetDeparture,
    SetPaper,
    SetReminder,
    UseRecoveryCode,
    VerifyCertificate,
)
from bot.store import certificates, learning, listings, papers, recovery, reminders
from bot.workers.desk import Desk

# --- the way to departure --------------------------------------------------------------------------------------------


def _set_departure(effect: SetDeparture, desk: Desk) -> None:
    contact_id = desk.person.contact_id
    if papers.set_departure(desk.session, contact_id, effect.on):
        reminders.plan_anew(desk.session, contact_id, ["papers", "departure"], desk.now)


def _set_paper(effect: SetPaper, desk: Desk) -> None:
    papers.set_paper(desk.session, desk.person.contact_id, effect.paper, effect.state, effect.due, desk.now)


def _set_reminder(effect: SetReminder, desk: Desk) -> None:
    person = desk.person
    reminders.set_reminder(
        desk.session, person.contact_id, person.address_id, effect.kind, effect.on, desk.now, effect.every
    )


# --- what was learned ------------------------------------------------------------------------------------------------


def _record_check(effect: RecordCheck, desk: Desk) -> None:
    contact_id = desk.person.contact_id
    first = learning.record_check(
        desk.session, contact_id, effect.moment, effect.right, effect.total, effect.asked, desk.now
    )
    if first and effect.moment == "month":
        reminders.plan_anew(desk.session, contact_id, ["check"], desk.now)


def _make_certificate(effect: MakeCertificate, desk: Desk) -> CertificateMade:
    """Code "": without consent nothing is kept, and the conversation asks for it first."""
    person = desk.person
    before = person.contact.certificate
    language = person.contact.language or "id"
    code = certificates.make_certificate(desk.session, desk.store, person.contact_id, effect.name, language, desk.now)
    if code is not None and before is None:
        reminders.plan_anew(desk.session, person.contact_id, ["check"], desk.now)
    return CertificateMade(code or "")


def _verify_certificate(effect: VerifyCertificate, desk: Desk) -> CertificateChecked:
    return certificates.verify_certificate(desk.session, desk.store, effect.code)


def _search_listed(effect: SearchListed, desk: Desk) -> ListedFound:
    return listings.search(desk.session, effect.words)


# --- going on from a new number --------------------------------------------------------------------------------------


def _make_recovery_code(effect: MakeRecoveryCode, desk: Desk) -> RecoveryCode:
    """Code "": without consent nothing is kept, and the conversation asks for it first."""
    made = recovery.make_recovery_code(desk.session, desk.store, desk.person.contact_id, desk.now)
    return made or RecoveryCode("", desk.now.date())


def _use_recovery_code(effect: UseRecoveryCode, desk: Desk) -> ProfileSwitched | RecoveryRefused:
    return recovery.use_recovery_code(
        desk.session,
        desk.store,
        address_id=desk.person.address_id,
        typed=effect.code,
        pin=effect.pin,
        now=desk.now,
    )


TABLE: dict[type[Effect], Callable[[Any, Desk], Outcome | None]] = {
    SetDeparture: _set_departure,
    SetPaper: _set_paper,
    SetReminder: _set_reminder,
    RecordCheck: _record_check,
    MakeCertificate: _make_certificate,
    VerifyCertificate: _verify_certificate,
    SearchListed: _search_listed,
    MakeRecoveryCode: _make_recovery_code,
    UseRecoveryCode: _use_recovery_code,
}
