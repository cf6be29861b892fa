"""Every address of the server, each with who may call it and with what. Read from here down."""

from typing import Final

from keypost.chat import api as chat
from keypost.chat import channel_api as channels
from keypost.chat import file_api as files
from keypost.chat import reaction_api as reactions
from keypost.chat import thread_api as threads
from keypost.chat import vote_page
from keypost.extensions import api as extensions
from keypost.extensions import chat_page, composer, pressing, rewording, sending_files, token_page
from keypost.extensions import token_api as tokens
from keypost.gallery import page as gallery
from keypost.limits import api as limits
from keypost.live import api as live
from keypost.people import api as persons
from keypost.people import signing_in
from keypost.people.access import API_TOKEN, SESSION
from keypost.tokens.access import TOKEN_FOR_BOT, TOKEN_OF_APP, TOKEN_THAT_POSTS
from keypost.web import api_docs, assets
from keypost.web.family import Family
from keypost.web.routing import Route, public, public_page, wire
from keypost.webhooks import association, bots, editing, incoming, late, ledger_api, posting, subscribers, uploads

GET: Final = ("GET",)
POST: Final = ("POST",)
PUT: Final = ("PUT",)
DELETE: Final = ("DELETE",)
ANY_MEDIA: Final = "*/*"
TEXT: Final = "text/plain"
ANY: Final = ("GET", "POST", "PUT", "DELETE")

ONE_TIME_LINK: Final = public_page("the address holds a sign-in link's secret, which works once")
ONE_TIME_ANSWER: Final = public("the address holds a nonce that only the called extension knows, and works once")
NOTHING_TO_SEE: Final = public_page("it shows nothing of anybody")
NOTHING_SECRET: Final = public("it shows nothing of anybody")


