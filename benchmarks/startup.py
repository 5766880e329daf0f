"""How long from the command to a server that is ready, on an embedded database that is new and then known.

python -m benchmarks.startup [--times 5]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.story.process import Bekal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    for name in ("new database", "known database"):
        seconds = []
        with tempfile.TemporaryDirectory() as shared:
            Bekal(Path(shared)).start().stop()
            for _ in range(given.times):
                with tempfile.TemporaryDirectory() as fresh:
                    bekal = Bekal(Path(fresh if name == "new database" else shared))
                    begin = time.perf_counter()
                    bekal.start()
                    seconds.append(time.perf_counter() - begin)
                    bekal.stop()
        print(
            f"{name}: ready after {statistics.median(seconds):.2f} s (min {min(seconds):.2f}, max {max(seconds):.2f})"
        )


if __name__ == "__main__":
    main()
