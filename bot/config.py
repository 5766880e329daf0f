"""Settings: the only reader of the environment. Each is checked at start, with an error that says what to do."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
Drafts = Literal["show", "beside", "hide"]


class ConfigError(Exception):
    """A setting is wrong; the message names it and says what to do."""


class Settings(BaseSettings):
    """Every setting, its default and its meaning. With none set, web chat runs on embedded SQLite."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: int = Field(8080, ge=0, le=65535, description="port the web server listens on; 0: any free one")
    data_dir: Path = Field(Path("data"), description="folder of the embedded database, its key and the spool")
    database_url: str = Field("", description="sqlite:///… or postgresql://…; default: SQLite under data/")
    public_base_url: str = Field("", description="https://… under which the outside reaches this server")
    secret_key: SecretStr | None = Field(None, description="32 bytes as base64; made under data/ on SQLite")
    telegram_token: SecretStr | None = Field(None, description="token of the bot, from @BotFather")
    telegram_webhook_secret: SecretStr | None = Field(None, description="1-256 of A-Za-z0-9_-; required for webhooks")
    telegram_api_base: str = Field("https://api.telegram.org", description="Telegram's API, or a local server")
    telegram_mode: Literal["webhook", "polling"] = Field("polling", description="how Telegram's updates come in")
    twilio_account_sid: str = Field("", description="AC…, from Twilio's console")
    twilio_auth_token: SecretStr | None = Field(None, description="the account's primary token")
    twilio_whatsapp_from: str = Field("", description="our WhatsApp number: whatsapp:+62…")
    twilio_api_base: str = Field("https://api.twilio.com", description="Twilio's API, or a local server")
    twilio_content_api_base: str = Field("https://content.twilio.com", description="Twilio's Content API")
    staff_alert_telegram_chat: str = Field("", description="chat id of the staff group that gets alerts")
    sasak_drafts: Drafts | None = Field(
        None,
        description="show, beside or hide unsigned Sasak; default: show in web chat and terminal, beside elsewhere",
    )
    webchat_seats: Literal["off", "approve", "on"] = Field(
        "on", description="seats taken in the public web chat: off, approve (staff must confirm) or on"
    )
    operator_name: str = Field("", description="who runs this; unset: a demonstration, not an official service")
    operator_contact: str = Field("", description="official phone or address of the operator")
    telegram_rate: float = Field(25.0, gt=0, le=30, description="messages a second to Telegram")
    twilio_rate: float = Field(40.0, gt=0, le=400, description="messages a second to Twilio")
    sender_concurrency: int = Field(10, ge=1, le=100, description="sends in flight at most, per sender")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="what is logged")

    @field_validator("public_base_url", "telegram_api_base", "twilio_api_base", "twilio_content_api_base")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value.startswith("postgres://"):
            value = "postgresql://" + value.removeprefix("postgres://")
        if value.startswith("postgresql://"):
            return "postgresql+psycopg://" + value.removeprefix("postgresql://")
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must be sqlite:///path or postgresql://user@host/name")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().partition(":")[0].isdigit():
            raise ValueError("must look like 123456:ABC…; copy it from @BotFather")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            words = value.get_secret_value()
            if not (1 <= len(words) <= 256 and words.replace("_", "").replace("-", "").isalnum() and words.isascii()):
                raise ValueError("must be 1 to 256 of A-Z a-z 0-9 _ -")
        return value

    @field_validator("twilio_whatsapp_from")
    @classmethod
    def _from(cls, value: str) -> str:
        if value and not value.startswith("whatsapp:+"):
            raise ValueError("must look like whatsapp:+6281234567890")
        return value

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _decode(value)
        return value

    @model_validator(mode="after")
    def _together(self) -> Settings:
        if self.telegram_token is not None and self.telegram_mode == "webhook":
            if self.telegram_webhook_secret is None:
                raise ValueError(
                    "TELEGRAM_WEBHOOK_SECRET is needed when TELEGRAM_MODE=webhook; choose a long random word"
                )
            if not self.public_base_url:
                raise ValueError("PUBLIC_BASE_URL is needed when TELEGRAM_MODE=webhook")
        twilio = (self.twilio_account_sid, self.twilio_auth_token, self.twilio_whatsapp_from)
        if any(twilio) and not all(twilio):
            raise ValueError("set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_WHATSAPP_FROM together")
        if self.twilio_account_sid and not self.public_base_url:
            raise ValueError("PUBLIC_BASE_URL is needed for WhatsApp: Twilio signs the address it calls")
        if self.database_url.startswith("postgresql") and self.secret_key is None:
            raise ValueError(
                "SECRET_KEY is required with PostgreSQL; make one: python3 -c "
                "'import base64,os;print(base64.b64encode(os.urandom(32)).decode())'"
            )
        if self.staff_alert_telegram_chat and self.telegram_token is None:
            raise ValueError("STAFF_ALERT_TELEGRAM_CHAT needs TELEGRAM_TOKEN")
        return self

    @property
    def store_url(self) -> str:
        """The database to open; the default is a file under the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'bekal.db'}"

    @property
    def embedded(self) -> bool:
        return self.store_url.startswith("sqlite")

    def secret(self) -> bytes | None:
        """SECRET_KEY as 32 bytes, or None when the embedded one under data/ is to be used."""
        return None if self.secret_key is None else _decode(self.secret_key)

    def drafts_on(self, channel: str) -> Drafts:
        """How unsigned Sasak is shown on a channel (field.md)."""
        if self.sasak_drafts is not None:
            return self.sasak_drafts
        return "show" if channel in ("webchat", "terminal") else "beside"


def _decode(value: SecretStr) -> bytes:
    try:
        key = base64.b64decode(value.get_secret_value(), validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64 of 32 random bytes") from error
    if len(key) != 32:
        raise ValueError(f"must be base64 of 32 random bytes; this one has {len(key)}")
    return key


def read_settings(**overrides: object) -> Settings:
    """The settings from the environment.

    Raises:
        ConfigError: naming each wrong setting and what to do.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = []
        for fault in error.errors(include_url=False, include_input=False):
            name = ".".join(str(part) for part in fault["loc"]).upper()
            words = fault["msg"].removeprefix("Value error, ")
            faults.append(f"{name} {words}" if name else words)
        raise ConfigError("\n".join(faults)) from None
