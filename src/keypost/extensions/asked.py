"""What somebody asks an extension for: a button that was pressed, or a command that was typed."""

from typing import Final

import msgspec
from msgspec import Struct

from keypost.caller import Caller
from keypost.chat.judging import require_member, require_open
from keypost.chat.model import Chat, Message
from keypost.chat.service import get_message
from keypost.db.tx import Tx
from keypost.errors import Conflict, Forbidden, NotFound
from keypost.extensions import service
from keypost.extensions.buttons import locate, posting_app, resolve
from keypost.extensions.desk import Desk
from keypost.extensions.model import App, Dialog, one_face_each
from keypost.ids import MessageId
from keypost.people.model import Person
from keypost_sdk.content import Button, Confirm, InvokeFunction

NAME_SHOWN_MAX: Final = 60


class Pressed(Struct, frozen=True, kw_only=True):
    """A button with everything it stands in, and the address at which its function will be called."""

    person: Person
    chat: Chat
    app: App
    address: str
    message: Message
    path: str
    button: Button
    action: InvokeFunction

    @property
    def function(self) -> str:
        return self.action.data.name

    @property
    def confirm(self) -> Confirm | None:
        return self.action.confirm

    @property
    def wants_token(self) -> bool:
        return self.button.asks_for_token

    @property
    def prompt(self) -> str | None:
        """What stands at the field of its dialog; None where there is none to fill."""
        confirm = self.confirm
        if confirm is None or not isinstance(confirm.input, str):
            return None
        return confirm.input if confirm.input.strip() or confirm.is_mandatory else None

    @property
    def said(self) -> str:
        """All that the button says, as it stands now."""
        return msgspec.json.encode(self.button).decode()


class Typed(Struct, frozen=True, kw_only=True):
    """`/function said`, and the address at which the command will be called."""

    person: Person
    chat: Chat
    app: App
    address: str
    function: str
    said: str


Asked = Pressed | Typed


def find_pressed(
    tx: Tx, desk: Desk, caller: Caller, chat: Chat, message_id: MessageId | None, path: str
) -> Pressed | None:
    """The stored button that was pressed; None if its function is nobody's, or not clear whose."""
    message = get_message(tx, chat.org_id, chat.id, message_id)
    _, action = locate(message.content, path)
    person = desk.people.get(caller.org_id, caller.person_id)
    installed = service.list_installed(tx, person)
    app = resolve(installed, posting_app(desk.chats, desk.register, message), action.data)
    return _pressed(desk, person, chat, app, message, path) if app is not None else None


def find_typed(tx: Tx, desk: Desk, caller: Caller, chat: Chat, name: str, arguments: str) -> Typed:
    person = desk.people.get(caller.org_id, caller.person_id)
    app = _whose(service.list_installed(tx, person), name)
    address = desk.invoker.address(app)
    return Typed(person=person, chat=chat, app=app, address=address, function=name, said=arguments)


def as_asked(tx: Tx, desk: Desk, dialog: Dialog) -> Asked:
    """What the dialog asked about, if it is all still so: rights and messages may have changed while it was open."""
    person = desk.people.get(dialog.org_id, dialog.person_id)
    chat = require_open(require_member(desk.chats.find(dialog.org_id, dialog.chat_id), person.id))
    app = service.find_app(tx, dialog.org_id, dialog.app_id)
    if app is None or not service.serves(tx, app, person):
        raise Forbidden("extension_disabled", "The extension that asked is no longer installed for you.")
    address = desk.invoker.address(app)
    if address != dialog.function_address:
        raise Conflict("dialog_over", f"{app.title} has moved since you were asked. Start again.")
    if dialog.button is None:
        return Typed(person=person, chat=chat, app=app, address=address, function=dialog.function, said=dialog.asked)
    message = get_message(tx, chat.org_id, chat.id, dialog.message_id)
    pressed = _pressed(desk, person, chat, app, message, dialog.button)
    if pressed.said != dialog.asked:
        raise Conflict("dialog_over", "The button has changed since you were asked. Start again.")
    return pressed


def _pressed(desk: Desk, person: Person, chat: Chat, app: App, message: Message, path: str) -> Pressed:
    button, action = locate(message.content, path)
    return Pressed(
        person=person,
        chat=chat,
        app=app,
        address=desk.invoker.address(app),
        message=message,
        path=path,
        button=button,
        action=action,
    )


def _whose(installed: list[App], name: str) -> App:
    commands = {command.name: app for app in one_face_each(installed) for command in app.extension.manifest.commands}
    if name not in commands:
        known = ", ".join(f"/{command}" for command in sorted(commands)) or "none"
        raise NotFound("command_not_found", f"There is no command /{name[:NAME_SHOWN_MAX]}. Commands here: {known}.")
    return commands[name]
