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
        *("table", "tbody", "td", "th", "thead", "tr", "col", "colgroup", "details", "summary"),
        *("svg", "path", "rect", "circle", "text"),
        *("dd", "dl", "dt", "li", "ol", "progress", "ul"),
    }
)
ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "a": frozenset({"href", "aria-describedby"}),
    "button": frozenset({"data-button", "data-copy-text", "data-option", "aria-describedby", "aria-labelledby"}),
    "div": frozenset({"id", "aria-label"}),
    "progress": frozenset({"max", "value"}),
    "span": frozenset({"id", "data-person", "data-team", "data-channel"}),
    "svg": frozenset({"viewBox", "aria-label"}),
    "path": frozenset({"d", "pathLength", "stroke-dasharray", "stroke-dashoffset"}),
    "rect": frozenset({"x", "y", "width", "height"}),
    "circle": frozenset({"cx", "cy", "r"}),
    "text": frozenset({"x", "y"}),
}
VALUES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "button": {"type": frozenset({"button"}), "data-asks": frozenset({"token"}), "aria-pressed": frozenset({"false"})},
    "div": {"role": frozenset({"group"}), "tabindex": frozenset({"0"})},
    "progress": {"aria-hidden": frozenset({"true"})},
    "span": {"role": frozenset({"tooltip"})},
    "svg": {"role": frozenset({"img"})},
    "th": {"scope": frozenset({"col", "row"})},
}
TONES: Final = ("button-positive", "button-negative", "button-neutral")
CARDS: Final = ("card", "card-basic", "card-modern-inline", "card-poll", "card-prompt")
TITLES: Final = ("heading-large", "heading-small", "card-title", "section-title", "slide-title")
SERIES: Final = ("series-1", "series-2", "series-3", "series-4", "series-5")
TABLES: Final = ("table-scroll", "table-measured", "sticky-rows", "sticky-columns-1", "sticky-columns-2")
TINTS: Final = ("tinted", "highlighted", "tint-red", "tint-yellow", "tint-green", "tint-blue", "tint-grey")
RINGS: Final = ("chart-ring", "chart-pie", "chart-doughnut", "chart-semi_doughnut")
WIDTHS: Final = frozenset(f"width-{width}" for width in range(5, 105, 5))
CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "a": frozenset({"button", *TONES}),
    "button": frozenset({"button", "button-instant", "vote", *TONES}),
    "circle": frozenset(SERIES),
    "col": WIDTHS,
    "details": frozenset({"chart-numbers"}),
    "div": frozenset({"text", *CARDS, *TABLES, *TINTS, "ballot", "buttons", "chart"}),
    "dl": frozenset({"labels", "fields"}),
    "li": frozenset({"poll-option", *SERIES}),
    "ol": frozenset({"list-decimal", "list-lower-alpha", "list-upper-alpha", "list-lower-roman", "list-upper-roman"}),
    "p": frozenset({*TITLES, "card-thumbnail", "chart-axis", "chart-axis-x", "chart-axis-y", "poll-total"}),
    "path": frozenset({"chart-line", "chart-tick", "chart-whole", "chart-zero", *SERIES}),
    "progress": frozenset({"poll-share"}),
    "rect": frozenset(SERIES),
    "section": frozenset({"slide"}),
    "span": frozenset(
        {
            *("button-place", "button-inert", "hint", "legend-value", "mention", "mention-all", "mention-silent"),
            *("poll-text", "poll-count"),
        }
    ),
    "ul": frozenset({"images", "legend", "poll", "list-disc", "list-circle", "list-square"}),
    "svg": frozenset({"chart-graph", *RINGS}),
    "text": frozenset({"chart-label", "chart-number"}),
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
