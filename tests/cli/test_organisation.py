from tests.cli.terminal import terminal
from tests.world import World

from keypost.settings import Limits


async def test_an_admin_sees_and_changes_how_fast_tools_may_post(world: World) -> None:
    shared = {"posts_per_minute_of_person": 1200, "posts_per_minute_in_chat": 50}
    await world.restart(posts_per_minute=300, limits=Limits.KEYPOST, **shared)
    shell = await terminal(world, world.ada)

    shown = await shell.run("organisation", "limits")
    changed = await shell.run("organisation", "limits", "60")
    as_json = await shell.run("organisation", "limits", "0", "--json")
    back = await shell.run("organisation", "limits", "default")

    assert shown.out.splitlines() == [
        "limits              keypost",
        "posts of a token    as the server says",
        "as the server says  300 times a minute",
        "posts of a person   1200 times a minute",
        "posts in a chat     50 times a minute",
    ]
    assert "posts of a token    60 times a minute" in changed.out
    assert "posts in a chat     60 times a minute" in changed.out  # Never less than each token may make.
    assert as_json.json["posts_per_minute"] == as_json.json["posts_per_minute_of_person"] == 0
    assert back.out == shown.out


async def test_a_number_that_makes_no_sense_is_refused(world: World) -> None:
    shell = await terminal(world, world.ada)

    for number in ("-1", "many", "1.5", "100001"):
        ended = await shell.run("organisation", "limits", number)

        assert (ended.code, ended.out) == (2, "")
        assert "a whole number from 0 to 100000, or default" in ended.err


async def test_a_token_gets_a_budget_and_loses_it_again(world: World) -> None:
    tool = await world.tool(owner=world.grace)
    shell, graces = await terminal(world, world.ada), await terminal(world, world.grace)
    token = f"tok_{tool.token.id}"

    given = await shell.run("token", "budget", token, "60")
    shown = await shell.run("token", "show", token)
    taken = await shell.run("token", "budget", token, "default", "--json")
    unbound = await shell.run("token", "budget", token, "0")
    refused = await graces.run("token", "budget", token, "0")

    assert given.out == f"{token} may post 60 times a minute.\n"
    assert "posts      60 times a minute" in shown.out
    assert taken.json["posts_per_minute"] is None
    assert unbound.out == f"{token} may post without a bound.\n"
    assert (refused.code, refused.out) == (2, "")
    assert "(admin_needed)" in refused.err
