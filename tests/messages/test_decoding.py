import json
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct
from tests.messages.samples import FULL, LINK_BUTTON, TOKEN_BUTTON, with_changed

from keypost.errors import Invalid
from keypost.messages.complaint import complaints
from keypost.messages.decoding import decode
from keypost.messages.judging import Draft
from keypost_sdk.content import Banner, Edit, Message, Reply, TextSlide

LIST_STYLES = '"circle", "decimal", "disc", "lower-alpha", "lower-roman", "square", "upper-alpha" or "upper-roman"'
SLIDE_TYPES = '"table", "text", "list", "label", "images", "percentage_chart" or "graph"'
ACTIONS = '"invoke.function", "open.url", "preview.url", "copy", "invoke.bot" or "system.api"'


def refusal_of(body: bytes, kind: type = Draft) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        decode(body, kind)
    return caught.value.code, caught.value.sentence


def refusal_of_value(value: Any) -> tuple[str, str]:
    return refusal_of(json.dumps(value).encode())


def test_a_full_message_is_read() -> None:
    draft = decode(json.dumps(FULL).encode(), Draft)

    assert draft.text == "A *bold* word. [Look]($1)"
    assert draft.sync_message
    assert isinstance(draft.slides[1], TextSlide)
    assert draft.buttons[0].asks_for_token


def test_of_duplicate_keys_the_last_wins() -> None:
    assert decode(b'{"text":"one","text":"two"}', Message).text == "two"


def test_a_mark_before_the_text_is_no_part_of_it() -> None:
    assert decode(b'\xef\xbb\xbf{"text":"one"}', Message).text == "one"
    assert refusal_of(b'{"text":"one"\xef\xbb\xbf}')[0] == "invalid_json"


def test_unknown_fields_are_let_be() -> None:
    assert decode(b'{"text":"a","bot_name":{"x":[1]}}', Message) == Message(text="a")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body is empty; it must be a JSON object"),
        (b" \n", "The body is empty; it must be a JSON object"),
        (b'{"text":}', "The body is not JSON: invalid character at byte 8"),
        (b'{"text":"a"} x', "The body is not JSON: trailing characters at byte 13"),
        (b'{"text":"a"', "The body is not JSON: it ends too early, at byte 11"),
        (b'{"text":NaN}', "The body is not JSON: invalid character at byte 8"),
        (b'{"text":"a\x01"}', "The body is not JSON: invalid character at byte 10"),
        (b'{"text":"a\xff"}', "The body is not UTF-8 at byte 10"),
        (b'{"text":"\xed\xa0\x80"}', "The body is not UTF-8 at byte 9"),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(body: bytes, sentence: str) -> None:
    assert refusal_of(body) == ("invalid_json", sentence)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'["text"]', "The body is a list; it must be an object"),
        (b'"text"', "The body is text; it must be an object"),
        (b"null", "The body is null; it must be an object"),
        (b'"\\ud800"', "The body is text; it must be an object"),
        (b'{"text":"a\\u0000"}', "text has a NUL character"),
        (b'{"x":[{"y":"\\u0000"}]}', "x[0].y has a NUL character"),
        (b'{"x":{"a\\u0000":1}}', 'x["a\\x00"] has a NUL character in its name'),
        (b'{"card":{"title":"\\ud800"}}', "card.title has half of a surrogate pair"),
        (b'{"card":{"title":"\\udc00 and more"}}', "card.title has half of a surrogate pair"),
        (b'{"x\\ud800y":1}', '["x\\ud800y"] has half of a surrogate pair in its name'),
        (b'{"x":9007199254740993}', "x is a number beyond 2^53; send it as text"),
        (b'{"x":[-9007199254740993]}', "x[0] is a number beyond 2^53; send it as text"),
        (b'{"x":1e999}', "x is a number beyond 2^53; send it as text"),
        (b'{"x":' + b"9" * 10_000 + b"}", "x is a number beyond 2^53; send it as text"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, ".".join("a" * 32) + " is nested too deep; 32 levels are the most"),
        (b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "The body is nested too deep; 32 levels are the most"),
        (b'{"a":[' + b"0," * 5_000 + b"0]}", "The body has more than 5000 values"),
    ],
)
def test_json_that_not_everybody_can_hold_is_refused(body: bytes, sentence: str) -> None:
    assert refusal_of(body) == ("invalid_inputs", sentence)


@pytest.mark.parametrize(
    "body", [b'{"x":9007199254740992}', b'{"a":' * 32 + b"1" + b"}" * 32, b'{"x":"\\ud83d\\ude00"}']
)
def test_what_is_just_within_the_bounds_is_read(body: bytes) -> None:
    assert decode(body, Message) == Message()


