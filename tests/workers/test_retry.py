"""The decisions after a failure, as tables of numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.base import SendFailed
from bot.workers.retry import TRIES, Decision, after_send, after_turn, after_unknown, growing

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DANGER, REPLY, PUSH = 0, 1, 2


@pytest.mark.parametrize(
    ("attempts", "waits"), [(1, 5.0), (2, 60.0), (3, "park"), (4, "park"), (99, "park"), (0, "park")]
)
def test_after_a_turn(attempts: int, waits: float | str) -> None:
    assert after_turn(attempts) == waits


def error(action: str, **more: Any) -> SendFailed:
    return SendFailed("code", action, **more)  # type: ignore[arg-type]


# action of the error, its further fields, attempts, lane -> kind, seconds until (None: no time)
SENDS: list[tuple[str, dict[str, Any], int, int, str, float | None]] = [
    # certainly not sent: growing waits by lane, then given up
    ("retry", {}, 1, DANGER, "retry_at", 1),
    ("retry", {}, 2, DANGER, "retry_at", 2),
    ("retry", {}, 6, DANGER, "retry_at", 30),
    ("retry", {}, 499, DANGER, "retry_at", 30),
    ("retry", {}, 500, DANGER, "fail", None),
    ("retry", {}, 1, REPLY, "retry_at", 2),
    ("retry", {}, 3, REPLY, "retry_at", 8),
    ("retry", {}, 79, REPLY, "retry_at", 600),
    ("retry", {}, 80, REPLY, "fail", None),
    ("retry", {}, 1, PUSH, "retry_at", 30),
    ("retry", {}, 11, PUSH, "retry_at", 3600),
    ("retry", {}, 12, PUSH, "fail", None),
    # the table of errors may be stricter
    ("retry", {"tries": 3}, 2, REPLY, "retry_at", 4),
    ("retry", {"tries": 3}, 3, REPLY, "fail", None),
    ("retry", {"tries": 2, "retry_after": 5.0}, 1, REPLY, "retry_at", 5),
    # told to wait
    ("retry_at", {"retry_after": 7.0, "scope": "address"}, 1, REPLY, "pause_address", 7),
    ("retry_at", {"retry_after": 7.0, "scope": "address"}, 1, DANGER, "pause_address", 7),
    ("retry_at", {"retry_after": 5.0, "scope": "sender"}, 1, PUSH, "pause_sender", 5),
    ("retry_at", {"retry_after": 3600.0, "scope": "pushes"}, 1, PUSH, "pause_pushes", 3600),
    ("retry_at", {"retry_after": 60.0}, 1, REPLY, "retry_at", 60),
    ("retry_at", {"scope": "address"}, 1, REPLY, "pause_address", 2),  # no wait named
    ("retry_at", {"retry_after": 1.0}, 100, REPLY, "retry_at", 1),  # being told to wait is no sign of never
    ("retry_at", {"retry_after": 1.0}, 800, REPLY, "fail", None),
    ("retry_at", {"retry_after": 21600.0, "tries": 2}, 2, PUSH, "fail", None),
    # for good
    ("permanent_address", {}, 1, REPLY, "mark_unreachable", None),
    ("opted_out", {}, 1, PUSH, "opt_out", None),
    ("permanent_message", {}, 1, DANGER, "fail", None),
    # the form
    ("content", {}, 1, REPLY, "plain", None),
    # outside the window: parked, however often
    ("window_closed", {}, 1, REPLY, "park", 15),
    ("window_closed", {}, 5000, REPLY, "park", 15),
    ("window_closed", {}, 1, PUSH, "park", 1800),
    # us
    ("stop_the_line", {}, 1, DANGER, "halt", 0),
    ("unknown", {}, 1, REPLY, "unknown", None),
    ("unknown", {}, 99, PUSH, "unknown", None),
]


@pytest.mark.parametrize(("action", "more", "attempts", "lane", "kind", "seconds"), SENDS)
def test_after_a_send(
    action: str, more: dict[str, Any], attempts: int, lane: int, kind: str, seconds: float | None
) -> None:
    decided = after_send(error(action, **more), attempts, lane, NOW)
    assert decided.kind == kind
    assert decided.until == (None if seconds is None else NOW + timedelta(seconds=seconds))


def test_why_is_the_code() -> None:
    assert after_send(error("unknown"), 1, REPLY, NOW) == Decision("unknown", None, "code")
    assert after_send(error("retry"), 80, REPLY, NOW).why == "gave-up code"


def test_the_plain_form_is_tried_once() -> None:
    assert after_send(error("content"), 1, REPLY, NOW, plain=True).kind == "fail"


def test_every_action_and_scope_has_a_decision() -> None:
    from typing import get_args

    from bot.channels.base import Action, Scope

    for action in get_args(Action):
        for scope in get_args(Scope):
            for lane in (DANGER, REPLY, PUSH):
                assert after_send(error(action, scope=scope), 1, lane, NOW) is not None


def test_what_was_parked_gets_the_patience_of_a_new_row() -> None:
    """A reply that waited three days for the person to write has used up its tries by waiting."""
    wrote = NOW - timedelta(minutes=1)
    assert after_send(error("retry"), 5000, REPLY, NOW, since=wrote).kind == "retry_at"
    assert after_send(error("retry"), 5000, REPLY, NOW, since=NOW - timedelta(hours=13)).kind == "fail"
    assert after_send(error("retry", tries=3), 3, REPLY, NOW, since=wrote).kind == "fail"


def test_waits_are_spread() -> None:
    assert growing(1, REPLY, 0.0) == 1.5
    assert growing(1, REPLY, 1.0) == 2.5
    assert growing(10_000, REPLY, 0.5) == 600.0


def test_a_bad_day_of_the_provider_loses_no_reply() -> None:
    """Half a day of tries for a reply, hours for danger."""
    assert sum(growing(n, REPLY) for n in range(1, TRIES[REPLY])) > 11 * 3600
    assert sum(growing(n, DANGER) for n in range(1, TRIES[DANGER])) > 4 * 3600


@pytest.mark.parametrize(
    ("resends", "lane", "wait"),
    [
        (0, DANGER, 0.0),
        (1, DANGER, 10.0),
        (4, DANGER, 60.0),
        (5, DANGER, "give-up"),
        (0, REPLY, 0.0),
        (1, REPLY, 10.0),
        (2, REPLY, 60.0),
        (3, REPLY, "give-up"),
        (0, PUSH, 0.0),
        (1, PUSH, "give-up"),  # a push at most once more
    ],
)
def test_after_not_knowing(resends: int, lane: int, wait: float | str) -> None:
    assert after_unknown(resends, lane) == wait


def test_after_asking_the_provider() -> None:
    assert [after_unknown(n, PUSH, reconciled=True) for n in (0, 1, 4, 5)] == [0.0, 0.0, 0.0, "give-up"]
