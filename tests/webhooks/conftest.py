"""What posts is proven through the fast lane, as every world has it, and once more without it."""

import pytest
from tests.conftest import BOTH, WITHOUT_FAST_LANE

THROUGH_BOTH_DOORS = ("test_posting.py", "test_carriers.py")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.path.name in THROUGH_BOTH_DOORS:
        for world in {"world", "lasting_world"} & set(metafunc.fixturenames):
            # As a mark, it stands in the place of the fixture's own parameters.
            metafunc.definition.add_marker(pytest.mark.parametrize(world, [*BOTH, WITHOUT_FAST_LANE], indirect=True))
