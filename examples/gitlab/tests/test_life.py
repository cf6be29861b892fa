"""Whatever the order of clicks, replacements, ends and troubles: each living token has one webhook on each project of
its owner, a token that ended has none, and what is not ours stays as it is.
"""

from typing import Any

from gitlab_hooks.trouble import Trouble
from gitlab_hooks.writing import Deed
from hooks_world import PLACE, Time, address, click, deeds, end, wanted, works
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from standin import DEVELOPER, MAINTAINER, GitLab, Project, User
from standin_server import serving

PROJECTS = 3
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE"])
STATUSES = st.sampled_from([429, 500, 502, 409, 404, 403])


class Life(RuleBasedStateMachine):
    """`live` is each token that was not replaced and did not end; `ended` is what GitLab was not yet rid of."""

    @initialize(has_headers=st.booleans(), tells_version=st.booleans())
    def start(self, has_headers: bool, tells_version: bool) -> None:
        version = ("18.2.0" if has_headers else "16.9.1") if tells_version else None
        self.gitlab = GitLab(version, has_headers=has_headers)
        self.serving = serving(self.gitlab)
        self.serving.__enter__()
        self.gitlab.access_token(self.gitlab.admin())
        self.people = [self.gitlab.person("ada"), self.gitlab.person("grace")]
        self.projects = [self.gitlab.project(f"shared/p{number}", *self.people) for number in range(PROJECTS)]
        self.foreign = [self._foreign(project) for project in self.projects]
        self.live: dict[str, User] = {}
        self.ended: dict[str, User] = {}
        self.served: dict[str, tuple[str, ...]] = {}
        self.is_whole: dict[str, bool] = {}

    def teardown(self) -> None:
        if hasattr(self, "serving"):
            self.serving.__exit__(None, None, None)

    @rule(who=st.integers(0, 1), replaces=st.booleans(), again=st.booleans())
    def press(self, who: int, replaces: bool, again: bool) -> None:
        """The dialog replaces all tokens that its owner has for this chat, or adds one."""
        person = self.people[who]
        mine = [token for token, owner in self.live.items() if owner is person]
        token = f"tok_{len(self.served) + 1}"
        replaced = mine if replaces else []
        for _ in range(1 + again):
            self._click(person, token, replaced)
        for old in replaced:
            self.ended[old] = self.live.pop(old)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(sorted(self.live)))
        self.ended[token] = self.live.pop(token)
        self._end(token)

    @precondition(lambda self: self.ended)
    @rule(data=st.data())
    def tell_of_an_end_again(self, data: st.DataObject) -> None:
        self._end(data.draw(st.sampled_from(sorted(self.ended))))

    @rule(method=METHODS, status=STATUSES, times=st.integers(1, 4), is_done=st.booleans())
    def get_into_trouble(self, method: str, status: int, times: int, is_done: bool) -> None:
        self.gitlab.fail(method, r"/projects/\d+/hooks.*", status, times=times, is_done=is_done)

    @rule(who=st.integers(0, 1), where=st.integers(0, PROJECTS - 1), is_maintainer=st.booleans())
    def change_the_role(self, who: int, where: int, is_maintainer: bool) -> None:
        self.projects[where].members[self.people[who].id] = MAINTAINER if is_maintainer else DEVELOPER

    @invariant()
    def no_token_has_two_webhooks_on_a_project(self) -> None:
        for project in getattr(self, "projects", []):
            for token in [*self.live, *self.ended]:
                assert len(self._hooks(project, token)) <= 1, (project.path, token)

    @invariant()
    def what_is_connected_works(self) -> None:
        for token in getattr(self, "live", {}):
            for project in self.projects:
                if project.path in self.served[token]:
                    [hook] = self._hooks(project, token)
                    assert works(hook, token)

    @invariant()
    def what_is_not_ours_stays(self) -> None:
        for project, before in zip(getattr(self, "projects", []), getattr(self, "foreign", []), strict=True):
            assert [self._seen(hook) for hook in project.hooks.values() if not hook.url.startswith(PLACE)] == before

    @rule()
    def come_to_rest(self) -> None:
        """Without trouble all ends are told in the end, and then nothing is left of them."""
        self.gitlab.faults.clear()
        for token in list(self.ended):
            self._end(token)
        for project in self.projects:
            assert {token for token in self.ended if self._hooks(project, token)} == set()

    def _click(self, person: User, token: str, replaced: list[str]) -> None:
        self.live[token] = person
        self.served.setdefault(token, ())
        try:
            outcomes = click(self.gitlab, person, wanted(token, *replaced), time=Time())
        except Trouble:
            return
        done = {path for path, deed in deeds(outcomes).items() if deed is not Deed.FAILED}
        self.served[token] = tuple(sorted(done | set(self.served[token])))
        assert done | {path for path, deed in deeds(outcomes).items() if deed is Deed.FAILED} == self._of(person)

    def _end(self, token: str) -> None:
        try:
            end(self.gitlab, self.ended[token], token, *self.served[token], time=Time())
        except Trouble:
            return
        # To who may not see a project GitLab says 403 or 404: its webhooks are not theirs to remove any more.
        if not any(fault.status in {403, 404} for fault in self.gitlab.faults):
            assert not any(self._hooks(project, token) for project in self.projects)

    def _of(self, person: User) -> set[str]:
        return {project.path for project in self.projects if project.members[person.id] == MAINTAINER}

    def _hooks(self, project: Project, token: str) -> list[Any]:
        begins = address(token)
        return [hook for hook in project.hooks.values() if hook.url == begins or hook.url.startswith(f"{begins}&")]

    def _foreign(self, project: Project) -> list[Any]:
        for url in ("https://ci.example/hook?token=tok_1", f"https://other.example/{PLACE}&token=tok_1"):
            self.gitlab.hook(project, url, headers={"X-Other": "1"} if self.gitlab.has_headers else {})
        return [self._seen(hook) for hook in project.hooks.values()]

    @staticmethod
    def _seen(hook: Any) -> tuple[Any, ...]:
        return (hook.id, hook.url, dict(hook.switches), dict(hook.headers), hook.enable_ssl_verification)


TestLife = Life.TestCase
TestLife.settings = settings(deadline=None, max_examples=25, stateful_step_count=12)
