import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from sdk_world import CANARY

from keypost_sdk import Client, Message, Refused, Secret

Talk = Callable[[Client], Awaitable[None]]


def talk_to(answer: web.Response, talk: Talk) -> list[dict[str, Any]]:
    """Have `talk` speak with a real server that always gives `answer`; what that server heard."""
    heard: list[dict[str, Any]] = []

    async def listen(request: web.BaseRequest) -> web.Response:
        body = json.loads(await request.read())
        heard.append({"path": request.raw_path, "token": request.headers.get("X-Keypost-Token"), "body": body})
        return answer

    async def whole() -> None:
        runner = web.ServerRunner(web.Server(listen))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            async with Client(f"http://127.0.0.1:{runner.addresses[0][1]}/", Secret(CANARY)) as client:
                await talk(client)
        finally:
            await runner.cleanup()

    asyncio.run(whole())
    return heard


def test_a_message_goes_to_a_channel_with_the_token_in_the_header() -> None:
    heard = talk_to(
        web.Response(status=204), lambda client: client.post_to_channel("builds", Message(text="*Build 7* passed"))
    )

    assert heard == [
        {"path": "/api/v2/channelsbyname/builds/message", "token": CANARY, "body": {"text": "*Build 7* passed"}}
    ]


def test_a_message_goes_to_a_chat() -> None:
    heard = talk_to(web.Response(status=204), lambda client: client.post_to_chat("CT_1_2", Message(text="Hi")))

    assert heard[0]["path"] == "/api/v2/chats/CT_1_2/message"


def test_a_name_cannot_lead_to_another_address() -> None:
    heard = talk_to(web.Response(status=204), lambda client: client.post_to_channel("../a?b#c", Message(text="Hi")))

    assert heard[0]["path"] == "/api/v2/channelsbyname/..%2Fa%3Fb%23c/message"


def test_a_refusal_carries_code_and_sentence() -> None:
    problem = {"code": "channel_not_found", "message": 'There is no channel "builds".'}

    with pytest.raises(Refused) as caught:
        talk_to(web.json_response(problem, status=404), lambda client: client.post_to_chat("CT_1", Message(text="Hi")))

    refused = caught.value
    assert (refused.status, refused.code, refused.sentence) == (404, problem["code"], problem["message"])
    assert str(refused) == problem["message"]
    assert refused.retry_after_s is None


def test_a_busy_server_says_how_long_to_wait() -> None:
    answer = web.json_response({"code": "slow"}, status=429, headers={"Retry-After": "7"})

    with pytest.raises(Refused) as caught:
        talk_to(answer, lambda client: client.post_to_chat("CT_1", Message(text="Hi")))

    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize("body", ["<html>", "[]", "", '{"code": 5}', "\ud800".encode("utf-8", "surrogatepass")])
def test_an_answer_that_is_not_keyposts_is_still_a_refusal(body: str | bytes) -> None:
    with pytest.raises(Refused, match=r"^The server answered with status 502\.$"):
        talk_to(web.Response(status=502, body=body), lambda client: client.post_to_chat("CT_1", Message(text="Hi")))


def test_the_token_does_not_follow_a_redirect() -> None:
    answer = web.Response(status=307, headers={"Location": "/elsewhere"})

    with pytest.raises(Refused):
        talk_to(answer, lambda client: client.post_to_chat("CT_1", Message(text="Hi")))


@pytest.mark.parametrize("address", ["", "keypost.example", "ftp://keypost.example", "https://"])
def test_a_base_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        Client(address, Secret(CANARY))


def test_a_client_that_was_not_opened_says_how() -> None:
    with pytest.raises(RuntimeError, match="async with Client"):
        asyncio.run(Client("https://keypost.example", Secret(CANARY)).post_to_chat("CT_1", Message(text="Hi")))
