"""``telesec doctor``: examine an installation, also one that is broken.

A check that cannot be made says so and the next one is made all the same; nothing is changed.
"""

import ssl
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from telesec.bootstrap import database_settings, flat, plugin_manager
from telesec.foundation.clock import Clock
from telesec.foundation.embedded_postgres import EmbeddedPostgres
from telesec.foundation.errors import Misconfigured, TelesecError
from telesec.foundation.language import say
from telesec.operations import database_checks, key_checks, machine_checks, outside_checks, work_checks
from telesec.operations.findings import Finding, Status, fail, ok
from telesec.settings import Settings, read_settings

Check = Callable[[], Finding | Sequence[Finding] | None]
ERRORS = (TelesecError, psycopg.Error, SQLAlchemyError, OSError, ValueError)


def examine(
    read: Callable[[], Settings] = read_settings, *, clock: Clock, tls: ssl.SSLContext
) -> list[Finding]:
    """Return every finding, the machine's first.

    Args:
        read: Reads the settings; what it refuses is a finding.
        clock: Ours, compared with the database's.
        tls: How the public address's certificate is judged.
    """
    findings = list(_made("program", machine_checks.program))
    try:
        settings = read()
    except Misconfigured as error:
        todo = say("Correct the settings; the other checks need them.")
        return [*findings, fail("settings", error.sentence, todo)]
    findings.append(ok("settings", say("The settings are understood.")))
    findings += _made("disk", partial(machine_checks.disk, settings))
    findings += _made("backup", partial(machine_checks.newest_backup, settings, clock.now()))
    findings += _made("master_key", partial(key_checks.key_file, settings))
    findings += _made("key_apart", partial(key_checks.apart, settings))
    findings += _database(settings, clock)
    findings += _made("public_url", partial(outside_checks.public_url, settings, tls, clock.now()))
    findings += _made("carrier", partial(_channels, settings))
    return findings


def _made(name: str, check: Check) -> Iterator[Finding]:
    """Make one check; what stops it is its finding."""
    try:
        found = check()
    except ERRORS as error:
        sentence = error.sentence if isinstance(error, TelesecError) else None
        seen = sentence or say("This could not be checked (%(error)s).", error=type(error).__name__)
        yield fail(name, seen, say("Mend what the lines above say, then type telesec doctor again."))
        return
    if isinstance(found, Finding):
        yield found
    else:
        yield from found or ()


def _database(settings: Settings, clock: Clock) -> list[Finding]:
    todo = say("Start it (telesec serve starts the embedded one), or correct TELESEC_DATABASE_URL.")
    if not settings.database_url.get_secret_value() and not (settings.data_dir / "keys").exists():
        seen = say("There is no installation in %(path)s.", path=settings.data_dir.resolve())
        what = say(
            "A new one: telesec init. One that was lost: telesec backup restore. Or set TELESEC_DATA_DIR."
        )
        return [fail("database", seen, what)]
    try:
        url, key = database_settings(settings)
        connection = psycopg.connect(url, connect_timeout=5, autocommit=True)
    except ERRORS:
        return [fail("database", say("The database does not answer."), todo)]
    with connection:
        findings = [
            *_made("database", partial(database_checks.version, connection)),
            *_made("schema", partial(database_checks.schema, connection)),
            *_made("roles", partial(database_checks.roles, connection)),
            *_made("connections", partial(database_checks.connections, url, _admin_url(settings))),
            *_made("link", partial(database_checks.link, connection, url)),
            *_made("clocks", partial(database_checks.clocks, connection, clock.now)),
        ]
        if any(found.name == "schema" and found.status is Status.FAIL for found in findings):
            return findings
        findings += [
            *_made("row_security", partial(database_checks.row_security, connection)),
            *_made("context_key", partial(database_checks.context, connection, key)),
            *_made("worker", partial(work_checks.worker, connection, clock.now())),
            *_made("jobs", partial(work_checks.wake_ups, connection, clock.now())),
            *_made("alerts", partial(work_checks.alerts, connection, clock.now())),
            *_made("audit", partial(work_checks.audit, connection, clock.now())),
            *_made("calendars", partial(work_checks.calendars, url, key)),
        ]
    return [*findings, *_made("records", partial(key_checks.opens, settings))]


def _admin_url(settings: Settings) -> str | None:
    """Return the embedded server's superuser address; a server of the operator's own is not ours to enter."""
    if settings.database_url.get_secret_value():
        return None
    server = EmbeddedPostgres(settings.data_dir).server
    return server.url() if server.password_file.exists() else None


def _channels(settings: Settings) -> list[Finding]:
    manager = plugin_manager(settings)
    return outside_checks.channels(flat(manager.hook.telesec_channels(settings=settings)))
