"""A worker for ``kill -9``: it delivers once and hangs where it is told to; says ``hanging`` when it does.

Its one argument is JSON: ``when`` (``before`` or ``after`` the provider took the notice), ``url`` and
``context_key`` of the database, ``settings``.
"""

import json
import sys
import threading

from telesec.alerts import flow
from telesec.alerts.ports import ChannelKind
from telesec.bootstrap import build_deps
from telesec.foundation.database import Database
from telesec.integrations.twilio import plugin
from telesec.settings import Settings
from telesec.testing.clock import MovableClock


class Hanging:
    """A channel that never returns."""

    kind = ChannelKind.SMS
    name = "hanging"

    def __init__(self, real, when):
        self._real, self._when = real, when

    def send(self, notice):
        if self._when == "after":
            self._real.send(notice)
        sys.stdout.write("hanging\n")
        sys.stdout.flush()
        threading.Event().wait()

    def look_up(self, notice):
        return self._real.look_up(notice)


def main(given):
    settings = Settings(**given["settings"])
    real = next(one for one in plugin.telesec_channels(settings) if one.kind is ChannelKind.SMS)
    deps = build_deps(
        settings,
        database=Database(given["url"], bytes.fromhex(given["context_key"])),
        clock=MovableClock(),
        channels={ChannelKind.SMS: (Hanging(real, given["when"]),)},
    )
    flow.deliver(deps)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
