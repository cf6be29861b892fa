from time import thread_time

import msgspec
import pytest
from msgspec.structs import replace
from tests.messages.pages import page_of
from tests.messages.samples import COPY_BUTTON, FULL, LINK_BUTTON, LOOK_BUTTON, with_changed

from keypost.messages.html import compose, render
from keypost.messages.judging import judge
from keypost_sdk.content import Card, Message


def full() -> Message:
    return msgspec.convert(FULL, Message)


def test_a_token_button_says_which_it_is_and_what_it_asks_for() -> None:
    page = page_of(render(full(), anchor="m1"))

    first, second = (button for button in page.all("button") if button.get("data-asks") == "token")
    assert (first["data-button"], second["data-button"]) == ("slides[1].buttons[0]", "buttons[0]")
    assert first["class"] == "button button-positive"
    assert first["type"] == "button"


@pytest.mark.parametrize("card", [Card(), Card(title=" ", icon="star"), Card(thumbnail="/picture.png")])
def test_a_card_with_nothing_to_show_is_no_empty_box(card: Card) -> None:
    assert compose(Message(text="a", card=card), anchor="m1") == compose(Message(text="a"), anchor="m1")


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
    assert len(set(hints)) == 9
    assert hints[:3] == ["m1-hint-instant-0", "m1-hint-card-buttons-0", "m1-hint-card-buttons-1"]


def test_a_link_button_opens_outside_without_saying_whence() -> None:
    link = next(link for link in page_of(render(full(), anchor="m1")).all("a") if "button" in str(link.get("class")))

    assert link["href"] == "https://example.com/1"
    assert link["target"] == "_blank"
    assert link["rel"] == "noopener noreferrer nofollow ugc"
    assert link["class"] == "button button-negative"


def test_an_instant_button_stands_in_its_text_with_the_label_from_there() -> None:
    message = msgspec.convert(
        {"text": "Go on: [*now*]($1), later", "references": {"1": {"type": "button", "object": LOOK_BUTTON}}}, Message
    )

    assert compose(message, anchor="m1") == (
        '<div class="text"><p dir="auto">Go on: <span class="button-place">'
        '<button type="button" class="button-instant button-neutral" dir="auto" aria-describedby="m1-hint-instant-0"'
        ' data-button="references.1"><strong>now</strong></button>'
        '<span role="tooltip" class="hint" id="m1-hint-instant-0" dir="auto">In the chat</span></span>, later</p></div>'
    )


def test_a_button_that_stands_in_the_texts_twice_has_two_hints() -> None:
    message = msgspec.convert(
        {"text": "[a]($1) [b]($1)", "references": {"1": {"type": "button", "object": LOOK_BUTTON}}}, Message
    )

    page = page_of(render(message, anchor="m1"))

    assert [button["data-button"] for button in page.all("button")] == ["references.1"] * 2
    assert len({button["aria-describedby"] for button in page.all("button")}) == 2


def test_instant_buttons_work_in_titles_cells_entries_and_values() -> None:
    slides = [
        {"type": "text", "title": "[a]($1)", "data": "x"},
        {"type": "table", "data": {"headers": ["[b]($1)"], "rows": [{"[b]($1)": "[c]($1)"}]}},
        {"type": "list", "data": ["[d]($1)"]},
        {"type": "label", "data": [{"[e]($1)": "[f]($1)"}]},
    ]
    content = {"card": {"title": "[g]($1)"}, "slides": slides, "references": FULL["references"]}

    page = page_of(render(msgspec.convert(content, Message), anchor="m1"))

    assert len(page.all("button")) == 5
    assert "[b]($1)" in page.text
    assert "[e]($1)" in page.text


def test_a_copy_button_has_its_text_and_says_it() -> None:
    button = with_changed(COPY_BUTTON, ("action", "data", "text"), 'git push\r\n"x" <y>') | {"hint": "For a shell"}

    page = page_of(render(msgspec.convert({"buttons": [button]}, Message), anchor="m1"))

    (shown,) = page.all("button")
    assert shown["data-copy-text"] == 'git push\n"x" <y>'
    assert "data-button" not in shown
    assert 'For a shell · Copies: git push\n"x" <y>' in page.text


