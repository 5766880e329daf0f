"""A token bucket: so many sends a second, with a small burst; it starts empty."""

from __future__ import annotations

import time
from collections.abc import Callable

# Seconds' worth of tokens that may be saved up. In any second at most rate * (1 + BURST) leave.
BURST = 0.2


class Bucket:
    """`rate` tokens a second. `take` may run into debt: danger never waits for tokens, what follows it does."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        if rate <= 0:
            raise ValueError("a rate must be above 0")
        self.rate = rate
        self._most = max(1.0, rate * BURST)
        self._clock = clock
        self._level = 0.0
        self._at = clock()

    def empty(self) -> None:
        """As after a change of hands: the one before may just have spent its tokens."""
        self._at, self._level = self._clock(), min(0.0, self._level)

    def whole(self) -> int:
        """Tokens to be had now."""
        self._fill()
        return max(0, int(self._level + 1e-9))

    def take(self, n: float = 1) -> None:
        self._fill()
        self._level -= n

    def wait(self) -> float:
        """Seconds until there is a whole token."""
        self._fill()
        return max(0.0, (1.0 - self._level) / self.rate)

    def _fill(self) -> None:
        now = self._clock()
        self._level = min(self._most, self._level + max(0.0, now - self._at) * self.rate)
        self._at = now
