"""A number of posts a minute, as commands take and say it."""

from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

from keypost.errors import Invalid
from keypost.settings import NO_BOUND, POSTS_PER_MINUTE_MAX, read_posts_per_minute

DEFAULT: Final = "default"

Posts: TypeAlias = Annotated[
    str,
    Parameter(help=f"Posts a minute; {NO_BOUND}: no bound; {DEFAULT}: nothing of its own.", allow_leading_hyphen=True),
]


def number_of(posts: str) -> int | None:
    """None for the default."""
    if posts == DEFAULT:
        return None
    number = read_posts_per_minute(posts)
    if number is None:
        wanted = f"a whole number from {NO_BOUND} to {POSTS_PER_MINUTE_MAX}, or {DEFAULT}"
        raise Invalid("invalid_inputs", f"{posts!r} is no number of posts a minute: it must be {wanted}.")
    return number


def said(posts: int | None, *, default: str) -> str:
    if posts is None:
        return default
    return "without a bound" if posts == NO_BOUND else f"{posts} times a minute"
