"""What can be set, and what is fixed: the values are read from the code where they are used."""

import importlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from scripts.reference.text import MADE, code, table

from keypost.cli.connection import DEMO, DEMO_FOLDER, TOKEN, URL
from keypost.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from keypost.environment import VARIABLES
from keypost_sdk import __main__ as sdk_main

HEAD: Final = """# Settings

{made}
`keypost demo` takes most settings as flags: see [commands](cli.md). Some come from its environment; one that makes no
sense is refused at the start.

Ctrl-C or SIGTERM ends it: first the streams of open pages, then open answers (at most 3 seconds), then the extensions.
It ends with 1 if it cannot start, and 2 if what you asked for is wrong.

In its folder:

| file | what it is |
| --- | --- |
| `demo.json` | addresses, ids, sign-in links, a token and an API token, for scripts. Mode 0600 |
| `keypost.db`, `-wal`, `-shm` | the SQLite database. Mode 0600 |
| `keypost.mark` | how far the database had come, so that nothing is missing unseen. Mode 0600 |
| `master.key` | the master key. Mode 0600. Keep a copy somewhere else |
| `lock` | held by the server that owns this folder |
| `keypost.log` | the server's log, JSON lines. Mode 0600 |
| `logs/ORG/NAME.log` | what each extension wrote to stdout and stderr. Mode 0600 |

"""
COMMANDS: Final = (
    (URL, "the server's address, such as `http://127.0.0.1:5397`"),
    (TOKEN, "an API token (`kpa_`) of the person in whose name commands act"),
    (DEMO, f"instead of both, the folder of a demo on this machine; `{DEMO_FOLDER}` if nothing is set"),
)
EXTENSION: Final = (
    (sdk_main.PUBLIC_KEY, "the key that calls are checked with: bare base64 of a SubjectPublicKeyInfo. Needed"),
    (sdk_main.LISTEN_FD, "the number of an inherited listening socket. With it, the process ends when its stdin ends"),
    (sdk_main.SETTINGS, "what an admin set for the extension: a JSON object of texts, true and false"),
)
LIMITS: Final = (
    ("seconds for the head of a request", "web.gate", "HEAD_S"),
    ("bytes of a header", "web.gate", "HEAD_MAX"),
    ("fields of a header", "web.gate", "FIELDS_MAX"),
    ("bytes of an address with its query", "web.gate", "TARGET_MAX"),
    ("connections of one address at once", "web.gate", "CONNECTIONS_MAX"),
    ("bytes of a message's body", "web.body", "MESSAGE_MAX"),
    ("bytes for an incoming handler", "web.body", "RAW_MAX"),
    ("seconds for the body of a message", "web.body", "PATIENCE_S"),
    ("least bytes a second of a body", "web.body", "FLOOR"),
    ("seconds for the rest of a body whose request is answered", "web.gate", "LEFTOVER_S"),
    ("depth of a body", "messages.decoding", "DEPTH_MAX"),
    ("values in a body", "messages.decoding", "NODES_MAX"),
    ("live tokens of a person", "tokens.service", "LIVE_TOKENS_MAX"),
    ("life of a replaced token", "tokens.service", "REPLACED_LIFE_MS"),
    ("life of a sign-in link", "people.service", "LINK_LIFE_MS"),
    ("life of a session", "people.service", "SESSION_LIFE_MS"),
    ("life of a dialog", "extensions.model", "DIALOG_LIFE_MS"),
    ("time for a late answer", "extensions.model", "LATE_ANSWER_LIFE_MS"),
    ("time to look at a new secret", "extensions.reveals", "LIFE_MS"),
    ("time for a call of an extension", "delivery.outbound", "DEADLINE"),
    ("bytes of an extension's answer", "delivery.outbound", "ANSWER_MAX"),
    ("seconds a third party waits for a handler's answer", "webhooks.arrival", "PATIENCE_S"),
    ("calls of one app's incoming handler at once", "webhooks.dispatcher", "AT_ONCE"),
    ("calls that are counted at once, of those who call", "limits.meters", "METERS_MAX"),
    ("posts a minute of a token that pass in any chat, however full", "limits.counting", "ASSURED_PER_MINUTE"),
    ("messages that wait to be stored", "chat.lane", "WAITING_MAX"),
    ("messages in one reading", "chat.message_store", "MESSAGES_MAX"),
)
"""What it bounds, and the module and name in `src/keypost` where it stands."""
UNITS: Final = ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s"))


def page() -> str:
    return "\n".join(
        (
            HEAD.format(made=MADE) + "## Environment of the server\n",
            table(("variable", "what it is"), _named([(variable.name, variable.text) for variable in VARIABLES])),
            "Admins choose other numbers: see [how fast](../how-to/post-with-a-token.md#how-fast).\n",
            "## Environment of commands\n",
            "Commands look into `demo.json` in a demo's folder, unless the first two are set.\n",
            table(("variable", "what it is"), _named(COMMANDS)),
            "## Environment of an extension\n",
            "The server sets these for the extensions that it runs. An extension inherits nothing else of the server's",
            "environment but `PATH`, `LANG`, `SSL_CERT_FILE` and `REQUESTS_CA_BUNDLE`.\n",
            table(("variable", "what it is"), _named(EXTENSION)),
            "## Limits that are fixed\n",
            table(("what", "value", "where"), map(_limit, LIMITS)),
        )
    )


def _named(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code(name), text) for name, text in rows]


def _limit(limit: tuple[str, str, str]) -> tuple[str, str, str]:
    what, module, name = limit
    value = getattr(importlib.import_module(f"keypost.{module}"), name)
    return what, _shown(name, value), f"`{name}` in `{module.replace('.', '/')}.py`"


def _shown(name: str, value: Any) -> str:
    if isinstance(value, timedelta):
        return _span(value // timedelta(milliseconds=1))
    return _span(value) if name.endswith("_MS") else f"{value:,}"


def _span(milliseconds: int) -> str:
    size, unit = next((size, unit) for size, unit in UNITS if milliseconds % size == 0)
    return f"{milliseconds // size} {unit}"
