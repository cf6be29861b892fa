"""A button that says something to a bot: as the person who pressed it, in their own chat with that bot."""

from msgspec import Struct

from keypost.caller import Caller, Scope
from keypost.chat import service as chat_service
from keypost.chat.judging import ChatShown, judge
from keypost.chat.model import Bot, Chat
from keypost.db.tx import Tx
from keypost.errors import Forbidden, NotFound
from keypost.extensions import service
from keypost.extensions.desk import Desk
from keypost.ids import AppId, MessageId
from keypost.messages.instant import find_button
from keypost.messages.judging import judge as judge_content
from keypost.messages.wording import quoted
from keypost_sdk.content import InvokeBot, Message


class Saying(Struct, frozen=True):
    """What a person is about to say, and the chat with the bot in which they will."""

    place: Chat
    content: Message


def find_saying(
    tx: Tx, desk: Desk, caller: Caller, chat: Chat, message_id: MessageId | None, path: str
) -> Saying | None:
    """What the stored button says, in a chat that is opened if there is none; None for a button of another kind."""
    caller.require(Scope.PERSON)
    button = find_button(chat_service.get_message(tx, chat.org_id, chat.id, message_id).content, path)
    if button is None or not isinstance(button.action, InvokeBot):
        return None
    said = button.action.data
    bot = desk.chats.find_bot_named(caller.org_id, said.bot_name)
    if bot is None:
        raise NotFound("bot_not_found", f"There is no bot {quoted(said.bot_name)}.")
    _require_served(tx, desk, caller, bot)
    content = judge_content(Message(text=said.message), desk.text_max)
    return Saying(chat_service.open_bot_chat(tx, desk.chats, bot, caller.person_id), content)


async def say(desk: Desk, caller: Caller, saying: Saying) -> None:
    place = ChatShown(saying.place.shown_id)
    await desk.lane.commit(judge(desk.people, desk.chats, caller, place, saying.content))


def _require_served(tx: Tx, desk: Desk, caller: Caller, bot: Bot) -> None:
    """An extension's bot talks to those for whom the extension is installed."""
    if bot.app_id is None:
        return
    app = service.find_app(tx, bot.org_id, AppId(bot.app_id))
    person = desk.people.get(caller.org_id, caller.person_id)
    if app is None or not service.serves(tx, app, person):
        raise Forbidden("extension_disabled", f"The bot {bot.unique_name} is not installed for you.")
