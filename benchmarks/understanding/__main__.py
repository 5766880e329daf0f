"""See the package."""

from __future__ import annotations

import argparse

from benchmarks.understanding import calibration
from benchmarks.understanding.sets import ROOT
from bot.understanding.data import load_language

parser = argparse.ArgumentParser()
parser.add_argument("--calibrate", action="store_true")
o = parser.parse_args()
calibration.fit(load_language(ROOT / "content"))
