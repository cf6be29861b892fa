"""GitLab in a chat: `/gitlab` shows the button that makes a key, and GitLab's webhooks become messages."""

from gitlab_events import render

from keypost_sdk import (
    TOKEN,
    Banner,
    Button,
    ButtonCall,
    CommandCall,
    Confirm,
    Extension,
    FunctionRef,
    IncomingCall,
    InvokeFunction,
    Message,
)

extension = Extension("gitlab")

CREATE_WEBHOOK = Button(
    label="Create Webhook",
    type="+",
    hint="Generates a token and connects GitLab.",
    key="create",
    action=InvokeFunction(
        data=FunctionRef(name="authentication"),
        confirm=Confirm(
            title="Generate token",
            description="GitLab posts to this chat with a token of yours. You can revoke it at any time.",
            input=TOKEN,
        ),
    ),
)


@extension.command("gitlab")
async def gitlab(_: CommandCall) -> Message:
    return Message(text="Click on the token generation button below!", buttons=(CREATE_WEBHOOK,))


@extension.function("authentication")
async def authentication(call: ButtonCall) -> Banner:
    """No GitLab server is registered here yet, so the member pastes the address there: the dialog shows it once."""
    if call.secret is None:
        return Banner(text="No token came with the click. Please press the button again.", status="failure")
    return Banner(text="Your key is ready. The dialog shows the address and the header to paste at GitLab.")


@extension.incoming
def incoming(call: IncomingCall) -> Message | None:
    return render(call.header("X-Gitlab-Event"), call.body)
