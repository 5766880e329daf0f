"""The rehearsal does in memory what the store does: certificates, recovery codes, papers and reminders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.app import blank_context, read_knowledge
from bot.conversation.rehearsal import Rehearsal
from bot.conversation.types import (
    AddProfile,
    CertificateChecked,
    CertificateMade,
    Contact,
    Effect,
    MakeCertificate,
    MakeRecoveryCode,
    Outcome,
    Paper,
    ProfileSwitched,
    RecordCheck,
    RecoveryCode,
    RecoveryRefused,
    SetConsent,
    SetDeparture,
    SetPaper,
    SetReminder,
    UseRecoveryCode,
    VerifyCertificate,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
Do = Callable[..., Outcome | None]


@pytest.fixture(scope="module")
def knowledge() -> Any:
    return read_knowledge()


@pytest.fixture
def play(knowledge: Any) -> Rehearsal:
    return Rehearsal(replace(blank_context(knowledge, NOW), contact=Contact(language="sas", consent=True)))


def do(play: Rehearsal, *effects: Effect) -> Outcome | None:
    return play._carry_out(effects)


def test_what_is_prepared_and_taken_back(play: Rehearsal) -> None:
    leaves = date(2027, 1, 30)
    do(
        play, SetDeparture(leaves), SetPaper("visa", "asked", leaves), SetReminder("lesson", True, "week"),
        SetReminder("papers", True), RecordCheck("before", 2, 6), RecordCheck("before", 6, 6),
    )  # fmt: skip
    contact = play.context.contact
    assert (contact.departure, contact.papers, contact.lesson_every) == (
        leaves,
        {"visa": Paper("asked", leaves)},
        "week",
    )
    assert contact.reminders == {"lesson", "papers"} and contact.checks == {"before": (2, 6)}
    do(play, SetReminder("lesson", False), SetDeparture(None))
    assert play.context.contact.reminders == {"papers"} and play.context.contact.lesson_every is None
    do(play, SetConsent(False, "1"))
    contact = play.context.contact
    assert (contact.language, contact.consent, contact.papers, contact.reminders) == ("sas", False, {}, frozenset())


def test_a_certificate(play: Rehearsal) -> None:
    made = do(play, MakeCertificate(None))
    assert isinstance(made, CertificateMade) and play.context.contact.certificate == made.code
    assert do(play, MakeCertificate("Siti")) == made
    assert do(play, VerifyCertificate(made.code.lower().replace("-", " "))) == CertificateChecked(
        True, "Siti", date(2026, 11, 24)
    )
    assert do(play, VerifyCertificate("BKL-0000-0000-0000-0000")) == CertificateChecked(False)


def test_a_recovery_code(play: Rehearsal) -> None:
    first = do(play, MakeRecoveryCode())
    second = do(play, MakeRecoveryCode())
    assert isinstance(first, RecoveryCode) and isinstance(second, RecoveryCode)
    assert second.until == date(2027, 12, 29)
    do(play, AddProfile("Ani"))
    assert do(play, UseRecoveryCode(first.code)) == RecoveryRefused("unknown")
    assert do(play, UseRecoveryCode(second.code.lower())) == ProfileSwitched("", False)
    assert play.active == "p1"


def test_a_recovery_code_behind_a_pin_and_too_many_tries(play: Rehearsal) -> None:
    play.person.pin = "1234"
    made = do(play, MakeRecoveryCode())
    assert isinstance(made, RecoveryCode)
    do(play, AddProfile("Ani"))
    assert do(play, UseRecoveryCode(made.code)) == RecoveryRefused("pin")
    assert do(play, UseRecoveryCode(made.code, "0000")) == RecoveryRefused("pin")
    reasons = [do(play, UseRecoveryCode("0")) for _ in range(5)]
    assert reasons == [RecoveryRefused("unknown")] * 4 + [RecoveryRefused("wait")]
    assert do(play, UseRecoveryCode(made.code, "1234")) == RecoveryRefused("wait")
    play.wrong_codes = 0
    assert do(play, UseRecoveryCode(made.code, "1234")) == ProfileSwitched("", False)
