"""What a comment or a reaction is about: a commit, a merge request, an issue or a snippet."""

from typing import Final

from msgspec import Struct

from gitlab_events.markup import Text, link, plain, sha
from gitlab_events.payload import Commit, Count

TITLE_SHOWN: Final = 120


class Thing(Struct, frozen=True):
    """A merge request, an issue or a snippet; not all have an address of their own. A snippet has no `iid`."""

    iid: Count | None = None
    title: Text = None
    url: Text = None
    confidential: bool | None = None


class Target(Struct, frozen=True, kw_only=True):
    """GitLab sends one of these beside the comment or reaction itself."""

    commit: Commit | None = None
    merge_request: Thing | None = None
    issue: Thing | None = None
    snippet: Thing | None = None
    project_snippet: Thing | None = None

    @property
    def is_confidential(self) -> bool:
        return bool(self.issue and self.issue.confidential)

    def named(self, page: Text, *, with_title: bool = True) -> str:
        """`issue [#7 Title](address)`; `page` is where it is if it has no address. Empty if GitLab sent none."""
        if self.commit:
            title = plain(self.commit.headline, TITLE_SHOWN)
            return f"commit {sha(self.commit.id, self.commit.url or page)} {title}".rstrip()
        things = (
            ("merge request", "!", self.merge_request),
            ("issue", "#", self.issue),
            ("snippet", "", self.snippet or self.project_snippet),
        )
        for noun, sign, thing in things:
            if thing:
                number = f"{sign}{thing.iid}" if sign and thing.iid is not None else ""
                label = f"{number} {thing.title or ''}".strip() if with_title else number
                return f"{noun} {link(label, thing.url or page, TITLE_SHOWN)}".rstrip()
        return ""
