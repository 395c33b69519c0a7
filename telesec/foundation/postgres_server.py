"""A PostgreSQL server of our own, run as a child process on a private Unix socket.

Used for the embedded database and by the tests, with whichever version's programs are given. It
refuses to listen on a network address, to trust any local user, and to outlive its supervisor: the
kernel sends it SIGINT (fast shutdown) when the parent dies, even by ``kill -9``.
"""

import ctypes
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.foundation.room import MEGABYTE, lacking

SYSTEM_USER = "telesec-pg"
SUPERUSER = "postgres"
LONGEST_SOCKET_PATH = 90
ROOM_NEW, ROOM = 96 * MEGABYTE, 32 * MEGABYTE
"""Without so much a database cannot be made, or cannot start: its log alone takes 16 MB pieces."""
_PR_SET_PDEATHSIG = 1

HBA = """\
# Written by telesec at each start: every role proves its password, everything else is refused.
local all {superuser} scram-sha-256
local all telesec_app,telesec_migrate,telesec_backup scram-sha-256
local all all reject
"""

CONF = """\
listen_addresses = ''
unix_socket_directories = {socket}
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '128MB'
timezone = 'UTC'
log_timezone = 'UTC'
log_statement = 'none'
log_min_error_statement = 'panic'
log_parameter_max_length_on_error = 0
{extra}
"""


