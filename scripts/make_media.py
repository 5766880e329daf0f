"""Makes the first sounds and pictures of content/media/: a machine's voice and plain drawings, until people do better.

Needs espeak-ng, ffmpeg and Pillow, which the bot itself does not need; the files it makes are kept in the repository.

    apt-get install -y --no-install-recommends espeak-ng ffmpeg fonts-dejavu-core
    pip install pillow
    python scripts/make_media.py [KEY ...]      only these; else everything whose text has changed

Sounds follow content/media/media.yaml: the text at `reads`, or else the `alt`, in Indonesian. `of` is written anew.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.library.load import read  # noqa: E402
from bot.library.review import text_hash  # noqa: E402

MEDIA = ROOT / "content" / "media"
LARGEST = 60_000  # bytes
BITRATES = ("16k", "14k", "12k", "10k")

# How the machine must read what it would otherwise swallow. The first that fits counts.
SPOKEN = (
    (r"KBRI/KJRI", "ka be er i atau ka je er i"),
    (r"BP3MI", "be pe tiga em i"),
    (r"P3MI", "pe tiga em i"),
    (r"\bPMI\b", "pe em i"),
    (r"KBRI", "ka be er i"),
    (r"KJRI", "ka je er i"),
    (r"\bOTP\b", "o te pe"),
    (r"\bNTB\b", "en te be"),
    (r"RM ?([\d.]+)", r"\1 ringgit"),
    (r"Rp ?([\d.]+)", r"\1 rupiah"),
    (r"\*", ""),
)


def main(wanted: list[str]) -> int:
    content = read(ROOT / "content")
    texts = {text.key: text.id for text in content.texts}
    for key, spoken in content.spoken.items():
        media = content.library.media[key]
        words = texts.get(spoken.reads, "") if spoken.reads else media.alt.id
        if not words or (key not in wanted and (wanted or spoken.of == text_hash(words))):
            continue
        size = speak(words, MEDIA / media.file)
        note(key, text_hash(words))
        print(f"{media.file}: {size} bytes")
    for key, draw in PICTURES.items():
        if key in wanted or not (wanted or (MEDIA / f"{key}.png").exists()):
            draw(MEDIA / f"{key}.png")
            print(f"{key}.png: {(MEDIA / f'{key}.png').stat().st_size} bytes")
    return 0


# ------------------------------------------------------------------ sounds


def speak(words: str, path: Path) -> int:
    """Writes Ogg Opus, 16 kHz, one channel, within the limit. Returns its size in bytes."""
    for pattern, said in SPOKEN:
        words = re.sub(pattern, said, words)
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder, "speech.wav")
        subprocess.run(["espeak-ng", "-v", "id", "-s", "135", "-g", "3", "-w", str(wave), words], check=True)
        for rate in BITRATES:
            command = ["ffmpeg", "-v", "error", "-y", "-i", str(wave), "-map_metadata", "-1", "-fflags", "+bitexact"]
            command += ["-ac", "1", "-ar", "16000", "-c:a", "libopus", "-b:a", rate, "-application", "voip"]
            subprocess.run([*command, "-flags:a", "+bitexact", str(path)], check=True)
            if path.stat().st_size <= LARGEST:
                return path.stat().st_size
    raise SystemExit(f"{path.name} is larger than {LARGEST} bytes: shorten its text")


def note(key: str, of: str) -> None:
    """Puts the hash into media.yaml, touching nothing else."""
    path = MEDIA / "media.yaml"
    entry = re.compile(rf'(^  {re.escape(key)}:\n(?:    .*\n)*?    of: )"[^"]*"', re.MULTILINE)
    changed, times = entry.subn(rf'\g<1>"{of}"', path.read_text(encoding="utf-8"))
    if times != 1:
        raise SystemExit(f'{path}: the entry {key} has no line `of: "…"`')
    path.write_text(changed, encoding="utf-8")


# ------------------------------------------------------------------ pictures: 640 wide, few colours, large letters

WIDTH = 640
INK, PAPER, LINE, GREEN, BLUE, SOFT = "#1b2a33", "#ffffff", "#8fa1ab", "#1f7a4d", "#1d5b99", "#eef3f5"


class Board:
    """A white board to draw on."""

    def __init__(self, height: int) -> None:
        from PIL import Image, ImageDraw

        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self.draw: Any = ImageDraw.Draw(self.image)

    def text(
        self, x: int, y: int, words: str, size: int, colour: str = INK, anchor: str = "la", bold: bool = True
    ) -> None:
        from PIL import ImageFont

        name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
        self.draw.text((x, y), words, fill=colour, font=ImageFont.truetype(name, size), anchor=anchor)

    def box(
        self, left: int, top: int, right: int, bottom: int, colour: str = PAPER, edge: str = INK, width: int = 4
    ) -> None:
        self.draw.rounded_rectangle((left, top, right, bottom), 14, fill=colour, outline=edge, width=width)

    def person(self, x: int, y: int, colour: str) -> None:
        """Head and shoulders, the middle of the head at x, y."""
        self.draw.ellipse((x - 22, y - 22, x + 22, y + 22), fill=colour)
        self.draw.pieslice((x - 44, y + 28, x + 44, y + 116), 180, 360, fill=colour)

    def save(self, path: Path) -> None:
        self.image.quantize(32).save(path, optimize=True)


def two_papers(path: Path) -> None:
    board = Board(590)
    board.text(WIDTH // 2, 22, "Dua kertas yang berbeda", 38, anchor="ma")
    for left, colour, words, other in (
        (16, BLUE, ("Perjanjian", "penempatan"), "P3MI"),
        (328, GREEN, ("Perjanjian", "kerja"), "majikan"),
    ):
        middle = left + 148
        board.box(left, 84, left + 296, 466, SOFT, colour)
        for number, word in enumerate(words):
            board.text(middle, 106 + 46 * number, word, 38, colour, "ma")
        for y in (218, 238, 258):
            board.draw.line((left + 40, y, left + 256, y), fill=LINE, width=5)
        board.person(left + 72, 316, INK)
        board.person(left + 216, 316, colour)
        board.text(middle, 330, "+", 44, INK, "mm")
        board.text(left + 72, 398, "Anda", 32, INK, "ma")
        board.text(left + 216, 398, other, 32, colour, "ma")
    board.text(WIDTH // 2, 484, "Simpan salinan keduanya.", 36, anchor="ma")
    board.text(WIDTH // 2, 532, "Ragu? Tanya BP3MI.", 32, anchor="ma")
    board.save(path)


def eight_papers(path: Path) -> None:
    names = (
        "Status perkawinan", "Izin keluarga", "Sertifikat kompetensi", "Surat sehat",
        "Paspor", "Visa kerja", "Perjanjian penempatan", "Perjanjian kerja",
    )  # fmt: skip
    board = Board(92 + 68 * len(names))
    board.text(WIDTH // 2, 20, "Delapan surat: sudah ada?", 38, anchor="ma")
    for number, name in enumerate(names, 1):
        top = 86 + 68 * (number - 1)
        if number % 2:
            board.draw.rectangle((0, top, WIDTH, top + 68), fill=SOFT)
        board.text(50, top + 34, str(number), 38, BLUE, "rm")
        board.text(70, top + 34, name, 36, INK, "lm")
        board.box(570, top + 11, 616, top + 57)
    board.save(path)


def day_hours(path: Path) -> None:
    board = Board(520)
    board.text(WIDTH // 2, 20, "Jam kerja biasa, Malaysia", 38, anchor="ma")
    for number, (figure, words) in enumerate((("8 jam", "paling lama sehari"), ("45 jam", "paling lama seminggu"))):
        top = 84 + 120 * number
        board.box(16, top, 624, top + 104, SOFT, BLUE)
        board.text(34, top + 52, figure, 50, BLUE, "lm")
        board.text(238, top + 52, words, 30, INK, "lm")
    board.text(WIDTH // 2, 336, "Sesudah 5 jam kerja, istirahat:", 34, anchor="ma")
    for hour in range(5):
        board.box(16 + 92 * hour, 392, 100 + 92 * hour, 462, BLUE, BLUE)
        board.text(58 + 92 * hour, 427, str(hour + 1), 38, PAPER, "mm")
    board.box(476, 392, 624, 462, GREEN, GREEN)
    board.text(550, 427, "30 menit", 28, PAPER, "mm")
    board.text(WIDTH // 2, 474, "Catat jam mulai dan jam selesai.", 32, anchor="ma")
    board.save(path)


PICTURES = {"two-papers": two_papers, "eight-papers": eight_papers, "day-hours": day_hours}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
