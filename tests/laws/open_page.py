"""An open page of a chat, as `main.js` keeps it: what the server sent first, and what each frame made of it since."""

import json
import re
from html import unescape
from typing import Any, Final

from tests.people import Happening, Visitor

ARTICLE: Final = re.compile(r'<article class="message[^"]*" id="m-([^"]+)".*?</article>', re.DOTALL)
ROW: Final = re.compile(r'<div class="reactions".*?</div>', re.DOTALL)
BALLOT: Final = re.compile(r'<div class="ballot".*?</div>', re.DOTALL)
VOTES: Final = re.compile(r'data-votes="([^"]*)"')
ENTRY: Final = re.compile(
    r'class="chat-link"[^>]* data-chat="(CT_[^"]+)"[^>]*>.*?<bdi class="ellipsis">(.*?)</bdi>', re.DOTALL
)
PARENT: Final = re.compile(r'data-parent="(CT_[^"]+)"')
STATE: Final = re.compile(r'data-state="(\w+)"')
CURSOR: Final = re.compile(r'data-cursor="(\d+)"')
MEMBERS: Final = re.compile(r'id="members">([^<]*)<')
SPACE: Final = re.compile(r"\s+")


class OpenPage:
    """`titles` are the chats in the sidebar, `messages` what stands in the chat, oldest first, both by their ids; of a
    thread, the message on which it was opened is the first. `votes` are what this person voted for. `is_over`: the
    person no longer takes part, and the page says so. `home_id` is the chat whose members see the page.
    """

    titles: dict[str, str]
    messages: dict[str, str]
    members: str
    votes: dict[str, int]
    state: str

    def __init__(self, who: Visitor, chat_id: str) -> None:
        self.who = who
        self.chat_id = self.home_id = chat_id
        self.cursor = 0
        self.is_over = False

    async def take(self) -> "OpenPage":
        answer = await self.who.get(f"/chats/{self.chat_id}", [("Accept", "text/html")])
        assert answer.status in {200, 404}, answer.status
        self.is_over = answer.status == 404
        if not self.is_over:
            self._read(answer.text)
        return self

    async def follow(self, happened: Happening) -> None:
        """What one frame makes of the page; one that it has already makes nothing."""
        if happened.number is None or happened.number <= self.cursor:
            return
        self.cursor = happened.number
        takes = {
            "message": self._message,
            "edited": self._edited,
            "reactions": self._reactions,
            "votes": self._ballot,
            "voted": self._voted,
            "deleted": self._deleted,
            "thread": self._thread,
            "chat": self._entry,
            "left": self._left,
        }
        if happened.name == "joined":
            await self._joined(happened.data)
        elif happened.name in takes:
            takes[happened.name](happened.data)

    def _read(self, html: str) -> None:
        found, members = CURSOR.search(html), MEMBERS.search(html)
        assert found is not None
        self.cursor = int(found[1])
        self.titles = {match[1]: unescape(match[2]) for match in ENTRY.finditer(html)}
        self.messages = {match[1]: spaceless(match[0]) for match in ARTICLE.finditer(html)}
        own = VOTES.search(html)
        assert own is not None
        self.votes = json.loads(unescape(own[1]))
        self.members = members[1] if members is not None else ""
        parent, state = PARENT.search(html), STATE.search(html)
        assert state is not None
        self.home_id, self.state = parent[1] if parent is not None else self.chat_id, state[1]

    def _message(self, data: Any) -> None:
        if self.chat_id in {data["chat"], data["thread"]} and not self.is_over:
            self.messages.setdefault(data["message"], spaceless(data["html"]))

    def _edited(self, data: Any) -> None:
        if not self.is_over and data["message"] in self.messages:
            self.messages[data["message"]] = spaceless(data["html"])

    def _reactions(self, data: Any) -> None:
        self._put(ROW, data)

    def _ballot(self, data: Any) -> None:
        self._put(BALLOT, data)

    def _put(self, part: re.Pattern[str], data: Any) -> None:
        """That part of the message, as it is now."""
        if not self.is_over and data["message"] in self.messages:
            fresh = spaceless(data["html"])
            self.messages[data["message"]] = part.sub(lambda _: fresh, self.messages[data["message"]])

    def _voted(self, data: Any) -> None:
        if data["message"] in self.messages:
            self.votes.pop(data["message"], None)
            if data["option"] is not None:
                self.votes[data["message"]] = data["option"]

    def _deleted(self, data: Any) -> None:
        if "html" in data:
            self._edited(data)
        elif not self.is_over:
            self.messages.pop(data["message"], None)

    def _thread(self, data: Any) -> None:
        if data["chat"] == self.chat_id:
            self.state = data["state"]

    def _entry(self, entry: Any) -> None:
        self.titles[entry["id"]] = entry["title"]

    async def _joined(self, data: Any) -> None:
        if data["person"] == str(self.who.person.id):
            self._entry(data["chat"])
        if data["chat"]["id"] != self.home_id:
            return
        if self.is_over:
            await self.take()
        elif self.members:
            self.members = data["members"]

    def _left(self, data: Any) -> None:
        is_me = data["person"] == str(self.who.person.id)
        if is_me:
            self.titles.pop(data["chat"]["id"], None)
        if data["chat"]["id"] != self.home_id:
            return
        self.is_over = self.is_over or is_me
        if self.members:
            self.members = data["members"]


def spaceless(html: str) -> str:
    return SPACE.sub(" ", html).strip()
