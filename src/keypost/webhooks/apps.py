"""An app as a third party names it. Its key is public: a token that was minted for it has to stand beside it."""

import hmac

from starlette.requests import Request

from keypost.caller import Caller
from keypost.errors import Forbidden, Invalid, NotFound, Unauthenticated
from keypost.extensions.directory import Apps
from keypost.extensions.model import App
from keypost.ids import AppId
from keypost.people.directory import People


def appkey_of(request: Request) -> str | None:
    """The newer wire calls it `extension_key`."""
    return request.query_params.get("appkey", request.query_params.get("extension_key"))


def present(appkey: str | None) -> str:
    if appkey is None:
        raise Invalid("param_missing", "appkey is missing from the address")
    return appkey


def require_key(app: App, appkey: str) -> None:
    if not hmac.compare_digest(app.appkey.encode(), appkey.encode()):
        raise Unauthenticated("invalid_appkey", "The appkey is not that of this application.")


def require_served(apps: Apps, people: People, caller: Caller, app: App) -> None:
    if not apps.serves(app, people.get(caller.org_id, caller.person_id)):
        raise Forbidden("extension_disabled", f"{app.title} is not installed for the owner of this token.")


def require_bot_served(apps: Apps, people: People, caller: Caller, app_id: AppId, appkey: str | None) -> None:
    """The bot of the caller's own app speaks for whom the app serves; a key that is there must be right."""
    app = apps.find(caller.org_id, app_id)
    if app is None:
        raise NotFound("application_not_found", "There is no such application.")
    if appkey is not None:
        require_key(app, appkey)
    require_served(apps, people, caller, app)
