"""A file as an answer. Pictures that pages show come as what they are; everything else is only ever saved.

Whatever a stranger sent stays without a script, a form or a frame, and its browser guesses nothing: a page that was
sent as a file never runs as one of ours.
"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from keypost.errors import NotFound
from keypost.files.cabinet import Cabinet
from keypost.files.media import UNKNOWN
from keypost.files.model import File

POLICY: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"
ASKED_AGAIN: Final = "private, no-cache"
"""Kept by browsers, but asked for again each time: who has left a chat sees its files no more."""
NOT_MODIFIED: Final = 304


async def serve(request: Request, cabinet: Cabinet, file: File) -> Response:
    """The whole file, or the parts that `Range` asks for; nothing but a word to who has it already."""
    tag = f'"{file.digest.hex()}"'
    headers = {"ETag": tag, "Cache-Control": ASKED_AGAIN, "Content-Security-Policy": POLICY}
    if tag in (known.strip() for known in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    place = cabinet.place(file.digest)
    try:
        found = await asyncio.to_thread(place.stat)
    except FileNotFoundError:
        raise no_such_file() from None
    return FileResponse(
        place,
        headers=headers,
        media_type=file.media.type if file.media.is_shown else UNKNOWN,
        filename=file.name,
        stat_result=found,
        content_disposition_type="inline" if file.media.is_shown else "attachment",
    )


def no_such_file() -> NotFound:
    """One answer for "does not exist" and "you see no message with it": other people's ids cannot be probed."""
    return NotFound(
        "file_not_found", "There is no such file, or you take part in no chat with a message that brings it."
    )
