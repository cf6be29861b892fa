"""A tool sends files: to a channel, a chat, a person, or as a bot to a person; one message for each."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat.directory import Chats
from keypost.chat.judging import ChannelNamed, ChannelShown, ChatShown, judge
from keypost.chat.uploading import FilesDraft
from keypost.db.database import Database
from keypost.extensions.attaching import store_files, taken_in
from keypost.files.cabinet import Cabinet
from keypost.files.receiving import receiving
from keypost.people.directory import People
from keypost.web.limiting import count_place
from keypost.web.parts import part
from keypost.web.replies import no_content
from keypost.webhooks import bot_use, bots
from keypost.webhooks.places import ChatOrPerson, PersonNamed, Settling, Target
from keypost.webhooks.posting import require_own_bot
from keypost.webhooks.readers import Wish, choose


class Upload(Struct, frozen=True):
    """One handler for every address that takes files, as `posting.Post` is for messages."""

    name: str
    target: Callable[[str], Target]
    by_bots: bool

    async def __call__(self, request: Request, caller: Caller) -> Response:
        caller.require(Scope.POST)
        people, chats = part(request, People), part(request, Chats)
        target, settling = self.target(request.path_params[self.name]), Settling(part(request, Database), people, chats)
        # Before the first byte of the body is taken.
        if (known := settling.find_known(caller, target)) is not None:
            count_place(request, known.org_id, known.home_id)
        async with receiving(request, part(request, Cabinet)) as form:
            draft, brought = taken_in(request, form)
            chat = await settling.find(caller, target, [each.content for each in brought])
            place = ChatShown(chat.shown_id)
            bot_name = await self._bot_name(request, caller, draft)
            judged = [judge(people, chats, caller, place, each.content, bot_name=bot_name) for each in brought]
            await store_files(request, caller, list(zip(judged, brought, strict=True)))
        return no_content()

    async def _bot_name(self, request: Request, caller: Caller, draft: FilesDraft) -> str | None:
        """In the form, as the wire has it, or in the query, as for messages."""
        found = (draft.bot_unique_name or request.query_params.get("bot_unique_name")) if self.by_bots else None
        if found is not None:
            await require_own_bot(request, caller, found)
        return found


async def by_bot(request: Request, caller: Caller) -> Response:
    """To the person in `user_id`, else to whom a message of the bot would go that names nobody."""
    caller.require(Scope.POST)
    people, chats = part(request, People), part(request, Chats)
    bot = await bot_use.usable(request, caller)
    async with receiving(request, part(request, Cabinet)) as form:
        draft, brought = taken_in(request, form)
        wish = Wish([draft.user_id] if draft.user_id is not None else None, None)
        readers = await part(request, Database).read(choose, people, chats, caller, bot, wish)
        contents = [each.content for each in brought]
        places = await bots.chats_with(request, caller, bot, readers, contents)
        bots.count_reader(request, places)
        judged = [
            (bots.posting_by(people, caller, bot, place, each.content), each) for place in places for each in brought
        ]
        await store_files(request, caller, judged)
    return no_content()


TO_CHANNEL_NAMED: Final = Upload("name", ChannelNamed, by_bots=True)
TO_CHANNEL: Final = Upload("channel", ChannelShown, by_bots=True)
TO_CHAT: Final = Upload("chat", ChatOrPerson, by_bots=False)
TO_PERSON: Final = Upload("person", PersonNamed, by_bots=False)
