"""GitLab in a chat: `/gitlab` shows the button that makes a key, and GitLab's webhooks become messages."""

import logging
from collections import Counter
from typing import Final

from gitlab_events import render
from gitlab_events.kinds import Wishes
from gitlab_hooks import taking_down, validating
from gitlab_hooks.hook import Wanted
from gitlab_hooks.patience import Patience
from gitlab_hooks.registering import register
from gitlab_hooks.report import to_reply
from gitlab_hooks.settings import Settings
from gitlab_hooks.taking_down import Ended
from gitlab_hooks.trouble import Trouble
from gitlab_hooks.under_way import UnderWay

from keypost_sdk import (
    TOKEN,
    Button,
    ButtonCall,
    CommandCall,
    Confirm,
    Extension,
    FunctionRef,
    IncomingCall,
    InstallationCall,
    InvokeFunction,
    Message,
    Refuse,
    Reply,
    TokenEndedCall,
    Verdict,
)

VALIDATION_S: Final = 12.0
TAKING_DOWN_S: Final = 120.0

extension = Extension("gitlab", Settings)
under_way = UnderWay()
logger = logging.getLogger("gitlab")

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

BY_HAND: Final = """\
At GitLab, under *Settings → Webhooks* of a project, add a webhook with the address, and the header as a custom header.

An admin can spare everybody this step:
```
keypost extension set gitlab address=https://… access_token=-
```"""
NOT_REGISTERED: Final = (
    "GitLab is not connected. {}. Your key has ended again: once that is mended, press the button anew."
)


@extension.command("gitlab")
async def gitlab(_: CommandCall) -> Message:
    return Message(text="Click on the token generation button below!", buttons=(CREATE_WEBHOOK,))


@extension.function("authentication")
def authentication(call: ButtonCall) -> Reply:
    """Registers the webhooks of the new token; where GitLab is not set up, its owner pastes what the dialog shows.
    After a refusal Keypost ends the token.
    """
    if call.secret is None or call.token is None:
        raise Refuse("No token came with the click. Please press the button again.")
    if not extension.settings.can_register:
        return Reply(text=BY_HAND, view="ephemeral", by_hand=True)
    if not call.user.email:
        raise Refuse(NOT_REGISTERED.format("Keypost does not say who you are"))
    wanted = Wanted(
        token_id=call.token.id,
        address=call.token.incoming_url,
        header=call.token.header,
        secret=call.secret,
        switches=Wishes.of(call.token.settings).switches,
        replaces=frozenset(call.token.replaces),
    )
    try:
        outcomes = register(extension.settings, call.user.email, wanted, under_way, Patience())
    except Trouble as trouble:
        raise Refuse(NOT_REGISTERED.format(trouble.sentence)) from None
    counts = Counter(outcome.deed.name.lower() for outcome in outcomes)
    logger.info("webhooks registered", extra={"fields": {"token": call.token.id, **counts}})
    return to_reply(outcomes)


@extension.incoming
async def incoming(call: IncomingCall) -> Message | None:
    wishes = Wishes.of(call.token.settings if call.token is not None else {})
    return render(call.header("X-Gitlab-Event"), call.body, wishes)


@extension.token_ended
def token_ended(call: TokenEndedCall) -> None:
    """Raises if GitLab cannot be asked: Keypost calls again."""
    under_way.over({call.token.id})
    if not extension.settings.can_register and not call.serves:
        return
    paths = tuple(served.name for served in call.serves)
    ended = Ended(call.token.id, call.token.incoming_url, call.user.email, paths)
    removed = taking_down.take_down(extension.settings, ended, Patience(TAKING_DOWN_S))
    fields = {"token": call.token.id, "reason": call.reason, "removed": removed.hooks, "closed": removed.closed}
    logger.info("webhooks taken down", extra={"fields": fields})


@extension.installation_validator
def validate(_: InstallationCall) -> Verdict:
    return validating.judge(extension.settings, Patience(VALIDATION_S))
