"""What went wrong at GitLab, in words for the person who clicked, and whether it may pass by itself."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec
from gitlab.exceptions import (
    GitlabAuthenticationError,
    GitlabError,
    GitlabParsingError,
    GitlabUpdateError,
    RedirectError,
)
from requests.exceptions import (
    ConnectionError,  # noqa: A004 - it is not the built-in one, which python-gitlab never lets through
    InvalidSchema,
    InvalidURL,
    MissingSchema,
    RequestException,
    SSLError,
    Timeout,
    TooManyRedirects,
)

T = TypeVar("T")

SAID_MAX: Final = 150
_SECRET: Final = re.compile(r"\bkp[a-z]_\w+")
_STATUS: Final = re.compile(r"\A\d{3} [A-Za-z ]+?(?: - |\Z)")
_LIMIT: Final = re.compile(r"maximum number of", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"invalid url|is blocked", re.IGNORECASE)

SOMETHING_ELSE: Final = "What answers at the address of GitLab is something else"
ELSEWHERE: Final = "GitLab sends us to another address: the setting `address` has to be the final one"
NO_ADDRESS: Final = "The address of GitLab is none that can be asked"
FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
CONFLICT: Final = 409
SERVER_ERROR: Final = 500


class AskedToWait(Exception):  # noqa: N818 - GitLab's wish, not an error of ours
    """GitLab has had enough of us for so many seconds; None if it does not say for how many."""

    def __init__(self, wait_s: float | None) -> None:
        super().__init__()
        self.wait_s = wait_s


class Trouble(Exception):  # noqa: N818 - it is a sentence for a person
    """`passes` if it is worth another try, in `wait_s` at the earliest."""

    def __init__(self, sentence: str, *, passes: bool = False, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.passes = passes
        self.wait_s = wait_s


FAILURES: Final = (GitlabError, RequestException, AskedToWait)
"""All that python-gitlab raises, and what we add to it."""


def understood(answer: Any, kind: type[T]) -> T:
    """An answer of GitLab's as our type, or `Trouble` if it is of another form."""
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError:
        raise Trouble(SOMETHING_ELSE) from None


def each(found: Iterable[T]) -> Iterator[T]:
    """The items of a list of python-gitlab's, which stumbles over what is none."""
    try:
        yield from found
    except (KeyError, TypeError):
        raise Trouble(SOMETHING_ELSE) from None


def read(error: Exception) -> Trouble:
    """One of `FAILURES` as `Trouble`."""
    if isinstance(error, AskedToWait):
        wish = f" and asks to wait {error.wait_s:.0f} s" if error.wait_s is not None else ""
        return Trouble(f"GitLab gets too many requests{wish}", passes=True, wait_s=error.wait_s)
    for kind, sentence in _FOR_GOOD.items():
        if isinstance(error, kind):
            return Trouble(sentence)
    if isinstance(error, GitlabError):
        return _answered(error)
    passing = (sentence for kind, sentence in _PASSING.items() if isinstance(error, kind))
    return Trouble(next(passing, "The connection to GitLab broke off"), passes=True)


_FOR_GOOD: Final[Mapping[type[Exception], str]] = {
    GitlabAuthenticationError: "GitLab does not accept the access token: it is wrong, revoked or expired",
    GitlabParsingError: SOMETHING_ELSE,
    RedirectError: ELSEWHERE,
    TooManyRedirects: ELSEWHERE,
    SSLError: "The certificate of GitLab's server is not trusted: see the setting `ca_certificate`",
    InvalidURL: NO_ADDRESS,
    InvalidSchema: NO_ADDRESS,
    MissingSchema: NO_ADDRESS,
}
_PASSING: Final[Mapping[type[Exception], str]] = {
    Timeout: "GitLab does not answer in time",
    ConnectionError: "GitLab cannot be reached",
}


def _answered(error: GitlabError) -> Trouble:
    status, said = error.response_code or 0, _said(error.error_message)
    if status >= SERVER_ERROR:
        return Trouble(f"GitLab has trouble of its own (status {status})", passes=True)
    if status == CONFLICT or (status == NOT_FOUND and isinstance(error, GitlabUpdateError)):
        return Trouble("Somebody else is changing the same webhooks", passes=True)
    if _LIMIT.search(said):
        return Trouble("There are as many webhooks as GitLab allows")
    if _ADDRESS.search(said):
        return Trouble(
            "GitLab may not send to Keypost's address: its administrators allow that under Outbound requests"
        )
    if said == "insufficient_scope":
        return Trouble("The access token lacks a scope: it needs api, and an administrator's needs sudo too")
    sentence = _REFUSALS.get(status, f"GitLab refused it (status {status})")
    return Trouble(f"{sentence}: {said}" if said else sentence)


_REFUSALS: Final[Mapping[int, str]] = {
    FORBIDDEN: "GitLab does not allow it",
    NOT_FOUND: "It is not there, or GitLab does not show it to us",
}


def _said(message: Any) -> str:
    """GitLab's own words in one line, of whatever form; a secret that it repeats is not among them."""
    words = " ".join(_STATUS.sub("", _SECRET.sub("•••", ", ".join(_texts(message)))).split())
    return words if len(words) <= SAID_MAX else words[: SAID_MAX - 1] + "…"


def _texts(message: Any) -> list[str]:
    if isinstance(message, dict):
        return [text for value in message.values() for text in _texts(value)]
    if isinstance(message, list):
        return [text for value in message for text in _texts(value)]
    return [message] if isinstance(message, str) else []