class PostgresServer:
    """One server: its data, its programs, its socket.

    Args:
        programs: Folder with ``initdb`` and ``postgres``.
        data: Data folder, made on first start.
        settings: Further lines of ``postgresql.conf``.
    """

    def __init__(self, programs: Path, data: Path, *, settings: str = "") -> None:
        self.programs = programs
        self.data = data.resolve()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = self._socket_folder()
        self.password_file = self.data.parent / f"{self.data.name}.password"

    def _socket_folder(self) -> Path:
        """Return the folder beside the data, or one every process finds where a socket cannot lie there.

        A socket's path is short, in bytes, and a comma in it would name two servers (libpq's ``host``).
        """
        beside = self.data.parent / "run"
        if len(os.fsencode(beside)) < LONGEST_SOCKET_PATH and "," not in str(beside):
            return beside
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"telesec-{name}"

    def _make_socket_folder(self) -> None:
        """Make the folder, and refuse one that somebody else made in the shared place for temporary files.

        Raises:
            Misconfigured: It is not ours.
        """
        self.socket.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.socket.lstat()
        ours = {os.geteuid(), _system_user().pw_uid} if os.geteuid() == 0 else {os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
            raise Misconfigured(
                say("The folder %(path)s is not ours. Remove it, then start again.", path=str(self.socket))
            )

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """Return the connection address for a role; without a password, the superuser's own."""
        word = self.password_file.read_text() if password is None else password
        return f"postgresql://{user}:{quote(word)}@/{database}?host={quote(str(self.socket), safe='')}"

    def start(self, *, wait_seconds: float = 30) -> None:
        """Start the server, initialising the data folder first if it is empty.

        Raises:
            Misconfigured: Not enough room, data of another version, or the server does not answer.
        """
        self.require_room()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        self._write_configuration()
        self._forget_dead_postmaster()
        log = (self.data.parent / f"{self.data.name}.log").open("ab")
        try:
            self._process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.data)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=self._become(),
                start_new_session=True,
            )  # fmt: skip
        finally:
            log.close()
        self._wait(wait_seconds)

    def require_room(self, needed: int = 0) -> None:
        """Refuse to make, start or upgrade what the disk has no room for.

        Args:
            needed: Bytes; what a start needs unless told.

        Raises:
            Misconfigured: Nothing was changed.
        """
        told = lacking(self.data, needed or (ROOM if (self.data / "PG_VERSION").exists() else ROOM_NEW))
        if told is not None:
            raise Misconfigured(told)

    def stop(self) -> None:
        """Stop with a fast shutdown and wait for it."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(20)
        self._process = None
        if self.socket.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(self.socket, ignore_errors=True)

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        alive = self._process is not None and self._process.poll() is None
        return self._process.pid if alive and self._process else None

    def _initialise(self) -> None:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        word = secrets.token_urlsafe(24)
        self.password_file.unlink(missing_ok=True)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(word)
        self._own(self.data, self.password_file)
        result = subprocess.run(
            [
                str(self.programs / "initdb"), "-D", str(self.data), "-U", SUPERUSER,
                "-E", "UTF8", "--locale=C", "-A", "scram-sha-256",
                f"--pwfile={self.password_file}", "--no-instructions",
            ],
            capture_output=True, check=False, preexec_fn=self._become(),
        )  # fmt: skip
        if result.returncode:
            raise Misconfigured(
                say("The database could not be made: %(reason)s", reason=_reason(result.stderr))
            )
        if os.geteuid() == 0:
            os.chown(self.password_file, 0, 0)
        self.password_file.chmod(0o400)

    def _check_version(self) -> None:
        have = (self.data / "PG_VERSION").read_text().strip()
        answer = subprocess.run(
            [str(self.programs / "postgres"), "--version"], capture_output=True, check=True, text=True
        ).stdout
        want = answer.split()[2].split(".")[0]
        if have != want:
            raise Misconfigured(
                say(
                    "The data folder was made by PostgreSQL %(have)s, this program is %(want)s. Back up with "
                    "the release that made it (telesec backup create), then restore into a new data folder.",
                    have=have,
                    want=want,
                )
            )

    def _write_configuration(self) -> None:
        self._make_socket_folder()
        conf = self.data / "postgresql.auto.conf"
        text = CONF.format(socket=_quoted(self.socket), extra=self._settings)
        (self.data / "telesec.conf").write_text(text)
        main = self.data / "postgresql.conf"
        include = "include 'telesec.conf'"
        if include not in main.read_text():
            main.write_text(main.read_text() + f"\n{include}\n")
        (self.data / "pg_hba.conf").write_text(HBA.format(superuser=SUPERUSER))
        self._own(self.socket, self.data / "telesec.conf", main, self.data / "pg_hba.conf", conf)

    def _forget_dead_postmaster(self) -> None:
        """Remove the lock file of a server that was killed; wait for one that ends with its supervisor.

        Raises:
            Misconfigured: A server runs for this folder.
        """
        lock = self.data / "postmaster.pid"
        pause = threading.Event()
        for _ in range(400):
            if not self._runs(lock):
                lock.unlink(missing_ok=True)
                return
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=2).close()
                break
            pause.wait(0.05)
        raise Misconfigured(
            say("The database is already running for this folder. Stop the other telesec first.")
        )

    def _runs(self, lock: Path) -> bool:
        """Return whether the process a lock file names is a server of this folder; numbers are used again."""
        with suppress(OSError, ValueError):
            pid = int(lock.read_text().split("\n", 1)[0])
            return str(self.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

    def _own(self, *paths: Path) -> None:
        """As root, hand files to the server's own user and let it walk down to them."""
        if os.geteuid() != 0:
            return
        user = _system_user()
        for path in paths:
            if path.exists():
                os.chown(path, user.pw_uid, user.pw_gid)
        for start in (self.data, self.socket, self.programs):
            for folder in start.resolve().parents:
                mode = folder.stat().st_mode
                if not mode & 0o001:
                    folder.chmod(mode | 0o001)

    def _become(self) -> Callable[[], None]:
        user = _system_user() if os.geteuid() == 0 else None
        libc = ctypes.CDLL(None)
        data = str(self.data)

        def prepare() -> None:
            if user is not None:
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
            os.chdir(data)
            os.umask(0o077)
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)

        return prepare

    def _wait(self, seconds: float) -> None:
        """Return when the server answers; its log holds the reason if it never does."""
        pause = threading.Event()
        for _ in range(int(seconds * 20)):
            if self._process is not None and self._process.poll() is not None:
                break
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=5).close()
                return
            pause.wait(0.05)
        raise Misconfigured(
            say(
                "The database does not start. Read %(log)s for the reason.",
                log=str(self.data.parent / f"{self.data.name}.log"),
            )
        )


def _quoted(folder: Path) -> str:
    """Return a folder as the one entry of a list in ``postgresql.conf``."""
    entry = '"' + str(folder).replace('"', '""') + '"'
    return "'" + entry.replace("\\", "\\\\").replace("'", "''") + "'"


def _reason(complaint: bytes) -> str:
    """Return the first line that names an error; what follows it is cleaning up."""
    lines = complaint.decode(errors="replace").strip().splitlines() or ["?"]
    signs = ("error", "fatal", "could not", "no space")
    return next((line for line in lines if any(sign in line.lower() for sign in signs)), lines[-1])


def _system_user() -> pwd.struct_passwd:
    """Return the user the server runs as when telesec is started by root; made on first use."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True, capture_output=True,
        )  # fmt: skip
        return pwd.getpwnam(SYSTEM_USER)
