"""``telesec doctor`` sees each thing that is broken, says what to do, and goes on to the next."""

import json
import os
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.errors import Misconfigured
from telesec.foundation.language import say
from telesec.operations import database_checks
from telesec.operations.doctor import examine
from telesec.operations.findings import Status
from telesec.testing.clock import MovableClock
from telesec.testing.installation import wait_for
from telesec.testing.plugin import DATABASE
from telesec.vault import installation, keyring
from telesec.vault import service as vault
from tests import certificates


@pytest.fixture
def look(operator_settings, real_clock):
    """Examine with some settings changed; return findings by name."""

    def examined(*, clock=real_clock, tls=None, **changed):
        settings = operator_settings.model_copy(update=changed)
        found = examine(lambda: settings, clock=clock, tls=tls or ssl.create_default_context())
        return {finding.name: finding for finding in found}

    return examined


@pytest.fixture
def at_work(deps, cast, real_clock):
    """A worker that beats now, and a record that was sealed."""
    with deps.database.session((), "test") as session:
        beat = text("insert into procrastinate_workers (last_heartbeat) values (:at)")
        session.execute(beat, {"at": real_clock.now()})
        session.commit()
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        installation.check_canary(uow)
        uow.commit()
    with deps.unit_of_work(cast.ada) as uow:
        vault.seal(uow, cast.lilas, "message", cast.dr_lune_id, 1, text="Zoé")
        uow.commit()


@contextmanager
def damaged(postgres, harm, repair):
    with postgres.admin(DATABASE) as admin:
        admin.execute(harm)
        try:
            yield
        finally:
            admin.execute(repair)


def test_a_sound_installation_has_no_failure(look, at_work):
    found = look()

    assert [name for name, finding in found.items() if finding.status is Status.FAIL] == []
    assert {"schema", "row_security", "connections", "canary", "records", "carrier", "jobs"} <= set(found)
    assert found["records"].seen.params["count"] == 1


@pytest.mark.parametrize(
    ("name", "harm", "repair"),
    [
        ("row_security", "alter table patient no force row level security",
         "alter table patient force row level security"),
        ("row_security", "create table stray (id int)", "drop table stray"),
        ("row_security", "create view stray as select 1 as one", "drop view stray"),
        ("row_security", "alter function sec.practices() reset search_path",
         "alter function sec.practices() set search_path = pg_catalog"),
        ("roles", "alter role telesec_app createdb", "alter role telesec_app nocreatedb"),
        ("roles", "alter role telesec_app bypassrls", "alter role telesec_app nobypassrls"),
        ("roles", "grant telesec_owner to telesec_app", "revoke telesec_owner from telesec_app"),
        ("roles", "grant select on sec.pads to telesec_app", "revoke select on sec.pads from telesec_app"),
        ("schema", "update alembic_version set version_num = '0001_foundation'", "restored"),
    ],
)  # fmt: skip
def test_a_hole_in_the_walls_is_named(look, at_work, postgres, name, harm, repair):
    with postgres.admin(DATABASE) as admin:
        version = admin.execute("select version_num from alembic_version").fetchone()[0]
    back = f"update alembic_version set version_num = '{version}'" if repair == "restored" else repair

    with damaged(postgres, harm, back):
        found = look()

    assert found[name].status is Status.FAIL
    assert found[name].todo is not None


def test_a_schema_newer_than_the_program_asks_for_the_newer_release(look, postgres, database):
    with postgres.admin(DATABASE) as admin:
        version = admin.execute("select version_num from alembic_version").fetchone()[0]

    with damaged(
        postgres,
        "update alembic_version set version_num = '9999_later'",
        f"update alembic_version set version_num = '{version}'",
    ):
        found = look()

    assert "install the newer release" in str(found["schema"].todo or found["schema"].seen)


def test_a_context_key_of_another_database_is_told(look, at_work):
    found = look(context_key=SecretStr("00" * 32))

    assert found["context_key"].status is Status.FAIL


def lets_in(url):
    """Whether the server takes a wrong password: it reads its rules again some time after it was told to."""
    try:
        psycopg.connect(url, password="wrong").close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def trusting(postgres, url):
    rules = postgres.server.data / "pg_hba.conf"
    kept = rules.read_text()
    with postgres.admin() as admin:
        rules.write_text(f"local all telesec_app trust\n{kept}")
        admin.execute("select pg_reload_conf()")
        assert wait_for(lambda: lets_in(url))
        try:
            yield
        finally:
            rules.write_text(kept)
            admin.execute("select pg_reload_conf()")
            assert wait_for(lambda: not lets_in(url))


def test_a_server_that_trusts_is_told_although_its_rules_are_not_ours_to_read(
    look, postgres, database, migrated
):
    with trusting(postgres, migrated.app):
        found = look()

    assert found["connections"].status is Status.FAIL


def test_rules_we_may_read_are_read(postgres, migrated):
    admin = postgres.server.url()
    with trusting(postgres, migrated.app):
        open_to_all = database_checks.connections(migrated.app, admin)

    assert open_to_all.status is Status.FAIL
    assert "local users" in str(open_to_all.seen)
    assert database_checks.connections(migrated.app, admin).status is Status.OK


