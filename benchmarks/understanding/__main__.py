"""How well messages are understood, and how fast: `make understanding`.

    python -m benchmarks.understanding               the table of methods, then Bekal's own in detail
    python -m benchmarks.understanding --quick       only Bekal's own, without what is held back
    python -m benchmarks.understanding --errors      and every miss of the sets that may be looked at (never the test files)
    python -m benchmarks.understanding --calibrate   fits `Trust` (bot/understanding/match.py)
    python -m benchmarks.understanding --plot FILE   and draws how far the estimated chance can be trusted

What is measured on: benchmarks/understanding/sets.py. What the figures were: docs/understanding.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.understanding import calibration, compare, shipped
from benchmarks.understanding.sets import ROOT
from bot.understanding.data import load_language


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-table", action="store_true", help="leave the comparison of methods out")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--one", help="measure one method, for the table")
    options = parser.parse_args()
    if options.one:
        compare.one(options.one)
    elif options.calibrate:
        calibration.fit(load_language(ROOT / "content"))
    else:
        if not (options.quick or options.no_table):
            compare.table()
        shipped.report(
            load_language(ROOT / "content"), held=not options.quick, errors=options.errors, plot=options.plot
        )


if __name__ == "__main__":
    main()
