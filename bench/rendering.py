"""What showing a message costs by kind, as a multiple of a plain short text in the same run: `make bench`.

Rendering is everything from the stored content to HTML that passed the sanitiser. Only the multiples mean anything:
the times are this machine's.
"""

import json
import platform
import statistics
from collections.abc import Mapping
from pathlib import Path
from time import thread_time_ns
from typing import Any

import msgspec

from keypost.messages.html import render
from keypost_sdk.content import Message

ROUNDS = 7
BUDGET_NS = 20_000_000
"""How long each kind is rendered over and over, in each round."""
PLAIN = "a short text"
RESULT = Path(__file__).parent / "results" / "rendering.json"


def main() -> None:
    kinds = {name: msgspec.convert(value, Message) for name, value in contents().items()}
    rounds = [{name: cost_ns(message) for name, message in kinds.items()} for _ in range(ROUNDS)]
    report({name: [measured[name] / measured[PLAIN] for measured in rounds] for name in kinds}, kinds, rounds)


def contents() -> dict[str, Any]:
    words = "The build *passed* in 3 minutes, see [its log](https://ci.example/31). "
    button = {"label": "Open", "hint": "See it", "action": {"type": "open.url", "data": {"web": "https://ci.example"}}}
    rows = [{"Stage": f"stage {number}", "Took": number, "State": "ok"} for number in range(100)]
    values = [{"label": f"day {number}", "value": number * 7 % 11 - 2} for number in range(20)]
    lines = [{"category": f"line {number}", "values": values} for number in range(5)]
    shares = [{"label": f"part {number}", "value": number + 1} for number in range(5)]
    facts = [{"title": f"Fact {number}", "value": words} for number in range(20)]
    return {
        PLAIN: {"text": "*build 42* passed in 3 min 12 s"},
        "a text of 5,000": {"text": (words * 80)[:5_000]},
        "five buttons": {"text": "x", "buttons": [button] * 5},
        "a card with facts": {"text": "x", "card": {"title": "Build", "sections": [{"fields": facts}]}},
        "a poll of ten": {
            "text": "x",
            "card": {"title": "Where?", "theme": "poll", "options": [{"text": words[:100]}] * 10},
        },
        "a table of 100 rows": slides({"type": "table", "data": {"headers": ["Stage", "Took", "State"], "rows": rows}}),
        "a list of 100": slides({"type": "list", "data": [words] * 100}),
        "a pie": slides({"type": "percentage_chart", "data": shares}),
        "a trend of 5 by 20": slides({"type": "graph", "data": lines, "styles": {"preview": "trend"}}),
        "stacks of 5 by 20": slides({"type": "graph", "data": lines, "styles": {"preview": "vertical_stacked_bar"}}),
    }


def slides(slide: dict[str, Any]) -> dict[str, Any]:
    return {"text": "x", "slides": [slide]}


def cost_ns(message: Message) -> float:
    render(message, anchor="m")
    times, began = 0, thread_time_ns()
    while (taken := thread_time_ns() - began) < BUDGET_NS:
        render(message, anchor="m")
        times += 1
    return taken / max(times, 1)


def report(ratios: Mapping[str, list[float]], kinds: Mapping[str, Message], rounds: list[dict[str, float]]) -> None:
    table = {
        name: {
            "times_the_short_text": round(statistics.median(ratios[name]), 1),
            "microseconds": round(statistics.median(measured[name] for measured in rounds) / 1_000, 1),
            "characters_of_html": len(render(message, anchor="m")),
        }
        for name, message in kinds.items()
    }
    print(f"{'rendering':22} {'times':>8} {'µs':>9} {'HTML':>9}")
    for name, row in table.items():
        times, taken, size = row.values()
        print(f"{name:22} {times:8.1f} {taken:9.1f} {size:9,}")
    RESULT.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    RESULT.write_text(json.dumps({"rendering": table, **machine}, indent=2) + "\n")


if __name__ == "__main__":
    main()
