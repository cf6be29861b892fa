"""Whom mentions mean, where many take part and much is named."""

from time import thread_time
from typing import Final

from keypost.chat.directory import Chats
from keypost.chat.model import Chat, ChatKind, Party, PartyKind
from keypost.chat.names import known_in
from keypost.ids import ChatId, OrgId
from keypost.people.directory import People

PEOPLE: Final = 5_000
NAMED: Final = 2_000
PATIENT_S: Final = 0.5
"""To go through all the people for each of the mentions takes many times as long."""


def test_a_channel_that_is_named_often_is_looked_at_once() -> None:
    chats, members = Chats(), frozenset(Party(PartyKind.PERSON, number) for number in range(PEOPLE))
    place = Chat(org_id=OrgId(1), id=ChatId(2), kind=ChatKind.CHANNEL, title="all", unique_name="all", members=members)
    chats.put(place)
    names = known_in(People(), chats, place)

    started = thread_time()
    found = [names.find_channel("all") for _ in range(NAMED)]

    assert thread_time() - started < PATIENT_S
    assert {named.name for named in found if named is not None} == {"all"}
