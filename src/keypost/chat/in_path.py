"""The chat and the message that the path of a request names."""

from starlette.requests import Request

from keypost.caller import Caller
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place
from keypost.chat.model import Chat
from keypost.ids import MessageId, read_message
from keypost.web.parts import part


def chat_in_path(request: Request, caller: Caller) -> Chat:
    return find_place(part(request, Chats), caller, ChatShown(request.path_params["chat"]))


def message_in_path(request: Request) -> MessageId | None:
    """None for what cannot be the id of any message."""
    return read_message(request.path_params["message"])
