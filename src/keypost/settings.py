"""What an operator can set, each from one environment variable."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from msgspec import Struct

DEFAULT_PORT: Final = 5397
"""K-E-Y-P on a phone's keys."""
DEFAULT_HOST: Final = "127.0.0.1"


class Settings(Struct, frozen=True, kw_only=True):
    """`database_url` is empty for SQLite in the data directory, else `postgresql://…`.

    `base_url` is how people and tools reach this server; every address that Keypost hands out starts with it,
    never with what a request claims.
    """

    data: Path
    database_url: str = ""
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    base_url: str = ""
    log_level: str = "info"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads KEYPOST_DATA, KEYPOST_DATABASE_URL, KEYPOST_HOST, KEYPOST_PORT, KEYPOST_BASE_URL, KEYPOST_LOG_LEVEL."""
        return cls(
            data=Path(environment.get("KEYPOST_DATA", "keypost-data")),
            database_url=environment.get("KEYPOST_DATABASE_URL", ""),
            host=environment.get("KEYPOST_HOST", DEFAULT_HOST),
            port=int(environment.get("KEYPOST_PORT", str(DEFAULT_PORT))),
            base_url=environment.get("KEYPOST_BASE_URL", ""),
            log_level=environment.get("KEYPOST_LOG_LEVEL", "info"),
        )

    @property
    def address(self) -> str:
        """The base address without a slash at its end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        return urlsplit(self.address).scheme == "https"
