"""What became of each project, as the answer to the person who clicked."""

from collections import Counter
from typing import Final

from gitlab_events.markup import address, bold, count, link, plain

from gitlab_hooks.registering import Outcome
from gitlab_hooks.writing import Deed
from keypost_sdk import Reply, Served, Table, TableSlide
from keypost_sdk.content import SERVED_NAME_MAX, TABLE_ROWS_MAX, Scalar

PATH_SHOWN: Final = 120
WHY_MAX: Final = 200
ORDER: Final = (Deed.FAILED, Deed.CREATED, Deed.REWRITTEN, Deed.THERE)
NO_PROJECT: Final = (
    "Your key is ready. At GitLab you are a Maintainer of no project yet, so there is nothing to connect. "
    "When you are, press the button again."
)


def to_reply(outcomes: list[Outcome]) -> Reply:
    """Shown to that person alone; `serves` is what the key connects from now on."""
    served = tuple(_served(outcome) for outcome in outcomes if outcome.deed is not Deed.FAILED)
    if not outcomes:
        return Reply(text=NO_PROJECT, view="ephemeral", serves=served)
    return Reply(text=_text(outcomes), slides=(_table(outcomes),), view="ephemeral", serves=served)


def _text(outcomes: list[Outcome]) -> str:
    counts = Counter(outcome.deed for outcome in outcomes)
    failed = counts[Deed.FAILED]
    connected = len(outcomes) - failed
    details = ", ".join(f"{counts[deed]} {deed}" for deed in ORDER[1:] if counts[deed])
    sentences = ["Your key is ready."]
    if connected:
        posts = count(connected, "project sends", "projects send")
        sentences.append(f"{bold(posts)} what happens there to this chat: {details}.")
    if failed:
        sentences.append(f"{bold(count(failed, 'project', 'projects'))} could not be connected.")
    return " ".join(sentences)


def _table(outcomes: list[Outcome]) -> TableSlide:
    """What could not be done comes first."""
    ordered = sorted(outcomes, key=lambda outcome: ORDER.index(outcome.deed))
    shown = ordered[:TABLE_ROWS_MAX]
    title = "Projects" if len(shown) == len(ordered) else f"The first {len(shown)} of {len(ordered)} projects"
    has_why = any(outcome.why for outcome in shown)
    headers = ("Project", "Webhook", "Why") if has_why else ("Project", "Webhook")
    rows: list[dict[str, Scalar]] = [dict(zip(headers, _cells(outcome), strict=False)) for outcome in shown]
    return TableSlide(title=title, data=Table(headers=headers, rows=tuple(rows)))


def _cells(outcome: Outcome) -> tuple[str, str, str]:
    project = outcome.project
    return (
        link(project.path_with_namespace, project.web_url, PATH_SHOWN),
        outcome.deed.value,
        plain(outcome.why, WHY_MAX),
    )


def _served(outcome: Outcome) -> Served:
    """By its path, which is how it is found again."""
    project = outcome.project
    return Served(name=project.path_with_namespace[:SERVED_NAME_MAX], address=address(project.web_url) or None)
