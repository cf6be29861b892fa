"""A body that is one short text: what is seen of it at a glance is what judging it in full would say."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keypost.chat.wishes import NO_TIES, ties_of
from keypost.ids import ApiTokenId, OrgId, PersonId, TokenId
from keypost.keys import KEY_BYTES, Keys
from keypost.messages.judging import TEXT_ALONE_MAX, Draft, judge_for_bot, judge_post
from keypost.messages.mentions import calls_of
from keypost.messages.spellings import decode_content
from keypost.people import credential
from keypost.people.directory import People
from keypost.people.model import ApiToken
from keypost.tokens import secret
from keypost.tokens.leaks import holds_secret
from keypost.tokens.model import TokenSecret
from keypost.tokens.register import Register
from keypost.webhooks.text_alone import text_alone
from keypost_sdk.content import TEXT_CEILING, TEXT_MAX

KEYS = Keys(bytes(KEY_BYTES))
PRODUCTION, SANDBOX = (secret.new(sandbox=sandbox).reveal() for sandbox in (False, True))
API_TOKEN = credential.new(credential.API_TOKEN)
PEOPLE = People()
PEOPLE.api_tokens.put(
    ApiToken(
        id=ApiTokenId(1),
        org_id=OrgId(1),
        person_id=PersonId(1),
        digest=KEYS.digest(API_TOKEN),
        scopes=frozenset(),
    )
)
REGISTER = Register()
for known in (PRODUCTION, SANDBOX):
    REGISTER.add_secret(TokenSecret(org_id=OrgId(1), token_id=TokenId(1), digest=KEYS.digest(known)))

PIECES = (
    *(
        'build 41 passed ":',
        "{@all}",
        "{@",
        "@all",
        "\x00",
        "\ud800",
        " ",
        "\n",
        "$1",
        PRODUCTION,
        SANDBOX,
        API_TOKEN,
        "kpt_",
        "é\U0001f600",
    ),
    "x" * (TEXT_MAX - 1),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=4).map("".join)
OBJECTS = st.builds(
    lambda text, more: {**more, "text": text},
    TEXTS,
    st.dictionaries(st.sampled_from(["card", "sync_message", "text", "x", ":"]), TEXTS, max_size=1),
)
BODIES = st.builds(
    lambda said, is_ascii, separator: json.dumps(said, ensure_ascii=is_ascii, separators=(",", separator)).encode(
        "utf-8", "surrogatepass"
    ),
    OBJECTS,
    st.booleans(),
    st.sampled_from([":", ": ", " : "]),
)


@given(BODIES | st.binary(max_size=30))
@example(b'{"text":"a","text":"b"}')
@example(b'{"text":1}')
@example(b'["text":"a"]')
@example(b'{"text":"a"}}')
@example(b'{"text":"\xff"}')
@example(b'{"text":""}')
@example(b'{"text":"\\u0000"}')
@example(b'{"text":"{@all}"}')
@example(b'{"text":"%b"}' % PRODUCTION.encode())
@example(b'{"text":"%b"}' % SANDBOX.encode())
@example(b'{"text":"%b"}' % API_TOKEN.encode())
@example(b'{"te\\u0078t":"a"}')
def test_what_is_seen_at_a_glance_is_what_judging_says(body: bytes) -> None:
    content = text_alone(body, TEXT_MAX)

    if content is not None:
        draft = decode_content(body, Draft)
        assert draft == Draft(text=content.text)
        assert judge_post(draft) == judge_for_bot(draft) == content
        assert ties_of(draft) == NO_TIES
        assert list(calls_of(content)) == []
        assert not holds_secret(content, KEYS, REGISTER, PEOPLE)


@pytest.mark.parametrize("text", ["a", "é\U0001f600", 'a "quote"', "{ @all }", "x" * TEXT_MAX])
def test_most_texts_are_seen_at_a_glance(text: str) -> None:
    for body in (json.dumps({"text": text}), json.dumps({"text": text}, ensure_ascii=False, separators=(",", ":"))):
        content = text_alone(body.encode(), TEXT_MAX)
        assert content is not None
        assert content.text == text


def test_a_text_that_is_too_long_is_for_those_who_say_so() -> None:
    assert text_alone(b'{"text":"four"}', 4) is not None
    assert text_alone(b'{"text":"fiver"}', 4) is None
    escaped = json.dumps({"text": "\x01" * (TEXT_ALONE_MAX + 1)})
    assert text_alone(escaped.encode(), TEXT_CEILING) is None
