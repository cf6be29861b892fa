"""The life of tokens against a model of a few lines: who is let in, and what was chosen for which token, is what the
model says, after any sequence.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from keypost.caller import Caller, Means
from keypost.clock import DAY_MS
from keypost.db.database import conclude_or_say
from keypost.db.migrate import migrate_sqlite
from keypost.db.sqlite_engines import writing_engine
from keypost.db.tx import Tx
from keypost.epoch import Epoch
from keypost.errors import Conflict, NotFound, Unauthenticated
from keypost.events.service import Log
from keypost.ids import AppId, ChatId, IdSource, MessageId, OrgId, PersonId, TokenId
from keypost.keys import Keys
from keypost.people import service as people
from keypost.people.access import EVERYTHING_ON_PAGES
from keypost.people.directory import People
from keypost.people.model import Person, Role
from keypost.tokens import service as tokens
from keypost.tokens.model import Carrier, Grant, Origin
from keypost.tokens.register import Register
from keypost.tokens.verify import Presented, verify

P = ParamSpec("P")
R = TypeVar("R")

APP = AppId(1001)
GRANT = Grant(scope=frozenset())
BUTTON = Origin(chat_id=ChatId(1), message_id=MessageId(1), button="buttons[0]")


@dataclass
class Known:
    """What the model knows of one token."""

    owner: PersonId
    text: str
    ends_at: float = float("inf")
    settings: dict[str, bool] = field(default_factory=dict)


class TokenLife(RuleBasedStateMachine):
    minted = Bundle("minted")

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="kp-life-"))
        (self._folder / "keypost.db").write_bytes(_migrated())
        self._connection = writing_engine(self._folder / "keypost.db").connect()
        self.now = 1_800_000_000_000
        self._ids = IdSource(self)
        self._log, self._epoch = Log(), Epoch()
        self.keys, self.people, self.register = Keys(bytes(32)), People(), Register()
        self.org_id = self.write(people.create_org, self.people, "Org")
        self.persons = [self.write(_add_person, self.people, self.org_id, name) for name in ("ada", "grace")]
        self.known: dict[TokenId, Known] = {}
        self.gone: set[PersonId] = set()

    def teardown(self) -> None:
        self._connection.close()
        shutil.rmtree(self._folder)

    def now_ms(self) -> int:
        return self.now

    def write(self, verb: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The writing door, without its thread."""
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")
        tx = Tx(self._connection, self.now, self._ids)
        try:
            result = verb(tx, *args, **kwargs)
            self._log.before_commit(tx)
        except BaseException:
            self._connection.exec_driver_sql("ROLLBACK")
            raise
        self._connection.exec_driver_sql("COMMIT")
        conclude_or_say(self._log, self._epoch, tx)
        return result

    @rule(target=minted, who=st.sampled_from([0, 1]))
    def mint(self, who: int) -> object:
        caller = self._caller(self.persons[who])
        live = [known for known in self.known.values() if known.owner == caller.person_id and known.ends_at > self.now]
        try:
            token, text = self.write(
                tokens.mint, self.register, self.keys, caller, APP, GRANT, sandbox=False, origin=BUTTON
            )
        except Conflict:
            assert len(live) == tokens.LIVE_TOKENS_MAX
            return multiple()
        self.known[token.id] = Known(caller.person_id, text.reveal())
        return token.id

    @rule(token_id=minted)
    def revoke(self, token_id: TokenId) -> None:
        known = self.known[token_id]
        self.write(tokens.revoke, self.register, self.people, self._caller(known.owner), token_id)
        known.ends_at = min(known.ends_at, self.now)

    @rule(token_id=consumes(minted))
    def replace(self, token_id: TokenId) -> None:
        successor = self.write(tokens.find, self.org_id, token_id)
        assert successor is not None
        known = self.known[token_id]
        self.write(tokens.replace_live, self.register, successor)
        for other_id, other in self.known.items():
            if other_id < token_id and other.owner == known.owner:
                other.ends_at = min(other.ends_at, self.now + DAY_MS)

    @rule(token_id=minted, who=st.sampled_from([0, 1]), settings=st.dictionaries(st.sampled_from("ab"), st.booleans()))
    def choose(self, token_id: TokenId, who: int, settings: dict[str, bool]) -> None:
        known, caller = self.known[token_id], self._caller(self.persons[who])
        try:
            self.write(tokens.set_settings, self.register, caller, token_id, settings)
        except NotFound:
            assert known.owner != caller.person_id
        except Conflict:
            assert known.ends_at <= self.now
        else:
            assert known.owner == caller.person_id
            assert known.ends_at > self.now
            known.settings = settings

    @rule(milliseconds=st.sampled_from([1, DAY_MS - 1, DAY_MS]))
    def time_passes(self, milliseconds: int) -> None:
        self.now += milliseconds

    @rule(who=st.sampled_from([0, 1]))
    def deactivate(self, who: int) -> None:
        person_id = self.persons[who]
        self.write(people.deactivate, self.people, self.org_id, person_id)
        self.gone.add(person_id)

    @rule()
    def start_again(self) -> None:
        """A new process knows what the old one did."""
        self.people, self.register = People(), Register()
        self.people.load(*self.write(people.load))
        self.register.load(*self.write(tokens.load))

    @invariant()
    def who_is_let_in_is_what_the_model_says(self) -> None:
        for token_id, known in self.known.items():
            expected = known.ends_at > self.now and known.owner not in self.gone
            assert self._is_let_in(token_id, known) == expected

    @invariant()
    def what_was_chosen_is_what_the_model_says(self) -> None:
        for token_id, known in self.known.items():
            token = self.register.find_by_id(self.org_id, token_id)
            assert token is not None
            assert token.settings == known.settings

    def _is_let_in(self, token_id: TokenId, known: Known) -> bool:
        presented = Presented(known.text, Carrier.HEADER, "127.0.0.1")
        try:
            caller = verify(self.register, self.people, self.keys, presented, self.now).caller
        except Unauthenticated:
            return False
        assert (caller.token_id, caller.person_id, caller.org_id) == (token_id, known.owner, self.org_id)
        return True

    def _caller(self, person_id: PersonId) -> Caller:
        return Caller(org_id=self.org_id, person_id=person_id, means=Means.SESSION, scopes=EVERYTHING_ON_PAGES)


TestTokenLife = TokenLife.TestCase
TestTokenLife.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)


@cache
def _migrated() -> bytes:
    """An empty database file with the current schema."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "keypost.db"
        migrate_sqlite(file)
        return file.read_bytes()


def _add_person(tx: Tx, directory: People, org_id: OrgId, name: str) -> PersonId:
    person = Person(
        org_id=org_id,
        id=PersonId(tx.new_id()),
        email=f"{name}@example.com",
        first_name=name,
        last_name="",
        role=Role.MEMBER,
    )
    return people.add_person(tx, directory, person).id
