"""The drawings under content/pictures/ and the small pictures made of them: complete, up to date, legible, harmless."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from bot.library.load import read
from bot.library.model import Library
from bot.library.review import text_hash

CONTENT = Path(__file__).resolve().parents[2] / "content"
DRAWINGS = sorted((CONTENT / "pictures").glob("*.svg"))
LARGEST = 60_000  # bytes
WIDEST = 800  # pixels
SMALLEST_WORDS = 18  # pixels where the picture is 640 wide
ELEMENTS = {"svg", "title", "g", "rect", "circle", "ellipse", "path", "text"}  # nothing that loads, runs or moves
FONTS = {"DejaVu Sans", "sans-serif"}
PATHS = [pytest.param(path, id=path.stem) for path in DRAWINGS]


@cache
def library() -> Library:
    return read(CONTENT).library


def elements(path: Path) -> Iterator[tuple[ElementTree.Element, float]]:
    """Each element and how much smaller or larger it is drawn than it says."""
    waiting = [(ElementTree.parse(path).getroot(), 1.0)]
    while waiting:
        element, size = waiting.pop()
        for x, y in re.findall(r"scale\((-?[\d.]+)(?:[ ,]+(-?[\d.]+))?\)", element.get("transform", "")):
            size *= min(abs(float(x)), abs(float(y or x)))
        yield element, size
        waiting += [(child, size) for child in element]


def test_each_drawing_has_its_picture_and_the_other_way_round() -> None:
    drawn = {path.stem for path in DRAWINGS}
    listed = {key: media for key, media in library().media.items() if media.kind == "picture"}
    assert drawn
    assert set(listed) == drawn
    assert {path.stem for path in (CONTENT / "media").glob("*.png")} == drawn
    assert {key: media.file for key, media in listed.items()} == {key: f"{key}.png" for key in drawn}


@pytest.mark.parametrize("drawing", PATHS)
def test_the_picture_is_small_and_made_from_the_drawing_as_it_is(drawing: Path) -> None:
    path = CONTENT / "media" / f"{drawing.stem}.png"
    assert path.stat().st_size <= LARGEST
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.width <= WIDEST
        made_from = image.info["Drawing"]
    assert made_from == text_hash(drawing.read_text(encoding="utf-8")), "run: python scripts/make_pictures.py"


@pytest.mark.parametrize("drawing", PATHS)
def test_the_picture_is_described_in_both_languages(drawing: Path) -> None:
    alt = library().media[drawing.stem].alt
    assert alt.id
    assert alt.sas


def test_every_module_has_a_picture_on_some_card() -> None:
    without = [
        module.key
        for module in library().modules
        if not any(card.statement.picture for lesson in module.lessons for card in lesson.cards)
    ]
    assert not without


def test_every_picture_is_shown_somewhere() -> None:
    cards = [card for module in library().modules for lesson in module.lessons for card in lesson.cards]
    shown = {card.statement.picture for card in cards}
    assert not {path.stem for path in DRAWINGS} - shown


@pytest.mark.parametrize("drawing", PATHS)
def test_the_drawing_loads_nothing_and_runs_nothing(drawing: Path) -> None:
    for element, _ in elements(drawing):
        namespace, _, name = element.tag.rpartition("}")
        assert namespace == "{http://www.w3.org/2000/svg"
        assert name in ELEMENTS
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on")
            assert "href" not in attribute
            assert attribute != "style"
            assert "url(" not in value
            assert "://" not in value
    assert "<!DOCTYPE" not in drawing.read_text(encoding="utf-8")


@pytest.mark.parametrize("drawing", PATHS)
def test_the_words_are_large_and_in_a_font_that_is_there(drawing: Path) -> None:
    root = ElementTree.parse(drawing).getroot()
    _, _, width, _ = map(float, root.attrib["viewBox"].split())
    families = [element.get("font-family") for element, _ in elements(drawing) if "font-family" in element.attrib]
    assert root.get("font-family")
    assert {name.strip() for family in families for name in str(family).split(",")} <= FONTS
    words = [(element, size) for element, size in elements(drawing) if element.tag.endswith("}text")]
    assert words
    for element, size in words:
        assert float(element.attrib["font-size"]) * size * 640 / width >= SMALLEST_WORDS, element.text


@pytest.mark.parametrize("drawing", PATHS)
def test_no_number_to_ring_and_no_amount_that_may_change(drawing: Path) -> None:
    for element, _ in elements(drawing):
        assert not re.search(r"\d{3}|\bRp|\bRM", element.text or ""), element.text
