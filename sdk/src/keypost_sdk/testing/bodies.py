"""Calls as a server sends them, with people and places that are made up."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from keypost_sdk import calls, reading

ORGANISATION: Final = "5"
ADDRESS: Final = "https://keypost.example"
APP: Final = "1001"
APPKEY: Final = "a2V5"
NOON: Final = 1_700_000_000_000
PERSONAL: Final = frozenset({"user", "chat", "message"})

ADA: Final[Mapping[str, Any]] = {
    "id": "11",
    "zoho_user_id": "11",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@keypost.example",
    "admin": True,
    "organization_id": ORGANISATION,
    "timezone": "Europe/London",
    "country": "gb",
    "language": "en",
}
BUILDS: Final[Mapping[str, Any]] = {
    "id": "CT_7",
    "type": "channel",
    "chat_type": "channel",
    "title": "#builds",
    "owner": "",
    "channel_unique_name": "builds",
    "channel_id": "O7",
    "members": [],
    "recent_messages": [],
}
PRESSED: Final[Mapping[str, Any]] = {
    "id": "1_1",
    "text": "Press the button below.",
    "time": str(NOON),
    "type": "text",
    "is_read": False,
    "sender": {"id": "21", "first_name": "Extension"},
}


def body(
    kind: str, handler: str, params: Mapping[str, Any], *, name: str = "", permissions: Collection[str] = PERSONAL
) -> bytes:
    """The bytes of a call. Personal data is in it only if `permissions` name it."""
    allowed = {member: value for member, value in params.items() if member not in PERSONAL or member in permissions}
    call = {
        **({"name": name} if name else {}),
        **({"unique_name": name} if kind == reading.BOT else {}),
        "handler": {"type": handler.removeprefix(f"{reading.BOT}/")},
        "type": kind,
        "timestamp": NOON,
        "params": {**_surroundings(params), **allowed},
    }
    return json.dumps(call, separators=(",", ":"), ensure_ascii=False).encode()


def command(user: Mapping[str, Any], arguments: str) -> dict[str, Any]:
    return {"user": user, "chat": BUILDS, "arguments": arguments, "mentions": []}


def click(user: Mapping[str, Any], arguments: Mapping[str, Any], label: str) -> dict[str, Any]:
    key = arguments.get("key", "")
    return {
        "user": user,
        "chat": BUILDS,
        "message": PRESSED,
        "target": {"name": label, "label": label, "hint": "", "key": key, "type": ""},
        "event": "click",
        "arguments": {"key": key, **arguments},
    }


def incoming(
    user: Mapping[str, Any], headers: Mapping[str, str], text: str, query: Mapping[str, str], method: str
) -> dict[str, Any]:
    return {
        "user": user,
        "headers": headers,
        "params": query,
        "body": text,
        "http_method": method,
        "appkey": APPKEY,
    }


def token(settings: Mapping[str, Any], replaces: Collection[str] = ()) -> dict[str, Any]:
    address = f"{ADDRESS}/company/{ORGANISATION}/api/v2/applications/{APP}/incoming?appkey={APPKEY}&token=tok_1"
    return {
        "id": "tok_1",
        "incoming_url": address,
        "header": "X-Keypost-Token",
        "settings": settings,
        "replaces": list(replaces),
    }


def installation(user: Mapping[str, Any], app_info: Mapping[str, str], handler: str) -> dict[str, Any]:
    more = {"form": {}, "authtoken": ""} if handler == calls.INSTALLATION else {}
    return {"user": user, "app_info": app_info, **more}


def _surroundings(params: Mapping[str, Any]) -> dict[str, Any]:
    user = params.get("user", ADA)
    access = {
        "user_id": user["id"],
        "zoho_user_id": user["id"],
        "organization": {"type": "company", "id": ORGANISATION},
        "user_agent": "keypost_sdk.testing",
    }
    if "chat" in params:
        access |= {"chat_id": params["chat"]["id"]}
    if "message" in params:
        access |= {"message_id": params["message"]["id"]}
    return {
        "environment": {"data_center": "US", "base_url": f"{ADDRESS}/company/{ORGANISATION}", "tld": ".com"},
        "access": access,
    }
