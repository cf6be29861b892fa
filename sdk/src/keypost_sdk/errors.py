"""Why a call is turned away before a handler sees it. The sentences are for the person who runs the extension."""


class CallRefused(Exception):  # noqa: N818 - a refusal is an answer on purpose, not an error of ours
    """An answer given on purpose. Neither code nor sentence carries anything of the call but the handler's name."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class NotSigned(CallRefused):
    """The call is not from the server that this extension belongs to, or it is an old one played again."""


class MalformedCall(CallRefused):
    """The call is signed, but it is not of the wire's form."""


class NoHandler(CallRefused):
    """The extension has nothing registered under that name."""


class TooLarge(CallRefused):
    """The body is over the server's cap."""


class WrongPlace(CallRefused):
    """Calls come by POST to the one address `/`."""
