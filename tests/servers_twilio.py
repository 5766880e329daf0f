"""A local Twilio: the Messages and Content APIs as far as Bekal uses them, strict about the form of every request.

    async with TwilioServer() as twilio:
        channel = WhatsApp(twilio.sid, twilio.auth_token, twilio.number, api_base=twilio.url, content_base=twilio.url,
                           public_base="https://bekal.example")
        twilio.script("create", error(63016), hang(accepted=True), OK)

`create` is checked against tests/api/twilio-messages-openapi.json. Webhooks and status callbacks are signed for the
public URL and posted to `app_url`, wherever the programme really listens.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from tests.servers_checks import check_content, check_create
from tests.servers_http import Answer, Call, LocalServer, now, suffer

MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MEDIA = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}/Media/{Media}"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"


def error(code: int, status: int = 400, message: str = "refused by the local Twilio", **headers: str) -> Answer:
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    return Answer(status, body | {"status": status}, headers=headers)


def throttled(retry_after: str = "") -> Answer:
    answer = error(20429, 429, "Too Many Requests")
    if retry_after:
        answer.headers["Retry-After"] = retry_after
    return answer


def broken(status: int = 500) -> Answer:
    return Answer(status, None)


class TwilioServer(LocalServer):
    """`messages` holds what exists at Twilio, in and out, oldest first, as its JSON; `contents` the Content resources
    by SID. `fetch_media`: get each MediaUrl as Twilio does (HEAD and GET) and note it in `fetched`."""

    def __init__(
        self,
        sid: str = "AC" + "0" * 31 + "1",
        auth_token: str = "local-auth-token",
        number: str = "+15005550006",
        *,
        public_base: str = "",
        app_url: str = "",
        fetch_media: bool = False,
    ) -> None:
        super().__init__()
        self.sid, self.auth_token, self.number = sid, auth_token, number
        self.public_base, self.app_url = public_base.rstrip("/"), app_url.rstrip("/")
        self.fetch_media = fetch_media
        self.fetched: list[tuple[str, str, int, str]] = []  # URL, method, status, content type
        self.messages: list[dict[str, Any]] = []
        self.contents: dict[str, dict[str, Any]] = {}
        # What people sent, by media SID: type and content. It is stored elsewhere, and asking the API leads there.
        self.media: dict[str, tuple[str, bytes]] = {}
        self.media_moves = True
        self.callbacks: dict[str, str] = {}  # message SID -> StatusCallback
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._count = 0

    def routes(self, app: web.Application) -> None:
        app.router.add_post(MESSAGES, self._create)
        app.router.add_get(MESSAGES, self._list)
        app.router.add_get(MESSAGE, self._one)
        app.router.add_delete(MESSAGE, self._one)
        app.router.add_post("/v1/Content", self._content)
        app.router.add_delete(MEDIA + ".json", self._delete_media)
        app.router.add_get(MEDIA, self._media)
        app.router.add_get("/stored/{Media}", self._stored)

    def _sid(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:032x}"

    @property
    def bodies(self) -> list[str]:
        """What people have got, in words."""
        return [message["body"] for message in self.messages if message["direction"] == "outbound-api"]

    # --- what the programme asks

    async def _begin(self, request: web.Request, method: str) -> Call:
        answer = self.next_answer(method)
        call = Call(method, dict(request.query), now(), answer)
        if answer.fate == "reset-before":
            self.calls.append(call)
            await suffer(request, answer)
        if request.content_type == "application/json":
            call.params |= await request.json()
        elif request.can_read_body:
            for name, value in (await request.post()).items():
                call.params.setdefault(name, []).append(value)
        self.calls.append(call)
        expected = "Basic " + base64.b64encode(f"{self.sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("Authorization") != expected:
            raise _http(error(20003, 401, "Authenticate"))
        if request.match_info.get("AccountSid", self.sid) != self.sid:
            raise _http(error(20404, 404, "The requested resource was not found"))
        return call

    async def _create(self, request: web.Request) -> web.Response:
        call = await self._begin(request, "create")
        if complaint := check_create(call.params):
            self.complaints.append(f"create: {complaint}")
            return _json(error(21600, 400, f"[local check] {complaint}"))
        form = {name: values[-1] for name, values in call.params.items()}
        answer, made = call.answer, None
        if answer.accept:
            if (wrong := self._wrong(form)) is not None:
                return _json(wrong)
            made = self._make(form)
            call.accepted = True
            if self.fetch_media and "MediaUrl" in form:
                await self._fetch(form["MediaUrl"])
        await suffer(request, answer)
        return _json(Answer(201, made)) if made is not None and answer.body is None else _json(answer)

    def _wrong(self, form: dict[str, Any]) -> Answer | None:
        if not form.get("From", "").startswith("whatsapp:") or not form["To"].startswith("whatsapp:"):
            return error(21910, 400, "Invalid From and To pair")
        if form["From"] != f"whatsapp:{self.number}":
            return error(63007, 400, "could not find a Channel with the specified From address")
        if len(form.get("Body", "").encode("utf-16-le")) // 2 > 1600:
            return error(21617, 400, "The concatenated message body exceeds the 1600 character limit")
        if not form.get("Body") and not form.get("MediaUrl") and not form.get("ContentSid"):
            return error(21619, 400, "A text message body or media urls must be specified.")
        if "ContentSid" in form and form["ContentSid"] not in self.contents:
            return error(21655, 400, "The ContentSid parameter is invalid")
        return None

    def _make(self, form: dict[str, Any]) -> dict[str, Any]:
        body = form.get("Body", "")
        if content := self.contents.get(form.get("ContentSid", "")):
            (kind,) = content["types"].values()
            body = kind["body"]
            for name, value in json.loads(form.get("ContentVariables", "{}")).items():
                body = body.replace("{{" + name + "}}", value)
        message = self._message(body, form["From"], form["To"], "outbound-api", "queued", "MediaUrl" in form)
        if callback := form.get("StatusCallback"):
            self.callbacks[message["sid"]] = callback
        return message

    def _message(
        self, body: str, from_: str, to: str, direction: str, status: str, media: bool = False, sid: str = ""
    ) -> dict[str, Any]:
        at = format_datetime(self.clock())
        message: dict[str, Any] = {
            "account_sid": self.sid,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": at,
            "date_sent": at if direction == "inbound" else None,
            "date_updated": at,
            "direction": direction,
            "error_code": None,
            "error_message": None,
            "from": from_,
            "messaging_service_sid": None,
            "num_media": str(int(media)),
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": sid or self._sid("MM" if media else "SM"),
            "status": status,
            "subresource_uris": {},
            "to": to,
            "uri": "",
        }
        self.messages.append(message)
        return message

    async def _list(self, request: web.Request) -> web.Response:
        call = await self._begin(request, "list")
        await suffer(request, call.answer)
        if call.answer.body is not None:
            return _json(call.answer)
        query = request.query
        after = query.get("DateSent>")
        found = [
            message
            for message in reversed(self.messages)
            if query.get("To", message["to"]) == message["to"]
            and query.get("From", message["from"]) == message["from"]
            and (after is None or _day(message["date_sent"]) >= after[:10])
        ]
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        here = found[page * size : (page + 1) * size]
        more = {"PageSize": size, "Page": page + 1} | {name: query[name] for name in ("To", "From") if name in query}
        path = MESSAGES.replace("{AccountSid}", self.sid)
        following = f"{path}?{urlencode(more)}" if len(found) > (page + 1) * size else None
        shown = {"messages": here, "page": page, "page_size": size, "next_page_uri": following, "uri": path}
        return web.json_response(shown)

    async def _one(self, request: web.Request) -> web.Response:
        call = await self._begin(request, "fetch" if request.method == "GET" else "delete")
        await suffer(request, call.answer)
        message = next((one for one in self.messages if one["sid"] == request.match_info["Sid"]), None)
        if message is None:
            return _json(error(20404, 404, "The requested resource was not found"))
        if request.method == "DELETE":
            self.messages.remove(message)
            return web.Response(status=204)
        return web.json_response(message)

    async def _media(self, request: web.Request) -> web.Response:
        call = await self._begin(request, "media")
        await suffer(request, call.answer)
        sid = request.match_info["Media"]
        if not call.answer.accept:
            return _json(call.answer)
        if sid not in self.media:
            return _json(error(20404, 404, "The requested resource was not found"))
        if self.media_moves:
            return web.Response(status=307, headers={"Location": f"/stored/{sid}?Expires=1"})
        return self._given(sid)

    async def _stored(self, request: web.Request) -> web.Response:
        """Where media really lie: whoever has the link gets them, and a password is out of place."""
        answer, sid = self.next_answer("stored"), request.match_info["Media"]
        self.calls.append(Call("stored", dict(request.query), now(), answer))
        if "Authorization" in request.headers:
            self.complaints.append("stored: the account's password was sent along")
        await suffer(request, answer)
        return self._given(sid) if answer.accept else _json(answer)

    def _given(self, sid: str) -> web.Response:
        mime, content = self.media[sid]
        return web.Response(body=content, headers={"Content-Type": mime} if mime else {})

    async def _delete_media(self, request: web.Request) -> web.Response:
        call = await self._begin(request, "delete-media")
        await suffer(request, call.answer)
        if not call.answer.accept:
            return _json(call.answer)
        if self.media.pop(request.match_info["Media"], None) is None:
            return _json(error(20404, 404, "The requested resource was not found"))
        return web.Response(status=204)

    def media_url(self, sid: str, message: str = "MM" + "0" * 32) -> str:
        path = MEDIA.format(AccountSid=self.sid, Sid=message, Media=sid)
        return f"https://api.twilio.com{path}"

    async def _content(self, request: web.Request) -> web.Response:
        call = await self._begin(request, "content")
        await suffer(request, call.answer)
        if call.answer.body is not None:
            return _json(call.answer)
        if complaint := check_content(call.params):
            self.complaints.append(f"content: {complaint}")
            return _json(error(63005, 400, f"[local check] {complaint}"))
        sid = self._sid("HX")
        self.contents[sid] = call.params
        call.accepted = True
        return web.json_response(call.params | {"sid": sid, "account_sid": self.sid}, status=201)

    async def _fetch(self, url: str) -> None:
        local = self._local(url)
        async with aiohttp.ClientSession() as session:
            for method in ("HEAD", "GET"):
                async with session.request(method, local) as answer:
                    await answer.read()
                    self.fetched.append((url, method, answer.status, answer.content_type))

    # --- what Twilio posts

    def sign(self, url: str, fields: list[tuple[str, str]]) -> str:
        validator = RequestValidator(self.auth_token)  # type: ignore[no-untyped-call]
        return str(validator.compute_signature(url, MultiDict(fields)))  # type: ignore[no-untyped-call]

    def _local(self, url: str) -> str:
        if self.public_base and self.app_url and url.startswith(self.public_base):
            return self.app_url + url.removeprefix(self.public_base)
        return url

    async def post(self, url: str, fields: list[tuple[str, str]], *, signature: str | None = None) -> int:
        """Post a signed form to the public `url`; the status that came back."""
        headers = {
            "X-Twilio-Signature": self.sign(url, fields) if signature is None else signature,
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(self._local(url), data=urlencode(fields), headers=headers) as answer,
        ):
            await answer.read()
            return answer.status

    def inbound(self, account: str, body: str = "", **more: str) -> list[tuple[str, str]]:
        """A person writes ('+628…' or 'ID.…'): kept as a message at Twilio; the fields that are posted to us. `more`
        are further or other fields (NumMedia, MediaContentType0, ListId, ...)."""
        fields = {
            "SmsMessageSid": "",
            "NumMedia": "0",
            "ProfileName": "Nama Profil",
            "MessageType": "text",
            "SmsSid": "",
            "WaId": account.removeprefix("+"),
            "SmsStatus": "received",
            "Body": body,
            "To": f"whatsapp:{self.number}",
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            "MessageSid": "",
            "AccountSid": self.sid,
            "From": f"whatsapp:{account}",
            "ApiVersion": "2010-04-01",
            "ChannelMetadata": "",
        } | more
        media = fields["NumMedia"] != "0"
        message = self._message(
            fields["Body"], fields["From"], fields["To"], "inbound", "received", media, more.get("MessageSid", "")
        )
        fields |= {"MessageSid": message["sid"], "SmsSid": message["sid"], "SmsMessageSid": message["sid"]}
        return list(fields.items())

    async def say(self, account: str, body: str = "", **more: str) -> int:
        """A person writes, and we are told by webhook."""
        return await self.post(f"{self.public_base}/webhooks/twilio", self.inbound(account, body, **more))

    def status_fields(self, sid: str, status: str, code: int | None = None) -> list[tuple[str, str]]:
        message = next(one for one in self.messages if one["sid"] == sid)
        message["status"], message["error_code"] = status, code
        fields = [
            ("ChannelPrefix", "whatsapp"),
            ("ApiVersion", "2010-04-01"),
            ("MessageStatus", status),
            ("SmsSid", sid),
            ("SmsStatus", status),
            ("ChannelInstallSid", "XE" + "0" * 32),
            ("To", message["to"]),
            ("From", message["from"]),
            ("MessageSid", sid),
            ("AccountSid", self.sid),
            ("ChannelToAddress", message["to"]),
        ]
        return fields + ([("ErrorCode", str(code)), ("EventType", "UNDELIVERED")] if code else [])

    async def report(self, sid: str, *statuses: str, code: int | None = None) -> list[int]:
        """Status callbacks of a message in the order given, which need not be the right one, nor without doubles."""
        url = self.callbacks[sid]
        return [await self.post(url, self.status_fields(sid, status, code)) for status in statuses]


def _day(sent: str | None) -> str:
    return parsedate_to_datetime(sent).date().isoformat() if sent else ""


def _json(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status, text="upstream fault", headers=answer.headers)
    return web.json_response(answer.body, status=answer.status, headers=answer.headers)


def _http(answer: Answer) -> web.HTTPException:
    kinds: dict[int, type[web.HTTPException]] = {401: web.HTTPUnauthorized, 404: web.HTTPNotFound}
    return kinds[answer.status](text=json.dumps(answer.body), content_type="application/json")
