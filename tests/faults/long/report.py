"""What came out of a fault: counts, and complaints if something did not hold."""

from collections.abc import Mapping

from msgspec import Struct


class Report(Struct, frozen=True):
    """`counts` by what was counted; `complaints` are sentences."""

    fault: str
    counts: Mapping[str, int | float]
    complaints: list[str]

    @property
    def line(self) -> str:
        counted = ", ".join(f"{value:,} {what}" for what, value in self.counts.items())
        verdict = "holds" if not self.complaints else f"FAILS ({len(self.complaints)})"
        return "\n    ".join([f"{self.fault}: {verdict}: {counted}", *self.complaints])


class CannotRun(Exception):  # noqa: N818 - what is missing on this machine, as a sentence.
    pass
