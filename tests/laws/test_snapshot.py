"""A page as it was, and what it was told since, make the page as it would be now: for every verb of chat."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.laws.open_page import OpenPage
from tests.laws.story import Story
from tests.people import Stream
from tests.world import World

Step = tuple[Callable[..., Awaitable[None]], *tuple[Any, ...]]

WHO: Final = st.integers(0, 2)
WHERE: Final = st.integers(0, 5)
NUMBER: Final = st.integers(0, 9)
TEXT: Final = st.sampled_from(["one", "*two*", "`three`", "four\n\nlines & <b>"])
EMOJI: Final = st.sampled_from(["👍", "🎉"])
ABOUT_ONE: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(st.just(Story.ask_anew), NUMBER, st.integers(2, 3)),
    st.tuples(st.just(Story.vote), NUMBER, WHO, st.none() | st.integers(0, 2)),
    st.tuples(st.just(Story.react), NUMBER, WHO, EMOJI),
    st.tuples(st.just(Story.take_back), NUMBER, WHO, EMOJI),
)
ABOUT_POLL: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(st.just(Story.ask_anew), st.just(0), st.integers(2, 3)),
    st.tuples(st.just(Story.vote), st.just(0), st.integers(0, 1), st.none() | st.integers(0, 1)),
    st.tuples(st.just(Story.react), st.just(0), st.integers(0, 1), st.just("👍")),
    st.tuples(st.just(Story.take_back), st.just(0), st.integers(0, 1), st.just("👍")),
)
"""Of few things, so that they meet: a vote and the edit that drops it, a reaction and its end."""
STEPS: Final[st.SearchStrategy[Step]] = st.one_of(
    st.tuples(st.just(Story.create_channel), st.sets(WHO, min_size=1)),
    st.tuples(st.just(Story.create_direct), WHO, WHO),
    st.tuples(st.just(Story.open_bot_chat), WHO),
    st.tuples(st.just(Story.post), WHERE, WHO, TEXT),
    st.tuples(st.just(Story.collapse), WHERE, st.sampled_from("ab"), st.integers(1, 9), TEXT),
    st.tuples(st.just(Story.edit), NUMBER, TEXT),
    st.tuples(st.just(Story.ask), WHERE, WHO, st.integers(2, 3)),
    ABOUT_ONE,
    st.tuples(st.just(Story.reply), NUMBER, WHO, TEXT),
    st.tuples(st.just(Story.say_in_thread), NUMBER, WHO, TEXT, st.booleans()),
    st.tuples(st.just(Story.say_in_thread), NUMBER, WHO, TEXT, st.booleans()),
    st.tuples(st.just(Story.close_thread), NUMBER, st.booleans()),
    st.tuples(st.just(Story.delete), NUMBER),
    st.tuples(st.just(Story.extend_timelines)),
    st.tuples(st.just(Story.add_member), WHERE, WHO),
    st.tuples(st.just(Story.remove_member), WHERE, WHO),
)
PAGES: Final = st.lists(st.tuples(WHO, WHERE), max_size=3)
"""Also of threads, which count after the chats."""


@settings(max_examples=40)
@given(before=st.lists(STEPS, max_size=6), after=st.lists(STEPS, max_size=12), opened=PAGES, is_cut=st.booleans())
async def test_the_snapshot_before_and_the_events_make_the_snapshot_after(
    lasting_world: World, before: list[Step], after: list[Step], opened: list[tuple[int, int]], is_cut: bool
) -> None:
    """`is_cut`: the pages hear of nothing before it is all over; else of each as it happens."""
    await tell_a_story(lasting_world, before, after, opened, is_cut=is_cut)


@settings(max_examples=20)
@given(after=st.lists(ABOUT_POLL, min_size=5, max_size=10), is_cut=st.booleans())
async def test_so_does_what_is_said_about_one_message(lasting_world: World, after: list[Step], is_cut: bool) -> None:
    """Which stories of everything meet seldom: a poll, before everybody in its chat."""
    before: list[Step] = [(Story.ask, 0, 0, 3)]
    await tell_a_story(lasting_world, before, after, [(0, 0), (1, 0), (2, 0)], is_cut=is_cut)


async def tell_a_story(
    world: World, before: list[Step], after: list[Step], opened: list[tuple[int, int]], *, is_cut: bool
) -> None:
    story = await Story.begin(world)
    await happen(story, before)
    pages = [await OpenPage(who, story.home).take() for who in story.persons]
    others = [await OpenPage(story.who(who), story.page(where).shown_id).take() for who, where in opened]
    pages += [page for page in others if not page.is_over]  # Nobody opens a chat of others.

    async with AsyncExitStack() as streams:
        if is_cut:
            await happen(story, after)
        heard = [await streams.enter_async_context(page.who.watching(since=page.cursor)) for page in pages]
        if not is_cut:
            await happen(story, after)
        end = await story.end()
        for page, stream in zip(pages, heard, strict=True):
            await follow(page, stream, end)

    for page in pages:
        await assert_as_new(page, story)


async def happen(story: Story, steps: list[Step]) -> None:
    for verb, *arguments in steps:
        await verb(story, *arguments)


async def follow(page: OpenPage, stream: Stream, end: str) -> None:
    """Up to the message that is the last of all."""
    while (happened := await stream.next()) is not None:
        await page.follow(happened)
        if happened.name == "message" and happened.data["message"] == end:
            return
    raise AssertionError("the stream ended before the story did")


async def assert_as_new(page: OpenPage, story: Story) -> None:
    new, home = await OpenPage(page.who, page.chat_id).take(), await OpenPage(page.who, story.home).take()
    assert page.titles == home.titles
    assert page.is_over == new.is_over
    if not page.is_over:
        assert (page.messages, page.members, page.state) == (new.messages, new.members, new.state)
        assert page.votes == new.votes
        assert list(page.messages) == list(new.messages)
