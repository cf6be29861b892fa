"""The command `keypost`, from its first moment on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


def main() -> None:
    with _ending_at_once():
        from keypost import cli  # noqa: PLC0415 - it takes a while, in which somebody may change their mind.

        cli.load()
    cli.main()


@contextmanager
def _ending_at_once() -> Iterator[None]:
    """Meanwhile Ctrl-C ends the process without a word: nothing has begun that would have to end in order."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:  # Else whoever started us wants it ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, usual)


if __name__ == "__main__":
    main()
