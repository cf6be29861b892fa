"""Of those who watch, the members of a chat are found the shorter way round, and are the same either way."""

from hypothesis import given
from hypothesis import strategies as st

from keypost.chat.directory import Chats
from keypost.chat.model import Chat, ChatKind, Party, PartyKind
from keypost.ids import ChatId, OrgId, PersonId

ORG = OrgId(1)
PERSONS = st.frozensets(st.integers(1, 6).map(PersonId), max_size=6)
CHANGES = st.lists(st.tuples(st.booleans(), st.integers(1, 2).map(ChatId), st.integers(1, 6).map(PersonId)), max_size=8)


@given(members=PERSONS, changes=CHANGES, watching=PERSONS)
def test_members_are_found_as_they_are_now(
    members: frozenset[PersonId], changes: list[tuple[bool, ChatId, PersonId]], watching: frozenset[PersonId]
) -> None:
    chats = Chats()
    expected = {ChatId(1): set(members), ChatId(2): set[PersonId]()}
    for chat_id, persons in expected.items():
        parties = frozenset(map(party, persons)) | {Party(PartyKind.BOT, 1)}
        chats.put(Chat(org_id=ORG, id=chat_id, kind=ChatKind.CHANNEL, title="A chat", members=parties))
    for joins, chat_id, person_id in changes:
        if joins:
            chats.join(ORG, chat_id, party(person_id))
            expected[chat_id].add(person_id)
        else:
            chats.leave(ORG, chat_id, party(person_id))
            expected[chat_id].discard(person_id)

    for chat_id, persons in expected.items():
        assert chats.members_among(ORG, chat_id, watching) == persons & watching
    assert chats.members_among(ORG, ChatId(3), watching) == frozenset()


def party(person_id: PersonId) -> Party:
    return Party(PartyKind.PERSON, person_id)
