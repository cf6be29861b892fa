"""What people, tools and extensions say on the pages that are looked at: the usual, and as much as is allowed."""

from typing import Any, Final

from keypost.extensions.manifest import Option, TokenRequest, TokenSetting
from keypost_sdk.content import (
    BANNER_MAX,
    BUTTONS_MAX,
    CARD_LABEL_MAX,
    CARD_TITLE_MAX,
    CONFIRM_MAX,
    HINT_MAX,
    LABEL_MAX,
    PROMPT_MAX,
    SLIDE_TITLE_MAX,
    TABLE_COLUMNS_MAX,
    TABLE_ROWS_MAX,
)

Json = dict[str, Any]

WORD: Final = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
PROJECT: Final = "analytical-engines/difference/very-long-name-of-a-subgroup/" + "x" * 141
"""A path of 200 characters, without a place to break it."""
HEBREW: Final = "שלום! הבנייה הסתיימה בהצלחה, ואפשר להוריד את הגרסה 1.4.2 מכאן: https://example.com/1.4.2"
ARABIC: Final = "مرحبا بالعالم"
TOKEN: Final[Json] = {"type": "user_webhook_token"}


def calls(function: str, label: str, kind: str = "", confirm: Json | None = None, **more: object) -> Json:
    asks = {"confirm": confirm} if confirm is not None else {}
    return {
        "label": label,
        "type": kind,
        "action": {"type": "invoke.function", "data": {"name": function}, **asks},
    } | more


def answers(label: str, answer: object, kind: str = "", confirm: Json | None = None, **more: object) -> Json:
    """A button after which the tests' extension says `answer`."""
    return calls("repeat", label, kind, confirm, arguments={"answer": answer}, **more)


def opens(label: str, kind: str = "", **more: object) -> Json:
    return {
        "label": label,
        "type": kind,
        "action": {"type": "open.url", "data": {"web": "https://example.com/1"}},
    } | more


def copies(label: str, text: str) -> Json:
    return {"label": label, "hint": "To paste in a terminal.", "action": {"type": "copy", "data": {"text": text}}}


def table(title: str, headers: list[str], rows: list[list[object]], **more: object) -> Json:
    entries = [dict(zip(headers, row, strict=True)) for row in rows]
    return {"type": "table", "title": title, "data": {"headers": headers, "rows": entries}, **more}


def report(*projects: str) -> Json:
    """What an extension says to the one who connected it: what it did, project by project."""
    said = ["Connected", "Was connected already", "You are not a Maintainer there"]
    rows: list[list[object]] = [[project, said[number % len(said)]] for number, project in enumerate(projects)]
    return {
        "text": f"*{len(projects)} projects* were looked at.",
        "slides": [table("Projects", ["Project", "Result"], rows)],
        "view": "ephemeral",
        "serves": [
            {"name": project, "address": f"https://git.example.com/{number}"} for number, project in enumerate(projects)
        ],
    }


CONNECT: Final[Json] = {
    "title": "Connect your projects",
    "description": "What happens in them is told in this chat. You can take it back at any time.",
    "input": TOKEN,
}
REASON: Final[Json] = {
    "title": "Close issue 48?",
    "description": "Everybody who follows it is told, with your reason.",
    "input": "Why do you close it?",
    "button_label": "Close the issue",
    "cancel_button_label": "Leave it open",
    "emotion": "negative",
    "mandatory": True,
}
WHISPER: Final[Json] = {
    "text": "*Grace Hopper* is on call until Monday. [Runbook](https://example.com/runbook)",
    "slides": [{"type": "label", "data": [{"Since": "Friday, 18:00"}, {"Next": "Alan Turing"}]}],
    "buttons": [copies("Copy the number", "+44 20 7946 0000")],
    "view": "ephemeral",
}
SETTINGS: Final = TokenRequest(
    settings=(
        TokenSetting(
            name="events",
            title="Events to show",
            type="choices",
            default=("pushes", "issues"),
            options=tuple(
                Option(title.lower().replace(" ", "_"), title)
                for title in (
                    "Pushes",
                    "Issues",
                    "Merge requests",
                    "Comments",
                    "Pipelines",
                    "Releases",
                    "Wiki pages",
                    "Members",
                )
            ),
        ),
        TokenSetting(
            name="detail",
            title="How much of each",
            type="choice",
            default="short",
            options=(Option("short", "One line"), Option("full", "With its details"), Option("all", "All there is")),
        ),
        TokenSetting(
            name="together",
            title="One message for each merge request",
            type="switch",
            default=True,
            description="It changes as the merge request goes on. Otherwise each event is a message of its own.",
        ),
    )
)

