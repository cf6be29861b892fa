"""What the person who clicked reads."""

import msgspec
from gitlab_hooks.projects import Project
from gitlab_hooks.registering import Outcome
from gitlab_hooks.report import to_reply
from gitlab_hooks.writing import Deed
from hypothesis import given
from hypothesis import strategies as st

from keypost_sdk import Reply, Served, TableSlide

HOME = "https://gitlab.keypost.example"


def outcome(path: str, deed: Deed, why: str = "") -> Outcome:
    return Outcome(Project(len(path), path, f"{HOME}/{path}"), deed, why)


def rows(reply: Reply) -> list[tuple[object, ...]]:
    [slide] = reply.slides
    assert isinstance(slide, TableSlide)
    return [tuple(row.values()) for row in slide.data.rows]


def test_it_counts_and_shows_first_what_could_not_be_done() -> None:
    reply = to_reply(
        [
            outcome("a/a", Deed.THERE),
            outcome("a/b", Deed.CREATED),
            outcome("a/c", Deed.FAILED, "GitLab does not allow it"),
            outcome("a/d", Deed.REWRITTEN),
            outcome("a/e", Deed.CREATED),
        ]
    )

    assert reply.text == (
        "Your key is ready. *4 projects send* what happens there to this chat: 2 created, 1 rewritten, "
        "1 already there. *1 project* could not be connected."
    )
    assert rows(reply) == [
        (f"[a/c]({HOME}/a/c)", "not done", "GitLab does not allow it"),
        (f"[a/b]({HOME}/a/b)", "created", ""),
        (f"[a/e]({HOME}/a/e)", "created", ""),
        (f"[a/d]({HOME}/a/d)", "rewritten", ""),
        (f"[a/a]({HOME}/a/a)", "already there", ""),
    ]


def test_nobody_else_sees_it() -> None:
    assert to_reply([]).view == "ephemeral"
    assert to_reply([outcome("a/a", Deed.CREATED)]).view == "ephemeral"


def test_the_key_serves_what_is_connected() -> None:
    reply = to_reply([outcome("a/a", Deed.THERE), outcome("a/b", Deed.FAILED, "no"), outcome("a/c", Deed.CREATED)])

    assert reply.serves == (
        Served(name="a/a", address=f"{HOME}/a/a"),
        Served(name="a/c", address=f"{HOME}/a/c"),
    )


def test_without_trouble_there_is_no_column_for_it() -> None:
    reply = to_reply([outcome("a/a", Deed.CREATED)])

    assert reply.text == "Your key is ready. *1 project sends* what happens there to this chat: 1 created."
    assert rows(reply) == [(f"[a/a]({HOME}/a/a)", "created")]


def test_when_nothing_could_be_done_it_says_only_that() -> None:
    reply = to_reply([outcome("a/a", Deed.FAILED, "no"), outcome("a/b", Deed.FAILED, "no")])

    assert reply.text == "Your key is ready. *2 projects* could not be connected."
    assert reply.serves == ()


def test_whoever_maintains_nothing_is_told_so() -> None:
    reply = to_reply([])

    assert "a Maintainer of no project" in reply.text
    assert (reply.slides, reply.serves) == ((), ())


def test_a_table_holds_a_hundred_and_says_when_there_are_more() -> None:
    reply = to_reply([outcome(f"a/{number:03}", Deed.CREATED) for number in range(240)])

    assert len(rows(reply)) == 100
    assert reply.slides[0].title == "The first 100 of 240 projects"
    assert len(reply.serves or ()) == 240
    assert "*240 projects send*" in reply.text


outcomes = st.builds(
    Outcome,
    st.builds(
        Project,
        st.integers(1, 10**9),
        st.text(min_size=1, max_size=400),
        st.text(max_size=30) | st.text(max_size=600).map(f"{HOME}/{{}}".format),
    ),
    st.sampled_from(Deed),
    st.text(max_size=600),
)


@given(st.lists(outcomes, max_size=120))
def test_whatever_projects_are_called_the_server_takes_it(given_outcomes: list[Outcome]) -> None:
    reply = to_reply(given_outcomes)

    assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply) == reply
    for slide in reply.slides:
        assert isinstance(slide, TableSlide)
        assert all(row.keys() == set(slide.data.headers) for row in slide.data.rows)
