"""The rules of buttons that no type can say."""

import msgspec

from keypost.errors import Invalid
from keypost.messages.plain import visible
from keypost_sdk.buttons import ARGUMENTS_BYTES_MAX
from keypost_sdk.content import (
    Button,
    Confirm,
    Copy,
    InstantButton,
    InvokeBot,
    InvokeFunction,
    OpenUrl,
    WebAddress,
)


def judge_button(button: Button, path: str) -> None:
    """`path` as `buttons_of` spells it; a reference holds its button one step further down."""
    if isinstance(button, InstantButton):
        path = f"{path}.object"
    elif not button.label.strip():
        raise Invalid("invalid_inputs", f"{path}.label is empty")
    _judge_arguments(button, f"{path}.arguments")
    match button.action:
        case InvokeFunction(confirm=Confirm() as confirm) if not confirm.title.strip():
            raise Invalid("invalid_inputs", f"{path}.action.confirm.title is empty")
        case Copy(data=copied):
            _judge_copied(copied.text, f"{path}.action.data.text")
        case InvokeBot(data=said) if not said.message.strip():
            raise Invalid("invalid_inputs", f"{path}.action.data.message is empty")
        case OpenUrl(data=target) if target == WebAddress():
            raise Invalid("param_missing", f"{path}.action.data.web is missing")
        case _:
            pass


def _judge_arguments(button: Button, path: str) -> None:
    size = len(msgspec.json.encode(button.arguments))
    if size > ARGUMENTS_BYTES_MAX:
        raise Invalid("invalid_inputs", f"{path} has {size} bytes; {ARGUMENTS_BYTES_MAX} is the most")


def _judge_copied(text: str, path: str) -> None:
    """What is copied is pasted, often into a terminal: so it holds nothing that a terminal obeys or an eye misses."""
    if not text.strip():
        raise Invalid("invalid_inputs", f"{path} is empty")
    if visible(text, keep="\r\n\t") != text:
        raise Invalid("invalid_inputs", f"{path} has a control character")
