"""A law: whoever follows a chat is told each message once and in order, whatever comes between two looks."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keypost.cli.following import Entry, Following

PAGE = 5
"""What one reading answers here; more of one millisecond than that cannot be asked for."""


class Chat:
    """As the server reads it: the newest of a span, oldest first."""

    def __init__(self) -> None:
        self.messages: list[Entry] = []
        self.now = 1_000

    def say(self, *, later_by: int) -> None:
        self.now += later_by
        counter = sum(entry["time"] == self.now for entry in self.messages)
        self.messages.append({"id": f"{self.now}_{counter}", "time": self.now})

    def read(self, since: int, until: int | None) -> list[Entry]:
        span = [
            entry for entry in self.messages if since <= entry["time"] and (until is None or entry["time"] <= until)
        ]
        return span[-PAGE:]


bursts = st.lists(st.lists(st.sampled_from([0, 1, 1, 7]), max_size=3 * PAGE), max_size=6)


@given(before=st.lists(st.sampled_from([1, 2]), max_size=3 * PAGE), bursts=bursts)
def test_each_message_is_told_once_and_in_order(before: list[int], bursts: list[list[int]]) -> None:
    chat = Chat()
    for later_by in before:
        chat.say(later_by=later_by)
    told = chat.read(0, None)
    following = Following(told)

    for burst in bursts:
        for number, later_by in enumerate(burst):
            chat.say(later_by=later_by or number % 3)  # No more of one millisecond than a page holds.
        told += following.news(chat.read)

    assert told == chat.messages[max(0, len(before) - PAGE) :]


def test_a_quiet_chat_is_asked_once_a_look() -> None:
    chat, asked = Chat(), list[Any]()
    chat.say(later_by=1)
    following = Following(chat.messages)

    def fetch(since: int, until: int | None) -> list[Entry]:
        asked.append((since, until))
        return chat.read(since, until)

    assert following.news(fetch) == []
    assert asked == [(chat.now, None)]
