"""Files are fetched by those who see a message that brings them."""

from starlette.requests import Request
from starlette.responses import Response

from keypost.caller import Caller, Scope
from keypost.chat import message_store
from keypost.chat.directory import Chats, is_member
from keypost.db.database import Database
from keypost.db.tx import Tx
from keypost.files import service as files
from keypost.files.cabinet import Cabinet
from keypost.files.model import File
from keypost.files.serving import no_such_file, serve
from keypost.ids import FileId, read_file
from keypost.web.parts import part


async def fetch(request: Request, caller: Caller) -> Response:
    """What stands behind the id in the address is only how the file is called."""
    caller.require(Scope.READ)
    file_id = read_file(request.path_params["file"])
    if file_id is None:
        raise no_such_file()
    file = await part(request, Database).read(_seen, part(request, Chats), caller, file_id)
    return await serve(request, part(request, Cabinet), file)


def _seen(tx: Tx, chats: Chats, caller: Caller, file_id: FileId) -> File:
    places = (
        chats.find(caller.org_id, chat_id) for chat_id in message_store.list_chats_with(tx, caller.org_id, file_id)
    )
    file = files.find(tx, caller.org_id, file_id)
    if file is None or not any(place is not None and is_member(place, caller.person_id) for place in places):
        raise no_such_file()
    return file
