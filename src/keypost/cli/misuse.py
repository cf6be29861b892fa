"""What was not understood of a command line, in a sentence."""

from cyclopts import CycloptsError, MissingArgumentError, UnusedCliTokensError


def said(error: CycloptsError) -> str:
    """As the parser says it, where that is a sentence for people."""
    match error:
        case MissingArgumentError(argument=argument) if argument is not None:
            return f"{argument.name} {'is missing' if argument.required else 'has no value'}."
        case UnusedCliTokensError(unused_tokens=[*rest]):
            return f"{' '.join(rest)} is not understood."
        case _:
            return str(error)
