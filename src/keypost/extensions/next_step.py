"""What the page shows after a press or a command: a question, or what came of the call."""

from typing import Any

from keypost.extensions import outcomes, private, questions
from keypost.extensions.begun import Begun
from keypost.extensions.desk import Desk
from keypost.extensions.dialogs import Question


async def next_step(desk: Desk, due: Question | Begun) -> dict[str, Any]:
    """The answer for the page's scripts. A call that is due leaves now."""
    if isinstance(due, Question):
        return {"kind": "dialog", "html": questions.render(due)}
    seen = await outcomes.run(desk, due)
    if seen.banner is not None:
        return {"kind": "banner", "banner": seen.banner}
    if seen.private is not None:
        names = desk.names_for(due.app.org_id, due.invocation.person_id)
        return {"kind": "private", "html": private.dialog(due.app, seen.private, names)}
    return {"kind": "done"}
