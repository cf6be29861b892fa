from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from keypost.delivery.outbound import Outbound
from keypost.delivery.signing import generate


@pytest.fixture(scope="session")
def key() -> RSAPrivateKey:
    return generate()


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with Outbound() as outbound:
        yield outbound
