from tests.cli.terminal import terminal
from tests.world import World


async def test_ones_own_tokens_are_listed(world: World) -> None:
    mine, others = await world.tool(), await world.tool(owner=world.grace)
    shell = await terminal(world, world.ada)

    listed = await shell.run("token", "list")
    as_json = await shell.run("token", "list", "--json")

    assert (listed.code, listed.err) == (0, "")
    assert f"tok_{mine.token.id}" in listed.out
    assert f"tok_{others.token.id}" not in listed.out
    assert [token["id"] for token in as_json.json["tokens"]] == [f"tok_{mine.token.id}"]
    assert mine.secret not in listed.out + as_json.out


async def test_an_admin_lists_everybodys(world: World) -> None:
    tools = [await world.tool(), await world.tool(owner=world.grace)]
    ada, grace = await terminal(world, world.ada), await terminal(world, world.grace)

    listed = await ada.run("token", "list", "--all")
    refused = await grace.run("token", "list", "--all")

    assert all(f"tok_{tool.token.id}" in listed.out for tool in tools)
    assert (refused.code, refused.out) == (2, "")


async def test_a_token_is_shown_and_revoked(world: World) -> None:
    tool = await world.tool()
    shell = await terminal(world, world.ada)
    token = f"tok_{tool.token.id}"

    shown = await shell.run("token", "show", token)
    revoked = await shell.run("token", "revoke", token)
    again = await shell.run("token", "revoke", token, "--json")

    assert "standup" in shown.out
    assert "Ada Lovelace" in shown.out
    assert revoked.out == f"{token} is revoked.\n"
    assert again.json["state"] == "over"
    assert (await tool.say("#builds", "Still there?")).refused_with == "invalid_zapikey"
    assert "revoked" in (await shell.run("token", "show", token)).out


async def test_a_token_that_is_none_is_told_which_there_are(world: World) -> None:
    tool, others = await world.tool(), await world.tool(owner=world.grace)
    shell = await terminal(world, world.ada)

    for named in ("tok_1", f"tok_{others.token.id}x", "nonsense"):
        ended = await shell.run("token", "revoke", named)

        assert (ended.code, ended.out) == (2, "")
        assert f"There is: tok_{tool.token.id}. (token_not_found)" in ended.err
