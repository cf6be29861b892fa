"""Settings that come from the server's environment: one table, read once at the start."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from msgspec import Struct

from keypost.errors import Invalid
from keypost.proxies import Proxies
from keypost.settings import (
    DEFAULT_DISK_RESERVE_MIB,
    DEFAULT_POSTS_PER_MINUTE,
    DEFAULT_POSTS_PER_MINUTE_IN_CHAT,
    DEFAULT_POSTS_PER_MINUTE_OF_PERSON,
    DISK_RESERVE_MIB_MAX,
    NO_BOUND,
    POSTS_PER_MINUTE_MAX,
    Limits,
    read_disk_reserve,
    read_posts_per_minute,
    read_text_size,
)
from keypost_sdk.content import LONG_TEXT_MAX, TEXT_CEILING, TEXT_MAX

PREFIX: Final = "KEYPOST_"
SHOWN_MAX: Final = 60
ALIKE: Final = 0.8
"""Of 1, as `difflib` counts: a letter or two are missing, too many or others."""


class Variable(Struct, frozen=True):
    """`setting` is what it sets. `read` answers None for a text that makes no sense; `wanted` says which would."""

    name: str
    setting: str
    read: Callable[[str], Any]
    wanted: str
    text: str


def _limits(text: str) -> Limits | None:
    return Limits(text) if text in set(Limits) else None


def _networks(text: str) -> tuple[str, ...] | None:
    found = tuple(part.strip() for part in text.split(","))
    try:
        Proxies(found)
    except ValueError:
        return None
    return found


_POSTS: Final = f"a whole number from {NO_BOUND} to {POSTS_PER_MINUTE_MAX}"
_TEXT_SIZE: Final = f"a whole number from 1 to {TEXT_CEILING}"

VARIABLES: Final = (
    Variable(
        "KEYPOST_TEXT_MAX",
        "text_max",
        read_text_size,
        _TEXT_SIZE,
        f"characters that the text of a message may have; {TEXT_MAX} if it is not set",
    ),
    Variable(
        "KEYPOST_LONG_TEXT_MAX",
        "long_text_max",
        read_text_size,
        _TEXT_SIZE,
        f"the same for posts to `/api/v3/chats/…/messages`; {LONG_TEXT_MAX} if it is not set",
    ),
    Variable(
        "KEYPOST_POSTS_PER_MINUTE",
        "posts_per_minute",
        read_posts_per_minute,
        _POSTS,
        f"posts a minute of a token, where neither it nor its organisation says another number. "
        f"{DEFAULT_POSTS_PER_MINUTE} if it is not set; {NO_BOUND}: no bound",
    ),
    Variable(
        "KEYPOST_POSTS_PER_MINUTE_OF_PERSON",
        "posts_per_minute_of_person",
        read_posts_per_minute,
        _POSTS,
        f"posts a minute of all tokens of a person together; {DEFAULT_POSTS_PER_MINUTE_OF_PERSON} if it is not set; "
        f"{NO_BOUND}, here or for tokens: no bound",
    ),
    Variable(
        "KEYPOST_POSTS_PER_MINUTE_IN_CHAT",
        "posts_per_minute_in_chat",
        read_posts_per_minute,
        _POSTS,
        f"posts a minute of all tokens together to one chat; {DEFAULT_POSTS_PER_MINUTE_IN_CHAT} if it is not set; "
        f"{NO_BOUND}, here or for tokens: no bound",
    ),
    Variable(
        "KEYPOST_LIMITS",
        "limits",
        _limits,
        " or ".join(Limits),
        "whose rules bound how fast tools call: `keypost` (if it is not set) or `vendor`, the wire's with its locks",
    ),
    Variable(
        "KEYPOST_DISK_RESERVE_MIB",
        "disk_reserve_mib",
        read_disk_reserve,
        f"a whole number from {NO_BOUND} to {DISK_RESERVE_MIB_MAX}",
        "MiB of the disk with the data directory that are kept for messages: with less room, files and what is sent to "
        f"extensions are refused with 503. {DEFAULT_DISK_RESERVE_MIB} if it is not set; {NO_BOUND}: nothing is kept",
    ),
    Variable(
        "KEYPOST_TRUSTED_PROXIES",
        "trusted_proxies",
        _networks,
        "addresses and CIDR blocks with commas between, such as 127.0.0.1,10.0.0.0/8",
        "proxies in front of the server: they alone are believed in `X-Forwarded-For`, and may have many connections, "
        "and each client that they name a hundred open pages and requests under way. Nobody if it is not set",
    ),
)


def settings_in(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the environment sets, by the names of `Settings`. An empty text sets nothing.

    Other names that begin like ours may be anybody's: a cluster names addresses so, where a service is called Keypost.
    One that is nearly ours is a mistake, and the server would run without what was meant.
    """
    known = [variable.name.removeprefix(PREFIX) for variable in VARIABLES]
    for name in sorted(environment):
        rest = name.removeprefix(PREFIX)
        if rest != name and rest not in known and (alike := get_close_matches(rest, known, 1, ALIKE)):
            raise Invalid("invalid_inputs", f"There is no {name[:SHOWN_MAX]}. Is {PREFIX}{alike[0]} meant?")
    set_here = [(variable, text) for variable in VARIABLES if (text := environment.get(variable.name))]
    return {variable.setting: _read(variable, text) for variable, text in set_here}


def _read(variable: Variable, text: str) -> Any:
    value = variable.read(text)
    if value is None:
        raise Invalid("invalid_inputs", f"{variable.name} is {text[:SHOWN_MAX]!r}; it must be {variable.wanted}.")
    return value
