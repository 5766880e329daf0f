"""Settings: each wrong one is named, with what to do."""

from __future__ import annotations

import base64
import re

import pytest

from bot.config import ConfigError, read_settings

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PORT": "x"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"DATABASE_URL": "mysql://a"}, "must be sqlite:///path or postgresql"),
        ({"DATABASE_URL": "postgresql://a/b"}, "SECRET_KEY is required with PostgreSQL"),
        ({"SECRET_KEY": "short"}, "32 random bytes"),
        ({"SECRET_KEY": base64.b64encode(b"k").decode()}, "this one has 1"),
        ({"TELEGRAM_TOKEN": "nonsense"}, "copy it from @BotFather"),
        ({"TELEGRAM_TOKEN": "1:a", "TELEGRAM_MODE": "webhook"}, "TELEGRAM_WEBHOOK_SECRET is needed"),
        (
            {"TELEGRAM_TOKEN": "1:a", "TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_SECRET": "a"},
            "PUBLIC_BASE_URL is needed when TELEGRAM_MODE=webhook",
        ),
        ({"TELEGRAM_WEBHOOK_SECRET": "a b"}, "1 to 256 of"),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "together"),
        (
            {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_WHATSAPP_FROM": "whatsapp:+1"},
            "PUBLIC_BASE_URL is needed for WhatsApp",
        ),
        ({"TWILIO_WHATSAPP_FROM": "+62811"}, "whatsapp:+6281234567890"),
        ({"PUBLIC_BASE_URL": "bekal.example"}, "must begin with http"),
        ({"STAFF_ALERT_TELEGRAM_CHAT": "-1"}, "needs TELEGRAM_TOKEN"),
        ({"SASAK_DRAFTS": "maybe"}, "SASAK_DRAFTS"),
        ({"WEBCHAT_SEATS": "maybe"}, "WEBCHAT_SEATS"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(
    given: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=re.escape(said)):
        read_settings()


def test_secrets_are_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "1:very-secret")
    monkeypatch.setenv("SECRET_KEY", KEY)
    settings = read_settings()
    assert "very-secret" not in repr(settings) and KEY not in repr(settings)
    monkeypatch.setenv("TELEGRAM_TOKEN", "wrong-and-secret")
    with pytest.raises(ConfigError) as error:
        read_settings()
    assert "wrong-and-secret" not in str(error.value)


def test_with_nothing_set_it_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert settings.embedded and settings.store_url == "sqlite:///data/bekal.db"
    assert settings.drafts_on("webchat") == "show" and settings.drafts_on("telegram") == "beside"


def test_postgres_urls_get_their_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", KEY)
    for url in ("postgres://u@h/b", "postgresql://u@h/b", "postgresql+psycopg://u@h/b"):
        monkeypatch.setenv("DATABASE_URL", url)
        assert read_settings().store_url == "postgresql+psycopg://u@h/b"