@pytest.mark.parametrize(
    ("place", "new", "sentence"),
    [
        (("buttons", 0, "label"), "x" * 24, "buttons[0].label has 24 characters; 20 is the most"),
        (("buttons", 0, "label"), "", "buttons[0].label is empty"),
        (("buttons", 0, "label"), 7, "buttons[0].label is a number; it must be text"),
        (("buttons", 0, "hint"), "é" * 101, "buttons[0].hint has 101 characters; 100 is the most"),
        (("buttons", 0, "type"), "*", 'buttons[0].type is "*"; it can be "+", "-" or empty'),
        (("buttons", 0, "type"), None, 'buttons[0].type is null; it can be "+", "-" or empty'),
        (("buttons",), [LINK_BUTTON] * 6, "buttons has 6 entries; 5 is the most"),
        (("buttons",), {}, "buttons is an object; it must be a list"),
        (
            ("buttons", 0, "action", "type"),
            "run.shell",
            f'buttons[0].action.type is "run.shell"; it can be {ACTIONS}',
        ),
        (
            ("buttons", 0, "action", "type"),
            True,
            f"buttons[0].action.type is true; it can be {ACTIONS}",
        ),
        (("buttons", 0, "action"), "x", "buttons[0].action is text; it must be an object"),
        (
            ("buttons", 0, "action", "data", "owner"),
            "nobody",
            "buttons[0].action.data.owner is not an e-mail address",
        ),
        (
            ("buttons", 1, "action", "data", "web"),
            "javascript:alert(1)",
            "buttons[1].action.data.web is not an address: http://, https://, tel:, sms:, sip: and sips: can begin it",
        ),
        (
            ("buttons", 0, "action", "confirm", "title"),
            "x" * 101,
            "buttons[0].action.confirm.title has 101 characters; 100 is the most",
        ),
        (
            ("buttons", 0, "action", "confirm", "input"),
            ["Say it"],
            "buttons[0].action.confirm.input is a list; it must be an object, text or null",
        ),
        (
            ("buttons", 0, "action", "confirm", "input"),
            "x" * 301,
            "buttons[0].action.confirm.input has 301 characters; 300 is the most",
        ),
        (
            ("card", "buttons", 0, "action", "confirm", "mandatory"),
            "yes",
            "card.buttons[0].action.confirm.mandatory is text; it must be true or false",
        ),
        (
            ("card", "buttons", 0, "action", "confirm", "mandatory"),
            1,
            "card.buttons[0].action.confirm.mandatory is a number; it must be true or false",
        ),
        (
            ("card", "buttons", 0, "action", "confirm", "emotion"),
            "angry",
            'card.buttons[0].action.confirm.emotion is "angry"; it can be "negative", "neutral" or "positive"',
        ),
        (("card", "buttons", 0, "label"), "x" * 31, "card.buttons[0].label has 31 characters; 30 is the most"),
        (("card", "buttons", 0, "arguments"), "x", "card.buttons[0].arguments is text; it must be an object"),
        (
            ("card", "buttons", 0, "arguments"),
            {str(number): 0 for number in range(21)},
            "card.buttons[0].arguments has 21 entries; 20 is the most",
        ),
        (
            ("references", "2", "object", "action", "data", "text"),
            "x" * 201,
            "references.2.object.action.data.text has 201 characters; 200 is the most",
        ),
        (
            ("references", "1", "object", "action"),
            LINK_BUTTON["action"],
            'references.1.object.action.type is "open.url"; it can be "invoke.function", "copy" or "system.api"',
        ),
        (("references", "1", "type"), "link", 'references.1.type is "link"; it can be "button"'),
        (
            ("references", "look"),
            FULL["references"]["1"],
            "references.look is not named by a number, such as the 1 of [Label]($1)",
        ),
        (
            ("slides", 2, "styles", "type"),
            "roman",
            f'slides[2].styles.type is "roman"; it can be {LIST_STYLES}',
        ),
        (("slides", 2, "data", 1), 7, "slides[2].data[1] is a number; it must be text"),
        (("slides", 2, "data"), [], "slides[2].data is empty"),
        (
            ("slides", 3, "data", 0),
            {"n" * 101: 1},
            f'slides[3].data[0]["{"n" * 40}…"] has a name of 101 characters; 100 is the most',
        ),
        (
            ("slides", 3, "data", 0, "Branch"),
            "x" * 1001,
            "slides[3].data[0].Branch has 1001 characters; 1000 is the most",
        ),
        (("slides", 4, "data", 0), "ftp://a.b/c", "slides[4].data[0] is not an http or https address"),
        (
            ("slides", 4, "data"),
            ["/a"] * 21,
            "slides[4].data has 21 entries; 20 is the most",
        ),
        (
            ("buttons", 0, "action", "confirm", "input", "type"),
            "password",
            'buttons[0].action.confirm.input.type is "password"; it can be "user_webhook_token"',
        ),
        (("slides", 0, "type"), "chart", 'slides[0].type is "chart"; it can be ' + SLIDE_TYPES),
        (("slides", 0, "data", "headers"), [], "slides[0].data.headers is empty"),
        (
            ("slides", 0, "data", "rows", 0, "Took s"),
            [],
            'slides[0].data.rows[0]["Took s"] is a list; it must be text, a number, true, false or null',
        ),
        (
            ("slides", 0, "buttons", 0, "label"),
            "x" * 21,
            "slides[0].buttons[0].label has 21 characters; 20 is the most",
        ),
        (
            ("card", "theme"),
            "form",
            'card.theme is "form"; it can be "basic", "modern-inline", "poll", "prompt" or null',
        ),
        (
            ("slides", 0, "data", "styles", "width", 1),
            0,
            "slides[0].data.styles.width[1] is 0; 1 is the least",
        ),
        (
            ("slides", 0, "data", "styles", "sticky", "columns"),
            3,
            "slides[0].data.styles.sticky.columns is 3; 2 is the most",
        ),
        (
            ("slides", 5, "data", 0, "value"),
            -1,
            "slides[5].data[0].value is -1; 0 is the least",
        ),
        (
            ("slides", 5, "data", 0, "value"),
            "many",
            "slides[5].data[0].value is text; it must be a number",
        ),
        (("slides", 5, "data"), [], "slides[5].data is empty"),
        (
            ("slides", 5, "styles", "preview"),
            "bar",
            'slides[5].styles.preview is "bar"; it can be "doughnut", "pie" or "semi_doughnut"',
        ),
        (
            ("slides", 6, "data", 0, "category"),
            "x" * 21,
            "slides[6].data[0].category has 21 characters; 20 is the most",
        ),
        (
            ("slides", 6, "data", 0, "values"),
            [{"label": "a", "value": 1}] * 21,
            "slides[6].data[0].values has 21 entries; 20 is the most",
        ),
        (
            ("slides", 6, "data", 0, "values", 0, "value"),
            1e300,
            "slides[6].data[0].values[0].value is 1e+300; 1000000000000000 is the most",
        ),
        (
            ("slides", 6, "styles", "x_axis"),
            "x" * 21,
            "slides[6].styles.x_axis has 21 characters; 20 is the most",
        ),
        (
            ("card", "sections", 0, "fields", 0, "value"),
            [],
            "card.sections[0].fields[0].value is a list; it must be text, a number, true, false or null",
        ),
        (
            ("slides", 6, "buttons", 0, "action", "data", "api"),
            "format_disk",
            (
                "slides[6].buttons[0].action.data.api is not one of audiocall/…, videocall/…, startchat/…, invite/…, "
                "joinchannel/…, locationpermission and set_reminder"
            ),
        ),
        (
            ("card", "buttons", 1, "action", "data", "bot_name"),
            "",
            "card.buttons[1].action.data.bot_name is empty",
        ),
        (
            ("slides", 5, "buttons", 0, "action", "data", "url"),
            "tel:+1",
            "slides[5].buttons[0].action.data.url is not an http or https address",
        ),
        (
            ("styles", "background"),
            "pink",
            'styles.background is "pink"; it can be "blue", "green", "grey", "red", "yellow" or null',
        ),
        (("card", "thumbnail"), "data:image/png,x", "card.thumbnail is not an http or https address"),
        (("sync_message",), "true", "sync_message is text; it must be true or false"),
        (("text",), None, "text is null; it must be text"),
    ],
)
def test_a_refusal_names_path_and_size(place: tuple[str | int, ...], new: Any, sentence: str) -> None:
    assert refusal_of_value(with_changed(FULL, place, new)) == ("invalid_inputs", sentence)


