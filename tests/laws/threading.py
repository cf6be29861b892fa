"""Two messages of a channel and what is said on them by two tools, one of whose owners comes and goes."""

from dataclasses import dataclass, field
from typing import Any

from tests.people import Answer, Tool
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Chat, Party, PartyKind
from keypost.ids import MessageId, read_message


@dataclass
class Known:
    """What a thread on a message must be: None as `said` as long as there is none."""

    root: str
    is_deleted: bool = False
    is_closed: bool = False
    said: list[str] | None = None
    ids: list[str] = field(default_factory=list)


class Threading:
    """The tools are Ada's, who stays, and Grace's, who may leave."""

    def __init__(self, world: World, place: Chat, tools: tuple[Tool, Tool], known: tuple[Known, Known]) -> None:
        self.world = world
        self.place = place
        self.tools = tools
        self.known = known
        self.beside = 2 * ["root"]
        self.is_graces = True
        self._count = 0

    @classmethod
    async def begin(cls, world: World) -> "Threading":
        place = await world.channel(f"t{world.database.ids.next()}", world.ada, world.grace)
        adas = await world.tool(origin=None)
        graces = await world.tool(adas.app, owner=world.grace, origin=None)
        roots = [await adas.say(place.shown_id, {"text": "root", "sync_message": True}) for _ in range(2)]
        first, second = (Known(answer.json["message_id"]) for answer in roots)
        return cls(world, place, (adas, graces), (first, second))

    async def say_on(self, who: int, root: int, in_parent: bool) -> None:
        known = self.known[root]
        body = {"thread_message_id": known.root, "post_in_parent": in_parent}
        await self._say(who, root, self.place.shown_id, body, may=known.said is not None or not known.is_deleted)

    async def say_on_reply(self, who: int, root: int) -> None:
        known = self.known[root]
        if known.ids:
            await self._say(who, root, self.place.shown_id, {"thread_message_id": known.ids[-1]}, may=True)

    async def say_by_id(self, who: int, root: int, in_parent: bool) -> None:
        shown = await self._thread(root)
        if shown:
            await self._say(who, root, shown, {"post_in_parent": in_parent}, may=True)

    async def answer(self, who: int, root: int) -> None:
        """In the thread, its root."""
        shown, known = await self._thread(root), self.known[root]
        if shown:
            await self._say(who, root, shown, {"reply_to": known.root}, may=not known.is_deleted)

    async def set_state(self, who: int, root: int, action: str) -> None:
        shown = await self._thread(root)
        if shown:
            answer = await self._carry(who, "PUT", f"/api/v3/threads/{shown}", {"action": action})
            assert answer.status == (204 if self._is_in(who) else 404), answer.text
            if answer.status == 204:
                self.known[root].is_closed = action == "close"

    async def delete_root(self, root: int) -> None:
        await self._delete(self.known[root].root)
        if not self.known[root].is_deleted:
            self.beside.remove("root")
        self.known[root].is_deleted = True

    async def delete_newest(self, root: int) -> None:
        known = self.known[root]
        if known.said and known.ids:
            await self._delete(known.ids[-1])
            known.ids.pop()
            text = known.said.pop()
            if text in self.beside:
                self.beside.remove(text)

    async def leave(self) -> None:
        await self.world.write(chat.remove_member, self.world.server.chats, self.place, self._grace)
        self.is_graces = False

    async def come_back(self) -> None:
        await self.world.write(chat.add_member, self.world.server.chats, self.place, self._grace)
        self.is_graces = True

    async def compare(self) -> None:
        rows = await self._rows(self.place.shown_id)
        assert sorted(row["content"]["text"] for row in rows) == sorted(self.beside)
        for number, known in enumerate(self.known):
            shown = await self._thread(number)
            assert bool(shown) == (known.said is not None)
            if shown:
                found = await self._rows(shown)
                assert [row["content"]["text"] for row in found] == known.said
                assert (await self.world.grace.read(shown)).status == (200 if self.is_graces else 404)
                root = next((row for row in rows if row["id"] == known.root), None)
                assert (root is None) == known.is_deleted
                if root is not None:
                    state = "closed" if known.is_closed else "open"
                    assert (root["thread"]["count"], root["thread"]["thread_state"]) == (len(found), state)

    async def _say(self, who: int, root: int, place: str, body: dict[str, object], *, may: bool) -> None:
        self._count += 1
        known, text = self.known[root], f"number {self._count}"
        answer = await self.tools[who].say(place, body | {"text": text, "sync_message": True})
        if not self._is_in(who):
            assert answer.refused_with == "chat_not_found"
        elif known.said is not None and known.is_closed:
            assert answer.refused_with == "thread_closed"
        elif not may:
            assert answer.refused_with == "message_not_found"
        else:
            assert answer.status == 200, answer.text
            known.said = [*(known.said or []), text]
            known.ids.append(answer.json["message_id"])
            if body.get("post_in_parent"):
                self.beside.append(text)

    async def _delete(self, message: str) -> None:
        """By Ada in person, who is an admin."""
        program = await self.world.program(self.world.ada)
        path = f"/api/v2/chats/{await self._chat_of(message)}/messages/{message}"
        answer = await program.send("DELETE", path, None, [("Authorization", f"Bearer {program.api_token}")])
        assert answer.status == 204, answer.text

    async def _chat_of(self, message: str) -> str:
        number = next((number for number, known in enumerate(self.known) if message in known.ids), None)
        return await self._thread(number) if number is not None else self.place.shown_id

    async def _carry(self, who: int, verb: str, path: str, body: object) -> Answer:
        tool = self.tools[who]
        return await tool.send(verb, path, body, [("X-Keypost-Token", tool.secret)])

    async def _rows(self, place: str) -> list[Any]:
        found: list[Any] = (await self.world.ada.read(place)).json["data"]
        return found

    async def _thread(self, root: int) -> str:
        """Its id, from the directory; empty if there is none."""
        found = self.world.server.chats.find_thread_on(self.world.org_id, read(self.known[root].root))
        return found.shown_id if found is not None else ""

    def _is_in(self, who: int) -> bool:
        return who == 0 or self.is_graces

    @property
    def _grace(self) -> Party:
        return Party(PartyKind.PERSON, self.world.grace.person.id)


def read(shown: str) -> MessageId:
    message_id = read_message(shown)
    assert message_id is not None
    return message_id
