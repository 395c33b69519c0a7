"""The e-mail channel against a small SMTP server on loopback, with and without TLS."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from telesec.alerts.ports import ChannelKind, DeliveryOutcomeUnknown, DeliveryStatus, Notice
from telesec.foundation.addresses import AddressGuard, networks
from telesec.foundation.errors import Misconfigured, Unavailable
from telesec.foundation.ids import new_id
from telesec.integrations.smtp import plugin, wire
from telesec.integrations.smtp.gateway import EmailChannel
from telesec.settings import Settings
from telesec.testing.clock import MovableClock
from tests import certificates
from tests.certificates import Certificate

LOOPBACK = AddressGuard(networks(["127.0.0.0/8"]))


@dataclass
class Post:
    """What the server got, and what it is told to answer; "" hangs up."""

    rcpt: str = "250 2.1.5 ok"
    mail: str = "250 ok"
    end_of_data: str = "250 2.0.0 taken"
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    mails: list[bytes] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    encrypted: bool = False


class Handler(socketserver.StreamRequestHandler):
    server: "Server"

    def handle(self) -> None:
        self.post = self.server.post
        try:
            if self.post.implicit:
                self.encrypt()
            self.say("220 mail.example")
            while line := self.rfile.readline().decode().strip():
                if not self.obey(line):
                    return
        except OSError:
            return

    def obey(self, line: str) -> bool:
        verb = line[:8].split(" ", maxsplit=1)[0].upper()
        self.post.verbs.append(verb)
        special = {"EHLO": self.offer, "STARTTLS": self.encrypt, "DATA": self.take, "QUIT": self.leave}
        if verb in special:
            return special[verb]()
        login = "235 ok" if line.endswith("AGEAYg==") else "535 5.7.8 wrong"
        return self.say({"MAIL": self.post.mail, "RCPT": self.post.rcpt, "AUTH": login}.get(verb, "250 ok"))

    def offer(self) -> bool:
        starttls = "250-STARTTLS" if self.post.tls and not self.post.encrypted else "250-SIZE"
        return self.say(f"250-mail.example\r\n{starttls}\r\n250 AUTH PLAIN")

    def leave(self) -> bool:
        self.say("221 bye")
        return False

    def take(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.post.mails.append(b"".join(lines))
        return self.say(self.post.end_of_data)

    def say(self, line: str) -> bool:
        if not line:
            return False
        self.wfile.write(f"{line}\r\n".encode())
        return True

    def encrypt(self) -> bool:
        assert self.post.tls is not None
        if not self.post.implicit:
            self.say("220 go ahead")
        self.request = self.post.tls.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
        self.post.encrypted = True
        return True

    def finish(self) -> None:
        super().finish()
        self.request.close()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, post: Post, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.post = post


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def port(post) -> Iterator[int]:
    server = Server(post)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Certificate:
    return certificates.make(tmp_path_factory.mktemp("tls"))


def channel(port: int, *, scheme: str = "smtp", login: str = "", guard=LOOPBACK, tls=None) -> EmailChannel:
    server = wire.read_server(f"{scheme}://{login}127.0.0.1:{port}")
    tls = tls or ssl.create_default_context()
    return EmailChannel(server, "bureau@desk.example", guard=guard, clock=MovableClock(), tls=tls)


def notice(to: str = "lune@lilas.example") -> Notice:
    return Notice(
        delivery_id=new_id(),
        to=to,
        urgent_count=1,
        code="47",
        language="fr",
        callback_base="https://desk.example",
        text="1 message urgent vous attend. Répondez 1 47. desk.example",
    )


def test_mail_is_taken_over(post, port):
    sent = notice()

    receipt = channel(port).send(sent)

    assert receipt.status is DeliveryStatus.SENT
    assert receipt.provider_id == f"<{sent.delivery_id}@desk.example>"
    assert receipt.provider_id.encode() in post.mails[0]
    assert b"R=C3=A9pondez 1 47" in post.mails[0]
    assert channel(port).kind is ChannelKind.EMAIL


def test_while_the_server_is_down_nothing_is_handed_over_and_the_repeat_arrives_once(post):
    down = Server(post)
    down.server_close()
    sent, mail = notice(), channel(down.server_address[1])
    with pytest.raises(Unavailable) as refused:
        mail.send(sent)

    with Server(post, down.server_address[1]) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        receipt = mail.send(sent)
        server.shutdown()
        thread.join()

    assert not refused.value.permanent
    assert receipt.status is DeliveryStatus.SENT
    assert [f"<{sent.delivery_id}@".encode() in one for one in post.mails] == [True]


def test_starttls_is_used_when_offered(post, port, certificate):
    post.tls = certificate.server

    channel(port, tls=certificate.client).send(notice())

    assert post.encrypted
    assert post.verbs[:3] == ["EHLO", "STARTTLS", "EHLO"]


def test_tls_from_the_first_byte(post, port, certificate):
    post.tls, post.implicit = certificate.server, True

    channel(port, scheme="smtps", tls=certificate.client).send(notice())

    assert len(post.mails) == 1


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
def test_unknown_certificate_is_refused(post, port, certificate, scheme, implicit):
    post.tls, post.implicit = certificate.server, implicit

    with pytest.raises(Unavailable):
        channel(port, scheme=scheme).send(notice())

    assert post.mails == []


def test_login_is_sent(post, port):
    channel(port, login="a:b@").send(notice())

    assert "AUTH" in post.verbs
    assert len(post.mails) == 1


def test_wrong_login_is_not_the_mailboxs_fault(port):
    with pytest.raises(Unavailable) as refused:
        channel(port, login="a:wrong@").send(notice())

    assert not refused.value.permanent


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("550 5.1.1 no such user", True), ("550 5.7.1 no relaying", False), ("450 4.2.1 later", False)],
)
def test_refused_recipient(post, port, answer, permanent):
    post.rcpt = answer

    with pytest.raises(Unavailable) as refused:
        channel(port).send(notice())

    assert refused.value.permanent is permanent
    assert post.mails == []


@pytest.mark.parametrize(("step", "answer"), [("mail", "550 5.7.1 no"), ("mail", ""), ("rcpt", "")])
def test_failure_before_the_text_is_unavailable(post, port, step, answer):
    setattr(post, step, answer)

    with pytest.raises(Unavailable) as refused:
        channel(port).send(notice())

    assert not refused.value.permanent


@pytest.mark.parametrize("answer", ["554 5.7.1 spam", "451 4.3.0 later"])
def test_refused_text_is_not_the_mailboxs_fault(post, port, answer):
    post.end_of_data = answer

    with pytest.raises(Unavailable) as refused:
        channel(port).send(notice())

    assert not refused.value.permanent


def test_silence_after_the_text_is_unknown(post, port):
    post.end_of_data = ""
    sent = notice()

    with pytest.raises(DeliveryOutcomeUnknown):
        channel(port).send(sent)

    assert channel(port).look_up(sent) is None


def test_nobody_listening_is_unavailable(post, port):
    with pytest.raises(Unavailable):
        channel(9).send(notice())


def test_address_outside_the_allowed_networks_is_not_reached(post, port):
    with pytest.raises(Unavailable) as refused:
        channel(port, guard=AddressGuard()).send(notice())

    assert not refused.value.permanent
    assert post.verbs == []


class PublicLoopback(AddressGuard):
    """Judges loopback as if it were a public address: with TLS only."""

    def permits(self, text: str, *, encrypted: bool = True) -> bool:
        del text
        return encrypted


def test_public_server_without_tls_gets_neither_login_nor_mail(post, port):
    with pytest.raises(Unavailable):
        channel(port, login="a:b@", guard=PublicLoopback()).send(notice())

    assert post.verbs == ["EHLO"]


def test_public_server_with_starttls_gets_the_mail(post, port, certificate):
    post.tls = certificate.server

    channel(port, guard=PublicLoopback(), tls=certificate.client).send(notice())

    assert len(post.mails) == 1


def test_word_that_is_no_address_is_permanent(post, port):
    with pytest.raises(Unavailable) as refused:
        channel(port).send(notice("lune@lilas.example\r\nRCPT TO:<x@y.example>"))

    assert refused.value.permanent
    assert post.verbs == []


def test_plugin_brings_the_channel():
    settings = Settings(smtp_url=SecretStr("smtp://mail.example"), mail_from="bureau@desk.example")

    (brought,) = plugin.telesec_channels(settings=settings)

    assert brought.kind is ChannelKind.EMAIL


def test_plugin_brings_nothing_without_a_server():
    assert plugin.telesec_channels(settings=Settings()) == ()


@pytest.mark.parametrize(
    ("url", "sender"), [("http://mail.example", "a@desk.example"), ("smtp://mail.example", "")]
)
def test_plugin_refuses_half_a_server(url, sender):
    with pytest.raises(Misconfigured):
        plugin.telesec_channels(settings=Settings(smtp_url=SecretStr(url), mail_from=sender))
