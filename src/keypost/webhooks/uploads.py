"""A tool sends files: to a channel, a chat, a person, or as a bot to a person; one message for each."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import cycle
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat.directory import Chats
from keypost.chat.judging import ChannelNamed, ChannelShown, ChatShown, judge
from keypost.chat.model import Posting
from keypost.chat.uploading import Brought, FilesDraft
from keypost.db.database import Database
from keypost.extensions.directory import Apps
from keypost.extensions.sending_files import store_files, taken_in, with_files
from keypost.files.cabinet import Cabinet
from keypost.files.receiving import receiving
from keypost.people.directory import People
from keypost.web.limiting import count_place
from keypost.web.parts import part
from keypost.web.replies import no_content
from keypost.webhooks import bot_use, bots
from keypost.webhooks.deliveries import Deliveries
from keypost.webhooks.naming import delivery_of
from keypost.webhooks.places import ChatOrPerson, Finder, PersonNamed, Target
from keypost.webhooks.posting import require_own_bot
from keypost.webhooks.readers import Wish, choose

NOTHING_YET: Final = b""


class Upload(Struct, frozen=True):
    """One handler for every address that takes files, as `posting.Post` is for messages."""

    name: str
    target: Callable[[str], Target]
    by_bots: bool

    async def __call__(self, request: Request, caller: Caller) -> Response:
        caller.require(Scope.POST)
        people, chats = part(request, People), part(request, Chats)
        target, finder = self.target(request.path_params[self.name]), Finder(part(request, Database), people, chats)
        # Before the first byte of the body is taken.
        if not await _is_repeat(request, caller) and (known := finder.find_known(caller, target)) is not None:
            count_place(request, known.org_id, known.home_id)

        async def judged(draft: FilesDraft, brought: Sequence[Brought]) -> list[Posting]:
            chat = await finder.find(caller, target, [each.content for each in brought])
            place = ChatShown(chat.shown_id)
            bot_name = self._bot_name(request, caller, draft)
            return [judge(people, chats, caller, place, each.content, bot_name=bot_name) for each in brought]

        return await _take(request, caller, judged)

    def _bot_name(self, request: Request, caller: Caller, draft: FilesDraft) -> str | None:
        """In the form, as the wire has it, or in the query, as for messages."""
        found = (draft.bot_unique_name or request.query_params.get("bot_unique_name")) if self.by_bots else None
        if found is not None:
            require_own_bot(request, caller, found)
        return found


async def by_bot(request: Request, caller: Caller) -> Response:
    """To the person in `user_id`, else to whom a message of the bot would go that names nobody."""
    caller.require(Scope.POST)
    people, chats = part(request, People), part(request, Chats)
    bot = bot_use.usable(request, caller)

    async def judged(draft: FilesDraft, brought: Sequence[Brought]) -> list[Posting]:
        wish = Wish([draft.user_id] if draft.user_id is not None else None, None)
        readers = choose(part(request, Apps), people, chats, caller, bot, wish)
        contents = [each.content for each in brought]
        places = await bots.chats_with(request, caller, bot, readers, contents)
        bots.count_reader(request, places)
        return [bots.posting_by(people, caller, bot, place, each.content) for place in places for each in brought]

    return await _take(request, caller, judged)


async def _take(
    request: Request, caller: Caller, judged: Callable[[FilesDraft, Sequence[Brought]], Awaitable[list[Posting]]]
) -> Response:
    """Stores the files of the form with what is judged of them: once, however often it comes. `judged` answers, for one
    place after the other, a posting for each file.
    """
    async with receiving(request, part(request, Cabinet)) as form:
        draft, brought = taken_in(request, form)

        async def postings() -> list[Posting]:
            return with_files(caller, zip(await judged(draft, brought), cycle(brought), strict=False))

        delivery = delivery_of(request, caller, form.said)
        await part(request, Deliveries).commit(delivery, postings, store=partial(store_files, request, brought))
    return no_content()


async def _is_repeat(request: Request, caller: Caller) -> bool:
    """It gets the first answer, though the place may have gone: whether it is the same is known when it is there."""
    return await part(request, Deliveries).has(delivery_of(request, caller, NOTHING_YET))


TO_CHANNEL_NAMED: Final = Upload("name", ChannelNamed, by_bots=True)
TO_CHANNEL: Final = Upload("channel", ChannelShown, by_bots=True)
TO_CHAT: Final = Upload("chat", ChatOrPerson, by_bots=False)
TO_PERSON: Final = Upload("person", PersonNamed, by_bots=False)
