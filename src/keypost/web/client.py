from starlette.requests import Request


def address_of(request: Request) -> str:
    """Of the client, or of whom a trusted proxy names; empty if unknown."""
    return request.client.host if request.client else ""
