"""Twilio's signature over PUBLIC_BASE_URL, the raw path and query, and every field."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha1
from urllib.parse import urlencode

import pytest
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_parse import form_fields, verify

TOKEN = "12345"
BASE = "https://bekal.example"
PATH = "/webhooks/twilio"
FIELDS = [("Body", "halo +62"), ("MediaUrl0", ""), ("From", "whatsapp:+6280000000001"), ("Unknown", " x ")]


def sign(url: str, fields: Sequence[tuple[str, str]], token: str = TOKEN) -> str:
    """As Twilio's documentation tells it, written apart from the library that we use."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), sha1).digest()).decode()


def posted(fields: Sequence[tuple[str, str]] = FIELDS) -> list[tuple[str, str]]:
    return form_fields(urlencode(fields).encode())


def test_the_example_of_twilios_documentation() -> None:
    """The worked example that Twilio's libraries are tested with."""
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ]
    url = "https://mycompany.com"
    path = "/myapp.php?foo=1&bar=2"
    signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert sign(url + path, fields) == signature
    library = RequestValidator(TOKEN)  # type: ignore[no-untyped-call]
    assert library.validate(url + path, MultiDict(fields), signature)
    assert verify(TOKEN, url, path, fields, signature)


@pytest.mark.parametrize(
    "base", [BASE, BASE + "/", BASE + ":443", "http://127.0.0.1:8080", "https://bekal.example:8443"]
)
def test_right(base: str) -> None:
    url = base.rstrip("/") + PATH
    assert verify(TOKEN, base, PATH, posted(), sign(url, FIELDS))


def test_with_and_without_the_port() -> None:
    assert verify(TOKEN, BASE, PATH, posted(), sign("https://bekal.example:443/webhooks/twilio", FIELDS))
    assert verify(TOKEN, "https://bekal.example:8443", PATH, posted(), sign(BASE + PATH, FIELDS))
    assert not verify(TOKEN, BASE, PATH, posted(), sign("https://bekal.example:8443/webhooks/twilio", FIELDS))


def test_query_is_signed_as_it_stands() -> None:
    path = "/webhooks/twilio/status?outbox=42&x=%20a"
    assert verify(TOKEN, BASE, path, posted(), sign(BASE + path, FIELDS))
    assert not verify(TOKEN, BASE, path.replace("42", "43"), posted(), sign(BASE + path, FIELDS))
    assert not verify(TOKEN, BASE, path.replace("%20", "+"), posted(), sign(BASE + path, FIELDS))


@pytest.mark.parametrize(
    ("base", "path", "fields", "token"),
    [
        ("http://bekal.example", PATH, FIELDS, TOKEN),
        ("https://other.example", PATH, FIELDS, TOKEN),
        (BASE, PATH + "/", FIELDS, TOKEN),
        (BASE, PATH, FIELDS[:-1], TOKEN),
        (BASE, PATH, [*FIELDS, ("More", "1")], TOKEN),
        (BASE, PATH, [("Body", "halo"), *FIELDS[1:]], TOKEN),
        (BASE, PATH, FIELDS, "another"),
    ],
    ids=["scheme", "host", "path", "a-field-less", "a-field-more", "another-body", "another-token"],
)
def test_wrong(base: str, path: str, fields: list[tuple[str, str]], token: str) -> None:
    assert not verify(token, base, path, posted(fields), sign(BASE + PATH, FIELDS))


@pytest.mark.parametrize("signature", ["", "x", "ä", "=" * 28, "None"])
def test_nonsense(signature: str) -> None:
    assert not verify(TOKEN, BASE, PATH, posted(), signature)


def test_blank_fields_and_white_space_count() -> None:
    """A form parser that drops blank values or trims would refuse what Twilio really sends."""
    assert ("MediaUrl0", "") in posted()
    assert ("Unknown", " x ") in posted()
    without = [field for field in posted() if field[1]]
    # a blank value adds its name to what is signed
    assert not verify(TOKEN, BASE, PATH, without, sign(BASE + PATH, FIELDS))


def test_a_name_that_comes_twice() -> None:
    fields = [("A", "2"), ("A", "1"), ("B", "")]
    assert verify(TOKEN, BASE, PATH, posted(fields), sign(BASE + PATH, fields))


def test_no_fields() -> None:
    assert verify(TOKEN, BASE, PATH, form_fields(b""), sign(BASE + PATH, []))


def test_the_channel_knows_its_token_and_address() -> None:
    channel = WhatsApp("AC1", TOKEN, "+15005550006", public_base=BASE)
    assert channel.verify(PATH, posted(), sign(BASE + PATH, FIELDS))
    assert not channel.verify(PATH, posted(), sign(BASE + PATH, FIELDS, "another"))
