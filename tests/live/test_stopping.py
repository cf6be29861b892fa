"""A server that is told to stop while it works for somebody."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from tests.live.running import ADA, Demo
from tests.live.until import until
from tests.live.visitor import Answer, agree, ask_for_gitlab


def test_who_still_waits_for_an_extension_is_told_that_the_server_stops(demo: Demo) -> None:
    ada = demo.sign_in(ADA)
    question = ask_for_gitlab(ada, demo.builds)
    answers: list[Answer] = []

    with frozen(demo):
        asking = threading.Thread(target=lambda: answers.append(agree(ada, question)))
        asking.start()
        until(lambda: connections(demo) > 0, "the command has reached the extension")
        demo.stop()
        asking.join()

    assert [answer.status for answer in answers] == [503]
    assert answers[0].json() == {"message": "Keypost is stopping. Try again in a moment.", "code": "server_stopping"}


@contextmanager
def frozen(demo: Demo) -> Iterator[None]:
    """The extension takes calls and answers none."""
    (child,) = demo.children()
    child.send_signal(signal.SIGSTOP)
    yield
    assert not psutil.pid_exists(child.pid)


def connections(demo: Demo) -> int:
    """Calls that are under way to the extension."""
    (child,) = demo.children()
    (listening,) = [found.laddr for found in child.net_connections() if found.status == psutil.CONN_LISTEN]
    of_server = psutil.Process(demo.process.pid).net_connections()
    return sum(found.raddr == listening and found.status == psutil.CONN_ESTABLISHED for found in of_server)
