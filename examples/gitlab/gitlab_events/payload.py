"""The parts that GitLab's events share. What a message does not show is left out."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from msgspec import Meta, Struct

from gitlab_events.markup import NAME_MAX, TITLE_MAX, Text, address, bold, link, plain, sha

NUMBER_MAX: Final = 10**12
Count: TypeAlias = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
PATH_MAX: Final = 120
PEOPLE_SHOWN: Final = 5
PERSON_MAX: Final = 120
DAY_MAX: Final = 40

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?=[ T]|\Z)", re.ASCII)


class Person(Struct, frozen=True):
    name: Text = None
    username: Text = None

    @property
    def shown(self) -> str:
        return self.name or self.username or "Somebody"

    @property
    def bold(self) -> str:
        return bold(self.shown) or "*Somebody*"


P = TypeVar("P", bound=Person)


class Project(Struct, frozen=True):
    name: Text = None
    path_with_namespace: Text = None
    web_url: Text = None
    id: Any = None

    @property
    def shown(self) -> str:
        return self.path_with_namespace or self.name or "a project"

    @property
    def link(self) -> str:
        return link(self.shown, self.web_url, PATH_MAX)

    def page(self, path: str) -> str:
        """The address of one of the project's pages; empty if the project's own is not usable."""
        home = address(self.web_url).rstrip("/")
        return f"{home}/-/{path}" if home else ""

    def key(self, thing: str, number: int) -> str:
        """What names one thing of the project among all others, such as `pipeline:15:310`; empty if we cannot tell."""
        is_known = type(self.id) is int and 0 < self.id <= NUMBER_MAX
        return f"{thing}:{self.id}:{number}" if is_known else ""


class Group(Struct, frozen=True):
    """GitLab sends no address of a group."""

    group_name: Text = None
    full_path: Text = None

    @property
    def shown(self) -> str:
        return plain(self.full_path or self.group_name, PATH_MAX)


class Author(Struct, frozen=True):
    name: Text = None


class Commit(Struct, frozen=True):
    id: Text = None
    title: Text = None
    message: Text = None
    url: Text = None
    author: Author = Author()

    @property
    def headline(self) -> str:
        return self.title or (self.message or "").strip().partition("\n")[0]

    @property
    def line(self) -> str:
        author = plain(self.author.name, NAME_MAX)
        line = f"{sha(self.id, self.url) or 'Commit'} {plain(self.headline, TITLE_MAX)}".rstrip()
        return f"{line} · {author}" if author else line


def person_name(person: Person) -> str:
    return plain(person.shown, PERSON_MAX)


def names(people: Sequence[P], name_of: Callable[[P], str] = person_name) -> str:
    """`Ada Lovelace, Grace Hopper and 3 more`."""
    shown = ", ".join(map(name_of, people[:PEOPLE_SHOWN]))
    more = len(people) - PEOPLE_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def day(time: Text) -> str:
    """`2026-03-02` of a date or of a time in any of GitLab's spellings; what is neither is shown as it is."""
    found = _DAY.match(time or "")
    return found[0] if found else plain(time, DAY_MAX)
