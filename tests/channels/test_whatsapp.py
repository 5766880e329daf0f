"""WhatsApp as a whole: sending, the window, templates, lists, reconciling, the sweep; against the local Twilio."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.channels.base import Address, Channel, SendFailed, Sent
from bot.channels.whatsapp import WhatsApp, window_open
from bot.channels.whatsapp_parse import form_fields, parse_status
from bot.channels.whatsapp_render import content_hash
from tests.servers import TwilioServer, hang, tw

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
PHONE = "+6280000000001"
TO = Address(PHONE, inbound_at=NOW - timedelta(minutes=5))
LATE = Address(PHONE, inbound_at=NOW - timedelta(hours=25))
BODY: dict[str, Any] = {
    "text": "Apa yang ingin Anda ketahui?",
    "choices": [{"key": "learn", "label": "Belajar"}, {"key": "ask", "label": "Tanya"}],
    "nav": [{"key": "menu", "label": "Menu"}],
    "state": "menu",
    "step": 17,
}


async def send_all(channel: WhatsApp, body: dict[str, Any], to: Address = TO) -> list[Sent]:
    return [await channel.send(to, part, now=NOW, ref=42) for part in channel.render(body)]


def test_it_is_a_channel(whatsapp: WhatsApp) -> None:
    channel: Channel = whatsapp
    assert channel.name == "whatsapp"
    assert channel.sender == "whatsapp:15005550006"


async def test_numbered_text_with_our_id_in_the_callback(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    (sent,) = await send_all(whatsapp, BODY)
    (message,) = twilio_server.messages
    assert message["sid"] == sent.provider_id
    assert message["body"] == "Apa yang ingin Anda ketahui?\n\n1 Belajar\n2 Tanya\n\nMENU"
    assert (message["from"], message["to"]) == ("whatsapp:+15005550006", f"whatsapp:{PHONE}")
    callback = twilio_server.callbacks[sent.provider_id]
    assert callback == "https://bekal.example/webhooks/twilio/status?outbox=42"
    update = parse_status(callback, twilio_server.status_fields(sent.provider_id, "delivered"))
    assert update is not None
    assert (update.outbox_id, update.provider_id, update.status) == (42, sent.provider_id, "delivered")


async def test_a_hidden_number_has_no_plus(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    inbound = whatsapp.parse(twilio_server.inbound("ID.a1B2", "halo"), NOW)
    assert inbound is not None
    await send_all(whatsapp, {"text": "Halo"}, Address(inbound.account, NOW))
    assert twilio_server.messages[-1]["to"] == "whatsapp:ID.a1B2"


@pytest.mark.parametrize(
    ("age", "opened"),
    [(None, False), (0, True), (23 * 60, True), (24 * 60 - 3, True), (24 * 60 - 1, False), (25 * 60, False)],
)
def test_the_window(age: int | None, opened: bool) -> None:
    assert window_open(None if age is None else NOW - timedelta(minutes=age), NOW) is opened


async def test_outside_the_window_only_a_template_goes(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    with pytest.raises(SendFailed) as caught:
        await send_all(whatsapp, BODY, LATE)
    assert (caught.value.code, caught.value.action) == ("window-closed", "window_closed")
    assert twilio_server.calls == []
    twilio_server.contents["HX" + "a" * 32] = {"types": {"twilio/text": {"body": "Halo {{1}}, ada pesan."}}}
    planned = {"text": "Ada pesan.", "template": {"sid": "HX" + "a" * 32, "variables": {"1": "Inaq"}}, "validity": 3600}
    await send_all(whatsapp, planned, LATE)
    assert twilio_server.bodies == ["Halo Inaq, ada pesan."]
    assert twilio_server.calls[-1].params["ValidityPeriod"] == ["3600"]
    assert "Body" not in twilio_server.calls[-1].params
    await send_all(whatsapp, planned)  # inside, the words themselves
    assert twilio_server.bodies[-1] == "Ada pesan."


async def test_media_by_url_with_the_size_said_first(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    await send_all(whatsapp, {"text": "Dengarkan.", "sound": "help"})
    assert twilio_server.bodies == ["Dengarkan.\n\nSuara, 4 kB", ""]
    assert twilio_server.calls[-1].params["MediaUrl"] == ["https://bekal.example/media/help%20one.ogg"]


async def test_without_a_public_address_there_are_no_media_and_no_callbacks(
    make_whatsapp: Callable[..., WhatsApp], twilio_server: TwilioServer
) -> None:
    await send_all(make_whatsapp(public_base=None), {"text": "Dengarkan.", "sound": "help"})
    assert twilio_server.bodies == ["Dengarkan."]
    assert twilio_server.callbacks == {}


async def test_a_print_is_fetched_by_a_link(
    make_whatsapp: Callable[..., WhatsApp], whatsapp: WhatsApp, twilio_server: TwilioServer
) -> None:
    body = {"text": "Ini.", "print": {"kind": "pocket-card", "language": "id", "code": "", "plain": False}}
    linked = make_whatsapp(link=lambda spec: f"/files/{spec.kind}-{spec.language}")
    await send_all(linked, body)
    assert twilio_server.bodies == ["Ini.\n\nGambar, sampai 60 kB", ""]
    assert twilio_server.calls[-1].params["MediaUrl"] == ["https://bekal.example/files/pocket-card-id"]
    (_, file) = linked.render(body)
    assert await linked.find_sent(TO, file, NOW - timedelta(days=999)) is not None
    # nobody can fetch it: neither a file nor a word of its size
    for silent in (whatsapp, make_whatsapp(public_base=None, link=lambda spec: "/files/x")):
        assert [part.text for part in silent.render(body)] == ["Ini."]


async def test_a_list_is_made_remembered_and_used(
    make_whatsapp: Callable[..., WhatsApp], twilio_server: TwilioServer
) -> None:
    known: dict[str, str] = {}
    whatsapp = make_whatsapp(sid_of=known.get)
    more = [{"key": f"k{number}", "label": f"Pilihan {number}"} for number in range(6)]
    for body in (BODY, BODY | {"choices": more}):
        payload = whatsapp.content_payload(body)
        assert payload is not None
        known[content_hash(payload)] = await whatsapp.create_content(payload)
        (sent,) = await send_all(whatsapp, body)
        call = twilio_server.calls[-1]
        assert call.params["ContentSid"] == [known[content_hash(payload)]]
        assert json.loads(call.params["ContentVariables"][0]) == {"1": "17"}
        assert "Body" not in call.params
        # found again by the body that Twilio lists for it
        (part,) = whatsapp.render(body)
        assert await whatsapp.find_sent(TO, part, twilio_server.clock()) == sent
    # what comes back when an item is tapped
    tapped = twilio_server.inbound(PHONE, "1 Belajar", ListId="menu:17:learn", ListTitle="1 Belajar")
    inbound = whatsapp.parse(tapped, NOW)
    assert inbound is not None
    assert (inbound.message.choice, inbound.message.stamp) == ("learn", 17)


async def test_a_list_that_is_gone_falls_back_to_numbered_text(
    make_whatsapp: Callable[..., WhatsApp], twilio_server: TwilioServer
) -> None:
    whatsapp = make_whatsapp(sid_of=lambda _hash: "HX" + "0" * 32)
    await send_all(whatsapp, BODY)
    assert twilio_server.bodies == ["Apa yang ingin Anda ketahui?\n\n1 Belajar\n2 Tanya\n\nMENU"]
    assert len(twilio_server.calls) == 2
    # a refusal of the person is not one of the form
    twilio_server.script("create", tw.error(63024))
    with pytest.raises(SendFailed, match="63024"):
        await send_all(whatsapp, BODY)
    assert len(twilio_server.calls) == 3


async def test_find_sent(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    before = twilio_server.clock() - timedelta(minutes=5)
    (part,) = whatsapp.render(BODY)
    assert await whatsapp.find_sent(TO, part, before) is None
    twilio_server.script("create", hang(accepted=True))
    with pytest.raises(SendFailed) as caught:
        await whatsapp.send(TO, part, now=NOW)
    assert caught.value.action == "unknown"
    found = await whatsapp.find_sent(TO, part, before)
    assert found == Sent(twilio_server.messages[0]["sid"])
    # not another person's, not other words, not one that is ours already, not an old one, not a failed one
    assert await whatsapp.find_sent(Address("+6280000000002"), part, before) is None
    assert await whatsapp.find_sent(TO, whatsapp.render({"text": "Lain"})[0], before) is None
    assert await whatsapp.find_sent(TO, part, before, known={found.provider_id}) is None
    assert await whatsapp.find_sent(TO, part, twilio_server.clock() + timedelta(minutes=1)) is None
    twilio_server.messages[0]["status"] = "undelivered"
    assert await whatsapp.find_sent(TO, part, before) is None
    # media have no words
    (_, sound) = whatsapp.render({"text": "Dengarkan.", "sound": "help"})
    assert await whatsapp.find_sent(TO, sound, before) is None
    sent = await whatsapp.send(TO, sound, now=NOW)
    assert await whatsapp.find_sent(TO, sound, before) == sent


async def test_listing_may_fail(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    twilio_server.script("list", tw.throttled("3"))
    with pytest.raises(SendFailed) as caught:
        await whatsapp.list_inbound(NOW)
    assert (caught.value.action, caught.value.retry_after) == ("retry_at", 3.0)
    twilio_server.script("list", hang())
    with pytest.raises(SendFailed, match="no-answer: retry") as caught:
        await whatsapp.list_inbound(NOW)
    assert caught.value.action == "retry"  # reading twice does no harm


async def test_the_sweep_lists_what_people_sent_meanwhile(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    """In order, over several pages, with pictures, without our own messages and without what is older."""
    moment = NOW - timedelta(hours=3)
    twilio_server.clock = lambda: moment
    twilio_server.inbound(PHONE, "terlalu lama")
    for number in range(70):
        moment = NOW + timedelta(seconds=number)
        twilio_server.inbound(PHONE, f"pesan {number}")
        await send_all(whatsapp, {"text": "Jawaban"})
    twilio_server.inbound("ID.a1B2", "", NumMedia="1")
    twilio_server.inbound(PHONE, "sms", From=PHONE)
    swept = await whatsapp.list_inbound(NOW)
    assert [inbound.message.text for inbound in swept[:70]] == [f"pesan {number}" for number in range(70)]
    assert [(inbound.account, inbound.message.kind) for inbound in swept[70:]] == [("ID.a1B2", "other")]
    assert swept[3].received_at == NOW + timedelta(seconds=3)
    # the same id as the webhook's, so that what came both ways is played once
    assert swept[0].provider_id == twilio_server.messages[1]["sid"]
    few = await whatsapp.list_inbound(NOW, limit=5)
    assert len(few) <= 5


async def test_webhooks_are_signed_as_the_channel_checks(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    """Posted to where the programme listens, signed for where the world sees it; a status out of order, and twice."""
    seen: list[tuple[str, str, bool]] = []

    async def receive(request: web.Request) -> web.Response:
        fields = form_fields(await request.read())
        right = whatsapp.verify(request.raw_path, fields, request.headers.get("X-Twilio-Signature", ""))
        form = dict(fields)
        seen.append((request.raw_path, form.get("MessageStatus", form.get("Body", "")), right))
        return web.Response(status=200 if right else 403)

    app = web.Application()
    app.router.add_post("/{path:.*}", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    twilio_server.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    (sent,) = await send_all(whatsapp, BODY)
    assert await twilio_server.say(PHONE, "halo & <apa> +kabar ") == 200
    fields = twilio_server.inbound(PHONE, "palsu")
    assert await twilio_server.post("https://bekal.example/webhooks/twilio", fields, signature="x") == 403
    assert await twilio_server.report(sent.provider_id, "read", "sent", "sent", "delivered") == [200] * 4
    assert await twilio_server.report(sent.provider_id, "undelivered", code=63016) == [200]
    status = "/webhooks/twilio/status?outbox=42"
    assert seen == [
        ("/webhooks/twilio", "halo & <apa> +kabar ", True),
        ("/webhooks/twilio", "palsu", False),
        *((status, word, True) for word in ("read", "sent", "sent", "delivered", "undelivered")),
    ]
    await runner.cleanup()


async def test_secrets_stay_out_of_logs(whatsapp: WhatsApp, twilio_server: TwilioServer) -> None:
    assert twilio_server.auth_token not in whatsapp.redact(f"Basic {twilio_server.auth_token}")


async def test_nothing_of_a_person_is_logged(
    whatsapp: WhatsApp, twilio_server: TwilioServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Twilio's own client logs numbers at INFO; ours does not."""
    caplog.set_level("DEBUG")
    await send_all(whatsapp, {"text": "Halo Inaq"})
    await whatsapp.list_inbound(NOW)
    assert PHONE not in caplog.text
    assert "Inaq" not in caplog.text
