"""The process of the test CalDAV server: ``python -m telesec.testing.radicale_child '<json>'``.

Radicale's own application and HTTP server, on loopback; prints the port it took, ends when its standard
input closes, so that it never outlives the process that started it.
"""

import json
import os
import socket
import sys
import threading

from radicale import config
from radicale.app import Application
from radicale.log import logger
from radicale.server import ParallelHTTPServer, RequestHandler


def main(options: dict[str, str | int]) -> None:
    """Serve until standard input closes or the process is asked to end."""
    logger.setLevel("ERROR")
    configuration = config.load()
    configuration.update(
        {
            "auth": {
                "type": "htpasswd",
                "htpasswd_filename": str(options["htpasswd"]),
                "htpasswd_encryption": "plain",
                "delay": "0",
            },
            # By default Radicale leaves out what it cannot read: a busy hour would look free.
            "storage": {"filesystem_folder": str(options["folder"]), "skip_broken_item": "False"},
            "server": {"delay_on_error": "0"},
            "logging": {"level": "error"},
        },
        "telesec",
    )
    server = ParallelHTTPServer(
        configuration, socket.AF_INET, ("127.0.0.1", int(options["port"])), RequestHandler
    )
    server.set_app(Application(configuration))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    print(server.server_port, flush=True)  # noqa: T201 - what the parent waits for
    server.serve_forever(poll_interval=0.1)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
