"""What a dialog shows. Who asks, whose function is called and where: that the server knows, whatever a button says."""

from typing import Any, Final
from urllib.parse import urlsplit

from keypost.caller import Scope
from keypost.chat.views import chat_name
from keypost.clock import utc
from keypost.extensions import token_settings
from keypost.extensions.asked import Asked, Pressed, Typed
from keypost.extensions.dialogs import Question
from keypost.extensions.manifest import Permission
from keypost.extensions.model import App
from keypost.web.pages import fragment
from keypost_sdk.content import TEXT_MAX, Confirm

RIGHTS: Final = {
    Scope.POST: "Post messages in your name, wherever you may post",
    Scope.MENTION_ALL: "Call everybody in a chat with @all",
    Scope.INCOMING: "Send events that {extension} shows in this chat",
}
PERSONAL: Final = {
    Permission.USER: "Who you are: name, e-mail, time zone, country, language, whether you are an admin",
    Permission.CHAT: "Which chat you are in: its name and kind",
    Permission.MESSAGE: "Which message you pressed a button of: its text, time and sender",
}
TONES: Final = {"positive": "positive", "neutral": "primary", "negative": "danger"}


def render(question: Question) -> str:
    """The dialog's HTML. Of the button it has title, description, prompt and labels; a label never stands on what
    gives something of the person's away.
    """
    asked = question.asked
    app, developer = asked.app, asked.app.extension.manifest.developer
    return fragment(
        "extensions/dialog.html",
        nonce_value=question.nonce,
        extension=app.title,
        asks=_asks(asked),
        developer_name=developer.name,
        developer_email=developer.email,
        host=_host(app, asked.address),
        function=asked.function if isinstance(asked, Pressed) else f"/{asked.function}",
        personal=[PERSONAL[permission] for permission in Permission if permission in question.permissions],
        token=_token(question) if isinstance(asked, Pressed) and asked.wants_token else None,
        **_said(asked),
        **_labels(question),
    )


def _asks(asked: Asked) -> str:
    if isinstance(asked, Pressed) and asked.wants_token:
        return "asks for a token of yours"
    return "asks you to confirm" if _confirm(asked) is not None else "asks for data of yours"


def _said(asked: Asked) -> dict[str, Any]:
    """What the button itself says in its dialog."""
    confirm = _confirm(asked)
    return {
        "title": confirm.title if confirm else "Share this with it?",
        "description": confirm.description if confirm else "",
        "prompt": asked.prompt if isinstance(asked, Pressed) else None,
        "is_mandatory": confirm is not None and confirm.is_mandatory,
        "text_max": TEXT_MAX,
    }


def _labels(question: Question) -> dict[str, str]:
    confirm = _confirm(question.asked)
    ours = {"accept": "Allow and continue", "tone": "primary", "cancel": "Cancel"}
    if isinstance(question.asked, Pressed) and question.asked.wants_token:
        return ours | {"accept": "Allow and create token" if question.permissions else "Create token"}
    if confirm is None or question.permissions:
        return ours
    return {
        "accept": confirm.button_label.strip() or "Continue",
        "tone": TONES[confirm.emotion],
        "cancel": confirm.cancel_button_label.strip() or "Cancel",
    }


def _token(question: Question) -> dict[str, Any]:
    asked, app = question.asked, question.asked.app
    declared = app.extension.manifest.token.settings
    return {
        "rights": [RIGHTS[scope].format(extension=app.title) for scope in sorted(app.grant.scope)],
        "place": chat_name(asked.chat),
        "ends": "when you revoke it",
        "made": [_day(token.created_at) for token in question.live],
        "settings": token_settings.fields(declared, {}),
    }


def _confirm(asked: Asked) -> Confirm | None:
    return None if isinstance(asked, Typed) else asked.confirm


def _host(app: App, address: str) -> str:
    return "this server" if app.extension.is_local else urlsplit(address).hostname or ""


def _day(moment_ms: int) -> str:
    return utc(moment_ms).strftime("%-d %B %Y")
