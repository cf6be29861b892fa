from starlette.requests import Request

from keypost.extensions.calls import user_agent


def test_an_extension_hears_the_first_300_letters_of_what_a_browser_calls_itself() -> None:
    told = b"".join(str(number % 10).encode() for number in range(1_000))

    assert user_agent(Request({"type": "http", "headers": [(b"user-agent", told)]})) == told[:300].decode()
    assert user_agent(Request({"type": "http", "headers": []})) == ""
