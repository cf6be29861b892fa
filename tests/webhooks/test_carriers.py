"""How a token may travel: once, in one place."""

import pytest
from tests.people import Answer, posting_path
from tests.world import World

GENERAL = posting_path("#general")
SECRET = "SECRET"

ONE = {
    "our header": ([("X-Keypost-Token", SECRET)], ""),
    "our header, shouted": ([("X-KEYPOST-TOKEN", SECRET)], ""),
    "bearer": ([("Authorization", f"Bearer {SECRET}")], ""),
    "bearer, whispered": ([("authorization", f"bearer   {SECRET}")], ""),
    "the wire's scheme": ([("Authorization", f"Zoho-zapikey {SECRET}")], ""),
    "zapikey": ([], f"?zapikey={SECRET}"),
    "authtoken": ([], f"?authtoken={SECRET}"),
    "an encoded name": ([], f"?zapi%6Bey={SECRET}"),
    "zapikey among others": ([], f"?a=1&zapikey={SECRET}&bot_unique_name=buildbot"),
    "a scheme that is not for tokens beside it": (
        [("Authorization", "Basic eA=="), ("X-Keypost-Token", SECRET)],
        "",
    ),
}
SEVERAL = {
    "two of our header": ([("X-Keypost-Token", SECRET), ("X-Keypost-Token", SECRET)], ""),
    "two headers": ([("X-Keypost-Token", SECRET), ("Authorization", f"Bearer {SECRET}")], ""),
    "two Authorization": ([("Authorization", f"Bearer {SECRET}"), ("Authorization", f"Zoho-zapikey {SECRET}")], ""),
    "header and query": ([("X-Keypost-Token", SECRET)], f"?zapikey={SECRET}"),
    "zapikey twice": ([], f"?zapikey={SECRET}&zapikey={SECRET}"),
    "zapikey and authtoken": ([], f"?zapikey={SECRET}&authtoken={SECRET}"),
    "zapikey twice, once encoded": ([], f"?zapikey={SECRET}&z%61pikey={SECRET}"),
    "a good one and an empty one": ([("X-Keypost-Token", SECRET)], "?zapikey="),
}
NONE = {
    "nothing": ([], ""),
    "an empty header": ([("X-Keypost-Token", "")], ""),
    "no scheme": ([("Authorization", SECRET)], ""),
    "an older scheme": ([("Authorization", f"Zoho-authtoken {SECRET}")], ""),
    "a cookie": ([("Cookie", f"zapikey={SECRET}; X-Keypost-Token={SECRET}")], ""),
    "the name in capitals": ([], f"?ZAPIKEY={SECRET}"),
    "cut off": ([("X-Keypost-Token", SECRET + "x")], ""),
}


@pytest.mark.parametrize("way", ONE)
async def test_a_token_comes_in_one_of_these_ways(lasting_world: World, way: str) -> None:
    assert (await sent(lasting_world, *ONE[way])).status == 204


@pytest.mark.parametrize("way", SEVERAL)
async def test_several_tokens_are_refused(lasting_world: World, way: str) -> None:
    before = await lasting_world.messages_in("#general")

    answer = await sent(lasting_world, *SEVERAL[way])

    assert (answer.status, answer.refused_with) == (400, "several_credentials")
    assert await lasting_world.messages_in("#general") == before


@pytest.mark.parametrize("way", NONE)
async def test_nothing_else_carries_a_token(lasting_world: World, way: str) -> None:
    answer = await sent(lasting_world, *NONE[way])

    assert (answer.status, answer.refused_with) == (401, "invalid_zapikey")


async def test_the_scheme_of_api_tokens_carries_no_other(world: World) -> None:
    answer = await sent(world, [("Authorization", f"Zoho-oauthtoken {SECRET}")], "")

    assert (answer.status, answer.refused_with) == (401, "oauthtoken_invalid")


async def test_a_get_never_posts(world: World) -> None:
    standup = await world.tool()

    answer = await world.stranger.get(f"{GENERAL}?zapikey={standup.secret}")

    assert (answer.status, answer.refused_with) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


async def sent(world: World, headers: list[tuple[str, str]], query: str) -> Answer:
    standup = await world.tool()
    secret = standup.secret
    carried = [(name, value.replace(SECRET, secret)) for name, value in headers]
    answer = await world.stranger.post(GENERAL + query.replace(SECRET, secret), {"text": "Hello"}, carried)
    await world.revoke(standup)
    return answer
