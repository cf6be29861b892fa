"""What the types of content share: how they are put on the wire, and the forms of addresses in them."""

from typing import Final

from msgspec import Struct

ADDRESS_MAX: Final = 2_000

EMAIL: Final = r"^[^@\s]+@[^@\s]+\Z"
WEB_ADDRESS: Final = r"^(?i:https?://|tel:|sms:|sips?:)[^\s\x00-\x1f\x7f]+\Z"
HTTP_ADDRESS: Final = r"^(?i:https?://)[^\s\x00-\x1f\x7f]+\Z"
IMAGE_ADDRESS: Final = r"^(?i:https?://|(?!//)(?![a-z][a-z0-9+.-]*:))[^\s\x00-\x1f\x7f]+\Z"
"""Or a path, from the root of its host or from wherever its sender is."""

Scalar = str | int | float | bool | None


class Form(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields left at their default do not appear on the wire."""
