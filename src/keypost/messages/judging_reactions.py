"""What may stand under a message as a reaction: one emoji, as itself or by its code."""

from typing import Final

from keypost.errors import Invalid
from keypost.messages.emoji_codes import find_emoji, whole_emoji
from keypost.messages.wording import quoted

REACTION_MAX: Final = 100
"""Characters of a code, or of an emoji with all that joins it together."""


def judge_reaction(path: str, text: str) -> str:
    """The emoji in its full spelling, so that the same one is counted once; `path` names it in the refusal."""
    is_code = text.startswith(":") and text.endswith(":")
    found = find_emoji(text[1:-1]) if is_code else whole_emoji(text)
    if found is None:
        raise Invalid("emoji_invalid", f"{path} is {quoted(text)}; it must be one emoji, such as 👍 or :thumbsup:")
    return found
