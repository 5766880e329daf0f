"""The printer: a `Print` becomes a file. Drawing takes some tenths of a second: call it in a thread."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date

from bot.conversation.prints import FORMS, Drawn, is_personal, wrong_with
from bot.conversation.types import Context, Drafts, Print
from bot.prints.certificate import A4, PHONE, CertificateData, certificate
from bot.prints.contacts import phone_book
from bot.prints.pocket import arrival_picture, pocket_picture, pocket_sheet
from bot.prints.sheet import TooBig, small_png
from bot.prints.words import context_on

PIXELS = 720  # the width of a picture: a phone of 360 px shows each point twice as fine
KEPT = 24  # files in memory


class Printer:
    """Draws, and remembers what it has drawn, but nothing with a person's name on it.

    `context`: the library, the words and the operator; its time and person do not matter. `base_url`: PUBLIC_BASE_URL.
    Safe to use from many threads.
    """

    def __init__(self, context: Context, *, base_url: str = "") -> None:
        self.context, self._base = context, base_url.rstrip("/")
        self._kept: OrderedDict[tuple[Print, date, Drafts], Drawn] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, spec: Print, data: CertificateData | None, today: date, drafts: Drafts = "beside") -> Drawn:
        """The file. `today` decides which facts may still be stated. Raises ValueError for a print that makes no sense
        (a certificate without data), NoPocket and TooBig where the content is at fault."""
        if (wrong := wrong_with(spec)) is not None:
            raise ValueError(wrong)
        if is_personal(spec):
            if data is None or data.code != spec.code:
                raise ValueError("a certificate is drawn from the data of its code")
            return self._draw(spec, data, today, drafts)
        key = (spec, today, drafts)
        with self._lock:
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return known
        drawn = self._draw(spec, None, today, drafts)
        with self._lock:
            self._kept[key] = drawn
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return drawn

    def _draw(self, spec: Print, data: CertificateData | None, today: date, drafts: Drafts) -> Drawn:
        form = FORMS[spec.kind]
        content = self._content(spec, data, context_on(self.context, today, spec.language, drafts))
        if form.picture:
            content = small_png(content, PIXELS, form.most, spec.kind)
        if len(content) > form.most:
            raise TooBig(f"{spec.kind}: {len(content)} bytes, {form.most} at most")
        return Drawn(form.name, form.mime, content)

    def _content(self, spec: Print, data: CertificateData | None, c: Context) -> bytes:
        """A page as PDF, to be rendered for a picture; or the file itself."""
        if data is not None:
            return certificate(c, data, self._base, PHONE if spec.kind == "certificate" else A4)
        match spec.kind:
            case "pocket-card":
                return pocket_picture(c)
            case "pocket-print":
                return pocket_sheet(c)
            case "arrival":
                return arrival_picture(c)
            case _:
                return phone_book(c, plain=spec.plain).encode()
