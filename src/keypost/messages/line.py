"""A name or a title that a person typed: one line, with nothing in it that a terminal obeys and no secret."""

from keypost.errors import Invalid
from keypost.log import mask
from keypost.messages.plain import visible


def line(path: str, text: str) -> str:
    """`text` with its white space made single blanks; a refusal names `path`."""
    found = " ".join(text.split())
    if not found:
        raise Invalid("invalid_inputs", f"{path} is empty")
    if visible(found, keep="") != found:
        raise Invalid("invalid_inputs", f"{path} has a control character")
    if mask(found) != found:
        raise Invalid("secret_in_message", f"{path} holds a secret, so it was not stored.")
    return found
