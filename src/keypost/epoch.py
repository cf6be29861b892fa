"""How often memory has changed.

Whatever is loaded from the database changes in commits' effects alone. So what somebody concluded from it holds for as
long as the epoch is the same, whatever it was that they looked at.
"""


class Epoch:
    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0

    def end(self) -> None:
        self.number += 1
