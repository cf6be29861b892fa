"""Ids are read back as what they were shown from, and nothing else is read as one."""

from hypothesis import example, given
from hypothesis import strategies as st

from keypost.ids import (
    ID_MAX,
    BotId,
    ChatId,
    MessageId,
    OrgId,
    read_channel,
    read_chat,
    read_message,
    show_channel,
    show_chat,
    show_message,
    show_thread,
)

NUMBER = st.integers(1, ID_MAX)


@given(org=NUMBER, chat=NUMBER, other=NUMBER)
def test_chats_of_every_kind_are_read_as_they_are_shown(org: int, chat: int, other: int) -> None:
    org_id, chat_id = OrgId(org), ChatId(chat)

    assert read_chat(show_chat(org_id, chat_id)) == chat_id
    assert read_chat(show_chat(org_id, chat_id, BotId(other))) == chat_id
    assert read_chat(show_thread(org_id, ChatId(other), chat_id)) == chat_id
    assert read_chat(str(chat_id)) == chat_id
    assert read_channel(show_channel(chat_id)) == chat_id


@given(number=st.integers(0, ID_MAX), between=st.sampled_from(["_", " ", "%20"]))
def test_messages_are_read_in_every_spelling(number: int, between: str) -> None:
    message_id = MessageId(number)

    assert read_message(show_message(message_id).replace("_", between)) == message_id


@given(text=st.text(st.sampled_from("CT_O-B1²٣ \n"), max_size=14))
@example("CT_1_2-T-")
@example("CT_1_2-T-3-B4")
@example("O1\n")
@example("CT_1_2\n")
def test_whatever_else_is_written_is_an_id_of_nothing_or_a_number_that_a_row_can_have(text: str) -> None:
    for number in (read_chat(text), read_channel(text), read_message(text)):
        assert number is None or 0 <= number <= ID_MAX
    if text.endswith("\n") or "²" in text or "٣" in text:
        assert (read_chat(text), read_channel(text), read_message(text)) == (None, None, None)