def test_clocks_that_differ_are_told(look, database, real_clock):
    ahead = MovableClock(real_clock.now())
    ahead.advance(minutes=5)

    assert look(clock=ahead)["clocks"].status is Status.FAIL


def test_without_a_database_everything_else_is_examined(look, tmp_path):
    found = look(database_url=SecretStr(f"postgresql://telesec_app:x@/telesec?host={tmp_path}"))

    assert found["database"].status is Status.FAIL
    assert found["carrier"].status is Status.OK
    assert "row_security" not in found


def test_before_anything_is_installed_nothing_is_made(look, tmp_path):
    folder = tmp_path / "not yet"

    found = look(database_url=SecretStr(""), data_dir=folder, master_key_file=None)

    assert "no installation" in str(found["database"].seen)
    assert "telesec backup restore" in str(found["database"].todo)
    assert not folder.exists()


def test_settings_that_cannot_be_read_are_a_line(real_clock):
    def refuse():
        raise Misconfigured(say("The settings are understood."))

    found = examine(refuse, clock=real_clock, tls=ssl.create_default_context())

    assert [finding.name for finding in found] == ["program", "locale", "settings"]
    assert found[-1].status is Status.FAIL


@pytest.mark.parametrize("kind", ["missing", "open to others", "another key"])
def test_a_master_key_that_will_not_do_is_told(look, at_work, tmp_path, kind):
    path = tmp_path / "other keys" / "master.key"
    if kind != "missing":
        keyring.generate_file(path)
    if kind == "open to others":
        path.chmod(0o444)

    found = look(master_key_file=path)

    line = found["canary"] if kind == "another key" else found["master_key"]
    assert line.status is Status.FAIL
    assert line.todo is not None


def test_two_keys_have_two_checksums(tmp_path):
    sums = set()
    for name in ("a", "b"):
        keyring.generate_file(tmp_path / name)
        sums.add(keyring.from_file(tmp_path / name).checksum())

    assert len(sums) == 2
    assert sums == {keyring.printed(tmp_path / name)[0].checksum for name in ("a", "b")}


def test_a_carrier_that_refuses_the_account_is_told_and_nothing_is_sent(look, carrier):
    refused = look(twilio_auth_token=SecretStr("wrong"))["carrier"]
    carrier.network.account_status = "suspended"
    suspended = look()["carrier"]

    assert (refused.status, suspended.status) == (Status.FAIL, Status.FAIL)
    assert "credentials" in str(refused.seen)
    assert [request.method for request in carrier.requests] == ["GET", "GET"]


def test_a_carrier_that_does_not_answer_is_told(look):
    found = look(twilio_base_url="http://127.0.0.1:9")["carrier"]

    assert found.status is Status.FAIL
    assert "network" in str(found.todo)


def test_a_mail_server_that_does_not_answer_is_told(look):
    found = look(smtp_url=SecretStr("smtp://127.0.0.1:9"), mail_from="bureau@desk.example")["mail"]

    assert found.status is Status.FAIL


def test_a_lost_record_key_is_told(look, at_work, postgres):
    with postgres.admin(DATABASE) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("update vault.record_key set wrapped = decode(repeat('00', 60), 'hex')")

    assert look()["records"].status is Status.FAIL


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"status": "ok"}' if self.path == "/healthz" else b"?"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def https(tmp_path):
    """Serve what telesec's reverse proxy would, with a certificate that ends soon."""
    certificate = certificates.make(tmp_path, days=3)
    server = HTTPServer(("127.0.0.1", 0), Healthy)
    server.socket = certificate.server.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", certificate
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_certificate_that_ends_soon_is_told(look, https):
    url, certificate = https

    found = look(public_url=url, tls=certificate.client)

    assert found["public_url"].status is Status.WARN
    assert found["public_url"].seen.params["days"] == 3
    assert found["answers"].status is Status.OK
    assert found["proxy"].status is Status.WARN


def test_a_certificate_nobody_vouches_for_is_told(look, https):
    found = look(public_url=https[0])

    assert found["public_url"].status is Status.FAIL
    assert "answers" not in found


def run(*words, **environ):
    return subprocess.run(
        [sys.executable, "-m", "telesec", *words],
        env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def test_the_command_speaks_json_and_fails_with_its_exit_code(tmp_path):
    answer = run("doctor", "--json", "--language", "fr", TELESEC_DATA_DIR=str(tmp_path / "none"))

    rows = {row["name"]: row for row in json.loads(answer.stdout)}
    assert answer.returncode == 1
    assert rows["database"]["status"] == "fail"
    assert rows["database"]["seen"].startswith("Il n’y a pas d’installation")
    assert not Path(tmp_path / "none").exists()


def test_a_locale_without_utf_8_is_told(tmp_path):
    answer = run(
        "doctor", TELESEC_DATA_DIR=str(tmp_path), LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0"
    )

    assert "export LC_ALL=C.UTF-8" in answer.stdout