def test_a_missing_field_has_a_code_of_its_own() -> None:
    assert refusal_of_value({"buttons": [{"action": TOKEN_BUTTON["action"]}]}) == (
        "param_missing",
        "buttons[0].label is missing",
    )
    assert refusal_of_value({"buttons": [{"label": "x", "action": {}}]}) == (
        "param_missing",
        "buttons[0].action.type is missing",
    )


def test_a_text_that_is_too_long_has_a_code_of_its_own() -> None:
    assert refusal_of_value({"text": "😀" * 50_001}) == (
        "text_length_exceeded",
        "text has 50001 characters; 50000 is the most",
    )


def test_a_stranger_cannot_write_into_a_terminal_by_being_refused() -> None:
    _, sentence = refusal_of_value({"card": {"theme": "\x1b]0;owned\x07\u202e" + "x" * 100}})

    assert sentence.isprintable()
    assert f'"\\x1b]0;owned\\x07\\u202e{"x" * 29}…"' in sentence


@pytest.mark.parametrize(
    ("kind", "answer", "sentence"),
    [
        (Reply, {"view": "popup"}, 'view is "popup"; it can be "ephemeral" or null'),
        (Reply, {"collapse_key": "k" * 101}, "collapse_key has 101 characters; 100 is the most"),
        (Reply, {"serves": [{"name": ""}]}, "serves[0].name is empty"),
        (Reply, {"serves": [{"name": "n" * 256}]}, "serves[0].name has 256 characters; 255 is the most"),
        (Reply, {"serves": [{"name": "n"}] * 501}, "serves has 501 entries; 500 is the most"),
        (
            Reply,
            {"serves": [{"name": "n", "address": "sip:a@b"}]},
            "serves[0].address is not an http or https address",
        ),
        (Edit, {"type": "message", "text": "a"}, 'type is "message"; it can be "message_edit"'),
        (Edit, {"type": "message_edit", "buttons": [{}]}, "buttons[0].label is missing"),
    ],
)
def test_what_a_handler_answers_has_limits_too(kind: type, answer: dict[str, Any], sentence: str) -> None:
    assert refusal_of(json.dumps(answer).encode(), kind)[1] == sentence


