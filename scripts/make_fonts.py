"""Make the small fonts of bot/prints/fonts/ out of DejaVu Sans (apt: fonts-dejavu-core).

    python scripts/make_fonts.py [/usr/share/fonts/truetype/dejavu]

Kept are Latin, Latin Extended-A, punctuation, arrows and a few marks; every other letter of a name is drawn as «?».
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

HERE = Path(__file__).resolve().parent.parent / "bot" / "prints" / "fonts"
RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x2010, 0x2027), (0x2030, 0x203A), (0x20AC, 0x20AC),  # punctuation, euro
    (0x2190, 0x2193), (0x2212, 0x2212), (0x2260, 0x2265),  # arrows, minus, comparisons
    (0x25A0, 0x25A1), (0x25CB, 0x25CB), (0x25CF, 0x25CF), (0x2610, 0x2611), (0x2702, 0x2702), (0x2713, 0x2713),
)  # fmt: skip


def main(folder: Path) -> None:
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        options = Options()
        options.layout_features = ["kern"]
        options.hinting = False
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # its name and its licence stay in the file
        options.notdef_outline = True
        font = load_font(str(folder / name), options)
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
        subsetter.subset(font)
        save_font(font, str(HERE / name), options)
        print(name, (HERE / name).stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/truetype/dejavu"))
