"""Words of any length arrive whole: too many are refused at their field and stand there, none are cut."""

import html
import re

import pytest

from telesec.app import create_app
from telesec.testing.logins import browser_as
from telesec.triage import drafts

STROKE = "signes_avc"
LONG = "é" * 50_000
JUST_OVER = "é" * 601


@pytest.fixture
def lune(deps, cast):
    return browser_as(deps, create_app(deps), cast.dr_lune)


@pytest.fixture
def at(cast):
    return lambda *parts: "/".join((f"/practice/{cast.lilas}/protocols", *parts))


@pytest.fixture
def kept(deps, cast):
    def begin():
        with deps.unit_of_work(cast.dr_lune) as uow:
            return drafts.begin(uow, deps.library, cast.lilas, STROKE).document

    return begin


def field(page, name):
    """Return the tag of the field of a page that is sent under a name."""
    return re.search(rf'<(?:input|textarea)[^>]* name="{name}"[^>]*>', page)[0]


def told_at(page, name):
    return f'id="wrong-{name}"' in page and f'aria-describedby="wrong-{name}"' in field(page, name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/practice/{lilas}", "text"),
        ("/practice/{lilas}", "says"),
        ("/phone/day", "says"),
        ("/practice/{lilas}/protocols/signes_avc/add", "new-fr"),
        ("/practice/{lilas}/protocols/signes_avc/add", "told-en"),
        ("/practice/{lilas}/protocols/signes_avc/edit", "new-source"),
        ("/practice/{lilas}/protocols/signes_avc/edit", "words"),
    ],
)
def test_the_browser_cuts_no_paste(lune, cast, path, name):
    page = lune.get(path.format(lilas=cast.lilas)).text

    assert "maxlength" not in field(page, name)


def test_an_alert_stays_red_while_its_reason_is_too_long(deps, cast, red):
    client = browser_as(deps, create_app(deps), cast.supervisor)
    path = f"/supervisor/alerts/{red.alert_id}"

    assert "maxlength" not in field(client.get(path).text, "reason")
    refused = client.post(f"{path}/close", {"reason": LONG})

    assert (refused.status_code, told_at(refused.text, "reason"), LONG in refused.text) == (422, True, True)
    assert "4000 au plus" in refused.text
    assert client.post(f"{path}/close", {"reason": "é" * 4_000}).status_code == 303


def test_a_reason_to_use_an_expired_protocol_is_never_cut(deps, cast, at, clock):
    left = deps.library.book.get(STROKE).review_by - clock.now().date()
    clock.advance(days=left.days + 1)
    browser = browser_as(deps, create_app(deps), cast.supervisor)

    assert "maxlength" not in field(browser.get(at(STROKE)).text, "reason")
    refused = browser.post(at(STROKE, "extend"), {"reason": LONG})

    assert (refused.status_code, told_at(refused.text, "reason"), LONG in refused.text) == (422, True, True)
    assert "1000 au plus" in refused.text
    assert browser.post(at(STROKE, "extend"), {"reason": "é" * 1_000}).status_code == 303


@pytest.mark.parametrize("part", ["fr", "you", "he", "en", "source", "help-fr", "help-en"])
def test_a_sentence_of_the_editor_is_told_at_its_field(lune, at, kept, part):
    before = kept()
    name = f"{part}-{before.red_flags[0].id}"

    refused = lune.post(at(STROKE, "edit"), {"row_version": "0", name: JUST_OVER, "then": "go_on"})

    assert (refused.status_code, told_at(refused.text, name)) == (422, True)
    assert f'value="{JUST_OVER}"' in field(refused.text, name)
    assert "Ce texte compte 601 caractères, 600 au plus" in refused.text
    assert kept() == before


def test_a_sentence_that_says_several_is_told_at_its_field(lune, cast, deps):
    held = deps.library.book.protocols["fievre_adulte"]
    name = f"fr-{held.merged[0].id}"

    refused = lune.post(
        f"/practice/{cast.lilas}/protocols/{held.code}/edit", {"row_version": "0", name: JUST_OVER}
    )

    assert (refused.status_code, told_at(refused.text, name)) == (422, True)


def test_an_added_question_is_told_where_it_now_stands(lune, at):
    typed = {"new-fr": "Lâche-t-elle ses clés ?", "new-en": "Dropping keys?", "new-source": JUST_OVER}

    refused = lune.post(at(STROKE, "edit"), {"row_version": "0", **typed})

    name = re.search(r'aria-describedby="wrong-(source-own_\d+)"', refused.text)[1]
    assert (refused.status_code, told_at(refused.text, name)) == (422, True)
    assert JUST_OVER in field(refused.text, name)


@pytest.mark.parametrize("words", ["é" * 61, ", ".join(f"mot du quartier {number}" for number in range(21))])
def test_words_too_long_or_too_many_are_told_and_stay_in_their_field(lune, at, kept, words):
    refused = lune.post(at(STROKE, "edit"), {"row_version": "0", "words": words})

    assert (refused.status_code, told_at(refused.text, "words")) == (422, True)
    assert f'value="{words}"' in field(refused.text, "words")
    assert "20 mots ou expressions" in refused.text
    assert not [one for one in kept().synonyms if one.startswith(("éé", "mot du"))]


def test_words_refused_for_another_reason_are_sent_again_by_the_same_form(lune, at):
    refused = lune.post(at(STROKE, "edit"), {"row_version": "0", "words": "mal de dos"})

    assert refused.status_code == 422
    assert 'value="mal de dos"' in field(refused.text, "words")


def test_nothing_passes_every_check_while_a_text_is_too_long(lune, at):
    checked = lune.post(at(STROKE, "check"), {"row_version": "0", "words": "é" * 61}).text
    refused = lune.post(at(STROKE, "edit"), {"row_version": "0", "words": "é" * 61}).text

    assert '<a href="#words">Ajoutez au plus' in checked
    assert "Tous les contrôles" not in checked + refused
    assert (
        "Tous les contrôles" in lune.post(at(STROKE, "check"), {"row_version": "0", "words": "é" * 60}).text
    )


@pytest.mark.parametrize("name", ["new-fr", "new-you", "new-en", "new-source", "told-fr", "told-en"])
def test_an_addition_is_told_at_its_field(lune, at, name):
    question = {"new-fr": "Lâche-t-elle ses clés ?", "new-en": "Dropping keys?", "new-source": "Revue"}
    told = {"level": "doctor_now", "told-fr": "Sage-femme", "told-en": "Midwife"}
    typed = {"what": "told", **told} if name in told else {"what": "question", **question}

    refused = lune.post(at(STROKE, "add"), typed | {name: JUST_OVER})

    assert (refused.status_code, told_at(refused.text, name)) == (422, True)
    assert JUST_OVER in html.unescape(field(refused.text, name))
    assert refused.text.count('role="alert"') == 1