def test_an_answer_at_its_limits_is_read() -> None:
    served = {"name": "n" * 255, "address": "https://gitlab.example/" + "x" * 1_977}
    answer = {"text": "a", "view": "ephemeral", "collapse_key": "k" * 100, "serves": [served] * 500}

    reply = decode(json.dumps(answer).encode(), Reply)

    assert reply.serves is not None
    assert len(reply.serves) == 500
    assert decode(b'{"text":"a","serves":[]}', Reply).serves == ()
    assert decode(b'{"text":"a"}', Reply).serves is None
    assert decode(b'{"type":"message_edit","text":"a"}', Edit) == Edit(text="a")


def test_everything_wrong_is_found_each_with_its_path() -> None:
    value = {
        "text": 7,
        "card": {"theme": "form", "title": None},
        "slides": [{"type": "chart", "data": 7}, {"type": "list", "title": 1, "data": []}],
        "buttons": [{"label": "x" * 21, "action": {"type": "copy"}}],
    }

    assert [path for path, _ in complaints(value, Draft)] == [
        "text",
        "card.title",
        "card.theme",
        "slides[0].type",
        "slides[1].data",
        "slides[1].title",
        "buttons[0].label",
        "buttons[0].action.data",
    ]


def test_any_type_can_be_asked_for() -> None:
    code, sentence = refusal_of(b'{"type":"banner","text":"a","status":"ok"}', Banner)

    assert (code, sentence) == ("invalid_inputs", 'status is "ok"; it can be "failure" or "success"')


class Strict(Struct, forbid_unknown_fields=True):
    size: int = 1
    name: str = ""


def test_a_field_that_a_strict_type_does_not_have_is_named() -> None:
    code, sentence = refusal_of(b'{"size":1,"nmae":"x"}', Strict)

    assert (code, sentence) == ("invalid_inputs", "nmae is not a field; the fields are size, name")


class Page(Struct):
    size: Annotated[int, Meta(ge=1, le=100)] = 20
    version: Literal[1, 2] = 2
    flag: bool | Literal["true"] | None = None
    ids: Annotated[list[str], Meta(min_length=2)] = []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"size":500}', "size is 500; 100 is the most"),
        (b'{"size":0}', "size is 0; 1 is the least"),
        (b'{"size":1.5}', "size is a number; it must be a whole number"),
        (b'{"version":3}', "version is a number; it can be 1 or 2"),
        (b'{"version":true}', "version is true; it can be 1 or 2"),
        (b'{"flag":1}', 'flag is a number; it can be true, false, "true" or null'),
        (b'{"ids":["a"]}', "ids has 1 entry; 2 is the least"),
    ],
)
def test_other_types_are_explained_as_well(body: bytes, sentence: str) -> None:
    assert refusal_of(body, Page) == ("invalid_inputs", sentence)
