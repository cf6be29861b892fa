"""An extension on the bench: called as a server would, in the same process."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

from keypost_sdk import calls, declared
from keypost_sdk.answers import Refuse
from keypost_sdk.extension import Extension
from keypost_sdk.loading import load
from keypost_sdk.testing import bodies
from keypost_sdk.testing.shown import Shown

Change = Literal["install", "upgrade", "uninstall"]

VERSION: Final = "1.0"


class Bench:
    """`settings` are what an admin set, by name, as text, true or false. Ada Lovelace, an admin, does everything, in
    the channel #builds; `user` changes members of hers. `permissions` are the personal data that calls carry: what
    people agreed to.
    """

    def __init__(
        self,
        extension: Extension[Any],
        *,
        settings: Mapping[str, str | bool] = {},
        permissions: Collection[str] = bodies.PERSONAL,
        token_settings: Mapping[str, Any] = {},
        user: Mapping[str, Any] = {},
    ) -> None:
        self.extension = extension
        self._permissions = frozenset(permissions)
        self._token_settings = token_settings
        self._user = {**bodies.ADA, **user}
        extension.set_up(settings)

    @classmethod
    def of(cls, folder: Path, *, settings: Mapping[str, str | bool] = {}, user: Mapping[str, Any] = {}) -> Self:
        """The extension in a folder, as its `extension.toml` has it: calls carry what that asks for and no more, and a
        token has the settings that it says.
        """
        extension = load(folder)
        manifest = declared.read(folder) or {}
        return cls(
            extension,
            settings=settings,
            permissions=manifest.get("permissions", ()),
            token_settings=_defaults(manifest),
            user=user,
        )

    async def command(self, name: str, arguments: str = "") -> Shown:
        """Somebody types `/name arguments`."""
        return await self._call("command", calls.COMMAND, bodies.command(self._user, arguments), name)

    async def press(
        self,
        function: str,
        *,
        secret: str = "",
        typed: str = "",
        arguments: Mapping[str, Any] = {},
        settings: Mapping[str, Any] = {},
        replaces: Collection[str] = (),
        label: str = "Button",
    ) -> Shown:
        """Somebody presses a button that runs `function`. With a `secret` it is a token button: a token with these
        `settings` was minted, in the place of those that it `replaces`. Without one, `typed` is what the person wrote
        into the dialog. `arguments` are the button's own, its `key` among them.
        """
        given = {"input": secret or typed} if secret or typed else {}
        params = bodies.click(self._user, {**arguments, **given}, label)
        if secret:
            params["token"] = self._token(settings, replaces)
        return await self._call("function", calls.FUNCTION, params, function)

    async def send(
        self,
        headers: Mapping[str, str],
        body: str,
        *,
        query: Mapping[str, str] = {},
        method: str = "POST",
        settings: Mapping[str, Any] = {},
    ) -> Shown:
        """A third-party app sends an event with a token that has these `settings`."""
        params = bodies.incoming(self._user, headers, body, query, method)
        params["token"] = self._token(settings)
        return await self._call("extension", calls.INCOMING, params)

    async def send_to_bot(
        self,
        headers: Mapping[str, str],
        body: str,
        *,
        query: Mapping[str, str] = {},
        method: str = "POST",
        settings: Mapping[str, Any] = {},
    ) -> Shown:
        """The same, to the address of the extension's bot."""
        params = bodies.incoming(self._user, headers, body, query, method)
        params["token"] = self._token(settings)
        return await self._call("bot", calls.BOT_INCOMING, params, self.extension.name)

    async def end_token(
        self,
        reason: str = "revoked by its owner",
        *,
        serves: Collection[Mapping[str, str]] = (),
        settings: Mapping[str, Any] = {},
    ) -> Shown:
        """The token ends; `serves` is what it connected, each with a `name` and an `address`."""
        params = {
            "user": self._user,
            "appkey": bodies.APPKEY,
            "token": self._token(settings),
            "serves": list(serves),
            "reason": reason,
            "ended_at": bodies.NOON,
        }
        return await self._call("extension", calls.TOKEN_ENDED, params)

    async def validate(self, change: Change = "install") -> Shown:
        """An admin is about to install or upgrade the extension: the verdict decides."""
        return await self._installation(calls.VALIDATOR, change)

    async def install(self, change: Change = "install") -> Shown:
        """The extension was installed or upgraded."""
        return await self._installation(calls.INSTALLATION, change)

    async def uninstall(self) -> Shown:
        """The extension was uninstalled."""
        return await self._installation(calls.UNINSTALLATION, "uninstall")

    async def _installation(self, handler: str, change: Change) -> Shown:
        existing = {"existing_version": VERSION} if change == "upgrade" else {}
        app_info = {"current_version": VERSION, "type": change, **existing}
        params = bodies.installation(self._user, app_info, handler)
        body = bodies.body("extension", handler, params)
        return await self._answered(handler, body)

    async def _call(self, kind: str, handler: str, params: Mapping[str, Any], name: str = "") -> Shown:
        body = bodies.body(kind, handler, params, name=name, permissions=self._permissions)
        return await self._answered(handler, body)

    async def _answered(self, handler: str, body: bytes) -> Shown:
        try:
            return Shown.of(handler, await self.extension.answer(body))
        except Refuse as refused:
            return Shown.of_refusal(refused)

    def _token(self, settings: Mapping[str, Any], replaces: Collection[str] = ()) -> dict[str, Any]:
        return bodies.token({**self._token_settings, **settings}, replaces)


def _defaults(manifest: Mapping[str, Any]) -> dict[str, Any]:
    settings = manifest.get("token", {}).get("settings", ())
    return {setting["name"]: setting["default"] for setting in settings}
