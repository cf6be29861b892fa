"""What an extension says to its own installation: yes, or no and why. Its words are a stranger's, shown to an admin."""

from typing import Any, Final

from keypost.delivery.answer import Answer, Failed
from keypost.log import mask
from keypost.messages.plain import visible

ALLOWED: Final = 200
PART_MAX: Final = 300
NOTES_MAX: Final = 10
SENTENCE_ENDS: Final = (".", "!", "?", ":")


def objection(answer: Answer | None) -> str | None:
    """Why an installation may not be, in sentences for an admin; None if it may. An answer of None: it died meanwhile.

    The wire's yes is the status 200 and nothing else; a no has any of title, message, note (a list) and footer.
    """
    if answer is None:
        return "It could not be started. Its log says why."
    if isinstance(answer, Failed):
        return f"It did not answer as it should. {answer.detail}"
    output = answer.output if isinstance(answer.output, dict) else {}
    if output.get("status") == ALLOWED:
        return None
    return " ".join(_parts(output)) or "It did not say why."


def _parts(output: dict[str, Any]) -> list[str]:
    notes = output.get("note")
    said = [output.get("title"), output.get("message"), *_list(notes), output.get("footer")]
    return [_sentence(part) for part in said if isinstance(part, str) and part.strip()]


def _list(notes: Any) -> list[Any]:
    return notes[:NOTES_MAX] if isinstance(notes, list) else [notes]


def _sentence(part: str) -> str:
    text = mask(visible(" ".join(part.split())[:PART_MAX], keep=""))
    return text if text.endswith(SENTENCE_ENDS) else f"{text}."
