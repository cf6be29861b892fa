"""Every public name of `keypost_sdk`: its signature, its fields, what its docstring says."""

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from scripts.reference.text import MADE, code, table

import keypost_sdk
from keypost_sdk import testing

HEAD: Final = """# SDK

{made}
What `keypost_sdk` exports. Types of content hold the limits of what a message can show; [content](content.md) has them
with examples.
"""
MODULE_PREFIX: Final = re.compile(r"\b(?:keypost_sdk|collections|pathlib|typing|msgspec|aiohttp)(?:\.\w+)*\.(?=\w)")


def page() -> str:
    parts = [HEAD.format(made=MADE)]
    parts += [_section(name, getattr(keypost_sdk, name), "keypost_sdk") for name in sorted(keypost_sdk.__all__)]
    parts += [f"\n# Testing\n\n{_doc(testing)}\n"]
    parts += [_section(name, getattr(testing, name), "keypost_sdk.testing") for name in sorted(testing.__all__)]
    return re.sub(r"\n{3,}", "\n\n", "".join(parts))


def _section(name: str, found: Any, module: str) -> str:
    lines = ["", f"## `{name}`", "", code(f"from {module} import {name}"), ""]
    if isinstance(found, type):
        lines += [*_paragraph(_doc(found)), *_members(found)]
    elif callable(found):
        lines += [code(f"{name}{_signature(found)}"), "", *_paragraph(_doc(found))]
    else:
        lines += [code(f"{name} = {_shown(found)}"), ""]
    return "\n".join(lines)


def _members(kind: type) -> Iterator[str]:
    if issubclass(kind, msgspec.Struct):
        rows = [(code(field.encode_name), code(_type(field.type)), _default(field)) for field in _fields(kind)]
        if rows:
            yield table(("field", "type", "if it is missing"), rows)
    for name, member in _public(kind):
        yield f"- `{name}{_signature(member)}`" + (f": {_doc(member)}" if _doc(member) else "")
    yield ""


def _public(kind: type) -> Iterator[tuple[str, Any]]:
    for name, member in vars(kind).items():
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            yield name, member


def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "needed"
    if field.default_factory is not msgspec.NODEFAULT:
        return "empty"
    return code(repr(field.default)) if field.default not in ("", None, ()) else "empty"


def _signature(member: Any) -> str:
    if isinstance(member, property):
        return f": {_type(inspect.signature(member.fget).return_annotation)}" if member.fget else ""
    return _plain(str(inspect.signature(member)).replace("(self, ", "(").replace("(self)", "()"))


def _type(annotation: Any) -> str:
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        return annotation.__name__
    return _plain(str(annotation))


def _plain(text: str) -> str:
    """Without the names of modules, and without limits: the page of content has those."""
    text = re.sub(r"Annotated\[(.+?), msgspec\.Meta\([^)]*\)\]", r"\1", MODULE_PREFIX.sub("", text.replace("~", "")))
    return re.sub(r"Annotated\[(.+?), Meta\([^)]*\)\]", r"\1", text)


def _shown(found: Any) -> str:
    return _plain(repr(found))


def _doc(found: Any) -> str:
    own = found.__doc__ if not isinstance(found, property) else (found.fget.__doc__ if found.fget else "")
    return inspect.cleandoc(own or "").strip()


def _paragraph(text: str) -> list[str]:
    return [text, ""] if text else []
