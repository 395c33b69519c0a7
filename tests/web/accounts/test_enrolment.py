"""The page of an invitation: a password, an authenticator by picture or by key, links that are over."""

import re

import pytest

from telesec.accounts import service, totp
from telesec.accounts.service import CreatePerson
from telesec.foundation.access import Purpose, Role, system_actor

PASSWORD = "quatre mots sans rapport"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def link(deps):
    with deps.unit_of_work(system_actor(Purpose.SETUP)) as uow:
        person = service.create_person(uow, CreatePerson("ines@lilas.example", "Inès", Role.SECRETARY))
        token = service.make_link(uow, person)
        uow.commit()
    return f"/enrol/{token}"


def test_the_enrolment_page_draws_the_picture_itself(browser, link):
    answer = browser.get(link)

    assert answer.status_code == 200
    assert "<svg" in answer.text
    assert "otpauth://totp/telesec:ines%40lilas.example" in answer.text
    assert "style=" not in answer.text


def test_enrolling_shows_ten_recovery_codes_once(browser, clock, link):
    secret = re.search(r"secret=([A-Z2-7]+)", browser.get(link).text).group(1)
    code = totp.code_at(totp.from_base32(secret), clock.now())

    answer = browser.post(link, data={"password": PASSWORD, "code": code}, headers=OURS)

    assert answer.status_code == 200
    assert len(re.findall(r"<code>[0-9A-Z-]{19}</code>", answer.text)) == 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get(link).status_code == 404


def test_the_key_can_be_typed_where_no_picture_can_be_taken(browser, clock, link):
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", browser.get(link).text).group(1)
    code = totp.code_at(totp.from_base32(shown), clock.now())

    answer = browser.post(link, data={"password": PASSWORD, "code": code}, headers=OURS)

    assert answer.status_code == 200
    assert {len(four) for four in shown.split()} == {4}


def test_a_wrong_code_asks_for_the_password_again(browser, link):
    answer = browser.post(link, data={"password": PASSWORD, "code": "000000"}, headers=OURS)

    assert answer.status_code == 422
    assert "Retapez aussi votre mot de passe" in answer.text


def test_a_used_or_old_link_says_to_log_in_or_where_to_get_another(browser, clock, link):
    clock.advance(hours=25)

    answer = browser.get(link)

    assert answer.status_code == 404
    assert "connectez-vous" in answer.text
    assert "un autre lien" in answer.text


def test_a_refused_enrolment_says_why_and_can_be_repeated(browser, link):
    answer = browser.post(link, data={"password": "court", "code": "000000"}, headers=OURS)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert browser.get(link).status_code == 200


def test_a_password_too_long_is_told_at_its_field_and_never_cut(browser, link):
    answer = browser.post(link, data={"password": "k" * 257, "code": "000000"}, headers=OURS)

    assert answer.status_code == 422
    assert "Ce mot de passe compte 257 caractères, 256 au plus" in answer.text
    assert 'aria-describedby="wrong-password" autofocus' in answer.text
    assert "k" * 20 not in answer.text


def test_an_unknown_link_is_not_found(browser):
    assert browser.get("/enrol/nonsense").status_code == 404
