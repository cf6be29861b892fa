from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.messages.samples import FULL, LINK_BUTTON, LOOK_BUTTON, with_changed

from keypost.errors import Invalid
from keypost.messages.judging import Draft, content_of, judge, judge_for_bot, judge_post, readable
from keypost_sdk.content import (
    Card,
    Confirm,
    Edit,
    LabelSlide,
    Message,
    Reply,
    Table,
    TableSlide,
    TextSlide,
    buttons_of,
)


def card(**fields: Any) -> Message:
    return msgspec.convert({"card": fields}, Message)


def table(headers: tuple[str, ...], *rows: dict[str, Any]) -> Message:
    return Message(slides=(TextSlide(data="before"), TableSlide(data=Table(headers=headers, rows=rows))))


def refused_with(message: Message) -> str:
    with pytest.raises(Invalid) as caught:
        judge(message)
    return caught.value.sentence


UNNAMED = {"references": {"1": {"type": "button", "object": LOOK_BUTTON}}}


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
        {"card": {"buttons": [LINK_BUTTON]}},
        {"buttons": [LINK_BUTTON]},
    ],
)
def test_an_answer_needs_anything_to_show(content: dict[str, Any]) -> None:
    message = msgspec.convert(content, Message)

    assert judge(message) == message


@pytest.mark.parametrize(
    "content", [{}, {"text": " "}, {"card": {}}, {"card": {"title": " "}}, {"bot": {"name": "a"}}, UNNAMED]
)
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


def test_a_label_has_one_name_or_says_which_is_which() -> None:
    def labels(*entries: dict[str, Any]) -> Message:
        return Message(slides=(LabelSlide(data=entries),))

    assert judge(labels({"A": 1}, {"label": "A", "value": None}, {"label": "x"}, {"value": "x"}))
    assert refused_with(labels({"A": 1}, {})) == "slides[0].data[1] is empty"
    assert refused_with(labels({"A": 1, "B": 2})) == (
        'slides[0].data[0] has 2 names; it has one, or "label" and "value"'
    )
    assert refused_with(labels({"label": 1, "name": 2})).startswith("slides[0].data[0] has 2 names")


def test_a_prompt_asks_something() -> None:
    assert judge(card(theme="prompt", title="Sure?", buttons=[LINK_BUTTON]))
    assert refused_with(card(theme="prompt", title="Sure?")) == (
        "card.buttons is missing: a prompt has at least one button"
    )
    assert refused_with(card(theme="prompt", title=" ", buttons=[LINK_BUTTON])) == (
        "card.title is missing: a prompt has a title"
    )


def test_a_poll_has_a_title_and_something_to_choose_from() -> None:
    two = [{"text": "Tea"}, {"text": "Tea"}]

    assert judge(card(theme="poll", title="Drink?", options=two))
    assert refused_with(card(theme="poll", title="Drink?")) == (
        "card.options is missing: a poll has something to choose from"
    )
    assert refused_with(card(theme="poll", options=two)) == "card.title is missing: a poll has a title"
    assert refused_with(card(theme="poll", title="Drink?", options=two[1:])) == (
        "card.options has 1 entry; 2 is the least"
    )
    assert refused_with(card(theme="poll", title="Drink?", options=[*two, {"text": "\t"}])) == (
        "card.options[2].text is empty"
    )
    assert refused_with(card(title="Drink?", options=two)) == (
        'card.options is for a poll: its card has the theme "poll"'
    )


@pytest.mark.parametrize(
    ("place", "new", "sentence"),
    [
        (("card", "buttons", 0, "label"), " ", "card.buttons[0].label is empty"),
        (("slides", 0, "buttons", 0, "label"), "\u2003", "slides[0].buttons[0].label is empty"),
        (("buttons", 0, "action", "confirm", "title"), " ", "buttons[0].action.confirm.title is empty"),
        (
            ("references", "2", "object", "action", "data", "text"),
            "\n",
            "references.2.object.action.data.text is empty",
        ),
        (
            ("references", "2", "object", "action", "data", "text"),
            "ls\x1b[2K",
            "references.2.object.action.data.text has a control character",
        ),
        (
            ("slides", 2, "buttons", 0, "action", "data", "text"),
            "a\u202eb",
            "slides[2].buttons[0].action.data.text has a control character",
        ),
        (
            ("references", "1", "object", "arguments"),
            {"a": "é" * 2045},
            "references.1.object.arguments has 4098 bytes; 4096 is the most",
        ),
    ],
)
def test_a_bad_button_is_named_by_its_path_wherever_it_stands(
    place: tuple[str | int, ...], new: Any, sentence: str
) -> None:
    assert refused_with(msgspec.convert(with_changed(FULL, place, new), Message)) == sentence


