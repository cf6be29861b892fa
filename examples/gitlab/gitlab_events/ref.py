"""Git's names as GitLab sends them: branches, tags, and the zeros that stand for no commit."""

from urllib.parse import quote

from keypost_sdk.content import URL_MAX


def quoted(name: str) -> str:
    """Cut where no button could hold it, so that the button is left out instead of leading elsewhere."""
    return quote(name[:URL_MAX])


def is_nothing(commit: str) -> bool:
    """Git spells "no commit" in zeros, as many as its hashes have digits."""
    return bool(commit) and not commit.strip("0")
