"""A local Telegram: the Bot API as far as Bekal uses it, strict about the form of every request.

    async with TelegramServer() as telegram:
        channel = Telegram(telegram.token, base=telegram.url)
        telegram.script("sendMessage", flood(3), blocked(), OK)

Each request is checked against tests/api/telegram-bot-api.json (names, required parameters, types) and some of the
limits that the description only tells in words. What people do (`say`, `tap`, `block`) becomes an update, put into the
queue of getUpdates or, with `post`, delivered to a webhook.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections import deque
from typing import Any

import aiohttp
from aiohttp import web

from tests.servers_checks import check_telegram
from tests.servers_http import OK, Answer, Call, LocalServer, now, suffer

TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}


def refused(status: int, description: str, **parameters: Any) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Answer(status, body)


def bad(description: str, **parameters: Any) -> Answer:
    return refused(400, f"Bad Request: {description}", **parameters)


def flood(seconds: int) -> Answer:
    return refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def blocked() -> Answer:
    return refused(403, "Forbidden: bot was blocked by the user")


def broken(status: int = 500) -> Answer:
    return refused(status, "Internal Server Error")


class TelegramServer(LocalServer):
    """`sent` is what people have got, by chat; `answer_chat` gives one chat an answer of its own."""

    def __init__(self, token: str = "7000000001:TEST-token_of-the-local-Telegram", secret: str = "") -> None:
        super().__init__()
        self.token = token
        self.secret = secret
        self.webhook = ""
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.queue: deque[dict[str, Any]] = deque()
        self.sent: dict[str, list[dict[str, Any]]] = {}
        self.deleted: list[tuple[str, int]] = []
        self.files: dict[str, tuple[str, bytes]] = {}  # file id -> path and content of what people sent
        self._chats: dict[str, Answer] = {}
        self._message_id = 100
        self._update_id = 500_000
        self._arrived = asyncio.Event()

    @property
    def bot_id(self) -> int:
        return int(self.token.partition(":")[0])

    def routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)

    def answer_chat(self, chat: int | str, answer: Answer | None) -> None:
        if answer is None:
            self._chats.pop(str(chat), None)
        else:
            self._chats[str(chat)] = answer

    def texts(self, chat: int | str) -> list[str]:
        return [str(message.get("text", "")) for message in self.sent.get(str(chat), [])]

    # --- what the bot asks

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        answer = self.next_answer(method)
        call = Call(method, dict(request.query), now(), answer)
        if answer.fate == "reset-before":
            self.calls.append(call)
            await suffer(request, answer)
        await self._read(request, call)
        self.calls.append(call)
        if request.match_info["token"] != self.token:
            return _json(refused(401, "Unauthorized"))
        if complaint := check_telegram(method, call.params, call.files):
            self.complaints.append(f"{method}: {complaint}")
            return _json(bad(f"[local check] {complaint}"))
        if answer is OK:
            answer = self._chats.get(str(call.params.get("chat_id")), answer)
            call.answer = answer
        result: Any = None
        if answer.accept:
            reason = _wrong(method, call.params)
            if reason is not None:
                return _json(reason)
            result = await self._do(method, call)
            call.accepted = True
            if isinstance(result, Answer):
                return _json(result)
        await suffer(request, answer)
        return _json(answer if answer.body is not None or not answer.accept else Answer(body=_ok(result)))

    @staticmethod
    async def _read(request: web.Request, call: Call) -> None:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                call.files[name] = (value.filename, value.file.read(), value.content_type)
            else:
                call.params[name] = value if isinstance(value, str) else bytes(value).decode()

    async def _do(self, method: str, call: Call) -> Any:
        params = call.params
        if method == "getUpdates":
            return await self._updates(params)
        if method in ("sendMessage", "sendPhoto", "sendVoice", "sendAudio", "sendDocument"):
            return self._message(method, call)
        if method == "deleteMessages":
            self.deleted += [(params["chat_id"], message) for message in json.loads(params["message_ids"])]
        elif method == "setWebhook":
            self.webhook, self.secret = params["url"], params.get("secret_token", "")
        elif method == "deleteWebhook":
            self.webhook = ""
        elif method == "setMyCommands":
            self.commands[params.get("language_code", "")] = json.loads(params["commands"])
        elif method == "getWebhookInfo":
            waiting = len(self.queue)
            return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": waiting}
        elif method == "getFile":
            if (found := self.files.get(params["file_id"])) is None:
                return bad("wrong file_id or the file is temporarily unavailable")
            if len(found[1]) > 20_000_000:
                return bad("file is too big")
            named = {"file_id": params["file_id"], "file_unique_id": "u" + params["file_id"]}
            return named | {"file_size": len(found[1]), "file_path": found[0]}
        elif method == "getMe":
            return {"id": self.bot_id, "is_bot": True, "first_name": "Bekal", "username": "bekal_test_bot"}
        return True

    def _message(self, method: str, call: Call) -> dict[str, Any]:
        self._message_id += 1
        chat = call.params["chat_id"]
        number = int(chat) if chat.lstrip("-").isdigit() else 0
        private = number > 0
        message: dict[str, Any] = {
            "message_id": self._message_id,
            "date": 1_790_000_000,
            "chat": {"id": number, "type": "private", "first_name": "X"}
            if private
            else {"id": number, "type": "group"},
            "from": {"id": self.bot_id, "is_bot": True, "first_name": "Bekal"},
        }
        if not private:
            message["chat"]["title"] = "Petugas"
        if method == "sendMessage":
            message["text"] = _visible(call.params)
            if markup := call.params.get("reply_markup"):
                message["reply_markup"] = json.loads(markup)
        else:
            kind = method.removeprefix("send").lower()
            sent = call.files.get(kind)
            size = len(sent[1]) if sent else 0
            file = {
                "file_id": f"{kind}-{self._message_id}",
                "file_unique_id": f"u{self._message_id}",
                "file_size": size,
            }
            extra: dict[str, Any] = {"voice": {"duration": 1}, "audio": {"duration": 1}}.get(kind, {})
            if kind == "photo":
                message[kind] = [file | {"width": 1, "height": 1}]
            else:
                message[kind] = file | extra
        self.sent.setdefault(chat, []).append(message)
        return message

    async def _updates(self, params: dict[str, Any]) -> Any:
        """Asking from an offset on forgets everything before it, as Telegram does."""
        if self.webhook:
            return refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(params.get("offset", 0))
        while self.queue and self.queue[0]["update_id"] < offset:
            self.queue.popleft()
        if not self.queue and (wait := float(params.get("timeout", 0))):
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), wait)
            except TimeoutError:
                return []
        return [update for update in self.queue if update["update_id"] >= offset][: int(params.get("limit", 100))]

    async def _file(self, request: web.Request) -> web.Response:
        """What getFile named; scripted as the method "file". Telegram gives everything as octets."""
        answer = self.next_answer("file")
        path = request.match_info["path"]
        self.calls.append(Call("file", {"path": path}, now(), answer))
        await suffer(request, answer)
        content = next((content for name, content in self.files.values() if name == path), None)
        if request.match_info["token"] != self.token or content is None:
            return _json(refused(404, "Not Found"))
        if not answer.accept:
            return _json(answer)
        return web.Response(body=content, content_type="application/octet-stream")

    def voice(
        self, chat: int, content: bytes, *, file_id: str = "voice-in", path: str = "voice/file_1.oga"
    ) -> dict[str, Any]:
        """A voice note of a person, which getFile then knows."""
        self.files[file_id] = (path, content)
        sound = {"file_id": file_id, "file_unique_id": "u" + file_id, "duration": 3, "mime_type": "audio/ogg"}
        return self.say(chat, voice=sound | {"file_size": len(content)})

    # --- what people do

    def update(self, **content: Any) -> dict[str, Any]:
        self._update_id += 1
        return {"update_id": self._update_id, **content}

    def say(self, chat: int, text: str = "", **more: Any) -> dict[str, Any]:
        """A message of a person; `more` are further fields (voice=..., caption=...)."""
        self._message_id += 1
        message: dict[str, Any] = {"message_id": self._message_id, "date": 1_790_000_000, **_private(chat)}
        if text:
            message["text"] = text
        return self.update(message=message | more)

    def tap(self, chat: int, data: str) -> dict[str, Any]:
        """A tap on a button with this data."""
        person = _private(chat)
        query = {"id": f"tap{self._update_id}", "from": person["from"], "chat_instance": "1", "data": data}
        message = {"message_id": self._message_id, "date": 1_790_000_000, "chat": person["chat"], "text": "..."}
        return self.update(callback_query=query | {"message": message})

    def tap_label(self, chat: int, label: str) -> dict[str, Any]:
        """A tap on the button of the last keyboard whose label holds these words."""
        for message in reversed(self.sent.get(str(chat), [])):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label.casefold() in button["text"].casefold():
                        return self.tap(chat, button["callback_data"])
        raise LookupError(f"no button {label!r} was sent to {chat}")

    def block(self, chat: int, blocked: bool = True) -> dict[str, Any]:
        bot = {"id": self.bot_id, "is_bot": True, "first_name": "Bekal"}
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        change = {"date": 1_790_000_000, **_private(chat)}
        change["old_chat_member"] = {"user": bot, "status": old} | ({"until_date": 0} if old == "kicked" else {})
        change["new_chat_member"] = {"user": bot, "status": new} | ({"until_date": 0} if new == "kicked" else {})
        return self.update(my_chat_member=change)

    def push(self, *updates: dict[str, Any]) -> None:
        """Into the queue of getUpdates."""
        self.queue.extend(updates)
        self._arrived.set()

    async def post(self, url: str, update: Any, *, secret: str | None = None) -> int:
        """Deliver to a webhook, with the secret it was set with; the status that came back."""
        secret = self.secret if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        async with aiohttp.ClientSession() as session, session.post(url, json=update, headers=headers) as answer:
            await answer.read()
            return answer.status


def _private(chat: int) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "X", "language_code": "id"}
    return {"chat": {"id": chat, "type": "private", "first_name": "X"}, "from": person}


def _ok(result: Any) -> dict[str, Any]:
    return {"ok": True, "result": result}


def _json(answer: Answer) -> web.Response:
    return web.json_response(answer.body or _ok(True), status=answer.status, headers=answer.headers)


# --- what Telegram refuses -------------------------------------------------------------------------------------------


def _visible(params: dict[str, Any]) -> str:
    """The text after entities parsing."""
    shown = str(params.get("text", ""))
    return html.unescape(re.sub(r"<[^>]*>", "", shown)) if params.get("parse_mode") == "HTML" else shown


def _wrong(method: str, params: dict[str, Any]) -> Answer | None:
    """Limits that the API's description only tells in words."""
    if method == "sendMessage":
        if params.get("parse_mode") == "HTML" and (tag := _bad_markup(params["text"])):
            return bad(f"can't parse entities: {tag}")
        size = len(_visible(params).strip().encode("utf-16-le")) // 2
        if size == 0:
            return bad("message text is empty")
        if size > 4096:
            return bad("message is too long")
    if markup := params.get("reply_markup"):
        for row in json.loads(markup).get("inline_keyboard", []):
            for button in row:
                if not 1 <= len(button.get("callback_data", "x").encode()) <= 64 or not button["text"].strip():
                    return bad("BUTTON_DATA_INVALID")
    if method == "deleteMessages" and not 1 <= len(json.loads(params["message_ids"])) <= 100:
        return bad("message identifiers are not specified, or too many")
    if method == "setWebhook" and not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")):
        return bad("secret token contains unallowed characters")
    return None


def _bad_markup(text: str) -> str | None:
    opened: list[str] = []
    for found in re.finditer(r"<(/?)([^\s<>/]*)[^<>]*(>?)", text):
        slash, tag, closed = found.groups()
        if tag not in TAGS or not closed:
            return f'Unsupported start tag "{tag}"'
        if not slash:
            opened.append(tag)
        elif not opened or opened.pop() != tag:
            return "Unmatched end tag"
    return "Can't find end tag" if opened else None
