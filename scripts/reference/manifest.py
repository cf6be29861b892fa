"""Every field of `extension.toml`, from the types that judge it."""

from typing import Final

import msgspec
from scripts.reference.text import MADE, code, table

from keypost.extensions.manifest import Manifest
from keypost.web.schema_text import fields_of

ROOT: Final = "Manifest"
HEAD: Final = """# Manifest

{made}
`extension.toml` in the extension's folder. `keypost extension check extension.toml` names everything that is wrong with
it. A field that is not in these tables is refused, and so is a value over its limit, with the code
[`manifest_invalid`](errors.md#manifest_invalid). Sizes are in characters (Unicode code points).

A command or function in the manifest needs a handler of the same name in the code: the SDK compares them when the
extension starts. A token keeps the verbs and the budget with which it was minted: what the manifest says later is for
new tokens only.
"""


def page() -> str:
    _, components = msgspec.json.schema_components([Manifest], ref_template="{name}")
    sections = [_section(name, schema) for name, schema in sorted(components.items(), key=_root_first)]
    return HEAD.format(made=MADE) + "".join(sections)


def _root_first(named: tuple[str, object]) -> tuple[bool, str]:
    return named[0] != ROOT, named[0]


def _section(name: str, schema: dict[str, object]) -> str:
    title = "The whole" if name == ROOT else name
    text = " ".join(str(schema.get("description", "")).split())
    rows = [(code(field.name), field.type, "yes" if field.required else "", field.text) for field in fields_of(schema)]
    values = schema.get("enum")
    if isinstance(values, list):
        text = f"{text} One of {', '.join(code(str(value)) for value in values)}.".strip()
    body = table(("field", "type", "needed", "what it is"), rows) if rows else ""
    return "\n".join(("", f"## {title}", "", *([text, ""] if text else []), body))
