"""Every address of the wire says what its calls are counted as."""

import pytest

from keypost.routes import ROUTES
from keypost.web.routing import Route

WIRE = ("/api/v2/", "/api/v3/")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods[0]} {route.path}")
def test_a_route_of_the_wire_has_a_family_and_no_other_has(route: Route) -> None:
    assert (route.family is not None) == route.path.startswith(WIRE)
