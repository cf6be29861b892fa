import msgspec
from hypothesis import given, settings
from tests.messages.samples import FULL, texts

from keypost.messages.plain import plain, visible
from keypost_sdk.content import Card, Message


def test_a_message_without_a_page_says_everything_it_shows() -> None:
    message = msgspec.convert(FULL, Message)

    assert plain(message).split("\n") == [
        "A bold word. [Look]",
        "Build 12",
        "Where",
        "Branch: main",
        "Jobs: 3",
        "Passed: true",
        "[Say why and close it all] [Ask the bot]",
        "Stages",
        "Stage: test · Took s: 12.5",
        "[Open]",
        "Log",
        "ok",
        "[Create webhook]",
        "Steps",
        "- First",
        "- then [copy]",
        "[Copy hash]",
        "Facts",
        "Branch: main",
        "Jobs: 3",
        "Charts",
        "https://img.example.com/charts/one.png?size=2",
        "/two.png",
        "Outcomes",
        "Passed: 97 (97.5 %)",
        "Failed: 2.5 (2.51 %)",
        "[Look inside]",
        "Minutes",
        "build: Mon 3, Tue -2.5",
        "test: Tue 9",
        "[Remind me]",
        "[Create webhook] [Open] [In the app]",
    ]


def test_a_terminal_gets_no_orders() -> None:
    assert plain(Message(text="\x1b[2J\x9b\u202etxt\x7f\ttab")) == "\\x1b[2J\\x9b\\u202etxt\\x7f\ttab"
    assert visible("a\nb", keep="") == "a\\x0ab"


@settings(deadline=None)
@given(texts)
def test_plain_text_holds_no_control_character(text: str) -> None:
    for line in plain(Message(text=text, card=Card(title=text))).split("\n"):
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line.replace("\t", ""))
