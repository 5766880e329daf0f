"""Telegram: inline keyboards, HTML, files; python-telegram-bot's `Bot` as the API client.

A reply becomes a text with its keyboard, then its picture and its sound (text first: the signal is weak). Each choice
is a button "1 Belajar", two in a row where they are short; the ways out are the last row. Media are uploaded once and
then named by Telegram's file id (`file_ids`, by content hash); so are prints, but for those with a name on them.
"""

from __future__ import annotations

import hashlib
import html
import json
import logging
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
)
from telegram import Message as TelegramMessage
from telegram.error import TelegramError

from bot.channels import telegram_parse, text
from bot.channels.base import (
    FETCHED_AT_MOST,
    LIMITS,
    Address,
    BlockChange,
    Body,
    Fetched,
    Files,
    Inbound,
    NotFetched,
    Part,
    SendFailed,
    Sent,
)
from bot.channels.errors import classify_telegram
from bot.channels.request import AioRequest, last_answer
from bot.channels.telegram_render import render
from bot.channels.transport import NotSent, Timeouts, TooLarge, Unanswered
from bot.conversation.prints import FORMS, Drawn, is_personal
from bot.conversation.types import Print
from bot.library.model import Media

log = logging.getLogger(__name__)

# Shown behind Telegram's menu button. Its language codes have two letters: there is none for Sasak.
COMMANDS = (
    ("menu", "Menu utama"),
    ("bantuan", "Bantuan dan nomor darurat"),
    ("bahasa", "Ganti bahasa"),
    ("petugas", "Bertanya kepada petugas"),
    ("data", "Data saya"),
    ("tutup", "Tutup layar ini"),
    ("berhenti", "Berhenti menerima pengumuman"),
)

