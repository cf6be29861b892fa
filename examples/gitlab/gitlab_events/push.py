"""Push Hook: commits on a branch, or a branch that came, went or moved."""

from typing import Final

from msgspec import Struct

from gitlab_events.markup import BRANCH_MAX, buttons, code, count, plain, sha
from gitlab_events.payload import Commit, Count, Person, Project
from gitlab_events.ref import is_nothing, quoted
from keypost_sdk import Card, Message, TextSlide
from keypost_sdk.content import CARD_TITLE_MAX, SLIDE_TEXT_MAX

COMMITS_SHOWN: Final = 10
AUTHOR_MAX: Final = 60


class Push(Struct, frozen=True):
    """`total_commits_count` counts all; of these GitLab sends the newest 20, oldest first."""

    ref: str
    before: str
    after: str
    project: Project
    user_name: str | None = None
    user_username: str | None = None
    commits: tuple[Commit, ...] = ()
    total_commits_count: Count = 0

    @property
    def branch(self) -> str:
        return self.ref.removeprefix("refs/heads/")

    @property
    def size(self) -> int:
        return max(self.total_commits_count, len(self.commits))

    @property
    def creates(self) -> bool:
        return is_nothing(self.before)

    @property
    def deletes(self) -> bool:
        return is_nothing(self.after)


def on_push(push: Push) -> Message:
    who = Person(push.user_name, push.user_username).bold
    title = plain(f"{push.project.shown}: {_summary(push)}", CARD_TITLE_MAX // 2)
    return Message(
        text=f"{who} {_deed(push)} in {push.project.link}",
        card=Card(title=title),
        slides=_slides(push),
        buttons=buttons(*_offers(push), ("Open project", push.project.web_url or "")),
    )


def _deed(push: Push) -> str:
    branch = code(push.branch)
    if push.deletes:
        return f"deleted branch {branch}"
    if push.creates:
        return f"created branch {branch}" + (f" with {_commits(push)}" if push.size else "")
    if not push.size:  # An older commit was forced onto the branch.
        return f"moved {branch} to {sha(push.after)}"
    return f"pushed {_commits(push)} to {branch}"


def _summary(push: Push) -> str:
    branch = push.branch[: BRANCH_MAX // 2]
    if push.deletes:
        return f"branch {branch} deleted"
    if push.creates:
        return f"new branch {branch}"
    return f"{_commits(push)} on {branch}" if push.size else f"{branch} moved"


def _commits(push: Push) -> str:
    return count(push.size, "commit", "commits")


def _slides(push: Push) -> tuple[TextSlide, ...]:
    if push.deletes or not push.commits:
        return ()
    lines = _newest(push.commits)
    if rest := push.size - len(lines):
        lines.append(count(rest, "earlier commit is not shown", "earlier commits are not shown"))
    return (TextSlide(title="Commits", data="\n".join(lines)),)


def _newest(commits: tuple[Commit, ...]) -> list[str]:
    """As many lines as fit, the newest at the bottom; half a slide is kept free for the line after them."""
    lines: list[str] = []
    left = SLIDE_TEXT_MAX // 2
    for commit in reversed(commits[-COMMITS_SHOWN:]):
        line = _line(commit)
        left -= len(line) + 1
        if lines and left < 0:
            break
        lines.append(line)
    return lines[::-1]


def _line(commit: Commit) -> str:
    author = plain(commit.author.name, AUTHOR_MAX)
    # A line may not begin with a stranger's text: `#` or `!` there would make a heading or a quote of it.
    parts = (sha(commit.id, commit.url) or "·", plain(commit.headline), f"· {author}" if author else "")
    return " ".join(part for part in parts if part)


def _offers(push: Push) -> list[tuple[str, str]]:
    if push.deletes:
        return []
    if push.creates:
        return [("Open branch", push.project.page(f"tree/{quoted(push.branch)}"))]
    return [("Compare", push.project.page(f"compare/{quoted(push.before)}...{quoted(push.after)}"))]
