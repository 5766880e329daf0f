"""Voice notes that were handed over to staff are fetched from their provider, and kept with their question.

    waiting at the provider ──▶ fetch ──▶ looked at ──▶ sealed, committed ──▶ deleted at the provider
                                  │            └── no sound, too large: given up, with a note for staff
                                  └── away: again later, and given up after TRIES

What waits stands in the database, so a restart goes on where the last process stood; how often something was tried is
kept in memory, so it also begins anew. Several processes may fetch the same one: the first to commit it is right.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.channels.base import FETCHED_AT_MOST, Channel, Fetched, NotFetched
from bot.channels.sound import mime_of, seconds_of
from bot.store import questions
from bot.store.questions import VoiceToFetch
from bot.store.session import Store
from bot.workers import metrics
from bot.workers.faults import place_of
from bot.workers.loops import survive, whole
from bot.workers.sender import InThread

log = structlog.get_logger(__name__)

# Seconds after the first failure, the second, … Just after the webhook Twilio may not have the file yet.
WAITS: Sequence[float] = (2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
TRIES = 24  # most of a day
EVERY = 10.0  # seconds between two looks when nobody wakes it
AT_ONCE = 20  # voice notes of one look
_UNKNOWN = ("", "application/octet-stream", "binary/octet-stream")  # types that say nothing


@dataclass
class _Tried:
    times: int
    again_at: datetime


@dataclass
class Voices:
    """Of one bot or number. `wake` may be called from any thread."""

    store: Store
    channel: Channel
    run_in_thread: InThread = asyncio.to_thread
    clock: Callable[[], datetime] | None = None
    every: float = EVERY
    most: int = FETCHED_AT_MOST
    _tried: dict[int, _Tried] = field(default_factory=dict)  # by question
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Until cancelled."""
        self._loop = asyncio.get_running_loop()
        faults = 0
        while True:
            try:
                more = await self.run_once()
                faults = 0
            except Exception as exc:
                faults = await survive("voices", exc, faults)
                continue
            if not more:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._until_next()):
                        await self._woken.wait()
                self._woken.clear()

    async def run_once(self) -> bool:
        """One look at what waits; True: there may be more. Raises what the database raises when it is away."""
        began = self._now()
        waiting = await whole(self.run_in_thread, partial(self._list, questions.voices_to_fetch))
        for voice in waiting:
            await self._fetch(voice)
        dealt_with = await whole(self.run_in_thread, partial(self._list, questions.voices_to_forget))
        for voice in dealt_with:
            await self._forget(voice)
        if len(waiting) == AT_ONCE or len(dealt_with) == AT_ONCE:
            return True
        # Due, and not seen in this look: erased, answered or too old by now.
        self._tried = {question: tried for question, tried in self._tried.items() if tried.again_at > began}
        return False

    # --- one voice note

    async def _fetch(self, voice: VoiceToFetch) -> None:
        if voice.media is None:
            await self._give_up(voice, "unreadable")
            return
        try:
            found = await self.channel.fetch(voice.media, self.most)
        except NotFetched as exc:
            fault = exc
        except Exception as exc:  # a fault of ours: this one waits, and the others go on
            log.error("voice.fault", question=voice.question_id, fault=place_of(exc))
            fault = NotFetched("fault", again=True)
        else:
            await self._look_at(voice, found)
            return
        times = self._later(voice, fault)
        if not fault.again or times >= TRIES:
            await self._give_up(voice, fault.code)
            return
        self._count("again")
        log.warning("voice.not_fetched", question=voice.question_id, code=fault.code, tries=times)

    async def _look_at(self, voice: VoiceToFetch, found: Fetched) -> None:
        mime = mime_of(found.content)
        if len(found.content) > self.most:
            await self._give_up(voice, "too-large")
        elif mime is None or not (found.mime.startswith("audio/") or found.mime in _UNKNOWN):
            await self._give_up(voice, "not-a-sound")
        else:
            await self._write("kept", voice, partial(self._keep, voice, found.content, mime))

    def _keep(self, voice: VoiceToFetch, sound: bytes, mime: str) -> bool:
        with self.store.begin() as session:
            return questions.keep_voice(
                session, self.store, voice.question_id, sound, mime=mime, seconds=seconds_of(sound)
            )

    async def _give_up(self, voice: VoiceToFetch, code: str) -> None:
        def note() -> bool:
            with self.store.begin() as session:
                if voice.media is None:
                    questions.voice_gone(session, voice.question_id)
                    return True
                return questions.give_up_voice(session, self.store, voice.question_id, code)

        log.error("voice.given_up", question=voice.question_id, code=code)
        await self._write("given-up", voice, note)

    async def _write(self, outcome: str, voice: VoiceToFetch, write: Callable[[], bool]) -> None:
        """What came of it, in the database; what nobody waits for any more is at least deleted at the provider."""
        if await whole(self.run_in_thread, write):
            self._tried.pop(voice.question_id, None)
            self._count(outcome)
        else:
            self._count("not-wanted")
            await self._forget(voice)

    async def _forget(self, voice: VoiceToFetch) -> None:
        """After the commit: until then the provider's copy is the only one."""
        try:
            if voice.media is not None:
                await self.channel.forget(voice.media)
        except NotFetched as exc:
            if exc.again:
                self._later(voice, exc)
                log.warning("voice.not_deleted", question=voice.question_id, code=exc.code)
                return
            log.error("voice.stays_at_provider", question=voice.question_id, code=exc.code)
        except Exception as exc:
            self._later(voice, NotFetched("fault", again=True))
            log.error("voice.fault", question=voice.question_id, fault=place_of(exc))
            return

        def gone() -> None:
            with self.store.begin() as session:
                questions.voice_gone(session, voice.question_id)

        await whole(self.run_in_thread, gone)
        self._tried.pop(voice.question_id, None)

    # --- when

    def _now(self) -> datetime:
        return (self.clock or self.store.clock)()

    def _list(self, which: Callable[..., list[VoiceToFetch]]) -> list[VoiceToFetch]:
        now = self._now()
        leave = [question for question, tried in self._tried.items() if tried.again_at > now]
        with self.store.read() as session:
            return which(session, self.store, self.channel.sender, limit=AT_ONCE, leave=leave)

    def _later(self, voice: VoiceToFetch, fault: NotFetched) -> int:
        """Puts it off; how often it was tried."""
        tried = self._tried.get(voice.question_id)
        times = 1 if tried is None else tried.times + 1
        wait = max(WAITS[min(times, len(WAITS)) - 1], fault.retry_after or 0.0)
        self._tried[voice.question_id] = _Tried(times, self._now() + timedelta(seconds=wait))
        return times

    def _until_next(self) -> float:
        """Seconds: sooner where something is to be tried again, so that the first tries are not `every` apart."""
        now = self._now()
        waits = [(tried.again_at - now).total_seconds() for tried in self._tried.values()]
        return max(0.1, min([self.every, *waits]))

    def _count(self, outcome: str) -> None:
        metrics.voices.labels(self.channel.name, outcome).inc()
