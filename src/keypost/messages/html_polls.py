"""Polls as HTML: their options as a list, or as what can be voted for, with how many did."""

from collections.abc import Sequence
from html import escape

from keypost.messages.html_texts import Sheet, inline
from keypost.messages.plain import line_of
from keypost_sdk.content import Card


def poll(card: Card, sheet: Sheet, votes: Sequence[int] | None) -> str:
    """`votes` has one number for each option; without it the options can only be read."""
    if not card.options:
        return ""
    own = sheet.within("poll")
    return _list(card, own) if votes is None else _ballot(card, own, votes)


def _list(card: Card, sheet: Sheet) -> str:
    rows = (f'<li class="poll-option" dir="auto">{inline(option.text, sheet)}</li>' for option in card.options)
    return f'<ul class="poll">{"".join(rows)}</ul>'


def _ballot(card: Card, sheet: Sheet, votes: Sequence[int]) -> str:
    total = sum(votes)
    rows = (
        _option(number, inline(option.text, sheet), count, total, f"{sheet.anchor}-{number}")
        for number, (option, count) in enumerate(zip(card.options, votes, strict=True))
    )
    name = escape(line_of(card.title, sheet.references) or "Poll")
    below = f'<p class="poll-total">{_votes(total)}</p>'
    around = f'class="ballot" id="{escape(sheet.anchor)}" role="group" aria-label="{name}"'
    return f'<div {around}><ul class="poll">{"".join(rows)}</ul>{below}</div>'


def _option(number: int, label: str, count: int, total: int, anchor: str) -> str:
    """The button stands beside the text and not around it: a text may have links, and buttons of its own."""
    share = round(100 * count / total) if total else 0
    text_id, count_id = escape(f"{anchor}-text"), escape(f"{anchor}-count")
    named = f'aria-pressed="false" aria-labelledby="{text_id} {count_id}"'
    vote = f'<button type="button" class="vote" data-option="{number}" {named}></button>'
    bar = f'<progress class="poll-share" max="{max(total, 1)}" value="{count}" aria-hidden="true"></progress>'
    text = f'<span class="poll-text" id="{text_id}" dir="auto">{label}</span>'
    counted = f'<span class="poll-count" id="{count_id}">{_votes(count)} · {share}%</span>'
    return f'<li class="poll-option">{vote}{text}{counted}{bar}</li>'


def _votes(count: int) -> str:
    return "1 vote" if count == 1 else f"{count} votes"
