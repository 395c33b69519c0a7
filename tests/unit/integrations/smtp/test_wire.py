"""What a mail says, where it goes, and what a refusal means."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from uuid import UUID

import pytest

from telesec.alerts.ports import Notice
from telesec.integrations.smtp import wire

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
NOTICE = Notice(
    delivery_id=UUID("019abcde-0000-7000-8000-000000000001"),
    to="lune@lilas.example",
    urgent_count=1,
    code="47",
    language="fr",
    callback_base="https://desk.example",
    text="1 message urgent vous attend. Répondez 1 47. desk.example",
)


def test_mail_is_the_sentence_and_nothing_else():
    message = wire.build(NOTICE, sender="bureau@desk.example", now=NOW)

    read = message_from_bytes(message.as_bytes(), policy=SMTP)
    assert read.get_content().strip() == NOTICE.text
    assert read.get_content_type() == "text/plain"
    assert not read.is_multipart()
    assert dict(read.items()).keys() == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip


def test_mail_is_seven_bit_clean():
    assert wire.build(NOTICE, sender="bureau@desk.example", now=NOW).as_bytes().isascii()


def test_repeat_has_the_same_identity():
    assert wire.message_id(NOTICE, sender="bureau@desk.example") == (
        "<019abcde-0000-7000-8000-000000000001@desk.example>"
    )


def test_subject_follows_the_language():
    message = wire.build(replace(NOTICE, language="en"), sender="bureau@desk.example", now=NOW)

    assert message["Subject"] == "Urgent message"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", wire.Server("mail.example", 587, False)),
        ("smtps://mail.example/", wire.Server("mail.example", 465, True)),
        ("smtps://a%40b:c%3Ad@mail.example:2465", wire.Server("mail.example", 2465, True, "a@b", "c:d")),
        ("smtp://[::1]:25", wire.Server("::1", 25, False)),
    ],
)
def test_server_is_read_from_its_address(url, server):
    assert wire.read_server(url) == server


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://a/b", "smtp://a:x"]
)
def test_other_addresses_are_no_server(url):
    with pytest.raises(ValueError, match=r".+"):
        wire.read_server(url)


def test_password_is_not_shown():
    assert "secret" not in repr(wire.read_server("smtp://a:secret@mail.example"))


@pytest.mark.parametrize("text", ["lune@lilas.example", "a.b+c@x-y.example"])
def test_addresses_are_taken(text):
    assert wire.is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lune",
        "lune@lilas",
        "a@b.example, c@d.example",
        "Dr Lune <lune@lilas.example>",
        "lune@lilas.example\r\nBcc: x@y.example",
        "lune@lilas.example\n",
        "lüne@lilas.example",
        "a@b.example> SIZE=1",
        "a" * 250 + "@b.example",
    ],
)
def test_other_words_are_no_address(text):
    assert not wire.is_address(text)


@pytest.mark.parametrize(
    ("code", "text", "permanent"),
    [
        (550, "5.1.1 no such user", True),
        (550, "no such user", True),
        (553, "name not allowed", True),
        (550, "5.2.1 mailbox disabled", True),
        (550, "5.7.1 relaying denied", False),
        (552, "5.2.2 mailbox full", False),
        (552, "full", False),
        (554, "transaction failed", False),
        (450, "4.1.1 try later", False),
        (451, "greylisted", False),
    ],
)
def test_only_the_addresses_own_faults_are_permanent(code, text, permanent):
    assert wire.is_permanent(code, text) is permanent
