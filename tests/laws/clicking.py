"""What two persons may do with token buttons, and what may happen to them meanwhile: in the world and in its model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace
from tests.laws.clerk import FUNCTIONS, Clerk, Heard
from tests.laws.click_model import ADA, GRACE, Asked, Clicks, Minted
from tests.people import Answer, Visitor
from tests.world import World

from keypost.chat import service as chat
from keypost.chat.model import Chat, Message, Party, PartyKind, Posting, Sender
from keypost.db.tx import Tx
from keypost.delivery.outbound import Outbound
from keypost.errors import Refusal
from keypost.extensions import dialogs, minting, outcomes
from keypost.extensions.begun import Begun, Given
from keypost.extensions.desk import Desk
from keypost.extensions.invoker import Invoker
from keypost.extensions.manifest import Minters
from keypost.ids import PersonId, show_message, show_token
from keypost.people import service as people
from keypost.people.model import Person
from keypost_sdk.content import TOKEN, Button, Confirm, FunctionRef, InvokeFunction
from keypost_sdk.content import Message as Content

NO_TIME: Final = timedelta(0)
LATE: Final = {
    "success": {"text": "Connected"},
    "failure": {"type": "banner", "text": "That did not work", "status": "failure"},
}
"""Any other late answer tells the secret."""


@dataclass
class Halfway:
    """A dialog that is accepted as far as the database goes, with what is in memory alone."""

    begun: Begun = field(repr=False)
    minted: Minted


class Clicking:
    """Persons are `ADA` and `GRACE`. `under_way` are calls that have not left, `given_up` those without an answer."""

    def __init__(self, world: World, clerk: Clerk, persons: list[Visitor], place: Chat, home: Chat) -> None:
        self.world = world
        self.clerk = clerk
        self.persons = persons
        self.place = place
        self.home = home
        self.model = Clicks(world.clock)
        self.under_way: list[Halfway] = []
        self.given_up: list[Halfway] = []
        self._heard_before = len(clerk.heard)
        self._message = ""

    @classmethod
    async def begin(cls, world: World, clerk: Clerk) -> "Clicking":
        """Two new persons, in a chat that they may leave and in one that they stay in; the extension is as at first."""
        persons = [await world.visitor(await world.write(_newcomer, world, who)) for who in (world.ada, world.grace)]
        place, home = [await world.channel(f"c{world.database.ids.next()}", *persons) for _ in range(2)]
        clicking = cls(world, clerk, persons, place, home)
        await clicking.install()
        await clicking.set_minters("everybody")
        await clicking._arrive()
        clicking._message = show_message((await clicking._show_buttons()).id)
        return clicking

    async def press(self, who: int, function: str) -> Asked | None:
        path = f"buttons[{list(FUNCTIONS).index(function)}]"
        refusals = self.model.why_not_ask(who)

        answer = await self.persons[who].press(self.place.shown_id, self._message, path)

        if refusals:
            assert _why_not_pressed(answer) in refusals
            return None
        assert ('value="replace"' in answer.json["html"]) == bool(self.model.replaceable(who))
        return self.model.ask(answer.nonce, who, function)

    async def accept(self, asked: Asked, *, replaces: bool) -> None:
        answer = await self.persons[asked.who].accept(asked.nonce, "replace" if replaces else "add")
        self._accepted(asked, answer, replaces=replaces)

    async def make(self, who: int, function: str, *, replaces: bool) -> None:
        asked = await self.press(who, function)
        if asked is not None:
            await self.accept(asked, replaces=replaces)

    async def begin_to_make(self, who: int, function: str, *, replaces: bool) -> None:
        asked = await self.press(who, function)
        if asked is not None:
            await self.commit(asked, replaces=replaces)

    async def accept_twice(self, asked: Asked, *, replaces: bool) -> None:
        """At the same moment, as from two tabs."""
        who, choice = self.persons[asked.who], "replace" if replaces else "add"
        answers = await asyncio.gather(*[who.accept(asked.nonce, choice) for _ in range(2)])
        for answer in sorted(answers, key=lambda answer: answer.status):
            self._accepted(asked, answer, replaces=replaces)

    async def accept_anothers(self, asked: Asked) -> None:
        other = self.persons[ADA if asked.who == GRACE else GRACE]
        assert (await other.accept(asked.nonce)).refused_with == "dialog_over"

    async def commit(self, asked: Asked, *, replaces: bool) -> None:
        """Accepts as far as the database goes: the call does not leave yet."""
        caller, given = self.world.caller(self.persons[asked.who]), Given(replaces=replaces)
        refusals = self.model.why_not(asked)
        if refusals:
            with pytest.raises(Refusal) as refused:
                await self.world.write(dialogs.accept, self._desk, caller, asked.nonce, given, "")
            assert refused.value.code in refusals
            return
        begun = await self.world.write(dialogs.accept, self._desk, caller, asked.nonce, given, "")
        assert begun.minted is not None
        token_id, secret = begun.minted.token.id, begun.minted.secret.reveal()
        self.under_way.append(Halfway(begun, self.model.mint(asked, token_id, secret, replaces=replaces)))

    async def call(self, halfway: Halfway) -> None:
        """The call leaves, and is answered."""
        self.under_way.remove(halfway)
        outcome = await outcomes.run(self._desk, halfway.begun)
        assert outcome.has_failed == halfway.minted.fails
        self.model.answer(halfway.minted)

    async def call_in_vain(self, halfway: Halfway) -> None:
        """The call leaves, and is given up before there is an answer."""
        self.under_way.remove(halfway)
        async with self._impatient() as desk:
            assert (await outcomes.run(desk, halfway.begun)).has_failed
        self.given_up.append(halfway)
        self.model.give_up(halfway.minted)

    async def answer_late(self, halfway: Halfway, how: str) -> None:
        begun, minted = halfway.begun, halfway.minted
        path = self.world.server.addresses.late_answer(begun.app, begun.late_nonce).removeprefix(self.world.base)

        answer = await self.world.stranger.post(path, LATE.get(how) or {"text": minted.secret})

        if self.model.now < minted.late_until:
            assert answer.status == 204
            self.model.answer_late(minted, fails=how != "success")
        else:
            assert answer.refused_with == "response_not_expected"

    async def revoke(self, minted: Minted, by: int) -> None:
        answer = await self.persons[by].post(f"/tokens/{show_token(minted.id)}/revoke")
        if by in {ADA, minted.owner}:
            assert answer.status == 303
            self.model.revoke(minted, by)
        else:
            assert answer.status == 404

    async def leave(self, who: int) -> None:
        await self.world.write(chat.remove_member, self.world.server.chats, self.place, self._party(who))
        self.model.members.discard(who)

    async def come_back(self, who: int) -> None:
        await self.world.write(chat.add_member, self.world.server.chats, self.place, self._party(who))
        self.model.members.add(who)

    async def set_minters(self, who: Any) -> None:
        """Whom the organisation lets make tokens."""
        extension, admin = self.clerk.app.extension, self.world.caller(self.world.ada)
        await self.world.write(minting.set_rule, self.world.server.people, admin, extension, Minters(who=who))
        self.model.minters = who

    async def uninstall(self) -> None:
        extension, admin = self.clerk.app.extension, self.world.caller(self.world.ada)
        await self.world.server.lifecycle.remove(admin, extension.manifest.name)
        self.clerk.attach(self.world)  # What was committed before still reaches it.
        self.model.uninstall()

    async def install(self) -> None:
        extension, admin = self.clerk.app.extension, self.world.caller(self.world.ada)
        await self.world.server.lifecycle.bring(admin, extension.source, extension.manifest)
        self.clerk.attach(self.world)
        self.model.is_installed = True

    async def wait(self, milliseconds: int) -> None:
        self.world.clock.move(milliseconds)

    async def crash(self) -> None:
        """What was committed and has not ended is in nobody's memory any more."""
        self.under_way.clear()
        await self.world.restart()
        self.clerk.attach(self.world)
        await self._arrive()
        self.model.crash()

    def heard(self) -> list[Heard]:
        """The calls of this story, in order."""
        return self.clerk.heard[self._heard_before :]

    @property
    def _desk(self) -> Desk:
        return self.world.server.desk

    @asynccontextmanager
    async def _impatient(self) -> AsyncIterator[Desk]:
        """The server's own desk, but for calls that nobody has time for."""
        server = self.world.server
        async with Outbound(deadline=NO_TIME) as outbound:
            yield replace(server.desk, invoker=Invoker(self.world.clock, server.keys, outbound, server.supervisor))

    def _accepted(self, asked: Asked, answer: Answer, *, replaces: bool) -> None:
        refusals = self.model.why_not(asked)
        if refusals:
            assert answer.refused_with in refusals
            return
        assert answer.status == 200, answer.text
        call = self.clerk.heard[-1]
        minted = self.model.mint(asked, call.token, call.secret, replaces=replaces)
        self.model.answer(minted)
        assert (minted.secret in answer.text) == (asked.function == "tell")
        assert ("data-reveal" in answer.text) != minted.fails

    async def _arrive(self) -> None:
        for person in self.persons:
            await person.arrive()

    async def _show_buttons(self) -> Message:
        """One for each function, as the extension's own message."""
        app = self.clerk.app
        buttons = tuple(Button(label=name, action=_makes_token(name)) for name in FUNCTIONS)
        sender = Sender(kind=PartyKind.EXTENSION, id=app.id, name=app.title)
        content = Content(text="Press", buttons=buttons)
        posting = Posting(org_id=app.org_id, chat_id=self.place.id, sender=sender, content=content)
        return await self.world.server.lane.commit(posting)

    def _party(self, who: int) -> Party:
        return Party(PartyKind.PERSON, self.persons[who].person.id)


def _newcomer(tx: Tx, world: World, like: Visitor) -> Person:
    person_id = PersonId(tx.new_id())
    return people.add_person(
        tx, world.server.people, replace(like.person, id=person_id, email=f"{person_id}@example.com")
    )


def _makes_token(function: str) -> InvokeFunction:
    return InvokeFunction(data=FunctionRef(name=function), confirm=Confirm(title="Token", input=TOKEN))


def _why_not_pressed(answer: Answer) -> str:
    """A button of an extension that is off is answered with a banner, for it may be nobody's."""
    return answer.refused_with or ("extension_disabled" if answer.json["kind"] == "banner" else "")
