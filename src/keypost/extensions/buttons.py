"""Which button was pressed, and whose function it names. Pure: the button is the stored one, never the request's."""

from collections.abc import Sequence

from keypost.chat.directory import Chats
from keypost.chat.model import Message, PartyKind
from keypost.errors import Invalid, NotFound
from keypost.extensions.model import App, one_face_each
from keypost.ids import AppId, BotId
from keypost.messages.instant import find_button
from keypost.tokens.register import Register
from keypost_sdk.content import Button, FunctionRef, InvokeFunction
from keypost_sdk.content import Message as Content


def locate(content: Content, path: str) -> tuple[Button, InvokeFunction]:
    button = find_button(content, path)
    if button is None:
        raise NotFound("button_not_found", "That button is not in this message.")
    if not isinstance(button.action, InvokeFunction):
        raise Invalid("invalid_inputs", "That button calls no function: what it does is done in the page.")
    return button, button.action


def posting_app(chats: Chats, register: Register, message: Message) -> AppId | None:
    """The app that a message came from: said by its extension, by that extension's bot, or with its token."""
    if message.sender.kind is not PartyKind.PERSON:
        return speaking_app(chats, message)
    token = register.find_by_id(message.org_id, message.token_id) if message.token_id is not None else None
    return token.app_id if token is not None else None


def speaking_app(chats: Chats, message: Message) -> AppId | None:
    """The app in whose name a message was sent; None for a person's, or a bot's that belongs to none."""
    sender = message.sender
    if sender.kind is PartyKind.BOT:
        bot = chats.find_bot(message.org_id, BotId(sender.id))
        return AppId(bot.app_id) if bot is not None and bot.app_id is not None else None
    return AppId(sender.id) if sender.kind is PartyKind.EXTENSION else None


def resolve(installed: Sequence[App], posted_by: AppId | None, function: FunctionRef) -> App | None:
    """The app whose function is meant: the posting app's, else the named owner's, else the only one of that name.

    `installed` are the apps that serve the person who clicked, production before sandbox. None: nobody's, or not
    clear whose.
    """
    able = [app for app in installed if app.extension.manifest.has_function(function.name)]
    own = [app for app in able if app.id == posted_by]
    if own:
        return own[0]
    if function.owner is not None:
        owner = function.owner.casefold()
        able = [app for app in able if app.extension.manifest.developer.email.casefold() == owner]
    faces = one_face_each(able)
    return faces[0] if len(faces) == 1 else None
