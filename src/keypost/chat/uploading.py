"""Files become messages: one each, all of them or none."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from keypost.chat.lane import Lane
from keypost.chat.model import Delivery, Message, Posting
from keypost.db.database import Database
from keypost.errors import Invalid
from keypost.files.cabinet import Cabinet
from keypost.files.form import Arrived, Form
from keypost.files.model import FILES_MAX
from keypost.files.receiving import in_place
from keypost.messages.decoding import decode, decode_any
from keypost_sdk.content import ADDRESS_MAX, BOT_NAME_MAX, IMAGE_ADDRESS, TEXT_CEILING, BotDisplay
from keypost_sdk.content import Message as Content

Comment = Annotated[str, Meta(max_length=TEXT_CEILING)]
BinaryPart = Annotated[
    str, Meta(description="At most 50 MiB", extra_json_schema={"contentMediaType": "application/octet-stream"})
]
USER_MAX: Final = 256
_LIST: Final = re.compile(r"\s*\[")
_LIST_OF_TEXTS: Final = re.compile(r'\s*\[\s*"')
ONE_WORD: Final = ("bot_unique_name", "bot_name", "bot_image", "user_id")


class FilesDraft(Struct, frozen=True, kw_only=True):
    """What a form says about its files: the first of `comments` (a JSON list of texts) belongs to the first file, and
    so on. `bot_name` and `bot_image` are for display; `bot_unique_name` is a bot that posts; `user_id` is for whom a
    bot's files are.
    """

    comments: Annotated[tuple[Comment, ...], Meta(max_length=FILES_MAX)] = ()
    bot_unique_name: Annotated[str, Meta(max_length=BOT_NAME_MAX)] | None = None
    bot_name: Annotated[str, Meta(max_length=BOT_NAME_MAX)] = ""
    bot_image: Annotated[str, Meta(max_length=ADDRESS_MAX, pattern=IMAGE_ADDRESS)] | None = None
    user_id: Annotated[str, Meta(max_length=USER_MAX)] | None = None

    @property
    def bot(self) -> BotDisplay | None:
        return BotDisplay(name=self.bot_name, image=self.bot_image) if self.bot_name else None


class FilesForm(FilesDraft, frozen=True, kw_only=True):
    """A form (multipart/form-data) of which each part named `file`, or `files`, is a file."""

    file: Annotated[tuple[BinaryPart, ...], Meta(min_length=1, max_length=FILES_MAX)]


class Brought(Struct, frozen=True):
    """A file that arrived, and the content of the message that brings it."""

    arrived: Arrived
    content: Content


def read_draft(fields: Mapping[str, Sequence[str]]) -> FilesDraft:
    """The fields of the form, within the limits of every message; those that it does not know are passed over."""
    found: dict[str, object] = {"comments": _comments(fields.get("comments", ()))}
    for name in ONE_WORD:
        if given := [value for value in fields.get(name, ()) if value]:
            found[name] = given[-1]
    return decode(msgspec.json.encode(found), FilesDraft)


def brought_by(form: Form, draft: FilesDraft, text_max: int) -> list[Brought]:
    """Each file with what is said about it. A comment without a file would be lost, so it is refused."""
    for index, comment in enumerate(draft.comments):
        if len(comment) > text_max:
            sentence = f"comments[{index}] has {len(comment)} characters; {text_max} is the most"
            raise Invalid("text_length_exceeded", sentence)
    if len(draft.comments) > len(form.files):
        raise Invalid("invalid_inputs", f"comments has {len(draft.comments)} entries for {len(form.files)} files")
    comments = [*draft.comments, *[""] * (len(form.files) - len(draft.comments))]
    return [
        Brought(file, Content(text=comment, bot=draft.bot)) for file, comment in zip(form.files, comments, strict=True)
    ]


async def commit(
    database: Database,
    cabinet: Cabinet,
    lane: Lane,
    arrived: Sequence[Arrived],
    postings: Sequence[Posting],
    delivery: Delivery | None = None,
) -> list[Message]:
    """Puts the files into their places and stores the messages; returns once all of it is durable."""

    async def work() -> list[Message]:
        async with in_place(database, cabinet, arrived):
            return await lane.commit_all(postings, delivery)

    # The lane stores what it has begun even if the sender has gone: the files must stand until then.
    return await asyncio.shield(asyncio.create_task(work(), name="files"))


def _comments(given: Sequence[str]) -> object:
    """The wire's one field with a JSON list of texts; or a text in each of several fields, or in one. A text may begin
    as a list does (`[FAILED] build 41`), but not as a list of texts.
    """
    if len(given) != 1 or not _LIST.match(given[0]):
        return given
    try:
        return decode_any(given[0].encode())
    except Invalid:
        if _LIST_OF_TEXTS.match(given[0]):
            raise
        return given
