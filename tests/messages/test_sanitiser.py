from collections import Counter
from typing import Any

import msgspec
import pytest
from tests.messages.pages import Page, assert_harmless
from tests.messages.samples import COPY_BUTTON, LINK_BUTTON, TOKEN_BUTTON

from keypost.messages.html import render
from keypost.messages.sanitiser import clean
from keypost_sdk.content import Message

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg/onload=alert(1)>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" autofocus tabindex="1',
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/sign-out' id=x class='button-inert' style='x' ping=//evil.example download>x</a>",
    "<base href=//evil.example>",
    "<form action=//evil.example><input name=a><button formaction=javascript:alert(1)>x</button></form>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html,x></object><embed src=//evil.example>",
    "<link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0;//evil.example>",
    "<style>@import '//evil.example'</style><p style='background:url(//evil.example)'>x</p>",
    "<template><img src=x onerror=alert(1)></template>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<p class='sidebar admin' id=demo data-button=x dir=rtl>x</p>",
    "<button type=submit form=f formaction=//evil.example data-asks=password>x</button>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "</div></section></table></p><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT://a.b/%0aalert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](http://a.b/\"onmouseover='alert(1)')",
    "[x](http://a.b/'><script>alert(1)</script>)",
    'http://a.b/"onmouseover=alert(1)',
    "http://a.b/'onmouseover=alert(1)",
    "[<img src=x onerror=alert(1)>](http://a.b)",
    "```</code></pre><script>alert(1)</script>```",
    "`</code><script>alert(1)</script>`",
    '{@"><script>alert(1)</script>}',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x1b<scr\x00ipt>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
]  # fmt: skip


def message_full_of(attack: str) -> Message:
    """The attack in every field that takes a text; whatever is too long for a field is cut."""

    def button(base: dict[str, Any]) -> dict[str, Any]:
        return {**base, "label": attack[:20], "hint": attack[:100], "key": attack[:100]}

    address = "https://a.b/" + "".join(attack.split())[:200]
    link = {**LINK_BUTTON, "action": {"type": "open.url", "data": {"web": address}}}
    copy = {**COPY_BUTTON, "action": {"type": "copy", "data": {"text": attack[:200]}}}
    buttons = [button(TOKEN_BUTTON), button(link), button(copy)]
    table = {"headers": [attack[:100]], "rows": [{attack[:100]: attack}]}
    attacked = f"{attack} [{attack}]($1) [[{attack}]($2)]"
    headings = f"!{attack}\n# {attack}\n### {attack}"
    labels = [{attack[:100]: attacked}, {"label": attack, "value": attack}]
    return msgspec.convert(
        {
            "text": f"{attacked}\n{headings}\n*{attack}* _{attack}_ `{attack}`\n```{attack}```",
            "bot": {"name": attack[:100]},
            "card": {"title": attack[:200], "thumbnail": address, "buttons": buttons},
            "slides": [
                {"type": "table", "title": attack[:200], "data": table, "buttons": buttons},
                {"type": "text", "title": attack[:200], "data": attack, "buttons": buttons},
                {"type": "list", "title": attack[:200], "data": [attack, attacked], "buttons": buttons},
                {"type": "label", "title": attack[:200], "data": labels, "buttons": buttons},
                {"type": "images", "title": attack[:200], "data": [address, "/" + "".join(attack.split())]},
            ],
            "buttons": buttons,
            "references": {
                "1": {"type": "button", "object": button(TOKEN_BUTTON)},
                "2": {"type": "button", "object": copy},
            },
        },
        Message,
    )


def buttons_in(page: Page) -> list[str | None]:
    """The paths of those that call and None for those that copy, outside of texts."""
    return [shown.get("data-button") for shown in page.all("button") if "button-instant" not in str(shown["class"])]


def instant_buttons_in(page: Page) -> Counter[str | None]:
    """An attack may break the brackets around it; then there is text instead of a button."""
    return Counter(shown.get("data-button") for shown in page.all("button") if "button-instant" in str(shown["class"]))


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if "\x00" not in attack and "\x1b" not in attack])
def test_an_attack_in_every_field_becomes_text(attack: str) -> None:
    page = assert_harmless(render(message_full_of(attack), anchor="m1"))

    expected = assert_harmless(render(message_full_of("harmless"), anchor="m1"))
    assert buttons_in(page) == buttons_in(expected)
    assert instant_buttons_in(page) <= instant_buttons_in(expected)
    assert len(page.all("table")) == len(expected.all("table")) == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_sanitiser_alone_stops_what_we_would_forget_to_escape(attack: str) -> None:
    page = assert_harmless(clean(f'<div class="text"><p dir="auto">{attack}</p></div>'))

    assert "onerror" not in str(page.tags)
    assert "evil.example" not in str(page.tags)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_sanitiser_alone_stops_what_breaks_out_of_an_attribute(attack: str) -> None:
    assert_harmless(clean(f'<div class="text"><a href="{attack}" dir="auto">x</a></div>'))


def test_cleaning_twice_changes_nothing() -> None:
    for attack in ATTACKS:
        once = clean(attack)
        assert clean(once) == once
