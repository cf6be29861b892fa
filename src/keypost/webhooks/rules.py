"""What may be said at an address, whoever says it."""

from collections.abc import Callable

from msgspec import Struct
from starlette.requests import Request

from keypost.keys import Keys
from keypost.messages.judging import Draft
from keypost.people.directory import People
from keypost.tokens.leaks import refuse_secrets
from keypost.tokens.register import Register
from keypost.web.parts import part
from keypost_sdk.content import Message as Content

Judge = Callable[[Draft, int], Content]


class Rules(Struct, frozen=True):
    judge: Judge
    text_max: int
    keys: Keys
    register: Register
    people: People

    def content(self, draft: Draft) -> Content:
        content = self.judge(draft, self.text_max)
        refuse_secrets(content, self.keys, self.register, self.people)
        return content


def rules_of(request: Request, judge: Judge, text_max: int) -> Rules:
    return Rules(judge, text_max, part(request, Keys), part(request, Register), part(request, People))
