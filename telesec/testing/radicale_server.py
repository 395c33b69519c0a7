"""A real CalDAV server (Radicale) as a child process, for tests and the demo.

It holds calendars other clients write to: the helper methods here speak plain HTTP with the standard
library, so that they share no code with the connector they check.
"""

import base64
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

_ROOT = Path(__file__).parents[2]
_MAKE = (
    '<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    "<D:set><D:prop><D:displayname>{name}</D:displayname></D:prop></D:set></C:mkcalendar>"
)


class RadicaleServer:
    """One server process; use it as a context manager, or ``start`` and ``stop``.

    Args:
        folder: Where calendars and the password file live; a second start finds them again.
        users: Login name → password.
        port: 0 takes a free one.
    """

    def __init__(self, folder: Path, users: Mapping[str, str], *, port: int = 0) -> None:
        self.users = dict(users)
        self._folder = folder
        self._passwords = folder / "htpasswd"
        self._port = port
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> Self:
        """Start the process and wait until it listens; ``url`` is then its root, with a slash.

        Raises:
            RuntimeError: If Radicale ended instead; it has said why on standard error.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._passwords.touch(mode=0o600)
        self._write_passwords()
        options = {"folder": str(self._folder), "htpasswd": str(self._passwords), "port": self._port}
        path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
        process = subprocess.Popen(
            [sys.executable, "-m", "telesec.testing.radicale_child", json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            process_group=0,  # Ctrl-C at a terminal is for the parent, which stops this in order.
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        self._process = process
        if not line:
            self.stop()
            raise RuntimeError("The CalDAV server did not start.")
        self._port = int(line)
        self.url = f"http://127.0.0.1:{self._port}/"
        return self

    def stop(self) -> None:
        """End the process; it keeps nothing in memory that is not on disk."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def port(self) -> int:
        """The port it listens on; kept over a stop and a start."""
        return self._port

    @property
    def pid(self) -> int | None:
        """Process id, or None when it is not running."""
        return self._process.pid if self._process else None

    def collection(self, user: str, name: str) -> str:
        """Return the address of a calendar, as a practice would type it."""
        return f"{self.url}{quote(user)}/{quote(name)}/"

    def change_password(self, user: str, secret: str) -> None:
        """Let a practice change its password; the next request needs the new one."""
        self.users[user] = secret
        self._write_passwords()

    def make_calendar(self, user: str, name: str) -> str:
        """Make a calendar unless it is there, and return its address."""
        status, _headers, _body = self.exchange(
            user, "MKCALENDAR", f"/{quote(user)}/{quote(name)}/", _MAKE.format(name=name)
        )
        if status not in {201, 403, 405, 409}:
            raise RuntimeError(f"MKCALENDAR: {status}")
        return self.collection(user, name)

    def write(self, user: str, name: str, resource: str, text: str) -> str:
        """Let another client store a resource, whatever was there, and return its ETag."""
        path = self._path(user, name, resource)
        status, headers, body = self.exchange(user, "PUT", path, text, {"Content-Type": "text/calendar"})
        if status not in {201, 204}:
            raise RuntimeError(f"PUT: {status} {body[:200]}")
        return headers.get("ETag", "")

    def read(self, user: str, name: str, resource: str) -> str | None:
        """Return what another client sees under a name, None when there is nothing."""
        status, _headers, body = self.exchange(user, "GET", self._path(user, name, resource))
        return body if status == 200 else None

    def delete(self, user: str, name: str, resource: str) -> None:
        """Let another client delete a resource."""
        self.exchange(user, "DELETE", self._path(user, name, resource))

    def texts(self, user: str, name: str) -> list[str]:
        """Return every calendar object of a calendar, as another client sees them."""
        _status, _headers, body = self.exchange(user, "GET", f"/{quote(user)}/{quote(name)}/")
        events = body.split("BEGIN:VEVENT")[1:]
        return [event.split("END:VEVENT")[0] for event in events]

    def store_raw(self, user: str, name: str, resource: str, text: str) -> None:
        """Put bytes into the storage behind the server's back, as a broken client or disk would."""
        folder = self._folder / "collection-root" / user / name
        (folder / resource).write_text(text)

    def exchange(
        self, user: str, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], str]:
        """Send one request as a user and return status, headers and body."""
        login = base64.b64encode(f"{user}:{self.users[user]}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request(
                method,
                path,
                body.encode(),
                {"Authorization": f"Basic {login}", "Depth": "1", **(headers or {})},
            )
            answer = connection.getresponse()
            return answer.status, dict(answer.headers.items()), answer.read().decode()
        finally:
            connection.close()

    def _write_passwords(self) -> None:
        self._passwords.write_text("".join(f"{user}:{secret}\n" for user, secret in self.users.items()))

    def _path(self, user: str, name: str, resource: str) -> str:
        return f"/{quote(user)}/{quote(name)}/{quote(resource)}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
