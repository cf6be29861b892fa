"""Numbers and switches in an address's query."""

from starlette.requests import Request

from keypost.errors import Invalid
from keypost.ids import read_number


def limit_of(request: Request, most: int) -> int:
    """How many entries are asked for: `limit`, or as many as there can be."""
    return number_in(request, "limit", most, least=1) or most


def number_in(request: Request, name: str, most: int, *, least: int = 0) -> int | None:
    """None if it is not said."""
    text = request.query_params.get(name)
    if text is None:
        return None
    number = read_number(text)
    if number is None or not least <= number <= most:
        raise Invalid("invalid_inputs", f"{name} must be a whole number from {least} to {most}")
    return number


def is_on(request: Request, name: str) -> bool:
    """A switch, which is off if nothing is said."""
    given = request.query_params.get(name, "false")
    if given not in {"true", "false"}:
        raise Invalid("invalid_inputs", f"{name} must be true or false")
    return given == "true"
