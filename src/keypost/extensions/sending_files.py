"""A person sends files from the page; and what every upload ends with, from wherever it came."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat.directory import Chats
from keypost.chat.judging import ChatShown, find_place, judge
from keypost.chat.lane import Lane
from keypost.chat.model import Delivery, Message, Posting, Ties
from keypost.chat.uploading import Brought, FilesDraft, brought_by, commit, read_draft
from keypost.db.database import Database
from keypost.extensions.composer import Answering, posted
from keypost.files.cabinet import Cabinet
from keypost.files.form import Form
from keypost.files.receiving import receiving
from keypost.keys import Keys
from keypost.messages.decoding import decode
from keypost.people.directory import People
from keypost.settings import Settings
from keypost.tokens.leaks import refuse_secrets
from keypost.tokens.register import Register
from keypost.web.parts import part


async def send(request: Request, caller: Caller) -> Response:
    people, chats, place = part(request, People), part(request, Chats), ChatShown(request.path_params["chat"])
    caller.require(Scope.POST)
    chat = find_place(chats, caller, place)
    async with receiving(request, part(request, Cabinet)) as form:
        _, brought = taken_in(request, form)
        ties = _ties(form)
        judged = [judge(people, chats, caller, place, each.content, ties=ties) for each in brought]
        stored = await store_files(request, brought, with_files(caller, zip(judged, brought, strict=True)))
    return posted(chats, chat, stored[0])


def taken_in(request: Request, form: Form) -> tuple[FilesDraft, list[Brought]]:
    """What a whole form says, and what it brings: without a secret of ours in what would be shown."""
    draft = read_draft(form.fields)
    brought = brought_by(form, draft, part(request, Settings).text_max)
    said = [(each.content, each.arrived.name) for each in brought]
    refuse_secrets(said, part(request, Keys), part(request, Register), part(request, People))
    return draft, brought


def with_files(caller: Caller, judged: Iterable[tuple[Posting, Brought]]) -> list[Posting]:
    """What was judged, each with the file that it brings; one may go to several people."""
    return [replace(posting, file=each.arrived.kept(caller.person_id)) for posting, each in judged]


def _ties(form: Form) -> Ties:
    """Of each of the files."""
    wished = {name: values[-1] for name, values in form.fields.items() if name in Answering.__struct_fields__}
    return decode(msgspec.json.encode(wished), Answering).ties


async def store_files(
    request: Request, brought: Sequence[Brought], postings: Sequence[Posting], delivery: Delivery | None = None
) -> list[Message]:
    """All of it or nothing."""
    files, lane = [each.arrived for each in brought], part(request, Lane)
    return await commit(part(request, Database), part(request, Cabinet), lane, files, postings, delivery)
