"""Who gets what a bot writes: the people who are named, everybody whom it serves, or the caller alone."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from keypost.caller import Caller
from keypost.chat.directory import Chats
from keypost.chat.model import Bot
from keypost.errors import Forbidden, Invalid
from keypost.extensions.directory import Apps
from keypost.extensions.model import App
from keypost.ids import AppId, PersonId
from keypost.people.directory import People
from keypost.people.model import Person

NAMED_MAX: Final = 100
"""People that one post can name."""


class Wish(Struct, frozen=True):
    """`named` are ids and e-mail addresses. Where it is None, `broadcast` decides between everybody and the caller
    alone; where that is None too, it goes to everybody if the caller is an admin, and to the caller if that is nobody.
    """

    named: Sequence[str] | None
    broadcast: bool | None

    def is_for_all(self, me: Person) -> bool:
        """Of the caller."""
        return self.named is None and (me.is_admin if self.broadcast is None else self.broadcast)

    def is_for_me_alone(self, me: Person) -> bool:
        """Told by what is written: whom that names, and whether it names anybody, is no matter."""
        if self.named is None:
            return not self.is_for_all(me)
        return {name.lower() for name in self.named} <= {str(me.id), me.email.lower()}


def read_names(text: str | None) -> list[str] | None:
    """Names with commas between; None if there is no such list, which is another thing than an empty one."""
    return [name for name in map(str.strip, text.split(",")) if name] if text is not None else None


def choose(apps: Apps, people: People, chats: Chats, caller: Caller, bot: Bot, wish: Wish) -> list[Person]:
    """Who is to get the message; whoever the bot cannot reach is passed over, as on the wire."""
    me = people.get(caller.org_id, caller.person_id)
    if me.is_guest and not wish.is_for_me_alone(me):
        # The same for whoever is not there: addresses cannot be probed.
        raise Forbidden("bot_unauthorized_message_access", "A guest can let a bot write to nobody but themselves.")
    wanted = _wanted(people, chats, me, bot, wish)
    reachable = served(apps, app_of(apps, bot), (person for person in wanted if person.is_active))
    if not reachable:
        raise Invalid("botmessage_no_valid_users", f"The bot {bot.unique_name} can reach none of these people.")
    return reachable


def list_subscribers(apps: Apps, people: People, chats: Chats, bot: Bot) -> list[Person]:
    """Whom a broadcast reaches, the oldest first."""
    active = (person for person in _everybody(people, chats, bot) if person.is_active)
    return sorted(served(apps, app_of(apps, bot), active), key=lambda person: person.id)


def _wanted(people: People, chats: Chats, me: Person, bot: Bot, wish: Wish) -> list[Person]:
    if wish.named is not None:
        return _named(people, me, wish.named)
    everybody = _everybody(people, chats, bot) if wish.is_for_all(me) else []
    return everybody if everybody or wish.broadcast else [me]


def _everybody(people: People, chats: Chats, bot: Bot) -> list[Person]:
    """An extension's bot writes first; one of the organisation itself to those who have a chat with it already."""
    everybody = people.all_of(bot.org_id)
    if bot.app_id is not None:
        return everybody
    return [person for person in everybody if chats.find_bot_chat(bot, person.id) is not None]


def _named(people: People, me: Person, named: Sequence[str]) -> list[Person]:
    """Each of them once. Names of nobody are no refusal as long as there is somebody else."""
    if len(named) > NAMED_MAX:
        raise Invalid("invalid_inputs", f"user_ids names {len(named)} people; it can name at most {NAMED_MAX}")
    found: dict[PersonId, Person] = {}
    for name in named:
        person = people.find_named(me.org_id, name)
        if person is not None:
            found[person.id] = person
    return list(found.values())


def served(apps: Apps, app: App | None, persons: Iterable[Person]) -> list[Person]:
    """Those whom the bot's app serves; a bot without one serves everybody."""
    return [person for person in persons if app is None or apps.serves(app, person)]


def app_of(apps: Apps, bot: Bot) -> App | None:
    return apps.find(bot.org_id, AppId(bot.app_id)) if bot.app_id is not None else None
