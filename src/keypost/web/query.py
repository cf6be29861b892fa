"""Numbers in an address's query."""

from starlette.requests import Request

from keypost.errors import Invalid
from keypost.ids import read_number


def limit_of(request: Request, most: int) -> int:
    """How many entries are asked for: `limit`, or as many as there can be."""
    number = read_number(request.query_params.get("limit", str(most)))
    if number is None or not 1 <= number <= most:
        raise Invalid("invalid_inputs", f"limit must be a whole number from 1 to {most}")
    return number
