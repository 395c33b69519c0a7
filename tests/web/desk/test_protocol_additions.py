"""What a practice adds by the short forms: one question, one level raised, who is told; signed."""

import re

import pytest

from telesec.accounts import totp
from telesec.accounts.models import Person
from telesec.app import create_app
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.logins import browser_as
from telesec.triage import drafts
from telesec.triage.in_practice import library_of
from telesec.triage.levels import Level
from telesec.triage.own_version import weaker
from telesec.triage.protocol import Effect, SourceStatus
from telesec.vault import installation

STROKE = "signes_avc"
SECRET = bytes(range(20))
QUESTION = {
    "what": "question",
    "new-fr": "Lâche-t-elle ses clés ?",
    "new-you": "Lâchez-vous vos clés ?",
    "new-en": "Dropping keys?",
    "new-source": "Revue du cabinet",
    "new-level": "call15_now",
}


@pytest.fixture
def lune(deps, cast):
    browser = browser_as(deps, create_app(deps), cast.dr_lune)
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        person = uow.session.get(Person, cast.dr_lune.person_id)
        person.totp_sealed = installation.seal(uow, "totp", person.id, secret=SECRET)["secret"]
        uow.commit()
    return browser


@pytest.fixture
def at(cast):
    return lambda *parts: "/".join((f"/practice/{cast.lilas}/protocols", *parts))


@pytest.fixture
def signed(lune, at, clock):
    """Sign the draft of a protocol with the second factor."""

    def sign(code):
        page = text(lune.get(at(code, "sign")))
        mark = re.search(r'name="mark" value="(\w+)"', page)[1]
        return page, lune.post(at(code, "sign"), {"mark": mark, "code": totp.code_at(SECRET, clock.now())})

    return sign


@pytest.fixture
def used(deps, cast):
    """The protocol as the practice uses it now."""

    def of(code):
        with deps.unit_of_work(cast.dr_lune) as uow:
            return library_of(uow, deps.library, cast.lilas).book.protocols[code]

    return of


def text(answer):
    return answer.get_data(as_text=True)


def test_one_more_question_is_signed_and_asked(lune, at, signed, used):
    assert "Poser une question de plus" in text(lune.get(at(STROKE, "add")))
    saved = lune.post(at(STROKE, "add"), QUESTION)
    page, done = signed(STROKE)

    assert (saved.location.endswith("/sign"), done.status_code) == (True, 303)
    assert "Lâche-t-elle ses clés" in page
    assert "Lâchez-vous vos clés ?" in [question.text.you for question in used(STROKE).questions]


def test_where_red_flags_are_full_the_question_raises(lune, at, deps, cast):
    full = max(deps.library.book.protocols.values(), key=lambda held: len(held.red_flags)).code

    answer = lune.post(at(full, "add"), QUESTION)

    if answer.status_code == 303:
        with deps.unit_of_work(cast.dr_lune) as uow:
            own = drafts.begin(uow, deps.library, cast.lilas, full).document
        assert [one.effect for one in own.deciding if one.id.startswith("own_")] == [Effect.RAISE]
    else:
        assert "au plus" in text(answer)


def test_a_level_is_raised_in_its_place_with_its_cases(lune, at, signed, used, deps):
    before, last = next(
        (held, one)
        for held in deps.library.book.protocols.values()
        if all(one.source_status is not SourceStatus.RECALLED_ONLY for one in held.questions)
        for one in held.red_flags
        if one.level is Level.DOCTOR_NOW
    )

    rise = {"what": "raise", "question": last.id, "level": "call15_now"}
    assert lune.post(at(before.code, "add"), rise).status_code == 303
    signed(before.code)

    after = used(before.code)
    assert next(one for one in after.red_flags if one.id == last.id).level is Level.CALL15_NOW
    assert not list(weaker(before, after))


def test_who_is_told_is_named_shown_before_the_signature_and_on_the_end(lune, at, signed, used, deps, cast):
    who = {
        "what": "told",
        "level": "doctor_now",
        "told-fr": "Sage-femme de garde",
        "told-en": "Midwife on call",
    }

    lune.post(at(STROKE, "add"), who)
    page, _ = signed(STROKE)

    assert "Sage-femme de garde" in page
    assert used(STROKE).texts[Level.DOCTOR_NOW].told.fr == "Sage-femme de garde"
    assert used(STROKE).texts[Level.DOCTOR_NOW].say == deps.library.book.texts[Level.DOCTOR_NOW].say


@pytest.mark.parametrize(
    "typed",
    [
        {"what": "raise", "question": "default", "level": "admin"},
        {"what": "raise", "question": "inconnue", "level": "call15_now"},
        {"what": "raise", "question": "default", "level": "plus"},
        {"what": "told", "level": "doctor_now", "told-fr": "", "told-en": "x"},
        {"what": "question"},
        {},
    ],
)
def test_what_would_change_nothing_is_refused_in_words(lune, at, deps, cast, typed):
    answer = lune.post(at(STROKE, "add"), typed)

    assert answer.status_code == 422
    with deps.unit_of_work(cast.dr_lune) as uow:
        assert drafts.kept(uow, cast.lilas) == {}


@pytest.mark.parametrize(
    "words", ["Est-ce une méningite ?", "A-t-elle mal ? Et vous ?", "Ne va-t-elle pas bien ?"]
)
def test_a_question_that_cannot_be_said_is_refused_and_kept_on_the_page(lune, at, words):
    answer = lune.post(at(STROKE, "add"), QUESTION | {"new-fr": words})

    assert answer.status_code == 422
    assert "Ce ne serait pas sûr".lower() in text(answer).lower() or "Non enregistré" in text(answer)
    assert f'value="{words}"' in text(answer)


def test_who_does_not_decide_adds_nothing(deps, cast, at):
    for role in ("ada", "supervisor"):
        browser = browser_as(deps, create_app(deps), getattr(cast, role))
        assert browser.get(at(STROKE, "add")).status_code == 403
