"""The numbers: their form, the lists that name them, and whether somebody has rung them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.library.model import Library
from bot.library.reading import Node, Problem, parse, problem

FILE = "helplines.yaml"
_FULL = re.compile(r"\+6[02] ?[\d -]{6,14}\d")
_WITHIN = re.compile(r"\d{3}|0800[ -]?[\d -]{3,9}\d|1500[ -]?\d{3}|1-?[38]00[ -]?[\d -]{4,8}\d|15\d{3}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.\w+)+")


def check_launch(folder: Path, library: Library, today: date, launch: bool) -> Iterator[Problem]:
    """The forms of the numbers and the names in `child` and `launch_needs`; with `launch`, what has not been rung."""
    ignored: list[Problem] = []  # already told by the reading of the file
    top = Node(parse(folder / FILE, FILE, ignored), FILE, "", ignored)
    lines = {line.key: line for line in library.helplines}
    missions = {mission.key: mission for mission in library.missions}
    for line in library.helplines:
        patterns = (_EMAIL,) if line.via == "email" else (_FULL, _WITHIN)
        if not any(pattern.fullmatch(line.number) for pattern in patterns):
            what = f"{line.number!r} has not the form of a number"
            yield problem(FILE, f"helplines/{line.key}/number", what, "Write +60 … or +62 …, or a short code as it is")
        elif _WITHIN.fullmatch(line.number) and line.works_from == "any":
            what = f"{line.number!r} works only inside its country"
            yield problem(FILE, f"helplines/{line.key}/works_from", what, "Write works_from: my or id")
        if not line.facts:
            yield problem(FILE, f"helplines/{line.key}/facts", "the number rests on no fact", "Name the fact")
    rung = [(line.key, line.rung_on) for line in library.helplines]
    rung += [(mission.key, mission.rung_on) for mission in library.missions]
    for key, day in rung:
        if day is not None and day > today:
            yield problem(FILE, key, f"rung on {day}, in the future", "Write the day it was rung", "warning")
    for entry in top.items("child"):
        if entry.has("helpline") and entry.string("helpline") not in lines:
            yield problem(FILE, entry.place, f"there is no line {entry.string('helpline')!r}", "Use a key of helplines")
        if entry.has("office") and entry.string("office") not in library.offices:
            yield problem(FILE, entry.place, f"there is no office {entry.string('office')!r}", "Use a key of offices")
    needs = top.strings("launch_needs")
    for key in needs:
        line_or_mission = lines.get(key) or missions.get(key)
        place = f"launch_needs/{key}"
        if line_or_mission is None:
            yield problem(FILE, place, "there is no such line or mission", "Use a key of helplines or missions")
        elif launch and line_or_mission.number is None:
            yield problem(FILE, place, "has no number", "Find the number, ring it, write number and rung_on")
        elif launch and (line_or_mission.rung_on or date.max) > today:
            what = f"{line_or_mission.number} has not been rung"
            yield problem(FILE, place, what, "Ring it and write the day into rung_on")
    for key in missions.keys() - set(needs):
        yield problem(FILE, "launch_needs", f"{key} is missing here", "Every mission must be rung before the launch")
    for line in library.helplines:
        if line.country == "id" and line.key not in needs:
            what = f"the Indonesian line {line.key} is missing here"
            yield problem(FILE, "launch_needs", what, "Every Indonesian line must be rung before the launch")