# Telegram gives most files as application/octet-stream; the name of the file tells more.
_SOUNDS = {
    "aac": "audio/aac",
    "amr": "audio/amr",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
}

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Telegram:
    """One bot. `media` and `media_folder` are the library's small pictures and sounds; `file_ids` may be kept by the
    caller (sha256 of a file -> Telegram's id for it). `files` draws prints; without it they are left out."""

    name = "telegram"
    limits = LIMITS["telegram"]

    def __init__(
        self,
        token: str,
        *,
        base: str = "https://api.telegram.org",
        media: Mapping[str, Media] | None = None,
        media_folder: Path | None = None,
        file_ids: MutableMapping[str, str] | None = None,
        files: Files | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._token = token
        self.sender = f"telegram:{token.partition(':')[0]}"
        base = base.rstrip("/")
        self._request = AioRequest(timeouts)
        self._polling = AioRequest(timeouts, connections=2)
        self.bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request,
            get_updates_request=self._polling,
        )
        self._media = dict(media or {})
        self._folder = media_folder or Path("content/media")
        self._file_ids = {} if file_ids is None else file_ids
        self._files = files
        self._moved: dict[str, str] = {}  # groups that became supergroups (staff alerts)

    # --- in

    def parse(self, payload: Any, received_at: datetime) -> Inbound | BlockChange | None:
        return telegram_parse.parse(payload, received_at)

    async def acknowledge(self, payload: Mapping[str, Any]) -> None:
        """Stops the clock on a tapped button. Best effort: to be called after the commit, never raises."""
        if (tap := telegram_parse.tap_of(payload)) is not None:
            try:
                await self.bot.answer_callback_query(tap)
            except TelegramError as exc:
                log.debug("tap not answered: %s", classify_telegram(exc))

    async def poll(self, offset: int | None, wait: float = 25) -> list[dict[str, Any]]:
        """Updates from `offset` on, raw, waiting up to `wait` seconds for one. Asking with the next offset is what
        acknowledges them: advance it (last update_id + 1) only after they are committed. Raises SendFailed."""
        asked = {"timeout": int(wait), "allowed_updates": json.dumps(telegram_parse.ALLOWED_UPDATES)}
        if offset is not None:
            asked["offset"] = offset
        # Not Bot.get_updates: it builds objects, and one update it cannot read would block all behind it for ever.
        url = f"{self.bot.base_url}/getUpdates?{urlencode(asked)}"
        try:
            found: Any = await self._polling.post(url, read_timeout=self._polling.read_timeout + wait)
        except TelegramError as exc:
            raise classify_telegram(exc) from None
        return [update for update in found if isinstance(update, dict)]

    async def fetch(self, media: str, most: int = FETCHED_AT_MOST) -> Fetched:
        """getFile, then the file; Telegram itself gives at most 20 MB. The address holds the token: it is told nowhere.
        Raises NotFetched."""
        path = await self._file_path(media, most)
        fault: NotFetched
        try:
            answer = await self._request.download(f"{self.bot.base_file_url}/{quote(path)}", most)
        except TooLarge:
            fault = NotFetched("too-large", again=False)
        except NotSent:
            fault = NotFetched("not-sent", again=True)
        except Unanswered:
            fault = NotFetched("no-answer", again=True)
        else:
            if answer.status == 200 and answer.body:
                given = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                known = _SOUNDS.get(path.rpartition(".")[2].lower(), "application/octet-stream")
                mime = known if given in ("", "application/octet-stream", "binary/octet-stream") else given
                return Fetched(path.rpartition("/")[2], mime, answer.body)
            # Links run out after an hour: the next try asks for a new one.
            fault = NotFetched("empty" if answer.status == 200 else f"http-{answer.status}", again=True)
        raise fault

    async def _file_path(self, media: str, most: int) -> str:
        """Where Telegram has the file just now."""
        try:
            # Not Bot.get_file, which looks whether the path is a file of this machine.
            found: Any = await self._request.post(f"{self.bot.base_url}/getFile?{urlencode({'file_id': media})}")
        except TelegramError as exc:
            failed, says = classify_telegram(exc), str(exc).casefold()
        else:
            path, size = (found.get("file_path"), found.get("file_size")) if isinstance(found, dict) else (None, None)
            if isinstance(size, int) and size > most:
                raise NotFetched("too-large", again=False)
            if not isinstance(path, str) or path.startswith("/") or ".." in path.split("/"):
                raise NotFetched("no-path", again=True)
            return path
        if "file is too big" in says:
            raise NotFetched("too-large", again=False)
        if "temporarily unavailable" in says:
            raise NotFetched("unavailable", again=True)
        raise NotFetched.of(failed)

    async def forget(self, media: str) -> None:
        """Nothing to do: the file lies in the person's own chat, and nowhere that is ours."""

    # --- out

    def render(self, body: Body) -> list[Part]:
        return [part for part in render(body, self._media) if part.print is None or self._files is not None]

    async def send(self, to: Address, part: Part, *, now: datetime, ref: int | None = None) -> Sent:
        """`now` and `ref` mean nothing to Telegram. Resends once by itself: as plain text when the markup is refused,
        with the file when a remembered file id is gone, to the new id of a group that moved. Raises SendFailed."""
        account = self._moved.get(to.account, to.account)
        try:
            return await self._try(account, part)
        except SendFailed as exc:
            if exc.code == "entities":
                return await self._try(account, part, marked=False)
            if exc.code == "stale-file" and await self._forget(part):
                return await self._try(account, part)
            if exc.moved_to:
                log.warning("a group became a supergroup: put its new id into STAFF_ALERT_TELEGRAM_CHAT")
                self._moved[to.account] = exc.moved_to
                return await self._try(exc.moved_to, part)
            if part.kind == "delete" and exc.action in ("permanent_message", "permanent_address", "content"):
                return Sent("")  # best effort: what cannot be taken back stays
            raise

    async def _try(self, account: str, part: Part, *, marked: bool = True) -> Sent:
        chat: int | str = int(account) if account.removeprefix("-").isdigit() else account
        last_answer.set(None)
        try:
            return await self._deliver(chat, part, marked)
        except TelegramError as exc:
            failed = classify_telegram(exc)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            # python-telegram-bot could not read the message that Telegram made. It was made: no second one.
            if (body := last_answer.get()) is None:
                raise
            log.error("Telegram's answer could not be read (%s); counted as sent", type(exc).__name__)
            return Sent(_message_id(body))
        raise failed

    async def _deliver(self, chat: int | str, part: Part, marked: bool) -> Sent:
        keyboard = _keyboard(part)
        if part.kind == "delete":
            await self.bot.delete_messages(chat, [int(message) for message in part.messages])
            return Sent("")
        if part.kind == "document" and part.document is not None:
            file = InputFile(part.document.text.encode(), filename=part.document.name)
            sent = await self.bot.send_document(chat, file, reply_markup=keyboard)
        elif part.media is not None:
            sent = await self._send_media(chat, part.media)
        elif part.print is not None:
            sent = await self._send_print(chat, part.print)
        else:
            sent = await self.bot.send_message(
                chat,
                _html(part.text) if marked else text.plain(part.text),
                parse_mode="HTML" if marked else None,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        return Sent(str(sent.message_id))

    async def _send_media(self, chat: int | str, media: Media) -> TelegramMessage:
        content = (self._folder / media.file).read_bytes()
        key = hashlib.sha256(content).hexdigest()
        known = self._file_ids.get(key)
        file: str | InputFile = known or InputFile(content, filename=Path(media.file).name)
        kept: Any
        if media.kind == "picture":
            sent = await self.bot.send_photo(chat, file)
            kept = sent.photo[-1] if sent.photo else None
        elif media.mime == "audio/ogg":
            sent = await self.bot.send_voice(chat, file)
            kept = sent.voice
        else:
            sent = await self.bot.send_audio(chat, file)
            kept = sent.audio
        if not known and kept is not None:
            self._file_ids[key] = kept.file_id
        return sent

    async def _send_print(self, chat: int | str, spec: Print) -> TelegramMessage:
        """A picture goes as a photo, into the gallery; all else under its neutral name."""
        drawn = await self._drawn(spec)
        key = hashlib.sha256(drawn.content).hexdigest()
        known = self._file_ids.get(key)
        file: str | InputFile = known or InputFile(drawn.content, filename=drawn.name)
        kept: Any
        if FORMS[spec.kind].picture:
            sent = await self.bot.send_photo(chat, file)
            kept = sent.photo[-1] if sent.photo else None
        else:
            sent = await self.bot.send_document(chat, file)
            kept = sent.document
        if not known and kept is not None and not is_personal(spec):
            self._file_ids[key] = kept.file_id
        return sent

    async def _drawn(self, spec: Print) -> Drawn:
        if self._files is None:
            raise SendFailed("no-printer", "content", ours=True)
        try:
            return await self._files(spec)
        except LookupError:  # a certificate that was erased meanwhile
            raise SendFailed("no-print", "content") from None

    async def _forget(self, part: Part) -> bool:
        """Was a file id remembered for this part? It is not any more."""
        if part.media is not None:
            content = (self._folder / part.media.file).read_bytes()
        elif part.print is not None:
            content = (await self._drawn(part.print)).content
        else:
            return False
        return self._file_ids.pop(hashlib.sha256(content).hexdigest(), None) is not None

    # --- setting up

    async def set_webhook(self, url: str, secret: str, connections: int = 40) -> None:
        """Have updates delivered to `url` with the secret-token header. Waiting ones are kept. Raises SendFailed."""
        try:
            await self.bot.set_webhook(
                url,
                secret_token=secret,
                allowed_updates=telegram_parse.ALLOWED_UPDATES,
                max_connections=connections,
                drop_pending_updates=False,
            )
        except TelegramError as exc:
            raise classify_telegram(exc) from None

    async def delete_webhook(self) -> None:
        """Before polling: the two exclude each other. Waiting updates are kept. Raises SendFailed."""
        try:
            await self.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as exc:
            raise classify_telegram(exc) from None

    async def set_my_commands(self, commands: Sequence[tuple[str, str]] = COMMANDS) -> None:
        """The menu of commands, for everybody and for Indonesian phones. Raises SendFailed."""
        shown = [BotCommand(name, says) for name, says in commands]
        try:
            await self.bot.set_my_commands(shown)
            await self.bot.set_my_commands(shown, language_code="id")
        except TelegramError as exc:
            raise classify_telegram(exc) from None

    def redact(self, text: str) -> str:
        secret = self._token.partition(":")[2]
        return text.replace(self._token, "…").replace(secret, "…") if secret else text.replace(self._token, "…")

    async def close(self) -> None:
        await self._request.shutdown()
        await self._polling.shutdown()


def _html(marked: str) -> str:
    """*bold* as <b>, everything else escaped."""
    return "".join(
        f"<b>{html.escape(run, quote=False)}</b>" if bold else html.escape(run, quote=False)
        for run, bold in text.tokens(marked)
    )


def _keyboard(part: Part) -> InlineKeyboardMarkup | None:
    if not part.buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.data) for button in row] for row in part.buttons]
    )


def _message_id(body: bytes) -> str:
    try:
        return str(json.loads(body)["result"]["message_id"])
    except (ValueError, KeyError, TypeError):
        return ""
