"""What each address of the API takes, gives and refuses: beside `routes.py`, for those who read the documents.

A test demands an entry for every route of tools, and that no code stands here which does not exist.
"""

from collections.abc import Mapping
from typing import Final, Literal

from keypost.chat import api as chat
from keypost.chat import channel_api as channels
from keypost.chat import file_api as files
from keypost.chat import reaction_api as reactions
from keypost.chat import thread_api as threads
from keypost.chat.message_out import MessagesOut, OneOut
from keypost.chat.reaction_views import ReactionsOut
from keypost.chat.uploading import FilesForm
from keypost.extensions import api as extensions
from keypost.extensions import token_api as tokens
from keypost.extensions.manifest import Minters
from keypost.extensions.views import ExtensionOut, ExtensionsOut
from keypost.limits import api as limits
from keypost.messages.judging import Draft
from keypost.people import api as persons
from keypost.web import api_docs
from keypost.web.openapi import Operations
from keypost.web.operation import Form, Group, Header, Media, Operation, Query
from keypost.webhooks import (
    association,
    bots,
    editing,
    incoming,
    late,
    ledger_api,
    naming,
    posting,
    subscribers,
    uploads,
)

CONTENT: Final = (
    *("text_length_exceeded", "secret_in_message", "mention_not_allowed", "team_mention_not_allowed"),
    *("server_busy", "server_stopping", "disk_full", "disk_failed"),
)
"""Of whatever comes into a chat."""
DELIVERY: Final = ("delivery_under_way", "delivery_differs")
CHAT: Final = ("chat_not_found",)
MESSAGE: Final = (*CHAT, "message_not_found")
THREAD: Final = (*CHAT, "thread_chatid_invalid")
TIES: Final = ("message_not_found", "thread_closed")
"""Of what answers a message, or is said in a thread."""
CHANNEL: Final = ("channel_not_found", "channel_access_denied")
BOT: Final = ("bot_not_found", "bot_not_channel_member", "bot_message_forbidden")
BOT_OF_APP: Final = ("bot_not_found", "bot_message_forbidden")
OF_APP: Final = ("invalid_appkey", "extension_disabled", "param_missing")
OF_BOT: Final = ("invalid_appkey", "extension_disabled")
FILES: Final = (*CONTENT, *DELIVERY, "files_too_many", "file_too_large")
ALL_FILES: Final = "At most 10 files, of 50 MiB each; one message for each. All of them are stored, or none."
BY_HANDLER: Final = (
    *(*DELIVERY, "execution_handler_not_found", "refused_by_extension"),
    *("server_busy", "server_stopping", "disk_full", "disk_failed"),
)
REACH: Final = ("botmessage_no_valid_users", "bot_unauthorized_message_access")
ADMIN: Final = ("admin_needed",)
EXTENSION: Final = (*ADMIN, "extension_not_found")
OPERATOR: Final = (*EXTENSION, "only_from_this_machine")
LIFE: Final = ("installation_refused", "setting_invalid")
"""Of what an extension itself may say when it is brought in, or set up."""

NAMES: Final = tuple(
    Header(
        name,
        "The sender's name for this delivery, for seven days: a repeat under the same name is stored once, and is "
        "answered as the first was. Printable ASCII. "
        + ("" if place == 0 else f"Where there is no `{naming.HEADERS[place - 1]}`."),
        naming.KEY_MAX,
    )
    for place, name in enumerate(naming.HEADERS)
)
EXAMPLE: Final = {"text": "*Build 4711* passed in 3 minutes"}

YES_OR_NO: Final = Literal["true", "false"]
POSTED: Final[Mapping[int, type | None]] = {204: None, 200: posting.PostedOut}
POSTED_BY_BOT: Final[Mapping[int, type | None]] = {204: None, 200: bots.BotPostedOut}
APPKEY: Final = Query("appkey", "The app's key; `extension_key` is the same", required=True)
BOT_APPKEY: Final = Query("appkey", "The app's key, for a bot of an extension; `extension_key` is the same")
APPKEY_OF_BOT: Final = Query("appkey", "The app's key, which can stand beside an extension's bot; or `extension_key`")
AS_BOT: Final = Query(
    "bot_unique_name",
    "Post as this bot, which must take part in the channel; an extension's wants that extension's token",
)
MARK_AS_READ: Final = Query("mark_as_read", "Keypost keeps no marks of what was read: it changes nothing", YES_OR_NO)
EMOJI_CODE: Final = Query("emoji_code", "As `emoji_code` in the body")
READERS: Final = Query("user_ids", "As `user_ids` in the body")

