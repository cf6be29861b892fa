from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.live.running import Demo, running


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo of the test's own, stopped by Ctrl-C at its end."""
    with running(tmp_path / "demo", level="debug") as started:
        yield started
