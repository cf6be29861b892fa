import msgspec
import pytest
from tests.messages.samples import FULL, LOOK_BUTTON

from keypost.messages.instant import find_button, instants
from keypost_sdk.content import Message, buttons_of


def message(text: str, **more: object) -> Message:
    button = {"type": "button", "object": {**LOOK_BUTTON, "label": "Own label"}}
    return msgspec.convert({"text": text, "references": {"1": button}, **more}, Message)


def test_a_button_is_found_by_its_path() -> None:
    full = msgspec.convert(FULL, Message)
    buttons = dict(buttons_of(full))

    assert find_button(full, "card.buttons[0]") == buttons["card.buttons[0]"]
    assert find_button(full, "slides[1].buttons[0]") == buttons["slides[1].buttons[0]"]
    assert find_button(full, "buttons[7]") is None
    assert find_button(full, "references.3") is None


def test_an_instant_button_has_the_label_that_people_saw_first() -> None:
    found = find_button(message("Please [*Look*  here]($1) or [there]($1)"), "references.1")

    assert found is not None
    assert found.label == "Look  here"
    assert found.hint == "In the chat"


@pytest.mark.parametrize("text", ["nothing", "`[Look]($1)`", "[Look]($2)", "[ ]($1)"])
def test_a_button_that_no_text_shows_cannot_be_pressed(text: str) -> None:
    assert find_button(message(text), "references.1") is None


def test_buttons_are_found_in_every_text_in_reading_order() -> None:
    slides = [
        {"type": "text", "title": "[c]($1)", "data": "# [d]($1)\n---\n```[x]($1)```\n_[e]($1)_"},
        {"type": "table", "data": {"headers": ["[x]($1)"], "rows": [{"[x]($1)": "[f]($1)"}]}},
        {"type": "list", "data": ["[g]($1)"]},
        {"type": "label", "data": [{"[x]($1)": "[h]($1)"}, {"label": "[x]($1)", "value": "[i]($1)"}]},
        {"type": "images", "data": ["/[x]($1)"]},
    ]
    everywhere = message("[a]($1)", card={"title": "*[b]($1)*"}, slides=slides)

    labels = ["".join(getattr(piece, "text", "") for piece in shown.inside) for shown in instants(everywhere)]

    assert "".join(labels) == "abcdefghi"
