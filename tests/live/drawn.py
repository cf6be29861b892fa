"""Every kind of content that is drawn: charts of each look, tables with styles, sections, a poll, colours."""

from typing import Any, Final

Json = dict[str, Any]

DAYS: Final = tuple(f"Day {number}" for number in range(1, 8))
SERIES: Final = ("build", "test", "deploy", "lint", "documentation")


def share(preview: str, *shares: tuple[str, float]) -> Json:
    data = [{"label": label, "value": value} for label, value in shares]
    return {"type": "percentage_chart", "title": preview, "styles": {"preview": preview}, "data": data}


def graph(preview: str) -> Json:
    def value(day: int, series: int) -> float:
        return (day * 7 + series * 5) % 11 - (3 if series == 1 else 0)

    data = [
        {"category": name, "values": [{"label": day, "value": value(at, series)} for at, day in enumerate(DAYS)]}
        for series, name in enumerate(SERIES)
    ]
    axes = {"x_axis": "Day of the week", "y_axis": "Minutes"}
    return {"type": "graph", "title": preview, "styles": {"preview": preview, **axes}, "data": data}


def table(rows: int, **styles: object) -> Json:
    headers = ["Stage", "State", "Took s", "By", "Where it ran, and why there"]
    row = ["build", "passed", 12.5, "Ada", "on the machine of the second floor, which is the fast one"]
    entries = [dict(zip(headers, row, strict=True)) for _ in range(rows)]
    return {"type": "table", "title": "Stages", "data": {"headers": headers, "rows": entries, "styles": styles}}


OUTCOMES: Final = (("Passed", 41), ("Failed", 6.5), ("Skipped", 3), ("שלום", 12), ("Tiny", 0.2))
DRAWN: Final[tuple[Json, ...]] = (
    {"text": "A table", "slides": [table(20, sticky={"rows": 2, "columns": 2})]},
    {"text": "Another", "slides": [table(1, width=[10, 10, 10, 10, 60])]},
    {"text": "Parts", "slides": [share("pie", *OUTCOMES[:1]), share("doughnut", *OUTCOMES), share("pie", *OUTCOMES)]},
    {"text": "Bars", "slides": [graph("vertical_bar"), graph("vertical_stacked_bar")]},
    *(
        {"text": f"*{colour}*, and [a link](https://example.com)", "styles": {"background": colour}}
        for colour in ("red", "yellow", "green", "blue", "grey")
    ),
    {"text": "*As* it was\nwritten", "styles": {"highlight": True, "markdown": False}},
    {"text": "Lunch", "card": {"title": "Where?", "theme": "poll", "options": [{"text": "Here"}, {"text": "There"}]}},
    {
        "text": "Facts",
        "card": {
            "title": "Build 31",
            "theme": "modern-inline",
            "sections": [{"title": "What", "fields": [{"title": "Branch", "value": "main"}]}],
            "buttons": [
                {"label": "Ask", "action": {"type": "invoke.bot", "data": {"bot_name": "buildbot", "message": "Hi"}}},
                {"label": "Call", "action": {"type": "system.api", "data": {"api": "audiocall/1"}}},
            ],
        },
    },
    {"text": "Lines", "slides": [share("semi_doughnut", *OUTCOMES[:2]), graph("trend")]},
)