def test_a_list_has_the_kind_of_its_style() -> None:
    def tags(style: str) -> list[tuple[str, str | None]]:
        slide = {"type": "list", "data": ["one", "*two*"], "styles": {"type": style}}
        page = page_of(render(judge(msgspec.convert({"slides": [slide]}, Message)), anchor="m1"))
        return [(tag, shown.get("class")) for tag, shown in page.tags if tag in {"ol", "ul", "li"}]

    assert tags("square") == [("ul", "list-square"), ("li", None), ("li", None)]
    assert tags("disc") == [("ul", "list-disc"), ("li", None), ("li", None)]
    assert tags("upper-roman") == [("ol", "list-upper-roman"), ("li", None), ("li", None)]


def test_labels_are_terms_and_what_they_say() -> None:
    slide = {"type": "label", "data": [{"Branch": "*main*"}, {"label": 5, "value": True}]}

    html = compose(msgspec.convert({"slides": [slide]}, Message), anchor="m1").replace(' dir="auto"', "")

    assert "<div><dt>Branch</dt><dd><strong>main</strong></dd></div><div><dt>5</dt><dd>true</dd></div>" in html


def test_a_picture_is_a_link_to_its_host_with_the_name_of_its_file() -> None:
    def shown(address: str) -> str:
        slide = {"type": "images", "data": [address]}
        return page_of(render(msgspec.convert({"slides": [slide]}, Message), anchor="m1")).text

    assert shown("https://good.example@evil.example/a/one.png?x=/b") == "evil.example one.png"
    assert shown("https://a.example") == shown("https://a.example/") == "a.example"
    assert shown("https://a.example?/b.png") == "a.example"
    assert shown("https://a.example/gnp\u202e.exe") == "a.example gnp\\u202e.exe"
    assert shown("https://a.example/" + "x" * 50) == "a.example " + "x" * 40
    assert shown("/two.png") == "/two.png"


def test_an_address_that_starts_a_program_is_shown_and_not_opened() -> None:
    button = {**LINK_BUTTON, "action": {"type": "open.url", "data": {"web": "sip:a@b"}}}

    page = page_of(render(msgspec.convert({"buttons": [button]}, Message), anchor="m1"))

    assert page.all("a") == []
    assert "Open (sip:a@b)" in page.text


def test_a_table_has_heads_and_a_frame_that_scrolls_by_keyboard() -> None:
    page = page_of(render(full(), anchor="m1"))

    assert [head["scope"] for head in page.all("th")][:2] == ["col", "col"]
    frame = next(div for div in page.all("div") if str(div.get("class")).startswith("table-scroll"))
    assert (frame["tabindex"], frame["role"], frame["aria-label"]) == ("0", "group", "Stages")


def test_nothing_is_fetched_to_show_a_message() -> None:
    html = render(full(), anchor="m1")

    assert "<img" not in html
    assert "src=" not in html
    assert html.count(">img.example.com</a>") == 2


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

    texts = [
        shown
        for tag, shown in page.tags
        if tag in {"p", "a", "button", "td", "th", "pre", "blockquote", "li", "dt", "dd"}
    ]

    assert texts
    assert all(shown["dir"] == "auto" for shown in texts)


def test_the_display_name_of_a_bot_is_not_content() -> None:
    assert "Builder" not in render(full(), anchor="m1")


def test_rendering_takes_linear_time() -> None:
    def cost(size: int) -> float:
        text = "*a _b [c](http://d.e) [j]($1) `f` \n! g http://h.i <b>&\n" * size
        message = replace(full(), text=text)
        start = thread_time()
        render(message, anchor="m1")
        return thread_time() - start

    small, large = (min(cost(size) for _ in range(3)) for size in (50, 800))

    assert large < 96 * small  # 16 times the text; what grows with the square would need 256 times the work.
