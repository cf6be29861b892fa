"""The rules of cards that span fields."""

from collections.abc import Collection
from typing import Final

from keypost.errors import Invalid
from keypost_sdk.cards import POLL_OPTIONS_MIN
from keypost_sdk.content import Card, PollOption

ASKING: Final = frozenset({"poll", "prompt"})


def judge_card(card: Card) -> None:
    if card.theme in ASKING and not card.title.strip():
        raise Invalid("param_missing", f"card.title is missing: a {card.theme} has a title")
    if card.theme == "prompt" and not card.buttons:
        raise Invalid("param_missing", "card.buttons is missing: a prompt has at least one button")
    if card.theme == "poll":
        _judge_poll(card.options)
    elif card.options:
        raise Invalid("invalid_inputs", 'card.options is for a poll: its card has the theme "poll"')


def _judge_poll(options: Collection[PollOption]) -> None:
    if not options:
        raise Invalid("param_missing", "card.options is missing: a poll has something to choose from")
    if len(options) < POLL_OPTIONS_MIN:
        raise Invalid("invalid_inputs", f"card.options has 1 entry; {POLL_OPTIONS_MIN} is the least")
    for index, option in enumerate(options):
        if not option.text.strip():
            raise Invalid("invalid_inputs", f"card.options[{index}].text is empty")
