"""The same attacks against each library that opens connections for us."""

import http.server
import ssl
import threading
from contextlib import contextmanager
from datetime import timedelta

import httpx
import niquests
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.clock import SystemClock
from telesec.foundation.errors import Unavailable
from telesec.foundation.http_client import (
    ResponseBudget,
    guarded_httpx,
    guarded_niquests_session,
    guarded_requests_session,
)
from telesec.testing.hostile_addresses import DISGUISES, HOSTILE

NAME = "calendar.example"
LIBRARIES = ("httpx", "requests", "niquests")
NOT_CONNECTED = (httpx.TransportError, requests.RequestException, niquests.RequestException)
LOOPBACK = networks(["127.0.0.0/8"])


@contextmanager
def client_of(library, guard, ca_file=None, **options):
    if library == "httpx":
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else True
        client = guarded_httpx(guard, verify=verify, **options)
    elif library == "requests":
        client = guarded_requests_session(guard, ca_file=ca_file, **options)
    else:
        client = guarded_niquests_session(guard, ca_file=ca_file, **options)
    with client:
        yield client


def get(library, guard, url, **options):
    with client_of(library, guard, **options) as client:
        return client.get(url)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, self.headers["Host"], self.headers.get("Authorization")))
        body = b"x" * 5000 if self.path == "/big" else b"hello"
        self.send_response(302 if self.path == "/redirect" else 200)
        self.send_header("Location", "/elsewhere")
        if self.path == "/gzip":
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/cut":
            self.send_header("Content-Length", "9000")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True
            return
        if self.path == "/unsized":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def serving(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a client that refuses a certificate just hangs up
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A self-signed certificate for NAME: its file, a server's context, the names asked for (SNI)."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = SystemClock().now()
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    (folder / "cert.pem").write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    names = []
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    return str(folder / "cert.pem"), context, names


def allowing(*addresses):
    return AddressGuard(LOOPBACK, resolve=lambda *_: addresses or ("127.0.0.1",))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("address", HOSTILE)
def test_client_refuses_name_of_hostile_address(library, address):
    guard = AddressGuard(resolve=lambda *_: [address])

    with pytest.raises(Unavailable) as caught:
        get(library, guard, f"https://{NAME}/")

    assert caught.value.code == "address_refused"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("address", [a for a in HOSTILE if "%" not in a])
def test_client_refuses_hostile_literal(library, address):
    host = f"[{address}]" if ":" in address else address

    with pytest.raises(Unavailable) as caught:
        get(library, AddressGuard(), f"https://{host}/")

    assert caught.value.code == "address_refused"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("host", [d for d in DISGUISES if "%" not in d])
def test_client_refuses_disguised_loopback(library, host, server):
    with pytest.raises(Unavailable):
        get(library, AddressGuard(LOOPBACK), f"http://{host}:{server.server_port}/")

    assert server.seen == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_connects_to_what_was_judged_when_the_name_rebinds(library, server):
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    guard = AddressGuard(LOOPBACK, resolve=lambda *_: next(answers))

    answer = get(library, guard, f"http://{NAME}:{server.server_port}/")

    assert answer.status_code == 200
    assert next(answers) == ["10.0.0.1"]
    assert next(answers) == ["10.0.0.1"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_refuses_when_the_name_rebinds_before_connecting(library, server):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    guard = AddressGuard(LOOPBACK, resolve=lambda *_: next(answers))
    guard.pin(NAME, server.server_port, encrypted=False)

    with pytest.raises(Unavailable):
        get(library, guard, f"http://{NAME}:{server.server_port}/")

    assert server.seen == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_refuses_clear_text_to_a_public_address(library):
    guard = AddressGuard(resolve=lambda *_: ["9.9.9.9"])

    with pytest.raises(Unavailable):
        get(library, guard, f"http://{NAME}/")


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_keeps_the_name_in_host(library, server):
    get(library, allowing(), f"http://{NAME}:{server.server_port}/")

    assert server.seen[0][1] == f"{NAME}:{server.server_port}"


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_keeps_the_name_in_tls(library, authority):
    ca_file, context, names = authority
    names.clear()

    with serving(context) as server:
        answer = get(library, allowing(), f"https://{NAME}:{server.server_port}/", ca_file=ca_file)

    assert answer.content == b"hello"
    assert set(names) == {NAME}


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_refuses_certificate_of_another_name(library, authority):
    ca_file, context, _names = authority

    with serving(context) as server, pytest.raises(NOT_CONNECTED):
        get(library, allowing(), f"https://other.example:{server.server_port}/", ca_file=ca_file)


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_does_not_lend_a_connection_to_another_name(library, authority):
    ca_file, context, _names = authority

    with serving(context) as server, client_of(library, allowing(), ca_file=ca_file) as client:
        client.get(f"https://{NAME}:{server.server_port}/")
        with pytest.raises(NOT_CONNECTED):
            client.get(f"https://other.example:{server.server_port}/")


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_does_not_follow_redirects(library, server):
    answer = get(library, allowing(), f"http://{NAME}:{server.server_port}/redirect")

    assert answer.status_code == 302
    assert [path for path, *_ in server.seen] == ["/redirect"]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("path", ["/big", "/unsized", "/gzip"])
def test_client_refuses_long_or_compressed_answer(library, path, server):
    with pytest.raises(Unavailable) as caught:
        get(library, allowing(), f"http://{NAME}:{server.server_port}{path}", max_bytes=1000)

    assert caught.value.code == "response_refused"


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_raises_its_own_error_when_the_answer_is_cut(library, server):
    with pytest.raises(NOT_CONNECTED):
        get(library, allowing(), f"http://{NAME}:{server.server_port}/cut")


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_ignores_proxies_and_netrc_of_the_environment(library, server, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text(f"machine {NAME} login ada password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    get(library, allowing(), f"http://{NAME}:{server.server_port}/")

    assert server.seen[0][2] is None


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("scheme", ["http+unix", "file", "ftp", "ws"])
def test_client_refuses_other_schemes(library, scheme):
    with pytest.raises((Unavailable, *NOT_CONNECTED, httpx.UnsupportedProtocol)):
        get(library, allowing(), f"{scheme}://{NAME}/")


def test_budget_refuses_what_takes_too_long():
    budget = ResponseBudget(1000, seconds=0)

    with pytest.raises(Unavailable):
        budget.spend(1)


@pytest.mark.parametrize("library", LIBRARIES)
def test_client_reuses_its_connection(library, server):
    seen = []
    guard = AddressGuard(LOOPBACK, resolve=lambda host, _port: seen.append(host) or ["127.0.0.1"])
    with client_of(library, guard) as client:
        bodies = [client.get(f"http://{NAME}:{server.server_port}/").content for _ in range(3)]

    assert bodies == [b"hello"] * 3
