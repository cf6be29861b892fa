"""Whatever content is accepted can be shown, and shows nothing outside of what the sanitiser lets through."""

import json
from collections import Counter
from html import escape
from typing import Any

import msgspec
import pytest
from hypothesis import event, given, settings
from tests.messages.pages import Page, assert_harmless, page_of
from tests.messages.samples import good_messages

from keypost.messages.decoding import decode
from keypost.messages.html import compose, render
from keypost.messages.instant import find_button, instants
from keypost.messages.judging import CONTENT_MAX, Draft, content_of, judge, judge_post, readable
from keypost.messages.plain import first_line, plain, visible
from keypost.messages.sanitiser import LINK_REL, clean
from keypost_sdk.content import Copy, InvokeBot, InvokeFunction, Message, TextSlide, buttons_of


def accepted(value: dict[str, Any]) -> Message:
    message = judge_post(decode(json.dumps(value).encode(), Draft))
    for slide in message.slides:
        event(type(slide).__name__)
    for path, button in buttons_of(message):
        event(f"{type(button.action).__name__} in {path.partition('[')[0].partition('.')[0]}")
    if any(instants(message)):
        event("a button in a text")
    return message


def pressable(page: Page) -> Counter[str]:
    return Counter(str(shown["data-button"]) for shown in page.all("button") if "data-button" in shown)


@settings(deadline=None, max_examples=300)
@given(good_messages)
def test_what_is_accepted_is_shown_harmlessly(value: dict[str, Any]) -> None:
    message = accepted(value)

    assert_harmless(render(message, anchor="m1"))
    assert visible(plain(message)) == plain(message)


@given(good_messages)
def test_the_first_line_is_that_of_the_whole(value: dict[str, Any]) -> None:
    message = accepted(value)

    assert first_line(message) == plain(message).strip().split("\n", 1)[0]


@settings(deadline=None, max_examples=300)
@given(good_messages)
def test_the_sanitiser_keeps_all_that_we_make_and_adds_nothing_of_its_own(value: dict[str, Any]) -> None:
    message = accepted(value)

    made, kept = page_of(compose(message, anchor="m1")), page_of(render(message, anchor="m1"))

    assert "".join(kept.text.split()) == "".join(made.text.split())
    assert [tag for tag, _ in kept.tags] == [tag for tag, _ in made.tags]
    for (tag, shown), (_, meant) in zip(kept.tags, made.tags, strict=True):
        if tag == "a":
            assert (shown.pop("rel"), shown.pop("target")) == (LINK_REL, "_blank")
            if "href" not in shown:
                assert no_browser_can_open(meant.pop("href"))
        assert shown == meant


def no_browser_can_open(address: str | None) -> bool:
    return "href" not in clean(f'<a href="{escape(address or "")}">x</a>')


@settings(deadline=None, max_examples=300)
@given(good_messages)
def test_a_button_that_can_be_pressed_is_shown_under_its_path(value: dict[str, Any]) -> None:
    message = accepted(value)

    shown = pressable(assert_harmless(render(message, anchor="m1")))

    calls = {path for path, button in buttons_of(message) if isinstance(button.action, InvokeFunction | InvokeBot)}
    named = Counter(f"references.{instant.name}" for instant in instants(message))
    assert shown == {path: named.get(path, 1) for path in calls if path in named or not path.startswith("references.")}
    assert shown.keys() == {path for path in calls if find_button(message, path)}


@settings(deadline=None, max_examples=300)
@given(good_messages)
def test_a_copy_button_has_the_text_that_it_copies(value: dict[str, Any]) -> None:
    message = accepted(value)

    page = page_of(render(message, anchor="m1"))

    copies = [button.action.data.text for _, button in buttons_of(message) if isinstance(button.action, Copy)]
    given = {shown["data-copy-text"] for shown in page.all("button") if "data-copy-text" in shown}
    assert given <= {text.replace("\r\n", "\n").replace("\r", "\n") for text in copies}


@settings(deadline=None, max_examples=200)
@given(good_messages)
def test_what_may_be_read_back_looks_the_same(value: dict[str, Any]) -> None:
    message = accepted(value)

    assert render(readable(message), anchor="m1") == render(message, anchor="m1")
    assert content_of(message) == message


GROWTH = 16
"""The most that a character of JSON becomes: a heading of one letter is its dearest."""
SCAFFOLD = 400


@settings(deadline=None, max_examples=60)
@given(good_messages)
def test_what_is_shown_is_not_much_more_than_what_was_sent(value: dict[str, Any]) -> None:
    message = accepted(value)

    sent, shown = len(msgspec.json.encode(message).decode()), len(render(message, anchor="m1"))

    again = len([*instants(message)]) * GROWTH * len(msgspec.json.encode(message.references).decode())
    assert shown <= GROWTH * sent + again + SCAFFOLD


@pytest.mark.parametrize("dear", ["#a\n", "{@a}", "[x](tel:1)", "*_~a~_* ", "&", "!a\n#a\n"])
def test_a_message_of_the_greatest_size_can_still_be_shown(dear: str) -> None:
    slides = [TextSlide(data=(dear * 5_000)[:5_000]) for _ in range(8)]

    message = judge(Message(text=(dear * 5_000)[:5_000], slides=tuple(slides)))

    assert len(render(message, anchor="m1")) < GROWTH * CONTENT_MAX
