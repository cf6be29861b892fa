"""The text of a token, as a type that does not show itself."""

from typing import NoReturn


class Secret:
    """Ask for the text by name, `.reveal()`, where it is used; everywhere else it is dots."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not written anywhere: call .reveal() where its text is needed.")

    def reveal(self) -> str:
        return self._text
