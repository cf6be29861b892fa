"""Every address of the server, each with who may call it and with what. Read from here down."""

from typing import Final

from keypost.chat import api as chat
from keypost.extensions import chat_page, composer, late
from keypost.extensions import pages as buttons
from keypost.live import api as live
from keypost.people import pages as people
from keypost.people.access import API_TOKEN, SESSION
from keypost.tokens import pages as tokens
from keypost.tokens.access import TOKEN_OF_APP, TOKEN_THAT_POSTS
from keypost.web import assets
from keypost.web.routing import Route, public, public_page
from keypost.webhooks import incoming, posting

GET: Final = ("GET",)
POST: Final = ("POST",)
ANY: Final = ("GET", "POST", "PUT", "DELETE")

ONE_TIME_LINK: Final = public_page("the address holds a sign-in link's secret, which works once")
ONE_TIME_ANSWER: Final = public("the address holds a nonce that only the called extension knows, and works once")
NOTHING_TO_SEE: Final = public_page("it shows nothing of anybody")


ROUTES: Final = (
    # Tools post with a token.
    Route(POST, "/api/v2/channelsbyname/{name}/message", posting.to_channel, TOKEN_THAT_POSTS, with_company=True),
    Route(POST, "/api/v2/chats/{chat}/message", posting.to_chat, TOKEN_THAT_POSTS, with_company=True),
    Route(ANY, "/api/v2/applications/{app}/incoming", incoming.receive, TOKEN_OF_APP, with_company=True),
    # Tools read with a person's API token.
    Route(GET, "/api/v2/chats/{chat}/messages", chat.list_messages, API_TOKEN, with_company=True),
    # Extensions answer late.
    Route(POST, "/v2/extensions/{app}/responses/{nonce}", late.respond, ONE_TIME_ANSWER),
    # People sign in,
    Route(GET, "/sign-in/{secret}", people.show_sign_in, ONE_TIME_LINK),
    Route(POST, "/sign-in/{secret}", people.sign_in, ONE_TIME_LINK),
    Route(POST, "/sign-out", people.sign_out, SESSION),
    Route(GET, "/signed-out", people.signed_out, NOTHING_TO_SEE),
    # read and write,
    Route(GET, "/", chat_page.open_first, SESSION),
    Route(GET, "/chats/{chat}", chat_page.show, SESSION),
    Route(POST, "/chats/{chat}/say", composer.say, SESSION),
    Route(GET, "/live", live.watch, SESSION),
    # press buttons and answer dialogs,
    Route(POST, "/chats/{chat}/messages/{message}/press", buttons.press, SESSION),
    Route(POST, "/dialogs/accept", buttons.accept, SESSION),
    Route(POST, "/dialogs/reveal", buttons.reveal, SESSION),
    # and look after their tokens.
    Route(GET, "/tokens", tokens.show, SESSION),
    Route(POST, "/tokens/{token}/revoke", tokens.revoke, SESSION),
    Route(GET, "/static/{file:path}", assets.serve, NOTHING_TO_SEE),
)
