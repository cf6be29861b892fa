"""Buttons as HTML, each with its hint beside it."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from keypost.messages.plain import visible
from keypost.messages.sanitiser import SCHEMES
from keypost_sdk.content import (
    Button,
    Copy,
    InstantButton,
    InvokeBot,
    InvokeFunction,
    OpenUrl,
    PreviewUrl,
    SystemApi,
    WebAddress,
)

_TONES: Final[Mapping[str, str]] = {"+": "positive", "-": "negative", "": "neutral"}
_NOT_IN_ID: Final = re.compile(r"[^a-z0-9]+")
_NEWLINE: Final = re.compile(r"\r\n?")


def buttons(found: tuple[Button, ...], path: str, anchor: str) -> str:
    if not found:
        return ""
    places = (_listed(button, f"{path}[{index}]", anchor) for index, button in enumerate(found))
    return f'<div class="buttons">{"".join(places)}</div>'


def instant(button: InstantButton, path: str, label: str, hint_id: str) -> str:
    """A button in a text; `label` is HTML, for the text formats it."""
    return _placed(button, path, label, "button-instant", hint_id)


def _listed(button: Button, path: str, anchor: str) -> str:
    hint_id = f"{anchor}-hint-{_NOT_IN_ID.sub('-', path).strip('-')}"
    return _placed(button, path, escape(button.label), "button", hint_id)


def _placed(button: Button, path: str, label: str, kind: str, hint_id: str) -> str:
    """The button and its hint in one place, so that hovering and focus can show the hint."""
    text, hint_id = _hint(button), escape(hint_id)
    described = f' aria-describedby="{hint_id}"' if text else ""
    shown = f'class="{kind} button-{_TONES[button.type]}" dir="auto"{described}'
    hint = f'<span role="tooltip" class="hint" id="{hint_id}" dir="auto">{escape(text)}</span>' if text else ""
    return f'<span class="button-place">{_control(button, path, label, shown)}{hint}</span>'


def _control(button: Button, path: str, label: str, shown: str) -> str:
    match button.action:
        case InvokeFunction():
            asks = ' data-asks="token"' if button.asks_for_token else ""
            return f'<button type="button" {shown} data-button="{escape(path)}"{asks}>{label}</button>'
        case Copy(data=copied):
            text = escape(_with_plain_newlines(copied.text))
            return f'<button type="button" {shown} data-copy-text="{text}">{label}</button>'
        case InvokeBot():
            return f'<button type="button" {shown} data-button="{escape(path)}">{label}</button>'
        case OpenUrl() | PreviewUrl():
            return _leading(button.action, label, shown)
        case SystemApi():
            return _inert(label, "not available here")


def _leading(action: OpenUrl | PreviewUrl, label: str, shown: str) -> str:
    """A page does not start programs: what only they can open, a person may copy."""
    address = action.data.url if isinstance(action, PreviewUrl) else _anywhere(action.data)
    if address.partition(":")[0].lower() in SCHEMES:
        return f'<a {shown} href="{escape(address)}">{label}</a>'
    return _inert(label, address)


def _anywhere(target: WebAddress) -> str:
    return target.web or target.windows or target.ios or target.android


def _inert(label: str, why: str) -> str:
    return f'<span class="button-inert" dir="auto">{label} ({escape(visible(why))})</span>'


def _hint(button: Button) -> str:
    """What is copied, or said in the person's name, is told before: nobody should do what they have not seen."""
    match button.action:
        case Copy(data=copied):
            told = f"Copies: {_with_plain_newlines(copied.text)}"
        case InvokeBot(data=said):
            told = f"Tells {said.bot_name}: {_with_plain_newlines(said.message)}"
        case _:
            return button.hint
    return f"{button.hint} · {told}" if button.hint else told


def _with_plain_newlines(text: str) -> str:
    """As a browser reads an attribute, whatever is written there."""
    return _NEWLINE.sub("\n", text)
