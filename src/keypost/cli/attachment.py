"""An extension's calls, handed by the server to a program of its author, and given back at the end."""

from msgspec import Struct

from keypost.cli.client import Client
from keypost.cli.extension import Extension


class Given(Struct):
    """`environment` is what the server gives to its own child, secrets among it."""

    environment: dict[str, str]


class Attachment:
    def __init__(self, client: Client, name: str, port: int) -> None:
        self._client = client
        self._place = ("api", "v1", "extensions", name)
        self._port = port

    def take(self) -> dict[str, str]:
        """Has the calls come here; answers what the program needs for them. As often as one likes."""
        given = self._client.post(*self._place, "attachment", body={"port": self._port})
        return given.read(Given).environment

    def is_kept(self) -> bool:
        """False after the server was started anew: it remembers no attachment."""
        return self._client.get(*self._place).read(Extension).attached

    def give_back(self) -> None:
        self._client.delete(*self._place, "attachment")
