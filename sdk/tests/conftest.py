import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

sys.path.insert(0, str(Path(__file__).parent))

from sdk_world import Program


@pytest.fixture(scope="session")
def private_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def program(private_key: RSAPrivateKey, tmp_path: Path) -> Iterator[Program]:
    """The probe extension in a process of its own, alone in this test."""
    with (tmp_path / "stderr").open("w", encoding="utf-8") as stderr:
        started = Program(private_key, stderr)
        yield started
        started.close()


@pytest.fixture(scope="module")
def probe(private_key: RSAPrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The probe extension in a process that the tests of a module share; none of them may end it."""
    with (tmp_path_factory.mktemp("probe") / "stderr").open("w", encoding="utf-8") as stderr:
        started = Program(private_key, stderr)
        yield started
        started.close()
