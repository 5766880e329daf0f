"""What to do after a failure, as pure functions of the error and the number of tries: numbers in, a decision out.

after_turn(attempts)                     a turn failed: seconds to wait, or "park"
after_send(error, attempts, lane, now)   a send failed: a Decision
after_unknown(resends, lane)             nobody knows whether it arrived: seconds to wait, or "give-up"
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.channels.base import Scope, SendFailed

Kind = Literal[
    "retry_at",  # back to the queue until then
    "pause_address",  # the same, and nothing else to this address until then
    "pause_pushes",  # the same, and no pushes of this sender until then
    "pause_sender",  # the same, and nothing at all of this sender until then
    "halt",  # stop the line until a person resumes it; the row waits
    "park",  # outside WhatsApp's window: waits for the person to write, looked at again then
    "plain",  # once more at once, as plain text
    "fail",  # this row has ended
    "mark_unreachable",  # this row has ended, and nothing reaches this address until it writes again
    "opt_out",  # the same, and no announcements until the person wants them again
    "unknown",  # it may have arrived: see after_unknown
]

TURN_WAITS = (5.0, 60.0)  # seconds after the first and the second failure; then it is parked

# By lane: danger, replies, pushes. How often a send is tried, the first wait and the longest one, in seconds. Together
# danger is tried for about four hours, a reply for half a day (a provider's bad day), a push for about five hours.
TRIES = (500, 80, 12)
PATIENCE = (timedelta(hours=4), timedelta(hours=12), timedelta(hours=5))
FIRST_WAIT = (1.0, 2.0, 30.0)
LONGEST_WAIT = (30.0, 600.0, 3600.0)
# A row outside the window is looked at again so often. Nothing is asked of the provider for it; replies wait less, since
# the person's next message is answered behind it.
PARKED_WAIT = (15.0, 15.0, 1800.0)
# How often something that may have arrived is sent again; the second and third wait for the worst to pass.
RESENDS = (5, 3, 1)
RESEND_WAITS = (0.0, 10.0, 60.0)

_PAUSES: dict[Scope, Kind] = {
    "message": "retry_at",
    "address": "pause_address",
    "pushes": "pause_pushes",
    "sender": "pause_sender",
}


@dataclass(frozen=True)
class Decision:
    """`until`: for retry_at, the pauses and park. `why`: the error's code."""

    kind: Kind
    until: datetime | None
    why: str


def after_turn(attempts: int) -> float | Literal["park"]:
    """`attempts`: how often it was tried, this one included."""
    return TURN_WAITS[attempts - 1] if 1 <= attempts <= len(TURN_WAITS) else "park"


def after_send(
    error: SendFailed,
    attempts: int,
    lane: int,
    now: datetime,
    *,
    since: datetime | None = None,
    plain: bool = False,
    jitter: float = 0.5,
) -> Decision:
    """`attempts`: claims of this row, this one included. `since`: when the row was made or, if that was later, when the
    person last wrote: what was parked meanwhile has used up its tries and is given the same patience as a new row.
    `plain`: it was the plain form that failed. `jitter` from 0 to 1 spreads the waits by a quarter to each side."""
    why = error.code
    match error.action:
        case "stop_the_line":
            return Decision("halt", now, why)
        case "unknown":
            return Decision("unknown", None, why)
        case "permanent_address":
            return Decision("mark_unreachable", None, why)
        case "opted_out":
            return Decision("opt_out", None, why)
        case "permanent_message":
            return Decision("fail", None, why)
        case "content":
            return Decision("fail" if plain else "plain", None, why)
        case "window_closed":
            return Decision("park", now + timedelta(seconds=PARKED_WAIT[lane]), why)
        case "retry" | "retry_at":
            # Being told to wait is no sign that it will never be taken, so a row that is only throttled is tried longer.
            most = error.tries or TRIES[lane] * (1 if error.action == "retry" else 10)
            patient = error.tries is None and since is not None and now - since < PATIENCE[lane]
            if attempts >= most and not patient:
                return Decision("fail", None, f"gave-up {why}")
            wait = error.retry_after if error.retry_after is not None else growing(attempts, lane, jitter)
            return Decision(_PAUSES[error.scope], now + timedelta(seconds=wait), why)


def growing(attempts: int, lane: int, jitter: float = 0.5) -> float:
    """Seconds after the nth try: doubling from the lane's first wait to its longest."""
    wait = min(FIRST_WAIT[lane] * 2.0 ** min(attempts - 1, 20), LONGEST_WAIT[lane])
    return wait * (0.75 + 0.5 * jitter)


def after_unknown(resends: int, lane: int, *, reconciled: bool = False) -> float | Literal["give-up"]:
    """`resends`: how often it was sent again already. `reconciled`: the provider was asked and knows nothing of it, so
    that sending again hardly makes a double."""
    if resends >= (RESENDS[0] if reconciled else RESENDS[lane]):
        return "give-up"
    return 0.0 if reconciled else RESEND_WAITS[min(resends, len(RESEND_WAITS) - 1)]
