from typing import Any

import msgspec
import pytest
from tests.messages.samples import FULL, LINK_BUTTON

from keypost.errors import Invalid
from keypost.messages.judging import Draft, content_of, judge, judge_post, readable
from keypost_sdk.content import Card, Message, Table, TableSlide, TextSlide, buttons_of


def table(headers: tuple[str, ...], *rows: dict[str, Any]) -> Message:
    return Message(slides=(TextSlide(data="before"), TableSlide(data=Table(headers=headers, rows=rows))))


def refused_with(message: Message) -> str:
    with pytest.raises(Invalid) as caught:
        judge(message)
    return caught.value.sentence


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_a_wire_post_needs_text_whatever_else_it_shows(text: str) -> None:
    draft = Draft(text=text, card=Card(title="A card"))

    with pytest.raises(Invalid) as caught:
        judge_post(draft)

    assert (caught.value.code, caught.value.sentence) == ("param_missing", "text is missing")


@pytest.mark.parametrize(
    "content",
    [
        {"text": "a"},
        {"card": {"title": "a"}},
        {"card": {"thumbnail": "https://a.b/c.png"}},
        {"slides": [{"type": "text", "data": "a"}]},
        {"buttons": [LINK_BUTTON]},
    ],
)
def test_an_answer_needs_anything_to_show(content: dict[str, Any]) -> None:
    message = msgspec.convert(content, Message)

    assert judge(message) == message


@pytest.mark.parametrize("content", [{}, {"text": " "}, {"card": {}}, {"card": {"title": " "}}, {"bot": {"name": "a"}}])
def test_an_answer_that_shows_nothing_is_refused(content: dict[str, Any]) -> None:
    assert "there is nothing to show" in refused_with(msgspec.convert(content, Message))


def test_a_row_has_exactly_the_headers() -> None:
    assert judge(table(("A", "B"), {"B": 1, "A": None}, {"A": "x", "B": "y"}))
    assert refused_with(table(("A", "B"), {"A": 1, "B": 1}, {"A": 1})) == "slides[1].data.rows[1].B is missing"
    assert refused_with(table(("A",), {"A": 1, "C d": 2})) == (
        'slides[1].data.rows[0]["C d"] is not one of the headers'
    )


def test_headers_differ() -> None:
    assert refused_with(table(("A", "B", "A"))) == 'slides[1].data.headers has "A" twice'


def test_wishes_about_the_posting_are_not_content() -> None:
    draft = msgspec.convert(FULL, Draft)

    content = content_of(draft)

    assert type(content) is Message
    assert msgspec.json.decode(msgspec.json.encode(content)) == {
        name: value for name, value in FULL.items() if name != "sync_message"
    }


def test_reading_back_shows_no_owner_and_everything_else() -> None:
    stored = content_of(msgspec.convert(FULL, Draft))

    shown = readable(stored)

    assert b"dev@example.com" in msgspec.json.encode(stored)
    assert b"owner" not in msgspec.json.encode(shown)
    assert [path for path, _ in buttons_of(shown)] == [path for path, _ in buttons_of(stored)]
    assert msgspec.json.encode(shown) == msgspec.json.encode(stored).replace(b',"owner":"dev@example.com"', b"")
