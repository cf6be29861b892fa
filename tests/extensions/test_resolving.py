"""Whose function a button means: the posting app's, else the named owner's, else the only one of that name."""

import pytest

from keypost.errors import Refusal
from keypost.extensions.buttons import locate, resolve
from keypost.extensions.manifest import Developer, Function, Manifest
from keypost.extensions.model import App, Extension, Face
from keypost.ids import AppId, ExtensionId, OrgId
from keypost_sdk.content import (
    Button,
    Confirm,
    FunctionRef,
    InvokeFunction,
    Message,
    OpenUrl,
    TextSlide,
    WebAddress,
)


def app(number: int, owner: str = "ada@example.com", *, extension: int | None = None, has: str = "connect") -> App:
    manifest = Manifest(
        name="standup", title="Standup", developer=Developer("Dev", owner), functions=(Function(name=has),)
    )
    known = Extension(
        org_id=OrgId(1),
        id=ExtensionId(extension or number),
        source="/x",
        manifest=manifest,
        signing_key=b"",
        public_key="",
    )
    return App(id=AppId(number), face=Face.PRODUCTION, appkey="", extension=known)


ADAS, GRACES, OTHER = app(1), app(2, "Grace@Example.com"), app(3, has="something else")
SANDBOX = app(4, extension=1)


@pytest.mark.parametrize(
    ("installed", "posted_by", "owner", "expected"),
    [
        ([ADAS, GRACES], 2, None, GRACES),
        ([ADAS, GRACES], 2, "ada@example.com", GRACES),
        ([ADAS, GRACES], None, "grace@example.com", GRACES),
        ([ADAS, GRACES], None, "ADA@example.COM", ADAS),
        ([ADAS, GRACES], None, None, None),
        ([ADAS, GRACES], None, "alan@example.com", None),
        ([ADAS, OTHER], None, None, ADAS),
        ([ADAS, OTHER], 3, None, ADAS),
        ([OTHER], None, None, None),
        ([], 1, None, None),
        ([ADAS, SANDBOX], None, None, ADAS),
        ([ADAS, SANDBOX], 4, None, SANDBOX),
        ([GRACES], 1, None, GRACES),
    ],
)
def test_a_function_is_found_by_these_rules(
    installed: list[App], posted_by: int | None, owner: str | None, expected: App | None
) -> None:
    function = FunctionRef(name="connect", owner=owner)

    assert resolve(installed, AppId(posted_by) if posted_by else None, function) is expected


ACTION = InvokeFunction(data=FunctionRef(name="connect"), confirm=Confirm(title="Sure?"))
CALLING = Button(label="Call", action=ACTION)
LINKING = Button(label="Look", action=OpenUrl(data=WebAddress(web="https://example.com")))
CONTENT = Message(text="Hi", buttons=(CALLING, LINKING), slides=(TextSlide(data="x", buttons=(CALLING,)),))


@pytest.mark.parametrize("path", ["buttons[0]", "slides[0].buttons[0]"])
def test_a_button_is_the_stored_one(path: str) -> None:
    assert locate(CONTENT, path) == (CALLING, ACTION)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("buttons[2]", "button_not_found"),
        ("buttons[-1]", "button_not_found"),
        ("buttons[00]", "button_not_found"),
        ("slides[1].buttons[0]", "button_not_found"),
        ("text", "button_not_found"),
        ("buttons[1]", "invalid_inputs"),
    ],
)
def test_what_is_no_button_that_calls_is_refused(path: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        locate(CONTENT, path)

    assert refused.value.code == code
