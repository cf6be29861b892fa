"""What the owner of a token chooses for it, by what its extension declares. Pure.

A setting that is left at its default is not kept: should the extension change the default, the token goes along.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from keypost.errors import Invalid
from keypost.extensions.manifest import TokenSetting
from keypost.messages.wording import kind_of, quoted, step

Choice = bool | str | list[str]


OPEN_MAX: Final = 6
"""Options that a form shows at once; more of them wait behind their title."""


class Field(Struct, frozen=True):
    """A setting as a form shows it. `options` are value, title and whether it is chosen; a switch has none, but is
    `on` or off.
    """

    declared: TokenSetting
    on: bool
    options: tuple[tuple[str, str, bool], ...]

    @property
    def is_long(self) -> bool:
        return len(self.options) > OPEN_MAX


def judge(declared: Sequence[TokenSetting], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be kept of a choice. A setting that is not named is left at its default.

    `invalid_inputs` names the setting, e.g. `settings.events`.
    """
    known = {setting.name for setting in declared}
    for name in chosen:
        if name not in known:
            raise Invalid("invalid_inputs", f"{step('settings', name)} is no setting of a token for this extension")
    judged = {setting.name: _judged(setting, chosen[setting.name]) for setting in declared if setting.name in chosen}
    return {setting.name: judged[setting.name] for setting in declared if _is_changed(setting, judged)}


def filled(declared: Sequence[TokenSetting], settings: Mapping[str, Any]) -> dict[str, Choice]:
    """Every declared setting with what was chosen, or its default. What no longer fits the declaration, because the
    extension changed it since, counts as not chosen.
    """
    return {setting.name: _still(setting, settings.get(setting.name)) for setting in declared}


def fields(declared: Sequence[TokenSetting], settings: Mapping[str, Any]) -> list[Field]:
    now = filled(declared, settings)
    return [_field(setting, now[setting.name]) for setting in declared]


def default_of(setting: TokenSetting) -> Choice:
    default = setting.default
    return _in_order(setting, default) if isinstance(default, tuple) else default


def _field(setting: TokenSetting, value: Choice) -> Field:
    chosen = value if isinstance(value, list) else [value]
    options = tuple((option.value, option.title, option.value in chosen) for option in setting.options)
    return Field(setting, value is True, options)


def _is_changed(setting: TokenSetting, judged: Mapping[str, Choice]) -> bool:
    return setting.name in judged and judged[setting.name] != default_of(setting)


def _judged(setting: TokenSetting, value: Any) -> Choice:
    where = step("settings", setting.name)
    match setting.type, value:
        case "switch", bool():
            return value
        case "choice", str():
            return _option(setting, value, where)
        case "choices", list():
            return _in_order(setting, [_option(setting, item, where) for item in value])
        case _:
            wanted = {"switch": "true or false", "choice": "one of its options", "choices": "a list of its options"}
            raise Invalid("invalid_inputs", f"{where} is {kind_of(value)}; it must be {wanted[setting.type]}")


def _option(setting: TokenSetting, value: Any, where: str) -> str:
    for option in setting.options:
        if option.value == value:
            return option.value
    shown = quoted(value) if isinstance(value, str) else kind_of(value)
    raise Invalid("invalid_inputs", f"{where} has {shown}, which is not one of its options")


def _in_order(setting: TokenSetting, values: Sequence[str]) -> list[str]:
    return [option.value for option in setting.options if option.value in values]


def _still(setting: TokenSetting, value: Any) -> Choice:
    if setting.type == "choices" and isinstance(value, list):
        return _in_order(setting, value)
    try:
        return _judged(setting, value)
    except Invalid:
        return default_of(setting)
