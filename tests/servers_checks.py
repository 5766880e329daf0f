"""Does a request have the form that the provider's own description asks for?

tests/api/ holds the two descriptions and where they come from. Each function tells what is wrong, or None.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from openapi_schema_validator import OAS30Validator

API = Path(__file__).parent / "api"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
# Sent by twilio 9.13, but younger than the description.
UNDESCRIBED = {"MessageIntent"}

# --- Telegram --------------------------------------------------------------------------------------------------------


@cache
def _api() -> dict[str, Any]:
    api: dict[str, Any] = json.loads((API / "telegram-bot-api.json").read_text(encoding="utf-8"))
    return api


def check_telegram(method: str, params: dict[str, Any], files: dict[str, Any]) -> str | None:
    """What is wrong with a request by the API's description; None when nothing is."""
    known = _api()["methods"].get(method)
    if known is None:
        return "no such method"
    fields = {field["name"]: field for field in known.get("fields", [])}
    for name in params:
        if name not in fields:
            return f"unknown parameter {name}"
    for name in files:
        if name not in fields and not any(f"attach://{name}" in str(value) for value in params.values()):
            return f"unknown file {name}"
    for name, field in fields.items():
        given = params.get(name)
        if given is None:
            if name in files and "InputFile" not in field["types"]:
                return f"{name} takes no file"
            if name not in files and field["required"]:
                return f"{name} is missing"
            continue
        if not any(_reads_as(given, kind) for kind in field["types"]):
            return f"{name} is no {' or '.join(field['types'])}: {given[:60]!r}"
    return None


def _reads_as(given: str, kind: str) -> bool:
    """Does a form value read as this type?"""
    if kind in ("String", "InputFile"):
        return True
    try:
        value = json.loads(given)
    except ValueError:
        return False
    return fits(value, kind)


def fits(value: Any, kind: str) -> bool:
    """Does a JSON value have this type of the API's description, with all that is required in it?"""
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(fits(item, kind.removeprefix("Array of ")) for item in value)
    plain: dict[str, Any] = {"String": str, "InputFile": str, "Boolean": bool, "Float": (int, float), "Integer": int}
    if kind in plain:
        return isinstance(value, plain[kind]) and (kind == "Boolean" or not isinstance(value, bool))
    described = _api()["types"][kind]
    if subtypes := described.get("subtypes"):
        return any(fits(value, subtype) for subtype in subtypes)
    if not isinstance(value, dict):
        return False
    fields = {field["name"]: field for field in described.get("fields", [])}
    return all(
        name in fields and any(fits(item, kind) for kind in fields[name]["types"]) for name, item in value.items()
    ) and all(name in value for name, field in fields.items() if field["required"])


# --- Twilio ----------------------------------------------------------------------------------------------------------


@cache
def _schema() -> dict[str, Any]:
    api = json.loads((API / "twilio-messages-openapi.json").read_text(encoding="utf-8"))
    body = api["paths"][MESSAGES]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    schema: dict[str, Any] = body["schema"] | {"components": api["components"]}
    return schema


def check_create(params: dict[str, list[str]]) -> str | None:
    """What is wrong with a request to make a message, by Twilio's OpenAPI description; None when nothing is."""
    schema = _schema()
    value: dict[str, Any] = {}
    for name, given in params.items():
        described = schema["properties"].get(name)
        if described is None:
            if name not in UNDESCRIBED:
                return f"unknown parameter {name}"
            continue
        if described.get("type") != "array" and len(given) > 1:
            return f"{name} is given more than once"
        value[name] = given if described.get("type") == "array" else _typed(given[0], described.get("type"))
    problems = sorted(OAS30Validator(schema).iter_errors(value), key=str)
    if problems:
        return f"{'/'.join(map(str, problems[0].path))}: {problems[0].message}"
    if "StatusCallback" in value and "_" in (urlsplit(value["StatusCallback"]).hostname or "_"):
        return "StatusCallback needs a host name without underscores"
    if "ValidityPeriod" in value and not 1 <= value["ValidityPeriod"] <= 36_000:
        return "ValidityPeriod must be 1 to 36000"
    if "ContentVariables" in value and "ContentSid" not in value:
        return "ContentVariables without ContentSid"
    return None


def _typed(given: str, kind: str | None) -> Any:
    try:
        if kind == "integer":
            return int(given)
        if kind == "number":
            return float(given)
    except ValueError:
        return given
    if kind == "boolean":
        return {"true": True, "false": False}.get(given, given)
    return given


def check_content(payload: dict[str, Any]) -> str | None:
    """The documented limits of list pickers and quick replies."""
    types = payload.get("types") or {}
    if not payload.get("language") or len(types) != 1:
        return "language and one type are needed"
    ((kind, content),) = types.items()
    if not 0 < len(content.get("body") or "") <= 1024:
        return "body: 1 to 1024 characters"
    if kind == "twilio/list-picker":
        items, names, limit = content["items"], [item["item"] for item in content["items"]], 24
        if not 0 < len(content.get("button") or "") <= 20:
            return "button: 1 to 20 characters"
        most = 10
    elif kind == "twilio/quick-reply":
        items, names, limit = content["actions"], [item["title"] for item in content["actions"]], 20
        most = 3  # without approval
    else:
        return f"unknown type {kind}"
    if not 0 < len(items) <= most:
        return f"{kind}: 1 to {most} choices"
    if any(not 0 < len(name) <= limit for name in names) or len(set(names)) < len(names):
        return f"{kind}: names of 1 to {limit} characters, each different"
    if any(not 0 < len(item.get("id") or "") <= 200 for item in items):
        return f"{kind}: ids of 1 to 200 characters"
    return None
