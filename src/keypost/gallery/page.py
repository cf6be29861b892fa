"""The page of the gallery: each sample as a message, or with the refusal that its sender would get."""

from functools import cache
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.chat.around import NOTHING
from keypost.chat.model import Message, PartyKind, Sender
from keypost.chat.views import MessageView
from keypost.errors import NotFound, Refusal
from keypost.gallery.samples import Group, Sample, read
from keypost.ids import COUNTER_BITS, ChatId, MessageId, OrgId
from keypost.messages.judging import Draft, content_of, judge
from keypost.messages.names import UNKNOWN
from keypost.messages.spellings import decode_content
from keypost.settings import Settings
from keypost.web.pages import page
from keypost.web.parts import part

NOWHERE: Final = ChatId(0)
NOBODYS: Final = OrgId(0)
SENT_AT_MS: Final = 1_767_225_600_000
"""All of them at one time, on 1 January 2026, so that pictures of the page can be compared."""
TOOL: Final = Sender(kind=PartyKind.BOT, id=1, name="Tool")


class Shown(Struct, frozen=True, kw_only=True):
    """A sample and what becomes of it: `view`, or else the refusal's `code` and `sentence`."""

    sample: Sample
    source: str
    view: MessageView | None = None
    code: str = ""
    sentence: str = ""


async def show(request: Request) -> Response:
    if not part(request, Settings).demo:
        raise NotFound("url_not_found", "There is nothing at this address.")
    return page(request, "gallery/gallery.html", groups=_groups())


@cache
def _groups() -> tuple[tuple[Group, tuple[Shown, ...]], ...]:
    return tuple((group, tuple(map(_shown, group.samples))) for group in read())


def _shown(sample: Sample) -> Shown:
    source = sample.body.decode("utf-8", "replace").strip()
    try:
        content = judge(content_of(decode_content(sample.body, Draft)))
    except Refusal as refusal:
        return Shown(sample=sample, source=source, code=refusal.code, sentence=refusal.sentence)
    message = Message(
        org_id=NOBODYS, id=MessageId(_number(sample)), chat_id=NOWHERE, sender=TOOL, content=content, token_id=None
    )
    return Shown(sample=sample, source=source, view=MessageView.of(message, NOTHING, by_token="", names=UNKNOWN))


def _number(sample: Sample) -> int:
    """An id of its own for each, at the same time."""
    place = [each.name for group in read() for each in group.samples].index(sample.name)
    return (SENT_AT_MS << COUNTER_BITS) + place
