"""Draws content/pictures/*.svg as content/media/*.png: small files that a cheap phone can load and show.

    python scripts/make_pictures.py [KEY ...]      only these; else all whose drawing has changed

Needs Chromium and the DejaVu fonts (apt-get install chromium fonts-dejavu-core). Each picture notes in itself the hash of
the drawing it was made from. A drawing whose words leave the picture or cover one another is refused.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image, PngImagePlugin
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.library.review import text_hash  # noqa: E402
from tests.services import CHROMIUM_ARGS, ensure_chromium  # noqa: E402

DRAWINGS = ROOT / "content" / "pictures"
PICTURES = ROOT / "content" / "media"
NOTE = "Drawing"  # the PNG text that holds the hash of the SVG
LARGEST = 60_000  # bytes
WIDEST = 800  # pixels
COLOURS = (64, 48, 32, 24)  # tried in this order until the file is small enough

_WORDS_OUT_OF_PLACE = """() => {
    const whole = document.querySelector('svg').getBoundingClientRect();
    const boxes = [...document.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    const found = [];
    boxes.forEach(([words, box], index) => {
        if (box.left < 4 || box.top < 4 || box.right > whole.width - 4 || box.bottom > whole.height)
            found.push(`"${words}" leaves the picture`);
        for (const [others, other] of boxes.slice(index + 1)) {
            const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
            const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
            if (wide > 1 && high > 0.25 * Math.min(box.height, other.height))
                found.push(`"${words}" covers "${others}"`);
        }
    });
    return found;
}"""


def main(wanted: list[str]) -> int:
    drawings = {path.stem: path for path in sorted(DRAWINGS.glob("*.svg"))}
    if unknown := sorted(set(wanted) - set(drawings)):
        print(f"no such drawing: {', '.join(unknown)}", file=sys.stderr)
        return 2
    stale = [key for key in drawings if key in wanted or (not wanted and not is_current(key))]
    if not stale:
        return 0
    failed = False
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(ensure_chromium()), args=list(CHROMIUM_ARGS))
        page = browser.new_page(device_scale_factor=1)
        for key in stale:
            faults = draw(page, key)
            failed = failed or bool(faults)
            for fault in faults:
                print(f"{key}: {fault}", file=sys.stderr)
            if not faults:
                print(f"{key}.png: {(PICTURES / f'{key}.png').stat().st_size} bytes")
        browser.close()
    return int(failed)


def is_current(key: str) -> bool:
    """True if the picture was made from the drawing as it is now."""
    path = PICTURES / f"{key}.png"
    if not path.exists():
        return False
    with Image.open(path) as image:
        return image.info.get(NOTE) == text_hash((DRAWINGS / f"{key}.svg").read_text(encoding="utf-8"))


def draw(page: Page, key: str) -> list[str]:
    """Writes the picture of one drawing. Returns what is wrong with it; then nothing is written."""
    source = (DRAWINGS / f"{key}.svg").read_text(encoding="utf-8")
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{source}")
    drawing = page.locator("svg")
    box = drawing.bounding_box()
    assert box is not None
    if box["width"] > WIDEST:
        return [f"{box['width']:.0f} pixels wide, {WIDEST} at most"]
    if faults := list(page.evaluate(_WORDS_OUT_OF_PLACE)):
        return [str(fault) for fault in faults]
    page.set_viewport_size({"width": round(box["width"]), "height": round(box["height"])})
    with Image.open(io.BytesIO(drawing.screenshot())) as shot:
        flat = shot.convert("RGB")
    note = PngImagePlugin.PngInfo()
    note.add_text(NOTE, text_hash(source))
    for colours in COLOURS:
        small = io.BytesIO()
        few = flat.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(small, "PNG", optimize=True, pnginfo=note)
        if small.tell() <= LARGEST:
            (PICTURES / f"{key}.png").write_bytes(small.getvalue())
            return []
    return [f"larger than {LARGEST} bytes: draw it more simply"]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
