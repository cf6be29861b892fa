"""What the verbs of pressing and answering work with, handed over once by the composition."""

from msgspec import Struct

from keypost.chat.directory import Chats
from keypost.chat.lane import Lane
from keypost.chat.names import KnownToAll
from keypost.db.database import Database
from keypost.extensions.addresses import Addresses
from keypost.extensions.directory import Apps
from keypost.extensions.invoker import Invoker
from keypost.extensions.reveals import Reveals
from keypost.ids import OrgId, PersonId
from keypost.keys import Keys
from keypost.live.hub import Hub
from keypost.people.directory import People
from keypost.tokens.register import Register


class Desk(Struct, frozen=True, kw_only=True):
    database: Database
    lane: Lane
    hub: Hub
    keys: Keys
    people: People
    chats: Chats
    apps: Apps
    register: Register
    addresses: Addresses
    invoker: Invoker
    reveals: Reveals
    text_max: int

    def names_for(self, org_id: OrgId, reader_id: PersonId) -> KnownToAll:
        """Whom mentions mean in what one person alone sees."""
        return KnownToAll(self.people, self.chats, org_id, {reader_id})
