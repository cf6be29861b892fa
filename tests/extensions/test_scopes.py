"""Through whatever door somebody came: each verb asks whether their credential is for that."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from tests.world import FIRST, World

from keypost.caller import Caller, Scope
from keypost.chat import channels, own, reactions, threads, votes
from keypost.errors import Forbidden
from keypost.extensions import dialogs, saying
from keypost.extensions.begun import Given
from keypost.ids import MessageId, TokenId
from keypost.tokens import service as tokens
from keypost_sdk.content import Message as Content


async def test_a_credential_for_everything_else_is_not_for_this(world: World) -> None:
    await (await world.tool()).say("#general", "Hello")
    (message,) = await world.messages_in("#general")

    for verb, *arguments in verbs(world, message.id):
        with pytest.raises(Forbidden) as refused:
            await world.write(verb, *arguments)
        assert refused.value.code == "scope_missing", verb


async def test_whoever_may_not_read_is_told_of_no_channel(world: World) -> None:
    server, caller = world.server, without(world, Scope.READ)

    with pytest.raises(Forbidden, match="read"):
        channels.list_channels(server.people, server.chats, caller)
    with pytest.raises(Forbidden, match="read"):
        channels.get_channel(server.people, server.chats, caller, "general")


def verbs(world: World, message: MessageId) -> list[tuple[Callable[..., Any], *tuple[Any, ...]]]:
    people, chats, desk, place = world.server.people, world.server.chats, world.server.desk, world.chat("#general")
    silent, impersonal = without(world, Scope.POST), without(world, Scope.PERSON)
    return [
        (own.edit, people, silent, place, message, Content(text="Bye")),
        (own.delete, people, world.server.cabinet, silent, place, message),
        (reactions.react, silent, place, message, "👍"),
        (reactions.take_back, silent, place, message, "👍"),
        (votes.vote, silent, place, message, 0),
        (threads.close, chats, silent, place),
        (threads.reopen, chats, silent, place),
        (threads.follow, chats, silent, place),
        (threads.unfollow, chats, silent, place),
        (channels.leave, people, chats, impersonal, place, world.ada.person),
        (dialogs.press, desk, impersonal, place, message, FIRST, ""),
        (dialogs.run_command, desk, impersonal, place, "standup", "", ""),
        (dialogs.accept, desk, impersonal, "nonce", Given(), ""),
        (saying.find_saying, desk, impersonal, place, message, FIRST),
        (tokens.list_mine, impersonal),
        (tokens.find_mine, impersonal, TokenId(1)),
    ]


def without(world: World, scope: Scope) -> Caller:
    return replace(world.caller(world.ada), scopes=frozenset(Scope) - {scope})
