"""Who may use which bot. A bot of the organisation itself is everybody's; an extension's bot is its extension's."""

from starlette.requests import Request

from keypost.caller import Caller, Means
from keypost.chat.directory import Chats
from keypost.chat.judging import its_extension_alone
from keypost.chat.model import Bot
from keypost.errors import NotFound
from keypost.extensions.directory import Apps
from keypost.extensions.model import App
from keypost.messages.wording import quoted
from keypost.people.directory import People
from keypost.web.parts import part
from keypost.webhooks.apps import appkey_of, present, require_key, require_served
from keypost.webhooks.readers import app_of


def find(request: Request, caller: Caller) -> Bot:
    """The bot in the address."""
    name = request.path_params["name"]
    bot = part(request, Chats).find_bot_named(caller.org_id, name)
    if bot is None:
        raise NotFound("bot_not_found", f"There is no bot {quoted(name)}.")
    return bot


def usable(request: Request, caller: Caller) -> Bot:
    """The bot in the address, if the caller may let it speak."""
    bot = find(request, caller)
    app_for(request, caller, bot)
    return bot


def app_for(request: Request, caller: Caller, bot: Bot, *, persons_too: bool = False) -> App | None:
    """The bot's app, if the caller may use it; None for a bot without one, which everybody may use.

    An extension's bot wants the app's key, and a token that was minted for the app; with `persons_too` the API token of
    somebody whom the app serves is as good.
    """
    if bot.app_id is None:
        return None
    given, apps = present(appkey_of(request)), part(request, Apps)
    app = app_of(apps, bot)
    is_person = persons_too and caller.means is Means.API_TOKEN
    if app is None or not (is_person or caller.app_id == app.id):
        raise its_extension_alone(bot)
    require_key(app, given)
    require_served(apps, part(request, People), caller, app)
    return app