ROUTES: Final = (
    # Tools post with a token, a person's API token or an extension's.
    wire(
        POST, "/api/v2/channelsbyname/{name}/message", posting.TO_CHANNEL_NAMED, TOKEN_THAT_POSTS, Family.CHANNEL_POST
    ),
    wire(
        POST, "/api/v3/channelsbyname/{name}/messages", posting.TO_CHANNEL_NAMED, TOKEN_THAT_POSTS, Family.CHANNEL_POST
    ),
    wire(POST, "/api/v2/channels/{channel}/message", posting.TO_CHANNEL, TOKEN_THAT_POSTS, Family.CHANNEL_POST),
    wire(POST, "/api/v3/channels/{channel}/messages", posting.TO_CHANNEL, TOKEN_THAT_POSTS, Family.CHANNEL_POST),
    wire(POST, "/api/v3/channels/{name}/message", posting.CARD_TO_CHANNEL, TOKEN_THAT_POSTS, Family.CHANNEL_POST),
    wire(POST, "/api/v2/chats/{chat}/message", posting.TO_CHAT, TOKEN_THAT_POSTS, Family.CHAT_POST),
    wire(POST, "/api/v3/chats/{chat}/messages", posting.LONG_TO_CHAT, TOKEN_THAT_POSTS, Family.CHAT_POST),
    wire(POST, "/api/v2/buddies/{person}/message", posting.TO_PERSON, TOKEN_THAT_POSTS, Family.PERSON_POST),
    wire(POST, "/api/v3/buddies/{person}/messages", posting.TO_PERSON, TOKEN_THAT_POSTS, Family.PERSON_POST),
    wire(POST, "/api/v2/bots/{name}/message", bots.POST, TOKEN_THAT_POSTS, Family.BOT_POST),
    wire(POST, "/api/v3/bots/{name}/messages", bots.NEWER_POST, TOKEN_THAT_POSTS, Family.BOT_POST),
    wire(POST, "/api/v2/channelsbyname/{name}/files", uploads.TO_CHANNEL_NAMED, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v2/channels/{channel}/files", uploads.TO_CHANNEL, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v2/chats/{chat}/files", uploads.TO_CHAT, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v2/buddies/{person}/files", uploads.TO_PERSON, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v2/bots/{name}/files", uploads.by_bot, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v3/channelsbyname/{name}/files", uploads.TO_CHANNEL_NAMED, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v3/channels/{channel}/files", uploads.TO_CHANNEL, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v3/chats/{chat}/files", uploads.TO_CHAT, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v3/buddies/{person}/files", uploads.TO_PERSON, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v3/bots/{name}/files", uploads.by_bot, TOKEN_THAT_POSTS, Family.FILE_POST),
    wire(POST, "/api/v2/bots/{name}/associate", association.associate, TOKEN_THAT_POSTS, Family.ASSOCIATE),
    wire(POST, "/api/v3/bots/{name}/associate", association.associate, TOKEN_THAT_POSTS, Family.ASSOCIATE),
    wire(GET, "/api/v2/bots/{name}/subscribers", subscribers.list_page, API_TOKEN, Family.SUBSCRIBERS_READ),
    wire(GET, "/api/v3/bots/{name}/subscribers", subscribers.list_page, API_TOKEN, Family.SUBSCRIBERS_READ),
    # Third-party apps send what happened to extensions and to their bots.
    wire(ANY, "/api/v2/applications/{app}/incoming", incoming.receive, TOKEN_OF_APP, Family.APP_INCOMING),
    wire(ANY, "/api/v2/bots/{name}/incoming", incoming.receive_by_bot, TOKEN_FOR_BOT, Family.BOT_INCOMING),
    wire(POST, "/api/v3/bots/{name}/incoming", incoming.receive_by_bot_v3, TOKEN_FOR_BOT, Family.BOT_INCOMING),
    # Tools change what they posted, and threads,
    wire(PUT, "/api/v2/chats/{chat}/messages/{message}", editing.edit, TOKEN_THAT_POSTS, Family.EDIT),
    wire(PUT, "/api/v3/chats/{chat}/messages/{message}", editing.edit, TOKEN_THAT_POSTS, Family.EDIT),
    wire(DELETE, "/api/v2/chats/{chat}/messages/{message}", editing.delete, TOKEN_THAT_POSTS, Family.DELETE),
    wire(DELETE, "/api/v3/chats/{chat}/messages/{message}", editing.delete, TOKEN_THAT_POSTS, Family.DELETE),
    wire(PUT, "/api/v2/threads/{thread}", threads.change, TOKEN_THAT_POSTS, Family.THREAD_STATE),
    wire(PUT, "/api/v3/threads/{thread}", threads.change, TOKEN_THAT_POSTS, Family.THREAD_STATE),
    # and read with a person's API token.
    wire(GET, "/api/v2/chats/{chat}/messages", chat.list_messages, API_TOKEN, Family.MESSAGES_READ),
    wire(GET, "/api/v3/chats/{chat}/messages", chat.list_messages, API_TOKEN, Family.MESSAGES_READ),
    wire(GET, "/api/v2/chats/{chat}/messages/{message}", chat.show_one, API_TOKEN, Family.MESSAGE_READ),
    wire(GET, "/api/v3/chats/{chat}/messages/{message}", chat.show_one, API_TOKEN, Family.MESSAGE_READ),
    wire(GET, "/api/v3/threads/{thread}", threads.show, API_TOKEN, Family.MESSAGE_READ),
    wire(GET, "/api/v2/threads/{thread}/message", threads.show_root, API_TOKEN, Family.MESSAGE_READ),
    wire(GET, "/api/v3/threads/{thread}/message", threads.show_root, API_TOKEN, Family.MESSAGE_READ),
    # They say what their person thinks of a message.
    wire(GET, "/api/v2/chats/{chat}/messages/{message}/reactions", reactions.show, API_TOKEN, Family.MESSAGE_READ),
    wire(GET, "/api/v3/chats/{chat}/messages/{message}/reactions", reactions.show, API_TOKEN, Family.MESSAGE_READ),
    wire(POST, "/api/v2/chats/{chat}/messages/{message}/reactions", reactions.add, API_TOKEN, Family.REACTION),
    wire(POST, "/api/v3/chats/{chat}/messages/{message}/reactions", reactions.add, API_TOKEN, Family.REACTION),
    wire(DELETE, "/api/v2/chats/{chat}/messages/{message}/reactions", reactions.remove, API_TOKEN, Family.REACTION),
    wire(DELETE, "/api/v3/chats/{chat}/messages/{message}/reactions", reactions.remove, API_TOKEN, Family.REACTION),
    wire(GET, "/api/v2/files/{file}", files.fetch, API_TOKEN, Family.FILE_READ, media=ANY_MEDIA),
    wire(GET, "/api/v2/attachments/{file}", files.fetch, API_TOKEN, Family.FILE_READ, media=ANY_MEDIA),
    # Programs of people look after tokens,
    Route(GET, "/api/v1/tokens", tokens.list_tokens, API_TOKEN),
    Route(GET, "/api/v1/tokens/{token}", tokens.show, API_TOKEN),
    Route(POST, "/api/v1/tokens/{token}/revoke", tokens.revoke, API_TOKEN),
    Route(PUT, "/api/v1/tokens/{token}/budget", tokens.set_budget, API_TOKEN),
    Route(GET, "/api/v1/limits", limits.show, API_TOKEN),
    Route(PUT, "/api/v1/limits", limits.set_posts_per_minute, API_TOKEN),
    # and after who there is and who takes part where.
    Route(GET, "/api/v1/me", persons.show_me, API_TOKEN),
    Route(GET, "/api/v1/persons", persons.list_persons, API_TOKEN),
    Route(POST, "/api/v1/persons", persons.add, API_TOKEN),
    Route(GET, "/api/v1/persons/{person}", persons.show, API_TOKEN),
    Route(POST, "/api/v1/persons/{person}/deactivate", persons.deactivate, API_TOKEN),
    Route(POST, "/api/v1/persons/{person}/sign-in-link", persons.make_sign_in_link, API_TOKEN),
    Route(GET, "/api/v1/channels", channels.list_channels, API_TOKEN),
    Route(POST, "/api/v1/channels", channels.create, API_TOKEN),
    Route(GET, "/api/v1/channels/{name}", channels.show, API_TOKEN),
    Route(PUT, "/api/v1/channels/{name}", channels.rename, API_TOKEN),
    Route(POST, "/api/v1/channels/{name}/members", channels.add_member, API_TOKEN),
    Route(DELETE, "/api/v1/channels/{name}/members/{person}", channels.remove_member, API_TOKEN),
    # Admins bring extensions in, set them up, and look what they do.
    Route(GET, "/api/v1/extensions", extensions.list_extensions, API_TOKEN),
    Route(GET, "/api/v1/extensions/{name}", extensions.show, API_TOKEN),
    Route(PUT, "/api/v1/extensions/{name}", extensions.put, API_TOKEN),
    Route(DELETE, "/api/v1/extensions/{name}", extensions.remove, API_TOKEN),
    Route(PUT, "/api/v1/extensions/{name}/settings", extensions.set_up, API_TOKEN),
    Route(PUT, "/api/v1/extensions/{name}/minters", extensions.allow, API_TOKEN),
    Route(DELETE, "/api/v1/extensions/{name}/minters", extensions.allow_as_declared, API_TOKEN),
    Route(POST, "/api/v1/extensions/{name}/attachment", extensions.attach, API_TOKEN),
    Route(DELETE, "/api/v1/extensions/{name}/attachment", extensions.detach, API_TOKEN),
    Route(GET, "/api/v1/extensions/{name}/log", extensions.show_log, API_TOKEN, media=TEXT),
    Route(GET, "/api/v1/extensions/{name}/requests", ledger_api.list_requests, API_TOKEN),
    # Whoever writes such programs reads what there is.
    Route(GET, "/api/docs", api_docs.show, NOTHING_TO_SEE),
    Route(GET, "/api/docs/openapi.json", api_docs.serve, NOTHING_SECRET),
    # Extensions answer late.
    Route(POST, "/v2/extensions/{app}/responses/{nonce}", late.respond, ONE_TIME_ANSWER, with_company=True),
    # People sign in,
    Route(GET, "/sign-in/{secret}", signing_in.show_sign_in, ONE_TIME_LINK),
    Route(POST, "/sign-in/{secret}", signing_in.sign_in, ONE_TIME_LINK),
    Route(POST, "/sign-out", signing_in.sign_out, SESSION),
    Route(GET, "/signed-out", signing_in.signed_out, NOTHING_TO_SEE),
    # read and write,
    Route(GET, "/", chat_page.open_first, SESSION),
    Route(GET, "/chats/{chat}", chat_page.show, SESSION),
    Route(GET, "/chats/{chat}/messages/{message}/earlier", chat_page.show_earlier, SESSION),
    Route(POST, "/chats/{chat}/say", composer.say, SESSION),
    Route(POST, "/chats/{chat}/files", sending_files.send, SESSION),
    Route(GET, "/files/{file}/{name}", files.fetch, SESSION),
    Route(GET, "/live", live.watch, SESSION),
    # say what they think of a message, and vote,
    Route(POST, "/chats/{chat}/messages/{message}/react", reactions.react, SESSION),
    Route(POST, "/chats/{chat}/messages/{message}/vote", vote_page.vote, SESSION),
    # change what they said, and threads,
    Route(GET, "/chats/{chat}/messages/{message}/text", rewording.show, SESSION),
    Route(POST, "/chats/{chat}/messages/{message}/text", rewording.reword, SESSION),
    Route(POST, "/chats/{chat}/messages/{message}/delete", editing.delete, SESSION),
    Route(POST, "/threads/{thread}", threads.change, SESSION),
    # press buttons and answer dialogs,
    Route(POST, "/chats/{chat}/messages/{message}/press", pressing.press, SESSION),
    Route(POST, "/dialogs/accept", pressing.accept, SESSION),
    Route(POST, "/dialogs/reveal", pressing.reveal, SESSION),
    # and look after their tokens.
    Route(GET, "/tokens", token_page.show, SESSION),
    Route(GET, "/tokens/all", token_page.show_all, SESSION),
    Route(POST, "/tokens/{token}/revoke", token_page.revoke, SESSION),
    Route(POST, "/tokens/{token}/settings", token_page.choose, SESSION),
    # In the demo everybody may look at what messages can be.
    Route(GET, "/gallery", gallery.show, NOTHING_TO_SEE),
    Route(GET, "/static/{file:path}", assets.serve, NOTHING_TO_SEE),
)
