"""What an admin sets, as `extension.toml` lists it."""

from msgspec import Struct

from keypost_sdk import Secret


class Settings(Struct, frozen=True):
    """`ca_certificate` is one or more certificates in PEM form, as text."""

    address: str = ""
    access_token: Secret | None = None
    ca_certificate: str = ""

    @property
    def can_register(self) -> bool:
        return bool(self.address and self.access_token is not None and self.access_token.reveal().strip())
