"""HTML as a browser's tokeniser sees it, held against what a message may consist of."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from keypost.messages.sanitiser import ATTRIBUTES, CLASSES, DIRECTED, SCHEMES, TAGS, VALUES

VOID = {"br", "col", "hr"}

Attributes = dict[str, str | None]


@dataclass
class Page(HTMLParser):
    tags: list[tuple[str, Attributes]] = field(default_factory=list)
    text: str = ""
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def assert_harmless(html: str) -> Page:
    page = page_of(html)
    for tag, attributes in page.tags:
        assert tag in TAGS
        for name, value in attributes.items():
            _assert_allowed(tag, name, value or "")
    return page


def _assert_allowed(tag: str, name: str, value: str) -> None:
    values = VALUES.get(tag, {})
    if name == "class":
        assert set(value.split()) <= CLASSES[tag]
    elif name == "dir":
        assert (tag in DIRECTED, value) == (True, "auto")
    elif name in values:
        assert value in values[name]
    elif tag == "a" and name in {"rel", "target"}:
        assert value in {"noopener noreferrer nofollow ugc", "_blank"}
    else:
        assert name in {known.lower() for known in ATTRIBUTES[tag]}
    if name == "href":
        assert value.partition(":")[0].lower() in SCHEMES
