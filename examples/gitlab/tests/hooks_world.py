"""What the tests of registering share: an address of Keypost's, tokens for it, and a clock that nobody waits for."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from gitlab_events.kinds import Wishes
from gitlab_hooks.hook import Wanted
from gitlab_hooks.patience import Patience
from gitlab_hooks.registering import Outcome, register
from gitlab_hooks.settings import Settings
from gitlab_hooks.taking_down import Ended, Removed, take_down
from gitlab_hooks.under_way import UnderWay
from gitlab_hooks.writing import Deed
from standin import GitLab, Hook, Project, User

from keypost_sdk import Secret

HEADER: Final = "X-Keypost-Token"
PLACE: Final = "https://keypost.example/company/5/api/v2/applications/1001/incoming?appkey=a2V5"


class Time:
    """Sleeping lets it pass at once; `meanwhile` happens then."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._meanwhile = meanwhile

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        self._meanwhile()

    def patience(self, task_s: float = 300.0, request_s: float = 8.0) -> Patience:
        return Patience(task_s, request_s, self.clock, self.sleep)


def address(token_id: str) -> str:
    return f"{PLACE}&token={token_id}"


def secret(token_id: str) -> str:
    return f"kpt_{token_id}Secret"


def wanted(token_id: str, *replaces: str, events: Iterable[str] | None = None) -> Wanted:
    wishes = Wishes.of({} if events is None else {"events": list(events)})
    return Wanted(token_id, address(token_id), HEADER, Secret(secret(token_id)), wishes.switches, frozenset(replaces))


def settings(gitlab: GitLab, token: str = "", **more: Any) -> Settings:
    """With an administrator's token if no other is given."""
    return Settings(gitlab.url, Secret(token or next(iter(gitlab.tokens))), **more)


def click(gitlab: GitLab, person: User, made: Wanted, *, token: str = "", time: Time | None = None) -> list[Outcome]:
    """The person pressed the button, and this token was made."""
    patience = (time or Time()).patience()
    return register(settings(gitlab, token), person.email, made, UnderWay(), patience)


def end(gitlab: GitLab, person: User, token_id: str, *paths: str, token: str = "", time: Time | None = None) -> Removed:
    """The token ended; it was known to connect the projects at these paths."""
    ended = Ended(token_id, address(token_id), person.email, paths)
    return take_down(settings(gitlab, token), ended, (time or Time()).patience())


def deeds(outcomes: Iterable[Outcome]) -> dict[str, Deed]:
    return {outcome.project.path_with_namespace: outcome.deed for outcome in outcomes}


def whys(outcomes: Iterable[Outcome]) -> dict[str, str]:
    return {outcome.project.path_with_namespace: outcome.why for outcome in outcomes if outcome.why}


def only(project: Project) -> Hook:
    [hook] = project.hooks.values()
    return hook


def works(hook: Hook, token_id: str) -> bool:
    """Whether what this webhook sends is taken: the token's address, and its secret in exactly one place."""
    in_header = hook.url == address(token_id) and hook.headers == {HEADER: secret(token_id)}
    in_address = hook.url == f"{address(token_id)}&zapikey={secret(token_id)}" and not hook.headers
    return in_header != in_address and hook.enable_ssl_verification
