"""What an extension says of itself, as types: what each field can be, and in its description what it is for.

`manifest_rules` holds what has to agree between fields, `manifest_file` reads `extension.toml`.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from keypost.caller import Scope
from keypost.settings import POSTS_PER_MINUTE_MAX
from keypost_sdk.content import EMAIL, FUNCTION_NAME_MAX, OWNER_MAX

COMMANDS_MAX: Final = 4
FUNCTIONS_MAX: Final = 20
SETTINGS_MAX: Final = 20
OPTIONS_MAX: Final = 60
TEAMS_MAX: Final = 20
TITLE_MAX: Final = 100
DESCRIPTION_MAX: Final = 300
COMMAND_NAME: Final = r"^[a-z][a-z0-9]{0,19}\Z"
EXTENSION_NAME: Final = r"^[a-z]{2,30}\Z"
SETTING_NAME: Final = r"^[a-z][a-z0-9_]{0,29}\Z"
OPTION_VALUE: Final = r"^[a-z0-9_]{1,40}\Z"
VERSION: Final = r"^[0-9]{1,5}(\.[0-9]{1,5}){0,2}\Z"
ONE_LINE: Final = r"^(?=.*\S)[^\x00-\x1f\x7f]*\Z"

_Line = Annotated[
    str, Meta(min_length=1, max_length=TITLE_MAX, pattern=ONE_LINE, extra={"form": "one line with something to read"})
]
_Text = Annotated[str, Meta(max_length=DESCRIPTION_MAX)]
_SettingName = Annotated[
    str,
    Meta(pattern=SETTING_NAME, extra={"form": "a letter a to z, then up to 29 letters, digits and underscores"}),
]


class Developer(Struct, frozen=True, forbid_unknown_fields=True):
    """Who made the extension: every dialog shows it."""

    name: Annotated[_Line, Meta(description="a person or a team")]
    email: Annotated[
        str,
        Meta(max_length=OWNER_MAX, pattern=EMAIL, description="a button's `data.owner` is compared with this address"),
    ]


class Command(Struct, frozen=True, forbid_unknown_fields=True):
    """What people type: `/name`. The code has a handler of that name."""

    name: Annotated[
        str,
        Meta(
            pattern=COMMAND_NAME,
            description="a letter `a` to `z`, then up to 19 letters and digits",
            extra={"form": "a letter a to z, then up to 19 letters and digits, in lower case"},
        ),
    ]
    hint: Annotated[str, Meta(max_length=100, description="shown while somebody types")] = ""


class Function(Struct, frozen=True, forbid_unknown_fields=True):
    """What buttons call. The code has a handler of that name."""

    name: Annotated[str, Meta(min_length=1, max_length=FUNCTION_NAME_MAX, description="a button's `data.name`")]


class Incoming(Struct, frozen=True, forbid_unknown_fields=True):
    """Present where the extension, or its bot, takes what third-party apps post to its address."""

    description: Annotated[_Text, Meta(description="what comes in")] = ""


class Bot(Struct, frozen=True, forbid_unknown_fields=True):
    """What the extension's bot can do. Every extension has one, which has its name."""

    incoming: Annotated[
        Incoming | None, Meta(description="there if the code has a handler for what comes to the bot's own address")
    ] = None


class Permission(StrEnum):
    """Personal data that a call can carry, once a person has agreed; who it was is always told in `access`."""

    USER = "user"
    CHAT = "chat"
    MESSAGE = "message"


class LifeHandler(StrEnum):
    """A handler for the life of the extension itself and of its tokens, by its name on the wire."""

    VALIDATOR = "installation_validator"
    INSTALLED = "installation_handler"
    UNINSTALLED = "uninstallation_handler"
    TOKEN_ENDED = "token_ended_handler"


