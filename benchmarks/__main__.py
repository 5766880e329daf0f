"""All benchmarks, one after the other: `make bench`. Each prints its figures; none is a test."""

from __future__ import annotations

import runpy
import sys

MODULES = ("benchmarks.startup", "benchmarks.turns", "benchmarks.understanding")

if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    for module in MODULES:
        print(f"\n== {module}")
        runpy.run_module(module, run_name="__main__")
