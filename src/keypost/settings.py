"""What an operator can set."""

from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from keypost_sdk.content import LONG_TEXT_MAX, TEXT_CEILING, TEXT_MAX

DEFAULT_PORT: Final = 5397
"""K-E-Y-P on a phone's keys."""
DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_POSTS_PER_MINUTE: Final = 300
DEFAULT_POSTS_PER_MINUTE_OF_PERSON: Final = 1_200
"""What four busy tokens make: somebody with twenty quiet ones never comes near."""
DEFAULT_POSTS_PER_MINUTE_IN_CHAT: Final = 600
"""What two busy tokens make: ten messages a second, which nobody reads any more."""
POSTS_PER_MINUTE_MAX: Final = 100_000
NO_BOUND: Final = 0
DEFAULT_DISK_RESERVE_MIB: Final = 512
"""What half a million messages take."""
DISK_RESERVE_MIB_MAX: Final = 1_000_000
MIB: Final = 1024 * 1024


class Limits(StrEnum):
    """Whose rules bound how fast tools may call."""

    KEYPOST = "keypost"
    """Ours: a budget for each token, each person and each chat, and no lock."""
    VENDOR = "vendor"
    """The wire's: a number of calls for each person and family, and a lock for whoever passes it."""


def read_posts_per_minute(text: str) -> int | None:
    return _whole(text, NO_BOUND, POSTS_PER_MINUTE_MAX)


def read_disk_reserve(text: str) -> int | None:
    return _whole(text, NO_BOUND, DISK_RESERVE_MIB_MAX)


def read_text_size(text: str) -> int | None:
    return _whole(text, 1, TEXT_CEILING)


def _whole(text: str, least: int, most: int) -> int | None:
    """A number from a text; None for anything else. ASCII digits alone: `int` also takes `1_000` and other scripts."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    return number if least <= (number := int(text)) <= most else None


def authority(host: str, port: int) -> str:
    """As it stands in an address: there the colons of a host would be taken for that of the port."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Settings(Struct, frozen=True, kw_only=True):
    """`database_url` is empty for SQLite in the data directory, else `postgresql://…`.

    `base_url` is how people and tools reach this server; every address that Keypost hands out starts with it,
    never with what a request claims. `demo` shows the gallery. `trusted_proxies` are addresses and CIDR blocks of
    proxies in front, which say whom they speak for. `posts_per_minute` is the budget of each token for which neither it
    nor its organisation says another; `NO_BOUND` for none. `posts_per_minute_of_person` is what all tokens of a person
    may make together, `posts_per_minute_in_chat` what a chat takes from all tokens together.

    `text_max` and `long_text_max` are the characters that the text of a message may have, the longer one in posts to
    `/api/v3/chats/…/messages`. Neither can be above `TEXT_CEILING`.

    `disk_reserve_mib` is what files, and what is sent to extensions, leave free of the disk that the data directory is
    on; `NO_BOUND` for nothing.
    """

    data: Path
    database_url: str = ""
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    base_url: str = ""
    log_level: str = "info"
    demo: bool = False
    trusted_proxies: tuple[str, ...] = ()
    text_max: int = TEXT_MAX
    long_text_max: int = LONG_TEXT_MAX
    posts_per_minute: int = DEFAULT_POSTS_PER_MINUTE
    posts_per_minute_of_person: int = DEFAULT_POSTS_PER_MINUTE_OF_PERSON
    posts_per_minute_in_chat: int = DEFAULT_POSTS_PER_MINUTE_IN_CHAT
    limits: Limits = Limits.KEYPOST
    disk_reserve_mib: int = DEFAULT_DISK_RESERVE_MIB

    @property
    def address(self) -> str:
        """The base address without a slash at its end."""
        return (self.base_url or f"http://{authority(self.host, self.port)}").rstrip("/")

    @property
    def disk_reserve(self) -> int:
        """In bytes."""
        return self.disk_reserve_mib * MIB

    @property
    def is_https(self) -> bool:
        return urlsplit(self.address).scheme == "https"