@pytest.mark.parametrize(
    "bent",
    [
        with_changed(FULL, ("references", "1", "object", "label"), " "),
        with_changed(FULL, ("references", "2", "object", "action", "data", "text"), "one\r\n\ttwo"),
        with_changed(FULL, ("references", "1", "object", "arguments"), {"a": "é" * 2044}),
        with_changed(FULL, ("card", "buttons", 0, "arguments"), {"key": 1, "input": 2}),
        with_changed(FULL, ("card", "buttons", 0, "action", "confirm", "input"), ""),
    ],
)
def test_what_harms_nobody_is_let_be(bent: dict[str, Any]) -> None:
    message = msgspec.convert(bent, Message)

    assert judge(message) == message


def test_a_reference_that_no_text_names_is_let_be_and_so_is_a_name_without_reference() -> None:
    unnamed = msgspec.convert({"text": "[a]($2)", **UNNAMED}, Message)

    assert judge(unnamed) == unnamed


def test_a_page_of_nothing_but_buttons_is_refused() -> None:
    full = msgspec.convert({"text": "[a]($1)" * 99, "card": {"title": "[b]($1)"}, **UNNAMED}, Message)

    assert judge(full) == full
    assert (
        refused_with(replace(full, text="[a]($1)" * 100))
        == "references are named more than 100 times, which is the most"
    )


def test_only_a_field_to_type_into_can_be_mandatory() -> None:
    def confirm(**fields: Any) -> Confirm:
        return msgspec.convert({"title": "Sure?", **fields}, Confirm)

    assert confirm(input="Why", mandatory=True).is_mandatory
    assert not confirm(input="Why", mandatory=False).is_mandatory
    assert not confirm(input=" ", mandatory=True).is_mandatory
    assert not confirm(input={"type": "user_webhook_token"}, mandatory=True).is_mandatory
    assert confirm(input="Why").asks_for_text
    assert not confirm(mandatory=True).asks_for_text


def test_an_answer_stays_what_it_is_and_only_the_message_in_it_is_stored() -> None:
    reply = Reply(text="a", view="ephemeral", collapse_key="k", serves=())

    assert judge(reply) == reply
    assert content_of(reply) == Message(text="a")
    assert content_of(judge(Edit(text="a"))) == Message(text="a")


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
    assert readable(readable(stored)) == shown


def test_widths_are_one_for_each_column_and_all_of_the_table() -> None:
    def measured(*widths: float) -> Message:
        return msgspec.convert(with_changed(FULL, ("slides", 0, "data", "styles", "width"), list(widths)), Message)

    assert judge(measured(33.3, 66.7))
    assert refused_with(measured(100)) == "slides[0].data.styles.width has 1 entries; the table has 2 columns"
    assert refused_with(measured(50, 49)) == "slides[0].data.styles.width adds up to 99; it must be 100"


def test_a_button_that_leads_somewhere_says_where() -> None:
    nowhere = with_changed(FULL, ("buttons", 2, "action", "data"), {})

    assert refused_with(msgspec.convert(nowhere, Message)) == "buttons[2].action.data.web is missing"


def test_a_text_is_as_long_as_its_place_allows() -> None:
    long = Message(text="😀" * 5_001)

    assert refused_with(long) == "text has 5001 characters; 5000 is the most"
    assert judge(long, 10_000) == long


def test_a_message_has_a_size() -> None:
    entries = [{"type": "list", "data": ["x" * 1_000] * 7}] * 9
    fitting = msgspec.convert({"slides": entries}, Message)
    bulging = msgspec.convert({"slides": [*entries, *entries[:1]]}, Message)

    assert judge(fitting)
    assert refused_with(bulging).endswith("characters of JSON; 65536 is the most")


def test_the_slides_of_a_bot_have_a_size_of_their_own() -> None:
    def draft(entries: int) -> Draft:
        slide = {"type": "list", "data": ["x" * 1_000] * entries}
        return msgspec.convert({"slides": [slide]}, Draft)

    assert judge_for_bot(draft(9))
    with pytest.raises(Invalid) as caught:
        judge_for_bot(draft(10))
    assert caught.value.sentence == "slides have 10056 characters of JSON; 10000 is the most"