class Setting(Struct, frozen=True, forbid_unknown_fields=True):
    """What an admin sets for the extension as a whole; it reaches the extension when it starts."""

    name: Annotated[_SettingName, Meta(description="a letter `a` to `z`, then up to 29 letters, digits and `_`")]
    title: Annotated[_Line, Meta(description="what the admin reads")]
    description: Annotated[_Text, Meta(description="what to put there, and where to find it")] = ""
    type: Annotated[
        Literal["text", "secret", "address", "switch"],
        Meta(description="a `secret` is never shown again; an `address` begins with http:// or https://"),
    ] = "text"
    required: Annotated[bool, Meta(description="whether the extension can do nothing without it")] = False


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One of those that the owner of a token can choose from."""

    value: Annotated[
        str,
        Meta(
            pattern=OPTION_VALUE,
            description="what the code reads: 1 to 40 letters `a` to `z`, digits and `_`",
            extra={"form": "1 to 40 letters a to z, digits and underscores"},
        ),
    ]
    title: Annotated[_Line, Meta(description="what people read")]


class TokenSetting(Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner chooses for one token: in its dialog, and later on the page of tokens."""

    name: Annotated[_SettingName, Meta(description="a letter `a` to `z`, then up to 29 letters, digits and `_`")]
    title: Annotated[_Line, Meta(description="what the owner reads")]
    type: Annotated[
        Literal["switch", "choice", "choices"],
        Meta(description="a `switch` is on or off, a `choice` is one of the options, `choices` are any of them"),
    ]
    default: Annotated[
        bool | str | tuple[str, ...],
        Meta(description="true or false for a switch, an option's value for a choice, a list of them for choices"),
    ]
    options: Annotated[
        tuple[Option, ...], Meta(max_length=OPTIONS_MAX, description="of a choice or choices; a switch has none")
    ] = ()
    description: Annotated[_Text, Meta(description="more than the title says")] = ""


class Minters(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may mint tokens. The organisation can allow less than this, never more."""

    who: Annotated[
        Literal["everybody", "teams", "admins", "nobody"], Meta(description="`everybody` does not mean guests")
    ] = "everybody"
    teams: Annotated[
        tuple[_Line, ...], Meta(max_length=TEAMS_MAX, description='names of teams, for `who = "teams"` alone')
    ] = ()
    guests: Annotated[bool, Meta(description="guests too, if the organisation says so as well")] = False


class Verb(StrEnum):
    """What a token may do: post messages where its owner may, call this extension's incoming handlers, and call
    everybody in a chat with `{@all}` in what it posts and in what the extension answers.
    """

    POST = "post"
    INCOMING = "incoming"
    MENTION_ALL = "mention.all"


USUAL_VERBS: Final = frozenset({Verb.POST, Verb.INCOMING})


class TokenRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What the tokens minted for this extension are like."""

    verbs: Annotated[frozenset[Verb], Meta(description="what it may do; `post` and `incoming` if nothing is said")] = (
        USUAL_VERBS
    )
    budget: Annotated[
        Annotated[int, Meta(ge=1, le=POSTS_PER_MINUTE_MAX)] | None,
        Meta(description="posts a minute, a third of them at once; as the organisation says if it is missing"),
    ] = None
    minters: Annotated[Minters, Meta(description="who may mint one")] = Minters()
    settings: Annotated[
        tuple[TokenSetting, ...], Meta(max_length=SETTINGS_MAX, description="what the owner of a token chooses")
    ] = ()

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(Scope(verb) for verb in self.verbs)


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """`extension.toml`. A field that is not named here is refused."""

    name: Annotated[
        str,
        Meta(
            pattern=EXTENSION_NAME,
            description="2 to 30 letters `a` to `z`, unique in the organisation; its bot has this name too",
            extra={"form": "2 to 30 letters a to z"},
        ),
    ]
    title: Annotated[_Line, Meta(description="the name that people see")]
    developer: Annotated[Developer, Meta(description="who made it")]
    version: Annotated[
        str,
        Meta(
            pattern=VERSION,
            description="one to three numbers with dots; a larger one is an upgrade",
            extra={"form": "one to three numbers with dots between them, such as 1.5"},
        ),
    ] = "1.0"
    description: Annotated[_Text, Meta(description="what it does, in a sentence or two")] = ""
    permissions: Annotated[
        frozenset[Permission], Meta(description="the personal data that its calls carry, once a person has agreed")
    ] = frozenset()
    handlers: Annotated[
        frozenset[LifeHandler], Meta(description="which handlers of its life the code has; no others are called")
    ] = frozenset()
    commands: Annotated[tuple[Command, ...], Meta(max_length=COMMANDS_MAX, description="what people can type")] = ()
    functions: Annotated[
        tuple[Function, ...], Meta(max_length=FUNCTIONS_MAX, description="what its buttons can call")
    ] = ()
    incoming: Annotated[Incoming | None, Meta(description="there if the code has an incoming handler")] = None
    bot: Annotated[Bot, Meta(description="what its bot can do")] = Bot()
    settings: Annotated[
        tuple[Setting, ...], Meta(max_length=SETTINGS_MAX, description="what an admin sets for it")
    ] = ()
    token: Annotated[TokenRequest, Meta(description="what its tokens may do, and who may mint them")] = TokenRequest()

    @property
    def takes_requests(self) -> bool:
        """Of third-party apps, at its own address or at its bot's."""
        return self.incoming is not None or self.bot.incoming is not None

    def has_function(self, name: str) -> bool:
        return any(function.name == name for function in self.functions)
