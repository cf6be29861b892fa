"""Every code, with its statuses and what to do about it."""

from typing import Final

from scripts.reference.text import MADE

from keypost.codes import CODES, Entry
from keypost.web.openapi import statuses

HEAD: Final = """# Errors

{made}
Every code that Keypost answers with. A refusal is `{{"message": "…", "code": "…"}}`: `code` is stable, and programs
should look at it; `message` is a sentence for a person and may change. Nothing of a refused message is stored. A fault
is 500; its body also has a `reference`, under which the log has the reason.

Commands of `keypost` end with 2 when something was refused, with 1 when something failed.
"""


TAIL: Final = """
## What an extension answers to the server

The SDK refuses calls with the same form of body. People see only that the extension could not do it; the extension's
log has code and sentence.

| code | status | when |
| --- | --- | --- |
| `invalid_signature` | 401 | the header `X-Cliq-Signature` is missing, there twice, or does not fit |
| `stale_call` | 401 | the call is more than five minutes off, or does not say when it was made |
| `invalid_call` | 400 | the body is signed but cannot be read as a call |
| `unknown_kind` | 404 | a kind of call that this version of the SDK does not know |
| `no_handler` | 404 | the code has no handler of this name: compare it with the manifest |
| `wrong_place` | 405 | not a POST to `/` |
| `body_too_large` | 413 | the call has more than 32 MiB |
| `refused` | 422 | a handler said no on purpose, by `raise Refuse("…")`. The call is not repeated |
| `handler_failed` | 500 | the handler raised, or its answer breaks a limit. The log knows its `reference` |
"""


def page() -> str:
    sections = [_section(code, entry) for code, entry in sorted(CODES.items())]
    return HEAD.format(made=MADE) + "".join(sections) + TAIL


def _section(name: str, entry: Entry) -> str:
    shown = " or ".join(str(status) for status in sorted(set(statuses(name))))
    met = f"Status {shown}." if shown else "Commands only."
    return f"\n## `{name}`\n\n{met} {entry.text.strip()}\n"