OPERATIONS: Final[Operations] = {
    posting.TO_CHANNEL_NAMED: Operation(
        group=Group.POSTING,
        summary="Posts a message to a channel, by its unique name.",
        text="204, or 200 with the message's id if `sync_message` is true and no bot posts it.",
        takes=Draft,
        example=EXAMPLE,
        query=(AS_BOT, APPKEY_OF_BOT, MARK_AS_READ),
        gives=POSTED,
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *CHANNEL, *BOT, *OF_BOT),
    ),
    posting.TO_CHANNEL: Operation(
        group=Group.POSTING,
        summary="Posts a message to a channel, by its id.",
        text="204, or 200 with the message's id if `sync_message` is true and no bot posts it.",
        takes=Draft,
        example=EXAMPLE,
        query=(AS_BOT, APPKEY_OF_BOT, MARK_AS_READ),
        gives=POSTED,
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *CHANNEL, *BOT, *OF_BOT),
    ),
    posting.CARD_TO_CHANNEL: Operation(
        group=Group.POSTING,
        summary="Posts a message to a channel, by its unique name, and answers with the message.",
        takes=Draft,
        example=EXAMPLE,
        query=(AS_BOT, APPKEY_OF_BOT, MARK_AS_READ),
        gives={200: posting.ShownOut},
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *CHANNEL, *BOT, *OF_BOT),
    ),
    posting.TO_CHAT: Operation(
        group=Group.POSTING,
        summary="Posts a message to a chat of any kind, in the name of the credential's owner.",
        text="In a thread also as a bot. A person's id in the place of the chat's writes to that person. 204, or 200 "
        "with the message's id if `sync_message` is true and no bot posts it.",
        takes=Draft,
        example=EXAMPLE,
        query=(AS_BOT, APPKEY_OF_BOT, MARK_AS_READ),
        gives=POSTED,
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *CHAT, *BOT, *OF_BOT, "person_not_found"),
    ),
    posting.LONG_TO_CHAT: Operation(
        group=Group.POSTING,
        summary="Posts a message to a chat of any kind, with room for a long text.",
        text="As the older address does, but its text may have 10,000 characters, if the operator did not say "
        "otherwise. 204, or 200 with the message's id if `sync_message` is true.",
        takes=Draft,
        example=EXAMPLE,
        query=(AS_BOT, APPKEY_OF_BOT, MARK_AS_READ),
        gives=POSTED,
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *CHAT, *BOT, *OF_BOT, "person_not_found"),
    ),
    posting.TO_PERSON: Operation(
        group=Group.POSTING,
        summary="Posts a message to a person, in the direct chat with them, which is made when it is first needed.",
        text="204, or 200 with the message's id if `sync_message` is true.",
        takes=Draft,
        example=EXAMPLE,
        query=(AS_BOT, APPKEY_OF_BOT, MARK_AS_READ),
        gives=POSTED,
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *BOT, *OF_BOT, "person_not_found"),
    ),
    bots.POST: Operation(
        group=Group.POSTING,
        summary="Lets a bot write to people, to each in their own chat with it.",
        text="All of them get the message, or nobody does.",
        takes=bots.BotDraft,
        example=EXAMPLE,
        query=(BOT_APPKEY, READERS),
        gives=POSTED_BY_BOT,
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *BOT, *OF_APP, *REACH),
    ),
    bots.NEWER_POST: Operation(
        group=Group.POSTING,
        summary="Lets a bot write to people, or to a channel.",
        text="As the older address, but a card, slides or buttons may come without text.",
        takes=bots.BotDraft,
        example=EXAMPLE,
        query=(BOT_APPKEY, READERS, Query("CHANNEL_UNIQUE_NAME", "Write to this channel instead")),
        gives=POSTED_BY_BOT,
        headers=NAMES,
        refuses=(*CONTENT, *DELIVERY, *TIES, *THREAD, *BOT, *CHANNEL, *OF_APP, *REACH),
    ),
    uploads.TO_CHANNEL_NAMED: Operation(
        group=Group.POSTING,
        summary="Sends files to a channel, by its unique name.",
        text=ALL_FILES,
        takes=Form(FilesForm),
        query=(AS_BOT, APPKEY_OF_BOT),
        gives={204: None},
        headers=NAMES,
        refuses=(*FILES, *CHANNEL, *BOT, *OF_BOT),
    ),
    uploads.TO_CHANNEL: Operation(
        group=Group.POSTING,
        summary="Sends files to a channel, by its id.",
        text=ALL_FILES,
        takes=Form(FilesForm),
        query=(AS_BOT, APPKEY_OF_BOT),
        gives={204: None},
        headers=NAMES,
        refuses=(*FILES, *CHANNEL, *BOT, *OF_BOT),
    ),
    uploads.TO_CHAT: Operation(
        group=Group.POSTING,
        summary="Sends files to a chat of any kind, in the name of the credential's owner.",
        text=ALL_FILES,
        takes=Form(FilesForm),
        gives={204: None},
        headers=NAMES,
        refuses=(*FILES, *CHAT, "thread_closed", "person_not_found"),
    ),
    uploads.TO_PERSON: Operation(
        group=Group.POSTING,
        summary="Sends files to a person, in the direct chat with them.",
        text=ALL_FILES,
        takes=Form(FilesForm),
        gives={204: None},
        headers=NAMES,
        refuses=(*FILES, "person_not_found"),
    ),
    uploads.by_bot: Operation(
        group=Group.POSTING,
        summary="Lets a bot send files to the person in `user_id`, or to whom its messages go that name nobody.",
        text=ALL_FILES,
        takes=Form(FilesForm),
        query=(BOT_APPKEY,),
        gives={204: None},
        headers=NAMES,
        refuses=(*FILES, *BOT, *OF_APP, *REACH),
    ),
    incoming.receive: Operation(
        group=Group.WEBHOOKS,
        summary="Hands what a third-party app sends to an extension's incoming handler.",
        text="The request is stored before it is answered: 200 with the handler's map if one came in time, else 204.",
        takes=Media.ANYTHING,
        query=(APPKEY,),
        gives={200: Media.JSON, 204: None},
        headers=NAMES,
        refuses=(*OF_APP, *BY_HANDLER, "application_not_found", "invalid_access"),
    ),
    incoming.receive_by_bot: Operation(
        group=Group.WEBHOOKS,
        summary="Hands what a third-party app sends to the incoming handler of an extension's bot.",
        text="As for an extension. What the handler says, the bot tells the owner of the credential.",
        takes=Media.ANYTHING,
        query=(APPKEY,),
        gives={200: Media.JSON, 204: None},
        headers=NAMES,
        refuses=(*OF_APP, *BOT_OF_APP, *BY_HANDLER),
    ),
    incoming.receive_by_bot_v3: Operation(
        group=Group.WEBHOOKS,
        summary="Hands fields to the incoming handler of an extension's bot, which tells people what comes of it.",
        text="At most 50 fields, each a text of at most 10,000 characters; and at most 50 parameters.",
        takes=Media.JSON,
        query=(APPKEY, Query("user_ids", "Whom the bot tells: ids or e-mail addresses with commas; else the caller")),
        gives={200: incoming.ReachedOut},
        headers=NAMES,
        refuses=(*OF_APP, *BOT_OF_APP, *BY_HANDLER, *REACH),
    ),
    association.associate: Operation(
        group=Group.POSTING,
        summary="Brings a bot into a channel in which the credential's owner takes part.",
        takes=association.AssociationIn,
        query=(BOT_APPKEY,),
        gives={204: None},
        refuses=(*OF_APP, *BOT_OF_APP, *CHANNEL, "bot_already_member", "bot_unauthorized_message_access"),
    ),
    subscribers.list_page: Operation(
        group=Group.READING,
        summary="Whom a bot reaches.",
        text="A token that an answer brings stays good whoever comes or leaves meanwhile.",
        query=(
            BOT_APPKEY,
            Query("limit", "How many, at most 100", int),
            Query("next_token", "The next page: what the last answer said"),
            Query("sync_token", "Nobody, unless something has changed since the answer that said this"),
        ),
        gives={200: subscribers.SubscribersOut},
        refuses=(*ADMIN, *OF_APP, *BOT_OF_APP, "invalid_inputs"),
    ),
    late.respond: Operation(
        group=Group.WEBHOOKS,
        summary="Takes an extension's late answer: the one that its call did not wait for.",
        takes=Media.JSON,
        gives={204: None},
        refuses=("response_not_expected",),
    ),
    editing.edit: Operation(
        group=Group.POSTING,
        summary="Gives a message of one's own another content, in its place; it says that it was edited.",
        text="A token's own is what this very token posted, as its owner or as a bot; a person's own is what stands "
        "under their name.",
        takes=editing.EditDraft,
        example=EXAMPLE,
        gives={204: None},
        refuses=(*CONTENT, *MESSAGE, "access_denied"),
    ),
    editing.delete: Operation(
        group=Group.POSTING,
        summary="Takes a message of one's own back. Twice is a success.",
        text="An admin takes back anybody's, with an API token that has the scope `admin`.",
        gives={204: None},
        refuses=(*MESSAGE, "access_denied"),
    ),
    threads.change: Operation(
        group=Group.POSTING,
        summary="Closes, reopens, follows or unfollows a thread. Twice is a success.",
        text="A closed thread takes no new message.",
        takes=threads.StateIn,
        gives={204: None},
        refuses=THREAD,
    ),
    threads.show: Operation(
        group=Group.READING,
        summary="A thread: where it hangs, what it is called, who follows it, whether it is open.",
        gives={200: threads.ThreadDetailsOut},
        refuses=THREAD,
    ),
    threads.show_root: Operation(
        group=Group.READING,
        summary="The message on which a thread was opened.",
        gives={200: OneOut},
        refuses=(*THREAD, "message_not_found"),
    ),
    chat.show_one: Operation(
        group=Group.READING,
        summary="One message of a chat.",
        gives={200: OneOut},
        refuses=MESSAGE,
    ),
    chat.list_messages: Operation(
        group=Group.READING,
        summary="The newest messages of a chat in a span of time, oldest first.",
        query=(
            Query("limit", "How many, at most 100", int),
            Query("fromtime", "Not before this moment: milliseconds since 1970", int),
            Query("totime", "Not after this moment: milliseconds since 1970", int),
        ),
        gives={200: MessagesOut},
        refuses=(*CHAT, "invalid_inputs"),
    ),
    reactions.show: Operation(
        group=Group.READING,
        summary="The reactions to a message, the earliest emoji first, each with who gave it.",
        gives={200: ReactionsOut},
        refuses=MESSAGE,
    ),
    reactions.add: Operation(
        group=Group.POSTING,
        summary="Adds your person's reaction to a message. Twice is a success.",
        text="`emoji_code` is an emoji or its code; it may also stand in the query.",
        takes=reactions.ReactionIn,
        gives={204: None},
        refuses=(*MESSAGE, "emoji_invalid", "reaction_limit_exceeded"),
    ),
    reactions.remove: Operation(
        group=Group.POSTING,
        summary="Takes your person's reaction to a message back. Twice is a success.",
        text="`emoji_code` stands in the body or in the query.",
        takes=reactions.ReactionIn,
        query=(EMOJI_CODE,),
        gives={204: None},
        refuses=(*MESSAGE, "emoji_invalid"),
    ),
    files.fetch: Operation(
        group=Group.READING,
        summary="A file that a message brings, for those who see the message.",
        text="The answer has an `ETag`, and `Range` asks for a part.",
        gives={200: Media.ANYTHING, 206: Media.ANYTHING, 304: None},
        refuses=("file_not_found",),
    ),
    tokens.list_tokens: Operation(
        group=Group.TOKENS,
        summary="Your tokens, newest first; for an admin, with `all=true`, everybody's.",
        query=(Query("all", "Everybody's", YES_OR_NO),),
        gives={200: tokens.TokensOut},
        refuses=(*ADMIN, "invalid_inputs"),
    ),
    tokens.show: Operation(
        group=Group.TOKENS,
        summary="A token of yours; for an admin, anybody's.",
        gives={200: tokens.TokenOut},
        refuses=("token_not_found",),
    ),
    tokens.revoke: Operation(
        group=Group.TOKENS,
        summary="Ends a token at once. Twice is a success.",
        gives={200: tokens.TokenOut},
        refuses=("token_not_found",),
    ),
    tokens.set_budget: Operation(
        group=Group.TOKENS,
        summary="Says how many posts a minute a token may make: null as the organisation says, 0 without a bound.",
        text="It holds from the next post on.",
        takes=limits.BudgetIn,
        gives={200: tokens.TokenOut},
        refuses=(*ADMIN, "token_not_found", "token_over"),
    ),
    limits.show: Operation(
        group=Group.TOKENS,
        summary="How fast the organisation's tools may post.",
        gives={200: limits.LimitsOut},
        refuses=ADMIN,
    ),
    limits.set_posts_per_minute: Operation(
        group=Group.TOKENS,
        summary="The same for each token that has no budget of its own: null as the server says.",
        text="It holds from the next post on.",
        takes=limits.BudgetIn,
        gives={200: limits.LimitsOut},
        refuses=ADMIN,
    ),
    persons.show_me: Operation(
        group=Group.PEOPLE,
        summary="Whose API token this is, and what it may be used for.",
        gives={200: persons.MeOut},
    ),
    persons.list_persons: Operation(
        group=Group.PEOPLE,
        summary="Everybody of the organisation, also those who have left.",
        gives={200: persons.PersonsOut},
        refuses=ADMIN,
    ),
    persons.add: Operation(
        group=Group.PEOPLE,
        summary="Adds a person.",
        takes=persons.PersonIn,
        gives={200: persons.PersonOut},
        refuses=(*ADMIN, "person_already_exists"),
    ),
    persons.show: Operation(
        group=Group.PEOPLE,
        summary="A person.",
        gives={200: persons.PersonOut},
        refuses=(*ADMIN, "person_not_found"),
    ),
    persons.deactivate: Operation(
        group=Group.PEOPLE,
        summary="Ends every way in that a person has, at once: sessions, API tokens, tokens.",
        gives={200: persons.PersonOut},
        refuses=(*ADMIN, "person_not_found", "last_admin"),
    ),
    persons.make_sign_in_link: Operation(
        group=Group.PEOPLE,
        summary="Makes an address that signs a person in, once, within twelve hours.",
        gives={200: persons.LinkOut},
        refuses=(*ADMIN, "person_not_found", "person_deactivated"),
    ),
    channels.list_channels: Operation(
        group=Group.CHANNELS,
        summary="The channels that you take part in; for an admin, all.",
        gives={200: channels.ChannelsOut},
    ),
    channels.create: Operation(
        group=Group.CHANNELS,
        summary="Makes a channel.",
        takes=channels.ChannelIn,
        gives={200: channels.ChannelOut},
        refuses=(
            *ADMIN,
            "channel_name_invalid",
            "channel_already_exists",
            "person_not_found",
            "person_deactivated",
        ),
    ),
    channels.show: Operation(
        group=Group.CHANNELS,
        summary="A channel, with who takes part in it.",
        gives={200: channels.ChannelOut},
        refuses=CHANNEL,
    ),
    channels.rename: Operation(
        group=Group.CHANNELS,
        summary="Gives a channel another unique name. Posts to the older one find nothing from then on; ids stay.",
        takes=channels.NameIn,
        gives={200: channels.ChannelOut},
        refuses=(*ADMIN, *CHANNEL, "channel_name_invalid", "channel_already_exists"),
    ),
    channels.add_member: Operation(
        group=Group.CHANNELS,
        summary="Lets a person take part in a channel. Twice is a success.",
        takes=channels.MemberIn,
        gives={200: channels.ChannelOut},
        refuses=(*ADMIN, *CHANNEL, "person_not_found", "person_deactivated"),
    ),
    channels.remove_member: Operation(
        group=Group.CHANNELS,
        summary="Takes a person out of a channel: open pages lose it at once. Twice is a success.",
        gives={200: channels.ChannelOut},
        refuses=(*ADMIN, *CHANNEL, "person_not_found"),
    ),
    extensions.list_extensions: Operation(
        group=Group.EXTENSIONS,
        summary="The organisation's extensions.",
        gives={200: ExtensionsOut},
        refuses=ADMIN,
    ),
    extensions.show: Operation(
        group=Group.EXTENSIONS,
        summary="An extension: its addresses, its settings without secrets, who may mint tokens for it.",
        gives={200: ExtensionOut},
        refuses=EXTENSION,
    ),
    extensions.put: Operation(
        group=Group.EXTENSIONS,
        summary="Installs an extension, or brings one that is there up to what it says now. Twice is a success.",
        text="A folder as source wants the scope `operator`, and a request from the server's own machine.",
        takes=extensions.ExtensionIn,
        gives={200: ExtensionOut},
        refuses=(
            *ADMIN,
            *LIFE,
            "only_from_this_machine",
            "source_invalid",
            "manifest_invalid",
            "manifest_missing",
            "bot_name_already_exists",
        ),
    ),
    extensions.remove: Operation(
        group=Group.EXTENSIONS,
        summary="Uninstalls an extension: its tokens end at once, and it is told of each.",
        gives={200: ExtensionOut},
        refuses=EXTENSION,
    ),
    extensions.set_up: Operation(
        group=Group.EXTENSIONS,
        summary="Sets what an extension needs to know. What is not named stays as it is; null takes a value away.",
        takes=extensions.SettingsIn,
        gives={200: ExtensionOut},
        refuses=(*EXTENSION, *LIFE),
    ),
    extensions.allow: Operation(
        group=Group.EXTENSIONS,
        summary="Says who may mint tokens for an extension, within what its manifest allows.",
        takes=Minters,
        gives={200: ExtensionOut},
        refuses=(*EXTENSION, "team_not_found"),
    ),
    extensions.allow_as_declared: Operation(
        group=Group.EXTENSIONS,
        summary="Lets the manifest alone say again who may mint tokens.",
        gives={200: ExtensionOut},
        refuses=EXTENSION,
    ),
    extensions.attach: Operation(
        group=Group.EXTENSIONS,
        summary="Sends an extension's calls to a program that its author runs on the server's machine.",
        text="Until it is detached, or the server ends. Wants the scope `operator`.",
        takes=extensions.AttachmentIn,
        gives={200: extensions.AttachmentOut},
        refuses=OPERATOR,
    ),
    extensions.detach: Operation(
        group=Group.EXTENSIONS,
        summary="Gives the calls back to the server's own child.",
        gives={200: ExtensionOut},
        refuses=OPERATOR,
    ),
    extensions.show_log: Operation(
        group=Group.EXTENSIONS,
        summary="The last lines of an extension's log.",
        query=(
            Query("lines", "How many; 100 if it is missing", int),
            Query("follow", "Stay open, and send what comes", YES_OR_NO),
        ),
        gives={200: Media.TEXT},
        refuses=(*EXTENSION, "log_not_found", "invalid_inputs"),
    ),
    ledger_api.list_requests: Operation(
        group=Group.EXTENSIONS,
        summary="What third-party apps sent to an extension and what became of it, newest first.",
        query=(Query("limit", "How many, at most 100", int),),
        gives={200: ledger_api.RequestsOut},
        refuses=(*EXTENSION, "invalid_inputs"),
    ),
    api_docs.serve: Operation(
        group=Group.DOCUMENTS,
        summary="This document as OpenAPI 3.1.",
        gives={200: Media.JSON},
    ),
}
