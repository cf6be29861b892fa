"""From a request to files in their places: in threads, without ever holding a body."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request

from keypost import log
from keypost.db.database import CommitUnknown, Database
from keypost.files import service
from keypost.files.cabinet import Cabinet
from keypost.files.form import FIELD_BYTES_MAX, Arrived, Form
from keypost.files.model import FILE_BYTES_MAX, FILES_MAX
from keypost.web.admission import require_still_admitted
from keypost.web.body import UPLOAD_PACE, stream_body
from keypost.web.multipart import HEADER_BYTES_MAX, HEADERS_MAX, PARTS_MAX

logger = log.get(__name__)

BODY_MAX: Final = FILES_MAX * FILE_BYTES_MAX + FIELD_BYTES_MAX + PARTS_MAX * HEADERS_MAX * HEADER_BYTES_MAX


@asynccontextmanager
async def receiving(request: Request, cabinet: Cabinet) -> AsyncIterator[Form]:
    """The whole form of a request whose caller may still call. At the end, what it brought is thrown away unless it was
    put into its place.
    """
    form = Form(cabinet, request.headers.get("content-type", ""))
    try:
        async for piece in stream_body(request, BODY_MAX, UPLOAD_PACE):
            await asyncio.to_thread(form.feed, piece)
        form.finish()
        await require_still_admitted(request)
        yield form
    finally:
        await asyncio.to_thread(form.drop)


@asynccontextmanager
async def in_place(database: Database, cabinet: Cabinet, files: Sequence[Arrived]) -> AsyncIterator[None]:
    """The files' bytes stand in their places, and stay as long as it takes to store what names them. Those that then
    are named by nothing are thrown away.
    """
    digests = [file.digest for file in files]
    try:
        with cabinet.holding(digests):
            for file in files:
                await asyncio.to_thread(cabinet.keep, file.arriving.path, file.digest)
            yield
    except CommitUnknown:
        raise  # What names them may come back with a crash. If not, the next start finds them.
    except BaseException:
        # The next start would find them too; but it may be far.
        await database.write(service.drop_unnamed, cabinet, digests)
        raise
