import pytest

from telesec.accounts import passwords
from telesec.accounts.passwords import PasswordHasher
from telesec.foundation.errors import Refused

HASHER = PasswordHasher(1024)
PHRASE = "quatre mots sans rapport"


def test_a_password_matches_its_hash():
    assert HASHER.matches(PHRASE, HASHER.hash(PHRASE))


def test_another_password_does_not_match():
    assert not HASHER.matches("cinq mots sans rapport", HASHER.hash(PHRASE))


def test_nobodys_password_never_matches():
    assert not HASHER.matches(PHRASE, None)


def test_hashes_are_salted():
    assert HASHER.hash(PHRASE) != HASHER.hash(PHRASE)


def test_the_hash_is_argon2id_with_the_cost_asked():
    assert HASHER.hash(PHRASE).startswith("$argon2id$v=19$m=1024,t=2,p=1$")


def test_composed_and_decomposed_accents_are_one_password():
    assert HASHER.matches("e\u0301te\u0301 a\u0300 la plage", HASHER.hash("\u00e9t\u00e9 \u00e0 la plage"))


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
def test_short_and_endless_passwords_are_refused(password):
    with pytest.raises(Refused, match="password_length"):
        passwords.check_new(password, "ada@lilas.example")


@pytest.mark.parametrize(
    "password", ["motdepasse123", "MotDePasse123", "123456789012", "ada.lovely@lilas.example"]
)
def test_passwords_everybody_tries_are_refused(password):
    with pytest.raises(Refused, match="password_common"):
        passwords.check_new(password, "ada.lovely@lilas.example")


def test_twelve_plain_letters_are_enough():
    passwords.check_new("bleumouettes", "ada@lilas.example")
