import pytest
from msgspec.structs import replace
from tests.people import Visitor
from tests.world import World

from keypost.caller import Scope
from keypost.chat import service as chat
from keypost.chat.judging import ChannelNamed, ChatShown, Place, judge
from keypost.chat.model import Party, PartyKind, Posting
from keypost.errors import Refusal
from keypost_sdk.content import Message as Content

HELLO = Content(text="Hello")


async def test_a_person_posts_where_they_take_part(world: World) -> None:
    posting = judged(world, world.grace, ChannelNamed("builds"))

    assert (posting.chat_id, posting.sender.name) == (world.chat("#builds").id, "Grace Hopper")


async def test_a_bot_speaks_where_it_takes_part(world: World) -> None:
    posting = judged(world, world.ada, ChannelNamed("builds"), bot_name="buildbot")

    assert (posting.sender.kind, posting.sender.name) == (PartyKind.BOT, "Build Bot")


@pytest.mark.parametrize(
    ("place", "bot_name", "code"),
    [
        (ChannelNamed("nowhere"), None, "channel_not_found"),
        (ChannelNamed("BUILDS"), None, "channel_not_found"),
        (ChannelNamed("builds"), None, "channel_access_denied"),
        (ChatShown("CT_1_1"), None, "chat_not_found"),
        (ChatShown("nonsense"), None, "chat_not_found"),
        (ChatShown("CT_99999999999999999999_1"), None, "chat_not_found"),
        (ChannelNamed("general"), "nobody", "bot_not_found"),
    ],
)
async def test_alan_is_refused(lasting_world: World, place: Place, bot_name: str | None, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        judged(lasting_world, lasting_world.alan, place, bot_name=bot_name)

    assert refused.value.code == code


async def test_a_chat_of_others_looks_like_none(world: World) -> None:
    codes = []
    for place in (ChatShown(world.id_of("direct")), ChatShown("CT_1_1")):
        with pytest.raises(Refusal) as refused:
            judged(world, world.alan, place)
        codes.append((refused.value.code, refused.value.sentence))

    assert codes[0] == codes[1]


async def test_a_bot_does_not_speak_where_it_takes_no_part(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        judged(world, world.ada, ChatShown(world.id_of("direct")), bot_name="buildbot")

    assert refused.value.code == "bot_not_channel_member"


async def test_who_has_left_posts_no_more(world: World) -> None:
    party = Party(PartyKind.PERSON, world.grace.person.id)
    await world.write(chat.remove_member, world.server.chats, world.chat("#builds"), party)

    with pytest.raises(Refusal) as refused:
        judged(world, world.grace, ChannelNamed("builds"))

    assert refused.value.code == "channel_access_denied"


async def test_a_caller_without_the_scope_posts_nothing(world: World) -> None:
    caller = replace(world.caller(world.ada), scopes=frozenset({Scope.READ}))

    with pytest.raises(Refusal) as refused:
        judge(world.server.people, world.server.chats, caller, ChannelNamed("general"), HELLO)

    assert refused.value.code == "scope_missing"


def judged(world: World, who: Visitor, place: Place, *, bot_name: str | None = None) -> Posting:
    return judge(world.server.people, world.server.chats, world.caller(who), place, HELLO, bot_name=bot_name)
