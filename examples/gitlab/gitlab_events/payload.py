"""The parts that GitLab's events share. What a message does not show is left out."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from gitlab_events.markup import Text, address, bold, link

Count: TypeAlias = Annotated[int, Meta(ge=0, le=10**12)]
PATH_MAX: Final = 120


class Person(Struct, frozen=True):
    name: Text = None
    username: Text = None

    @property
    def shown(self) -> str:
        return self.name or self.username or "Somebody"

    @property
    def bold(self) -> str:
        return bold(self.shown) or "*Somebody*"


class Project(Struct, frozen=True):
    name: Text = None
    path_with_namespace: Text = None
    web_url: Text = None

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
