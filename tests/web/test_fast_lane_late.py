"""What the fast lane does when something goes wrong after it has counted a post, or after the post is stored."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from tests.people import Tool
from tests.web.lines import PATH
from tests.world import World

from keypost.caller import Caller
from keypost.errors import Busy
from keypost.web.fast_lane import Answer, FastLane
from keypost.web.offer import METHOD, Offer
from keypost.web.ready import Ready, Settle
from keypost.web.routing import Match

BODY = b'{"text":"Late"}'


class Late:
    """Judges every post as one that is stored, and answered, as it was told."""

    def __init__(self, commit: Callable[[Settle[None]], None], answer: Callable[[None], Response | None]) -> None:
        self._ready = Ready(None, commit, answer)

    def ready(self, _fields: Mapping[bytes, bytes], _body: bytes) -> Ready[Any]:
        return self._ready


def fast_lane(world: World) -> FastLane:
    return FastLane(world.server.door, world.database.epoch, world.clock)


def offer(world: World, tool: Tool, late: Late) -> Offer:
    def prepare(_request: Request, _caller: Caller) -> Late:
        return late

    known = world.server.door.find(PATH)
    assert known is not None
    match = Match({METHOD: replace(known.by_method[METHOD], prepare=prepare)}, known.names)
    fields = {b"host": b"x", b"x-keypost-token": tool.secret.encode()}
    return Offer(match, PATH, PATH.encode(), b"", fields, "127.0.0.1", len(BODY))


async def test_a_post_that_is_refused_in_the_last_moment_is_counted_by_the_door_alone(world: World) -> None:
    await world.restart(posts_per_minute=3)  # One at once.
    tool = await world.tool()
    heard: list[Answer] = []

    def refuse(_settle: Settle[None]) -> None:
        raise Busy("server_busy", "Full in the last moment.")

    known = fast_lane(world).take(offer(world, tool, Late(refuse, lambda _: None)), BODY, heard.append)

    assert (known, heard) == (None, [])
    assert (await tool.say("#builds", "Now by the door")).status == 204


async def test_a_post_whose_answer_cannot_be_made_is_answered_all_the_same(world: World) -> None:
    tool = await world.tool()
    heard: list[Answer] = []

    class Broken(Response):
        def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
            """None at all: nothing can be added to them."""

    late = Late(lambda settle: settle(None), lambda _: Broken())
    known = fast_lane(world).take(offer(world, tool, late), BODY, heard.append)

    assert known is not None
    assert [answer.status for answer in heard] == [500]
