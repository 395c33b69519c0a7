"""Settings: read once, unknown names refused, secrets from files."""

import pytest

from telesec.foundation.errors import Misconfigured
from telesec.settings import read_settings


def test_an_unknown_name_is_refused_by_name():
    with pytest.raises(Misconfigured) as refused:
        read_settings({"TELESEC_PUBLIK_URL": "https://x"})

    assert "TELESEC_PUBLIK_URL" in str(refused.value.sentence)


def test_a_bad_value_is_refused_without_being_repeated():
    with pytest.raises(Misconfigured) as refused:
        read_settings({"TELESEC_PORT": "a-secret-word"})

    assert "TELESEC_PORT" in str(refused.value.sentence)
    assert "a-secret-word" not in str(refused.value.sentence)


def test_a_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "token"
    path.write_text("word\n")

    settings = read_settings({"TELESEC_TWILIO_AUTH_TOKEN_FILE": str(path)})

    assert settings.twilio_auth_token.get_secret_value() == "word"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Misconfigured, match="misconfigured"):
        read_settings({"TELESEC_TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "none")})


def test_networks_are_a_comma_separated_list():
    settings = read_settings({"TELESEC_ALLOWED_NETWORKS": "10.0.0.0/8, fd00::/8"})

    assert [str(network) for network in settings.allowed_networks] == ["10.0.0.0/8", "fd00::/8"]


def test_other_programs_variables_are_left_alone():
    assert read_settings({"PATH": "/bin"}).port == 8000


def test_a_secret_never_shows_in_its_text():
    settings = read_settings({"TELESEC_TWILIO_AUTH_TOKEN": "word-of-the-carrier"})

    assert "word-of-the-carrier" not in repr(settings)
