"""Refusals, which we give on purpose, and faults, which are ours.

A refusal has a kind, which the edge makes a status of, a stable code for programs and a sentence for a person.
"""


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Invalid(Refusal):
    """What was sent cannot be read or breaks a rule."""


class Unauthenticated(Refusal):
    """Nobody we know: one and the same answer whatever is wrong with the credential."""


class Forbidden(Refusal):
    """Known, but without the right."""


class NotFound(Refusal):
    """Not there, or not to be seen by the caller."""


class Conflict(Refusal):
    """True once, but something else came first."""


class Unfinished(Conflict):
    """The same was asked for before, and is not done yet."""

    retry_after_s = 1


class Mismatched(Refusal):
    """It says that it repeats an earlier request, and is another one."""


class TooLarge(Refusal):
    """The body has more bytes than the route takes."""


class TargetTooLong(Refusal):
    """The address of the request has more bytes than any of ours."""


class HeadTooLarge(Refusal):
    """The header of the request has more bytes or fields than the server takes."""


class TooMany(Refusal):
    """One call too many, for now."""

    def __init__(self, code: str, sentence: str, *, retry_after_s: int) -> None:
        super().__init__(code, sentence)
        self.retry_after_s = retry_after_s


class Throttled(TooMany):
    """`TooMany` in the way of the older wire, whose programs look for a malformed request's status."""


class NotAcceptable(Refusal):
    """We cannot answer in any form that the caller takes."""


class TooSlow(Refusal):
    """The request did not arrive in time."""


class Busy(Refusal):
    """Nothing is wrong with the request; we cannot take it now."""

    retry_after_s = 1


class Fault(Exception):  # noqa: N818 - the glossary's word for a failure of our own
    """Our own failure: the caller gets a reference, the log gets the rest."""
