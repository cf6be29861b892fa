"""Which webhooks are ours, what they have to be like, and what to do about those that are not: all of it pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from msgspec import Struct

from gitlab_hooks.trouble import understood
from keypost_sdk import Secret

NAME: Final = "Keypost"


class Named(Struct, frozen=True):
    key: str


class Hook(Struct, frozen=True):
    """A webhook as GitLab shows it; `switches` are its events. `custom_headers` is None where GitLab has none."""

    id: int
    url: str
    enable_ssl_verification: bool | None = None
    custom_headers: tuple[Named, ...] | None = None
    switches: Mapping[str, bool | None] = {}

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> "Hook":
        switches = {name: value for name, value in attributes.items() if name.endswith("_events")}
        return understood({**attributes, "switches": switches}, cls)

    def has_header(self, name: str) -> bool:
        return any(header.key.lower() == name.lower() for header in self.custom_headers or ())


class Wanted(Struct, frozen=True):
    """The webhook of one token: where it leads, with which secret, and for which events."""

    token_id: str
    address: str
    header: str
    secret: Secret
    switches: Mapping[str, bool]
    replaces: frozenset[str] = frozenset()

    def form(self, *, in_header: bool) -> dict[str, Any]:
        """What GitLab is asked to make of it. A header's value is never shown again; an address is."""
        form = {"url": self.address, "enable_ssl_verification": True, **self.switches}
        if in_header:  # Names are as old as headers.
            return form | {"name": NAME, "custom_headers": [{"key": self.header, "value": self.secret.reveal()}]}
        return form | {"url": f"{self.address}&zapikey={quote(self.secret.reveal(), safe='')}"}

    def is_met_by(self, hook: Hook, *, in_header: bool) -> bool:
        """A switch that this GitLab does not know cannot be turned on."""
        known = {name: is_on for name, is_on in self.switches.items() if name in hook.switches}
        return (
            hook.url == self.form(in_header=in_header)["url"]
            and hook.has_header(self.header) == in_header
            and bool(hook.enable_ssl_verification)
            and all(bool(hook.switches[name]) == is_on for name, is_on in known.items())
        )


class Plan(Struct, frozen=True):
    """`keep` becomes the token's webhook, or one is made if there is none; the others of ours go."""

    keep: Hook | None = None
    drop: tuple[Hook, ...] = ()


def token_of(url: str, address: str) -> str | None:
    """The id of the token whose webhook leads to `url`, if it leads where `address` does; None if it is not ours."""
    try:
        found, ours = urlsplit(url), urlsplit(address)
    except ValueError:
        return None
    if (found.scheme, found.netloc.lower(), found.path) != (ours.scheme, ours.netloc.lower(), ours.path):
        return None
    query, own = parse_qs(found.query), parse_qs(ours.query)
    tokens = query.get("token", [])
    return tokens[0] if query.get("appkey") == own.get("appkey") and len(tokens) == 1 else None


def of_tokens(hooks: Iterable[Hook], address: str, token_ids: frozenset[str]) -> tuple[Hook, ...]:
    return tuple(hook for hook in hooks if token_of(hook.url, address) in token_ids)


def plan(hooks: tuple[Hook, ...], wanted: Wanted) -> Plan:
    """The token's own webhook is kept before one of a token that it replaces."""
    own = of_tokens(hooks, wanted.address, frozenset({wanted.token_id}))
    replaced = of_tokens(hooks, wanted.address, wanted.replaces)
    keep, *drop = (*own, *replaced) or (None,)
    return Plan(keep, tuple(hook for hook in drop if hook is not None))
