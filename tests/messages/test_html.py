import json
from time import thread_time
from typing import Any

import msgspec
from hypothesis import given, settings
from tests.messages.pages import assert_harmless, page_of
from tests.messages.samples import FULL, LINK_BUTTON, good_messages

from keypost.messages.decoding import decode
from keypost.messages.html import compose, render
from keypost.messages.judging import Draft
from keypost_sdk.content import Card, Message, buttons_of


def full() -> Message:
    return msgspec.convert(FULL, Message)


def test_a_token_button_says_which_it_is_and_what_it_asks_for() -> None:
    buttons = page_of(render(full(), anchor="m1")).all("button")

    assert [button["data-button"] for button in buttons] == ["slides[1].buttons[0]", "buttons[0]"]
    assert all(button["data-button"] in dict(buttons_of(full())) for button in buttons)
    assert all(button["data-asks"] == "token" for button in buttons)
    assert buttons[0]["class"] == "button button-positive"
    assert buttons[0]["type"] == "button"


def test_a_function_button_that_asks_for_nothing_says_so() -> None:
    plain_button = {"label": "Run", "action": {"type": "invoke.function", "data": {"name": "run"}}}

    (button,) = page_of(render(msgspec.convert({"buttons": [plain_button]}, Message), anchor="m1")).all("button")

    assert "data-asks" not in button
    assert "aria-describedby" not in button
    assert button["class"] == "button button-neutral"


def test_a_hint_is_tied_to_its_button_and_its_id_is_its_own() -> None:
    page = page_of(render(full(), anchor="m1"))

    hints = [span["id"] for span in page.all("span") if span.get("role") == "tooltip"]
    described = [shown["aria-describedby"] for _, shown in page.tags if "aria-describedby" in shown]

    assert hints == described
    assert len(set(hints)) == 4
    assert hints[0] == "m1-hint-slides-0-buttons-0"


def test_a_link_button_opens_outside_without_saying_whence() -> None:
    link = next(link for link in page_of(render(full(), anchor="m1")).all("a") if "button" in str(link.get("class")))

    assert link["href"] == "https://example.com/1"
    assert link["target"] == "_blank"
    assert link["rel"] == "noopener noreferrer nofollow ugc"
    assert link["class"] == "button button-negative"


def test_an_address_that_starts_a_program_is_shown_and_not_opened() -> None:
    button = {**LINK_BUTTON, "action": {"type": "open.url", "data": {"web": "sip:a@b"}}}

    page = page_of(render(msgspec.convert({"buttons": [button]}, Message), anchor="m1"))

    assert page.all("a") == []
    assert "Open (sip:a@b)" in page.text


def test_a_table_has_heads_and_a_frame_that_scrolls_by_keyboard() -> None:
    page = page_of(render(full(), anchor="m1"))

    assert [head["scope"] for head in page.all("th")] == ["col", "col"]
    frame = next(div for div in page.all("div") if div.get("class") == "table-scroll")
    assert (frame["tabindex"], frame["role"], frame["aria-label"]) == ("0", "group", "Stages")


def test_nothing_is_fetched_to_show_a_message() -> None:
    html = render(full(), anchor="m1")

    assert "<img" not in html
    assert "src=" not in html
    assert ">img.example.com</a>" in html


def test_a_thumbnail_is_labelled_with_the_host_a_browser_would_go_to() -> None:
    def label(address: str) -> str:
        return page_of(render(Message(card=Card(thumbnail=address)), anchor="m1")).text

    assert label("https://good.example@evil.example:8/x") == "evil.example"
    assert label("https://a@b@evil.example") == "evil.example"
    assert label("https://evil.example\\@good.example/") == "evil.example"
    assert label("https://[::1]:80/") == "[::1]"
    assert label("/local.png") == ""
    assert label("//evil.example/x.png") == ""


def test_every_text_finds_its_own_direction() -> None:
    page = page_of(render(full(), anchor="m1"))

    texts = [shown for tag, shown in page.tags if tag in {"p", "a", "button", "td", "th", "pre", "blockquote"}]

    assert texts
    assert all(shown["dir"] == "auto" for shown in texts)


def test_the_display_name_of_a_bot_is_not_content() -> None:
    assert "Builder" not in render(full(), anchor="m1")


@settings(deadline=None, max_examples=200)
@given(good_messages)
def test_any_accepted_message_renders_harmlessly(value: dict[str, Any]) -> None:
    assert_harmless(render(decode(json.dumps(value).encode(), Draft), anchor="m1"))


@settings(deadline=None, max_examples=200)
@given(good_messages)
def test_the_sanitiser_keeps_all_that_we_make(value: dict[str, Any]) -> None:
    message = decode(json.dumps(value).encode(), Draft)

    made, kept = page_of(compose(message, anchor="m1")), page_of(render(message, anchor="m1"))

    for _, attributes in kept.tags:
        attributes.pop("rel", None)
        attributes.pop("target", None)
    assert kept.tags == made.tags
    assert "".join(kept.text.split()) == "".join(made.text.split())


def test_rendering_takes_linear_time() -> None:
    def cost(size: int) -> float:
        text = "*a _b [c](http://d.e) `f` \n! g http://h.i <b>&\n" * size
        start = thread_time()
        render(Message(text=text), anchor="m1")
        return thread_time() - start

    small, large = (min(cost(size) for _ in range(3)) for size in (50, 800))

    assert large < 96 * small  # 16 times the text; what grows with the square would need 256 times the work.
