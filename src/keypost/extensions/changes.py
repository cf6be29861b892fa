"""What the life of an extension brings: being installed, upgraded, uninstalled; and the calls that tell it so."""

from typing import Literal

from msgspec import Struct

from keypost.extensions import params
from keypost.extensions.addresses import Addresses
from keypost.extensions.calls import Call
from keypost.extensions.manifest import LifeHandler
from keypost.extensions.model import Extension
from keypost.extensions.params import Body
from keypost.extensions.service import Known
from keypost.people.model import Person


class Change(Struct, frozen=True):
    """`existing_version` is that before an upgrade."""

    type: Literal["install", "upgrade", "uninstall"]
    current_version: str
    existing_version: str = ""


def find_change(known: Known, fresh: Extension) -> Change | None:
    """What it means to bring an extension to another manifest. None: with the same version it is the same extension."""
    current, existing = fresh.manifest.version, known.extension.manifest.version
    if not known.is_installed:
        return Change("install", current)
    return Change("upgrade", current, existing) if current != existing else None


def call(addresses: Addresses, admin: Person, handler: LifeHandler, change: Change) -> Call:
    """Who does it is always told: an admin who installs an extension deals with it in person."""
    existing = {"existing_version": change.existing_version} if change.existing_version else {}
    sent: Body = {
        "environment": params.environment(addresses, admin.org_id),
        "access": params.access(admin),
        "user": params.user(admin),
        "app_info": {"current_version": change.current_version, **existing, "type": change.type},
    }
    if handler is LifeHandler.INSTALLED:
        sent |= {"form": {}, "authtoken": ""}
    return Call("extension", handler.value, "", sent)
