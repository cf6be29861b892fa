"""The command `keypost`."""

import sys

from cyclopts import App

from keypost import __doc__ as about
from keypost.cli import demo, sample
from keypost.cli.console import complain
from keypost.errors import Fault, Refusal

app = App(name="keypost", help=about)
app.command(demo.demo)
app.command(sample.sample)


def main() -> None:
    try:
        app()
    except Refusal as refusal:
        complain(refusal.sentence)
        sys.exit(2)
    except Fault as fault:
        complain(str(fault))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
