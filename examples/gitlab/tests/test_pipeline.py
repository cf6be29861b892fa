import json

import pytest
from gitlab_events import render
from gitlab_events.pipeline import duration
from gitlab_world import ENGINE, IN_ENGINE, addresses, body, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from keypost_sdk import Message, Table, TableSlide


def table(message: Message) -> Table:
    [slide] = message.slides
    assert isinstance(slide, TableSlide)
    return slide.data


def test_a_pipeline_says_how_it_ended() -> None:
    message = shown("pipeline")

    first, second = message.text.split("\n")
    assert first == f"Pipeline [#310]({ENGINE}/-/pipelines/310) *failed* on `fifty-digits` {IN_ENGINE} after 3 min 4 s"
    assert second.startswith(f"[`0d9c8b7a`]({ENGINE}/-/commit/0d9c8b7a")
    assert second.endswith(") Widen the store · Grace Hopper")
    assert message.card is not None
    assert message.card.title == "Pipeline #310 failed: analytical/engine"


def test_its_jobs_are_a_table_in_the_order_of_the_stages() -> None:
    found = table(shown("pipeline"))

    assert found.headers == ("Stage", "Job", "Status", "Duration")
    assert [tuple(row.values()) for row in found.rows] == [
        ("build", "mill", "passed", "1 min 3 s"),
        ("test", "digits", "failed", "2 min 1 s"),
        ("test", "lint_docs", "failed (allowed)", "17 s"),
        ("deploy", "production", "skipped", ""),
    ]


def test_its_buttons_lead_to_pipeline_request_and_project() -> None:
    assert addresses(shown("pipeline")) == {
        "Open pipeline": f"{ENGINE}/-/pipelines/310",
        "Open merge request": f"{ENGINE}/-/merge_requests/42",
        "Open project": ENGINE,
    }


def test_an_old_gitlab_that_sends_no_address_gets_the_one_that_must_be() -> None:
    changes = {"object_attributes": {"url": None, "status": "success"}, "merge_request": None}

    message = shown("pipeline", changes)

    assert message.text.startswith(f"Pipeline [#310]({ENGINE}/-/pipelines/310) *passed* on `fifty-digits`")
    assert list(addresses(message)) == ["Open pipeline", "Open project"]


@pytest.mark.parametrize("status", ["created", "waiting_for_resource", "preparing", "pending", "running"])
def test_a_pipeline_under_way_is_no_news(status: str) -> None:
    assert render("Pipeline Hook", json.dumps(body("pipeline", {"object_attributes": {"status": status}}))) is None


def test_a_pipeline_without_jobs_has_no_table() -> None:
    assert shown("pipeline", {"builds": []}).slides == ()


def test_a_table_holds_a_hundred_jobs_and_says_when_there_are_more() -> None:
    job = body("pipeline")["builds"][0]

    message = shown("pipeline", {"builds": [job | {"id": number} for number in range(240)]})

    assert len(table(message).rows) == 100
    assert message.slides[0].title == "The first 100 of 240 jobs"


@pytest.mark.parametrize(
    ("seconds", "shown_as"),
    [
        (None, ""),
        (0, "0 s"),
        (17.0, "17 s"),
        (59.6, "1 min 0 s"),
        (63, "1 min 3 s"),
        (7500, "2 h 5 min"),
        (-1, ""),
        (1e308, ""),
    ],
)
def test_a_duration_is_short(seconds: float | None, shown_as: str) -> None:
    assert duration(seconds) == shown_as


@settings(deadline=None)
@given(st.floats())
def test_any_duration_fits_a_cell(seconds: float) -> None:
    assert len(duration(seconds)) <= 20