BY_TOKEN: Final[tuple[Json, ...]] = (
    {
        "text": "Good morning! *Release 0.9* is on staging.\n! Ship it when it is green.\nWith `fifty-digits`: [notes](https://example.com/notes)"
    },
    {"text": "```\n$ make test\n412 passed in 38 s\n```\nSee https://example.com/log, {@all}."},
)
BY_BOT: Final[Json] = {
    "text": "Pipeline #310 failed in `test`.",
    "bot": {"name": "Release Train"},
    "slides": [
        table(
            "Jobs",
            ["Stage", "Job", "Status", "Duration"],
            [
                ["build", "compile", "passed", "1 min 2 s"],
                ["test", "wheels", "*failed*", "3 min 4 s"],
                ["test", "digits", "passed", "58 s"],
            ],
            buttons=[opens("Open pipeline", "-", hint="At GitLab, in a new tab.")],
        )
    ],
}
BY_EXTENSION: Final[tuple[Json, ...]] = (
    {
        "card": {
            "title": "!42 Compute to fifty digits",
            "theme": "modern-inline",
            "buttons": [opens("Open merge request", "+")],
        },
        "slides": [
            {"type": "label", "title": "Facts", "data": [{"Branch": "fifty-digits"}, {"Into": "main"}, {"Jobs": 7}]},
            {
                "type": "list",
                "title": "To do",
                "styles": {"type": "decimal"},
                "data": ["Carry the one", "Ask *Charles*"],
            },
            {
                "type": "images",
                "title": "Charts",
                "data": ["https://img.example.com/coverage.png", "https://img.example.com/time.png"],
            },
        ],
    },
    {
        "text": "Shall I [try it again]($1), or copy [the command]($2)?",
        "references": {
            "1": {
                "type": "button",
                "object": answers(
                    "", {"type": "banner", "text": "It runs again."}, "+", hint="Runs the job once more."
                ),
            },
            "2": {"type": "button", "object": {"action": {"type": "copy", "data": {"text": "make again"}}}},
        },
    },
    {
        "text": "What shall I do?",
        "buttons": [
            answers(
                "Connect projects",
                report("engines/difference", "engines/analytical", "notes"),
                "+",
                CONNECT,
                hint="Makes a token and sets up what posts with it.",
            ),
            answers("Close the issue", {"type": "banner", "text": "The issue is closed."}, "-", REASON),
            answers("Who is on call?", WHISPER),
            opens("Open the board"),
            copies("Copy the command", "kubectl rollout undo deployment/engine"),
        ],
    },
)

WIDE_TABLE: Final = table(
    ("Everything that was ever computed " * 6)[:SLIDE_TITLE_MAX],
    [f"Column {number} of the engine" for number in range(TABLE_COLUMNS_MAX)],
    [[PROJECT, *range(1, TABLE_COLUMNS_MAX)]],
)
LONG_TABLE: Final = table(HEBREW, ["Day", "Of the week"], [[day, day % 7] for day in range(TABLE_ROWS_MAX)])
LONG_CONFIRM: Final[Json] = {
    "title": (WORD * 2)[:CONFIRM_MAX],
    "description": f"{ARABIC} {WORD}"[:CONFIRM_MAX],
    "input": (f"{WORD}? " * 9)[:PROMPT_MAX],
    "button_label": (WORD * 2)[:CONFIRM_MAX],
    "cancel_button_label": "Leave everything exactly as it was before I pressed this button, for ever and a day",
    "emotion": "positive",
}
ALARMS: Final[Json] = {
    "text": "The boiler is cold.",
    "buttons": [
        answers("Heat it", {"type": "banner", "text": "The boiler is being heated."}),
        answers(
            "Ask why",
            {"type": "banner", "status": "failure", "text": (f"{WORD} cannot be reached. " * 12)[:BANNER_MAX]},
        ),
        copies("Copy its name", PROJECT),
    ],
}
EXTREMES: Final[tuple[Json, ...]] = (
    {
        "text": f"{WORD * 3}\n{HEBREW}\n! {HEBREW}\n\n{ARABIC}\n```\n{PROJECT} {PROJECT}\n```",
        "bot": {"name": WORD + " Bot"},
    },
    {"slides": [WIDE_TABLE, LONG_TABLE]},
    {
        "text": HEBREW,
        "card": {
            "title": PROJECT[:CARD_TITLE_MAX],
            "theme": "prompt",
            "thumbnail": f"https://{'sub.' * 20}example.com/{PROJECT}.png",
            "buttons": [
                opens((WORD * 2)[:CARD_LABEL_MAX], kind, hint=(WORD * 2)[:HINT_MAX]) for kind in ("+", "-", "", "", "")
            ],
        },
        "slides": [
            {"type": "label", "title": PROJECT, "data": [{PROJECT[:100]: PROJECT}, {ARABIC: HEBREW}, {"": ""}]},
            {
                "type": "list",
                "title": ARABIC,
                "styles": {"type": "upper-roman"},
                "data": [PROJECT, HEBREW, *["Again"] * 90],
            },
            {"type": "images", "data": [f"https://img.example.com/{PROJECT}.png"]},
        ],
    },
    {
        "text": f"[{WORD}]($1) and [{ARABIC}]($1), all in one line with [go]($1) and [stop]($1).",
        "references": {"1": {"type": "button", "object": copies("", PROJECT)}},
        "buttons": [
            answers("W" * LABEL_MAX, {"type": "banner", "text": "x"}, kind, LONG_CONFIRM, hint=(WORD * 2)[:HINT_MAX])
            for kind in ("+", "-", "", "", "")[:BUTTONS_MAX]
        ],
    },
    {
        "text": "Press",
        "buttons": [
            answers("Connect all", report(*[f"{number}{PROJECT[1:]}" for number in range(5)]), "+", CONNECT),
            answers("List all", {"slides": [LONG_TABLE], "view": "ephemeral"}),
        ],
    },
)
