"""What may stand under a message as a reaction: one emoji, as itself or by its code."""

import re
from typing import Final

from keypost.errors import Invalid
from keypost.messages.wording import quoted

REACTION_MAX: Final = 60
"""Characters of a code, or of an emoji with all that joins it together."""

_PICTURE: Final = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
)
_EMOJI: Final = re.compile(rf"[#*0-9]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}(?:\u200d{_PICTURE})*")
_CODE: Final = re.compile(r":[a-z0-9_+-]+:")


def judge_reaction(path: str, text: str) -> str:
    """The emoji as it is stored and compared; `path` names it in the refusal."""
    if len(text) > REACTION_MAX or not (_EMOJI.fullmatch(text) or _CODE.fullmatch(text)):
        raise Invalid("emoji_invalid", f"{path} is {quoted(text)}; it must be one emoji, such as 👍 or :thumbsup:")
    return text
