"""The wire's other spellings, read as the one that the types of content know.

Senders write the same thing in several ways: a card as a text with JSON in it, `image` for `images`, "true" for true.
What is posted and what a handler answers is respelled before it is judged; whatever is stored is spelled in one way.
What means nothing here stays as it is, for the types to refuse.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from keypost.errors import Invalid
from keypost.messages.decoding import check, convert, parsed, require_bounds
from keypost.messages.plain import cell_text
from keypost.messages.unsaid import said
from keypost.messages.wording import step

Rule: TypeAlias = Callable[[Any, str], Any]
T = TypeVar("T")

PACKED: Final = ("card", "slides", "buttons", "bot", "references", "styles")
"""What may come as a text that holds JSON."""
WISHES: Final = ("sync_message", "broadcast", "mark_as_read", "post_in_parent", "notify_edit", "by_hand")
"""Switches beside what a message shows."""
SPELLED: Final = frozenset((*PACKED, *WISHES, "view"))
"""All else of a message is spelled in one way."""
TYPES: Final[Mapping[Any, str]] = {"image": "images"}
VIEWS: Final[Mapping[Any, str]] = {"popup": "ephemeral", "navigation": "ephemeral"}
"""All are for the eyes of the person who asked."""
LIST_STYLES: Final[Mapping[Any, str]] = {"bulleted": "disc"}
SWITCHES: Final[Mapping[Any, bool]] = {"true": True, "false": False}
BUTTON_LABELS: Final = ("button_text", "buttontext")


def decode_content(body: bytes, kind: type[T]) -> T:
    """Read a JSON object as `kind`, a message, in whatever spelling; refusals are those of `decode`."""
    value = parsed(body)
    check(value)
    found = value if SPELLED.isdisjoint(value) else Respelling().message(value)
    if found is not value:
        check(found)  # What came out of a text counts, too.
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError:  # Perhaps only for what says nothing, which most messages have nothing of.
        return convert(said(found, kind), kind)


class Respelling:
    """One reading of a message; `notes` has the path of each thing that was spelled otherwise, and what it means."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []

    def message(self, value: dict[str, Any]) -> dict[str, Any]:
        """The message as the types spell it; the same object if it was spelled so."""
        value = self._unpacked(value, PACKED, "")
        found: dict[str, Any] = self._with(value, self._rules_of_message(), "")
        return found

    def _rules_of_message(self) -> dict[str, Rule]:
        return {
            "card": self._card,
            "slides": self._slides,
            "buttons": self._buttons,
            "references": self._references,
            "styles": self._message_styles,
            "view": self._other(VIEWS),
            **dict.fromkeys(WISHES, self._switch),
        }

    def _card(self, card: Any, path: str) -> Any:
        card = self._unpacked(card, ("buttons",), path)
        rules = {"buttons": self._buttons, "options": self._options, "sections": self._sections}
        return self._with(card, rules, path)

    def _options(self, options: Any, path: str) -> Any:
        return self._each(options, lambda option, where: self._with(option, {"text": self._text}, where), path)

    def _sections(self, sections: Any, path: str) -> Any:
        def field(value: Any, where: str) -> Any:
            return self._with(value, {"title": self._text}, where)

        def section(value: Any, where: str) -> Any:
            return self._with(value, {"fields": lambda fields, at: self._each(fields, field, at)}, where)

        return self._each(sections, section, path)

    def _message_styles(self, styles: Any, path: str) -> Any:
        return self._with(styles, {"highlight": self._switch, "markdown": self._switch}, path)

    def _slides(self, slides: Any, path: str) -> Any:
        return self._each(slides, self._slide, path)

    def _slide(self, slide: Any, path: str) -> Any:
        slide = self._unpacked(slide, ("buttons", "styles"), path)
        slide = self._with(slide, {"type": self._other(TYPES), "buttons": self._buttons}, path)
        kind = slide.get("type") if isinstance(slide, dict) else None
        match kind:
            case "list":
                rules: dict[str, Rule] = {"data": self._texts, "styles": self._list_styles}
            case "table":
                slide, rules = self._styled_inside(slide, path), {"data": self._table}
            case "percentage_chart":
                rules = {"data": self._values}
            case "graph":
                rules = {"data": self._categories, "styles": self._graph_styles}
            case _:
                return slide
        return self._with(slide, rules, path)

    def _styled_inside(self, slide: dict[str, Any], path: str) -> dict[str, Any]:
        """A table's styles belong into its data."""
        data = slide.get("data")
        if "styles" not in slide or not isinstance(data, dict) or "styles" in data:
            return slide
        self._note(step(path, "styles"), "is read as data.styles")
        rest = {key: value for key, value in slide.items() if key != "styles"}
        return {**rest, "data": {**data, "styles": slide["styles"]}}

    def _table(self, table: Any, path: str) -> Any:
        return self._with(table, {"headers": self._texts}, path)

    def _list_styles(self, styles: Any, path: str) -> Any:
        return self._with(styles, {"type": self._other(LIST_STYLES)}, path)

    def _categories(self, categories: Any, path: str) -> Any:
        def category(value: Any, where: str) -> Any:
            return self._with(value, {"category": self._text, "values": self._values}, where)

        return self._each(categories, category, path)

    def _values(self, values: Any, path: str) -> Any:
        rules = {"label": self._text, "value": self._number}
        return self._each(values, lambda value, where: self._with(value, rules, where), path)

    def _graph_styles(self, styles: Any, path: str) -> Any:
        return self._with(styles, {"x_axis": self._axis, "y_axis": self._axis}, path)

    def _axis(self, axis: Any, path: str) -> Any:
        if not isinstance(axis, dict) or "title" not in axis:
            return axis
        self._note(path, "is read as its title")
        return axis["title"]

    def _references(self, references: Any, path: str) -> Any:
        def reference(value: Any, where: str) -> Any:
            return self._with(value, {"object": self._button}, where)

        return (
            self._with(references, dict.fromkeys(references, reference), path) if _is_object(references) else references
        )

    def _buttons(self, buttons: Any, path: str) -> Any:
        return self._each(buttons, self._button, path)

    def _button(self, button: Any, path: str) -> Any:
        button = self._unpacked(button, ("arguments",), path)
        return self._with(button, {"action": self._action}, path)

    def _action(self, action: Any, path: str) -> Any:
        if _is_object(action) and action.get("type") == "preview.url":
            action = self._with(action, {"data": lambda data, where: self._named(data, "url", ("web",), where)}, path)
        return self._with(action, {"confirm": self._confirm}, path)

    def _confirm(self, confirm: Any, path: str) -> Any:
        confirm = self._named(confirm, "button_label", BUTTON_LABELS, path)
        return self._with(confirm, {"mandatory": self._switch}, path)

    def _named(self, holder: Any, name: str, others: Iterable[str], path: str) -> Any:
        """What stands under another name, under its own; what stands there already wins."""
        other = next((other for other in others if _is_object(holder) and other in holder), None)
        if other is None or name in holder:
            return holder
        self._note(step(path, other), f"is read as {name}")
        return {(name if key == other else key): value for key, value in holder.items()}

    def _switch(self, value: Any, path: str) -> Any:
        """Python writes `True`."""
        word = value.lower() if type(value) is str else value
        found = self._other(SWITCHES)(word, path)
        return found if found is not word else value

    def _other(self, words: Mapping[Any, Any]) -> Rule:
        def rule(value: Any, path: str) -> Any:
            if type(value) is not str or value not in words:
                return value
            self._note(path, f"is read as {cell_text(words[value])}")
            return words[value]

        return rule

    def _texts(self, values: Any, path: str) -> Any:
        return self._each(values, self._text, path)

    def _text(self, value: Any, path: str) -> Any:
        if type(value) is not int and type(value) is not float:
            return value
        self._note(path, "is a number, read as text")
        return cell_text(value)

    def _number(self, value: Any, path: str) -> Any:
        """A text that is a number as JSON has it."""
        if type(value) is not str:
            return value
        try:
            number = parsed(value.strip().encode(), path)
        except Invalid:
            return value
        if type(number) is not int and type(number) is not float:
            return value
        self._note(path, "is text, read as a number")
        return number

    def _unpacked(self, holder: Any, names: Iterable[str], path: str) -> Any:
        """What comes as a text with JSON in it, as what that says."""
        rules = dict.fromkeys(names, self._unpack)
        return self._with(holder, rules, path)

    def _unpack(self, value: Any, path: str) -> Any:
        if type(value) is not str or not value.strip().startswith(("{", "[")):
            return value
        self._note(path, "is text, read as the JSON in it")
        unpacked = parsed(value.encode(), path)
        require_bounds(unpacked, path)
        return unpacked

    def _with(self, holder: Any, rules: Mapping[str, Rule], path: str) -> Any:
        """The object with the rules applied to what they name; the same one if that changes nothing."""
        if not _is_object(holder):
            return holder
        found = {key: rules[key](value, step(path, key)) if key in rules else value for key, value in holder.items()}
        return found if any(found[key] is not value for key, value in holder.items()) else holder

    def _each(self, items: Any, rule: Rule, path: str) -> Any:
        if type(items) is not list:
            return items
        found = [rule(item, step(path, index)) for index, item in enumerate(items)]
        return found if any(new is not old for new, old in zip(found, items, strict=True)) else items

    def _note(self, path: str, meaning: str) -> None:
        self.notes.append((path, meaning))


def _is_object(value: Any) -> bool:
    return type(value) is dict
