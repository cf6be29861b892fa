"""The last step before HTML reaches a page: what is not on these lists does not pass, whoever wrote it.

The lists hold exactly what `html` makes. They are not a second chance for markup of strangers, which `html` escapes;
they stand for the day on which it forgets to.
"""

from collections.abc import Mapping
from typing import Final

from nh3 import Cleaner

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
LINK_REL: Final = "noopener noreferrer nofollow ugc"

TAGS: Final = frozenset(
    {
        *("a", "button", "span", "br", "code", "del", "em", "strong"),
        *("blockquote", "div", "hr", "p", "pre", "section"),
        *("table", "tbody", "td", "th", "thead", "tr"),
        *("dd", "dl", "dt", "li", "ol", "ul"),
    }
)
ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "a": frozenset({"href", "aria-describedby"}),
    "button": frozenset({"data-button", "data-copy-text", "aria-describedby"}),
    "div": frozenset({"aria-label"}),
    "span": frozenset({"id", "data-person", "data-team", "data-channel"}),
}
VALUES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "button": {"type": frozenset({"button"}), "data-asks": frozenset({"token"})},
    "div": {"role": frozenset({"group"}), "tabindex": frozenset({"0"})},
    "span": {"role": frozenset({"tooltip"})},
    "th": {"scope": frozenset({"col"})},
}
TONES: Final = ("button-positive", "button-negative", "button-neutral")
CARDS: Final = ("card", "card-basic", "card-modern-inline", "card-poll", "card-prompt")
CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "a": frozenset({"button", *TONES}),
    "button": frozenset({"button", "button-instant", *TONES}),
    "div": frozenset({"text", *CARDS, "table-scroll", "buttons"}),
    "dl": frozenset({"labels"}),
    "li": frozenset({"poll-option"}),
    "ol": frozenset({"list-decimal", "list-lower-alpha", "list-upper-alpha", "list-lower-roman", "list-upper-roman"}),
    "p": frozenset({"heading-large", "heading-small", "card-title", "card-thumbnail", "slide-title"}),
    "section": frozenset({"slide"}),
    "span": frozenset({"button-place", "button-inert", "hint", "mention", "mention-all", "mention-silent"}),
    "ul": frozenset({"images", "poll", "list-disc", "list-circle", "list-square"}),
}
DIRECTED: Final = frozenset({"a", "button", "p", "pre", "blockquote", "span", "td", "th", "li", "dt", "dd"})

_CLEANER: Final = Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values={
        tag: {**VALUES.get(tag, {}), **({"dir": frozenset({"auto"})} if tag in DIRECTED else {})}
        for tag in VALUES.keys() | DIRECTED
    },
    set_tag_attribute_values={"a": {"target": "_blank"}},
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=LINK_REL,
)


def clean(html: str) -> str:
    return _CLEANER.clean(html)
