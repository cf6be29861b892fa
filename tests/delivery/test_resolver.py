import socket

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from keypost.delivery.answer import Failed
from keypost.delivery.outbound import Outbound
from keypost.delivery.resolver import CheckedResolver, ForbiddenAddressError, loopback_socket, public_socket


class Zone(AbstractResolver):
    """A name server whose answers are listed: the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        pass


async def test_public_answers_pass_as_they_are() -> None:
    zone = Zone(["8.8.8.8", "2606:4700::1111"])

    results = await CheckedResolver(zone).resolve("hooks.example.com", 443)

    assert [(result["host"], result["port"]) for result in results] == [("8.8.8.8", 443), ("2606:4700::1111", 443)]


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%2"], []])
async def test_one_bad_address_refuses_the_name(answer: list[str]) -> None:
    with pytest.raises(ForbiddenAddressError):
        await CheckedResolver(Zone(answer)).resolve("hooks.example.com", 443)


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["64:ff9b::7f00:1"]])
async def test_a_call_to_a_name_that_leads_inside_is_refused(answer: list[str]) -> None:
    zone = Zone(answer)
    async with Outbound(resolver=zone) as outbound:
        outcome = await outbound.call("https://hooks.example.com/", b"{}", "signature")

    assert isinstance(outcome, Failed)
    assert outcome.kind == "refused_target"
    assert zone.asked == ["hooks.example.com"]


async def test_an_answer_that_changes_its_mind_is_asked_for_once_per_call() -> None:
    zone = Zone(["10.0.0.1"], ["8.8.8.8"])
    async with Outbound(resolver=zone) as outbound:
        outcome = await outbound.call("https://hooks.example.com/", b"{}", "signature")

    assert isinstance(outcome, Failed)
    assert outcome.kind == "refused_target"
    assert len(zone.asked) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_the_socket_itself_refuses_what_no_rule_before_it_saw(address: str) -> None:
    connector = aiohttp.TCPConnector(resolver=Zone([address]), socket_factory=public_socket)
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as refusal:
            await session.get("http://hooks.example.com/")

    assert isinstance(refusal.value.os_error, ForbiddenAddressError)


def test_each_kind_of_socket_knows_its_side_of_the_wall() -> None:
    outside = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("8.8.8.8", 443))
    inside = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 41000))

    public_socket(outside).close()
    loopback_socket(inside).close()
    with pytest.raises(ForbiddenAddressError):
        public_socket(inside)
    with pytest.raises(ForbiddenAddressError):
        loopback_socket(outside)
