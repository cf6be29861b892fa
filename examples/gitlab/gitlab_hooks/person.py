"""Who somebody is at GitLab: the person with exactly that e-mail address, confirmed there, and nobody else."""

from itertools import islice
from typing import Final

from gitlab import Gitlab
from msgspec import Struct

from gitlab_hooks.trouble import Trouble, each, understood

FOUND_MAX: Final = 500
"""GitLab also finds people who have the address in their name; the one who is meant is not behind so many."""


class NotThem(Trouble):
    """The access token cannot speak for this person."""


class Person(Struct, frozen=True):
    """GitLab shows the last three members to that person and to administrators alone."""

    id: int
    state: str | None = None
    bot: bool | None = None
    email: str | None = None
    confirmed_at: str | None = None
    is_admin: bool | None = None

    def has(self, email: str) -> bool:
        return bool(email) and _folded(self.email or "") == _folded(email)

    @property
    def is_in_order(self) -> bool:
        return self.state == "active" and bool(self.confirmed_at) and not self.bot


def speaker(gitlab: Gitlab) -> Person:
    """For whom `gitlab` speaks: the owner of the access token, or the one in whose name that speaks."""
    return understood(gitlab.http_get("/user"), Person)


def become(gitlab: Gitlab, email: str) -> None:
    """From here on `gitlab` speaks for the person with this e-mail address. Raises `NotThem` if it must not."""
    owner = speaker(gitlab)
    if owner.has(email):
        _only_one([owner], email)
    elif owner.is_admin:
        person = find(gitlab, email)
        gitlab.headers["Sudo"] = str(person.id)
        if speaker(gitlab).id != person.id:  # A proxy that drops the header would have us see what the owner sees.
            raise NotThem("GitLab does not let the access token speak for others")
    else:
        raise NotThem(f"The access token that is set here is neither that of {email} nor an administrator's")


def find(gitlab: Gitlab, email: str) -> Person:
    """As an administrator. Raises `NotThem` unless it is one person without any doubt."""
    users = gitlab.users.list(search=email, iterator=True)
    found = (understood(user.attributes, Person) for user in islice(each(users), FOUND_MAX))
    return _only_one([person for person in found if person.has(email)], email)


def _only_one(people: list[Person], email: str) -> Person:
    if not people:
        raise NotThem(f"At GitLab nobody has the primary e-mail address {email}")
    if len(people) > 1:
        raise NotThem(f"At GitLab several people have the e-mail address {email}")
    if not people[0].is_in_order:
        raise NotThem(f"At GitLab the account of {email} is not active, or its address is not confirmed")
    return people[0]


def _folded(email: str) -> bytes:
    """Of ASCII letters alone the case does not count: other letters would make one address of two."""
    return email.encode().lower()
