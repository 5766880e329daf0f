"""What a turn wants done, carried out in its own transaction: one function for each kind of effect.

`TABLE` is the one list; a test requires an entry for every effect there is. A `Request` returns its outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.conversation.types import (
    AddProfile,
    AlertImpossible,
    AlertQueued,
    CancelSeat,
    CheckPin,
    CountCampaign,
    Document,
    Effect,
    Erased,
    EraseMe,
    ExportData,
    Exported,
    HandedOver,
    HandOver,
    MarkLesson,
    Outcome,
    PinRight,
    ProfileSwitched,
    RaiseAlert,
    RecordFeedback,
    RecordMiss,
    RecordQuiz,
    ReportSasak,
    Request,
    SeatCancelled,
    SeatRefused,
    SeatTaken,
    SetAnnouncements,
    SetConsent,
    SetLanguage,
    SetProfile,
    SetSafeToWrite,
    SwitchProfile,
    TakeSeat,
    WipeScreen,
    WrongPin,
)
from bot.library.titles import titles_of
from bot.store import events, feedback, outbox, people, privacy, questions, reminders
from bot.workers import alerts, preparing
from bot.workers.contexts import PULLED
from bot.workers.desk import Desk, VoiceNote
from bot.workers.pushes import push_promotion

EXPORT_NAME = "catatan.txt"  # others may read the phone: the name says nothing
DELETABLE = timedelta(hours=48)  # Telegram takes back what is younger
_EVERYTHING = 2**31 - 1  # the highest number a row can have


def carry_out(effect: Effect, desk: Desk) -> Outcome | None:
    """The outcome of a request, None for other effects. KeyError: an effect nobody taught us."""
    return TABLE[type(effect)](effect, desk)


# --- what is known of the person -------------------------------------------------------------------------------------


def _set_language(effect: SetLanguage, desk: Desk) -> None:
    people.set_language(desk.session, desk.person.contact_id, effect.language)


def _set_consent(effect: SetConsent, desk: Desk) -> None:
    people.set_consent(desk.session, desk.person.contact_id, effect.given, effect.version, desk.now)


def _set_profile(effect: SetProfile, desk: Desk) -> None:
    people.set_profile(desk.session, desk.person.contact_id, effect.role, effect.kabupaten)


def _mark_lesson(effect: MarkLesson, desk: Desk) -> None:
    people.mark_lesson(desk.session, desk.person.contact_id, effect.module, effect.lesson, desk.now)


def _record_quiz(effect: RecordQuiz, desk: Desk) -> None:
    contact_id = desk.person.contact_id
    people.record_quiz(desk.session, contact_id, effect.module, effect.right, effect.total, desk.now)


def _set_announcements(effect: SetAnnouncements, desk: Desk) -> None:
    people.set_announcements(desk.session, desk.person.address_id, effect.on, effect.everywhere, desk.now)


def _set_safe_to_write(effect: SetSafeToWrite, desk: Desk) -> None:
    people.set_safe_to_write(desk.session, desk.person.contact_id, effect.safe)
    if not effect.safe:
        reminders.take_back(desk.session, desk.person.contact_id, desk.now)


# --- counted, without who --------------------------------------------------------------------------------------------


def _record_feedback(effect: RecordFeedback, desk: Desk) -> None:
    feedback.record_feedback(desk.session, effect.topic, effect.helped, desk.now)


def _record_miss(effect: RecordMiss, desk: Desk) -> None:
    feedback.record_miss(desk.session, effect.words, desk.now)


def _report_sasak(effect: ReportSasak, desk: Desk) -> None:
    feedback.report_sasak(desk.session, effect.place, effect.note, desk.now)


def _count_campaign(effect: CountCampaign, desk: Desk) -> None:
    feedback.count_campaign(desk.session, effect.campaign)


# --- TUTUP -----------------------------------------------------------------------------------------------------------


def _wipe_screen(effect: WipeScreen, desk: Desk) -> None:
    """What still waits is not sent any more. Telegram deletes what it is told by number. Web chat: what was shown is gone
    at the next load, and an open page is told to clear itself. WhatsApp deletes nothing; the reply says how to."""
    person = desk.person
    if person.channel not in PULLED:
        outbox.cancel_waiting(desk.session, person.address_id, "closed", desk.now)
    if person.channel == "telegram":
        body = {"delete": outbox.shown(desk.session, person.address_id, desk.now - DELETABLE)}
        if not body["delete"]:
            return
    elif person.channel in PULLED:
        # Numbered first: what was never fetched is not to appear afterwards either.
        outbox.pull(desk.session, desk.store, person.address_id, 0, 1, desk.now)
        outbox.acknowledge(desk.session, person.address_id, _EVERYTHING, desk.now)
        body = {"delete": []}
    else:
        return
    outbox.put(
        desk.session,
        desk.store,
        sender=person.sender,
        address_id=person.address_id,
        contact_id=person.contact_id,
        lane=outbox.DANGER,
        key=f"wipe:{desk.inbox_id}",
        kind="delete",
        body=body,
        not_before=desk.now,
        pulled=person.channel in PULLED,
        now=desk.now,
    )


# --- people who help -------------------------------------------------------------------------------------------------


def _hand_over(effect: HandOver, desk: Desk) -> HandedOver:
    if not desk.staff.reads:
        return HandedOver("", staffed=False)
    number = questions.hand_over(
        desk.session,
        desk.store,
        contact_id=desk.person.contact_id,
        address_id=desk.person.address_id,
        question=effect.question,
        safe_to_write=effect.safe_to_write,
        media=effect.media,
        topic=effect.topic,
        now=desk.now,
    )
    if effect.media:
        desk.voices.append(VoiceNote(number, desk.person.channel, desk.person.sender, effect.media))
    return HandedOver(number, staffed=True)


def _raise_alert(effect: RaiseAlert, desk: Desk) -> AlertQueued | AlertImpossible:
    return alerts.raise_alert(desk.session, desk.store, desk.contexts, desk.person, effect, desk.now)


# --- seats -----------------------------------------------------------------------------------------------------------


def _take_seat(effect: TakeSeat, desk: Desk) -> SeatTaken | SeatRefused:
    desk.seats_changed = True
    return events.take_seat(
        desk.session,
        desk.store,
        contact_id=desk.person.contact_id,
        address_id=desk.person.address_id,
        event_id=effect.event,
        name=effect.name,
        village=effect.village,
        other=effect.other,
        seats=desk.seats,
        now=desk.now,
    )


def _cancel_seat(effect: CancelSeat, desk: Desk) -> SeatCancelled:
    desk.seats_changed = True
    outcome, promotion = events.cancel_seat(
        desk.session,
        desk.store,
        contact_id=desk.person.contact_id,
        registration_id=effect.registration,
        now=desk.now,
    )
    if promotion is not None:
        push_promotion(desk.session, desk.store, desk.contexts, promotion, desk.now)
    return outcome


# --- one's own data, and several people on one phone -----------------------------------------------------------------


def _export_data(effect: ExportData, desk: Desk) -> Exported:
    titles = titles_of(desk.contexts.library)
    text = privacy.export_contact(desk.session, desk.store, desk.person.contact_id, desk.now, titles)
    return Exported(Document(EXPORT_NAME, text))


def _erase_me(effect: EraseMe, desk: Desk) -> Erased:
    desk.seats_changed = True
    person = desk.person
    done = privacy.erase_contact(desk.session, desk.store, person.contact_id, desk.now, keep_address=person.address_id)
    for promotion in done.promotions:
        push_promotion(desk.session, desk.store, desk.contexts, promotion, desk.now)
    return Erased()


def _add_profile(effect: AddProfile, desk: Desk) -> ProfileSwitched:
    return people.add_profile(
        desk.session,
        desk.store,
        address_id=desk.person.address_id,
        nickname=effect.nickname,
        pin=effect.pin,
        now=desk.now,
    )


def _switch_profile(effect: SwitchProfile, desk: Desk) -> ProfileSwitched | WrongPin:
    return people.switch_profile(
        desk.session,
        desk.store,
        address_id=desk.person.address_id,
        profile=effect.profile,
        pin=effect.pin,
        now=desk.now,
    )


def _check_pin(effect: CheckPin, desk: Desk) -> PinRight | WrongPin:
    return people.check_pin(desk.session, desk.store, desk.person.contact_id, effect.pin, desk.now)


TABLE: dict[type[Effect], Callable[[Any, Desk], Outcome | None]] = {
    SetLanguage: _set_language,
    SetConsent: _set_consent,
    SetProfile: _set_profile,
    MarkLesson: _mark_lesson,
    RecordQuiz: _record_quiz,
    SetAnnouncements: _set_announcements,
    SetSafeToWrite: _set_safe_to_write,
    RecordFeedback: _record_feedback,
    RecordMiss: _record_miss,
    ReportSasak: _report_sasak,
    CountCampaign: _count_campaign,
    WipeScreen: _wipe_screen,
    HandOver: _hand_over,
    RaiseAlert: _raise_alert,
    TakeSeat: _take_seat,
    CancelSeat: _cancel_seat,
    ExportData: _export_data,
    EraseMe: _erase_me,
    AddProfile: _add_profile,
    SwitchProfile: _switch_profile,
    CheckPin: _check_pin,
    **preparing.TABLE,
}
REQUESTS = tuple(kind for kind in TABLE if issubclass(kind, Request))
