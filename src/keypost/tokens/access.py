"""Who may call: tools, with an extension token."""

from typing import Final

from starlette.requests import Request

from keypost.caller import Caller, Scope
from keypost.db.database import Database
from keypost.keys import Keys
from keypost.people.directory import People
from keypost.tokens.model import Carrier
from keypost.tokens.register import Register
from keypost.tokens.verify import Presented, spend, verify
from keypost.web.credentials import token_of
from keypost.web.parts import part
from keypost.web.routing import Access, Surface


def _with(scope: Scope) -> Access:
    async def admit(request: Request) -> Caller:
        register, now = part(request, Register), part(request, Database).clock.now_ms()
        caller = verify(register, part(request, People), part(request, Keys), _presented(request), now)
        caller.require(scope)
        spend(register, caller, now)
        return caller

    return Access(f"an extension token (kpt_, kpx_) with the scope {scope}", Surface.WIRE, admit)


TOKEN_THAT_POSTS: Final = _with(Scope.POST)
TOKEN_OF_APP: Final = _with(Scope.INCOMING)


def _presented(request: Request) -> Presented | None:
    carried = token_of(request)
    if carried is None:
        return None
    carrier = Carrier.QUERY if carried.in_query else Carrier.HEADER
    return Presented(carried.text, carrier, request.client.host if request.client else "")
