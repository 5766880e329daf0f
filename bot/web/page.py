"""The page of the web chat: one document with its style and script inside, made once."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.library.model import Library
from bot.web import words

_HERE = Path(__file__).parent
_SCRIPTS = ("text", "memory", "net", "view", "leave", "main")
_COUNTRIES = {"my": "Malaysia", "id": "Indonesia"}
# Shown while the content names none. A decision of the product (design.md, 12).
_EMERGENCY = (("Malaysia", "999"), ("Indonesia", "110", "112"))


@dataclass(frozen=True)
class Page:
    """The document, plain and packed, with what goes into its headers."""

    html: bytes
    packed: bytes
    etag: str
    policy: str  # Content-Security-Policy


def chat_page(library: Library, other_ways: tuple[tuple[str, str], ...] = ()) -> Page:
    """The chat. Numbers that a phone can dial from inside a country come from the helplines of the content."""
    emergency = emergency_numbers(library)
    codes = {line.number for line in library.helplines if re.fullmatch(r"\d[\d-]{2,9}", line.number)}
    settings = {
        **words.SCRIPT,
        "emergency": emergency,
        "codes": sorted(codes.union(*(numbers for _, *numbers in emergency))),
    }
    css = squeeze((_HERE / "static" / "chat.css").read_text("utf-8"))
    body = "\n".join((_HERE / "static" / f"{name}.js").read_text("utf-8") for name in _SCRIPTS)
    script = squeeze(
        f'(() => {{\n"use strict";\nconst W = JSON.parse(document.getElementById("words").textContent);\n{body}}})();'
    )
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, trim_blocks=True, undefined=StrictUndefined
    )
    html = environment.get_template("chat.html").render(
        w=words.PAGE, css=css, script=script, settings=data_block(settings), ways=other_ways, emergency=emergency
    )
    return made(html, css, script)


def made(html: str, css: str, script: str | None = None) -> Page:
    raw = html.encode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_sha(css)}'; "
        + (f"script-src 'sha256-{_sha(script)}'; " if script is not None else "")
        + "connect-src 'self'; img-src 'self' data:; media-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(raw, gzip.compress(raw, 9, mtime=0), f'"{hashlib.sha256(raw).hexdigest()[:24]}"', policy)


def emergency_numbers(library: Library) -> tuple[tuple[str, ...], ...]:
    """(country, number, number, …) of the emergency lines, in the content's order."""
    found: dict[str, tuple[str, ...]] = {}
    for line in library.helplines:
        if line.kind == "emergency" and line.via == "call" and line.country in _COUNTRIES:
            country = _COUNTRIES[line.country]
            found[country] = (*found.get(country, (country,)), line.number)
    return tuple(found.values()) or _EMERGENCY


def data_block(data: object) -> str:
    """JSON that can stand inside <script>."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def squeeze(source: str) -> str:
    """Without indentation, empty lines and comments that fill their lines."""
    source = re.sub(r"^\s*/\*.*?\*/\s*$", "", source, flags=re.MULTILINE)
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _sha(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
