"""The protocols' pages: list, extend, edit, sign with the second factor, retire, report; training."""

import html
import json
import re

import pytest

from telesec.accounts import totp
from telesec.accounts.models import Person
from telesec.accounts.step_up import Act
from telesec.app import create_app
from telesec.foundation.access import Purpose, system_actor
from telesec.testing.logins import browser_as
from telesec.triage import drafts, feedback, service
from telesec.triage.feedback import MarkLevel
from telesec.triage.levels import Level
from telesec.triage.library import load
from telesec.triage.patient import PatientFacts
from telesec.triage.protocol import Given
from telesec.triage.service import AnswerQuestion, StartTriage
from telesec.vault import installation

STROKE = "signes_avc"
SECRET = bytes(range(20))


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def visit(deps):
    app = create_app(deps)
    return lambda who: browser_as(deps, app, who)


@pytest.fixture
def lune(deps, cast, visit):
    """Dr Lune's browser, with an authenticator."""
    browser = visit(cast.dr_lune)
    with deps.unit_of_work(system_actor(Purpose.SETUP, cast.lilas)) as uow:
        person = uow.session.get(Person, cast.dr_lune.person_id)
        person.totp_sealed = installation.seal(uow, "totp", person.id, secret=SECRET)["secret"]
        uow.commit()
    return browser


@pytest.fixture
def code(clock):
    return lambda: totp.code_at(SECRET, clock.now())


@pytest.fixture
def at(cast):
    return lambda *parts: "/".join((f"/practice/{cast.lilas}/protocols", *parts))


def mark_of(page):
    return re.search(r'name="mark" value="(\w+)"', page)[1]


@pytest.mark.parametrize("role", ["ada", "dr_lune", "supervisor"])
def test_everybody_who_works_here_reads_them(visit, cast, at, role):
    browser = visit(getattr(cast, role))

    assert "Référence, non signée" in text(browser.get(at()))
    assert "À réviser avant le" in text(browser.get(at()))
    assert "Un oui mène" not in text(browser.get(at(STROKE)))
    assert browser.get(at("mal_inconnu")).status_code == 404


def test_signing_asks_for_the_second_factor_and_renews_the_cookie(lune, at, code, deps):
    page = text(lune.get(at(STROKE, "sign")))
    before = lune.client.get_cookie("telesec").value

    refused = lune.post(at(STROKE, "sign"), {"mark": mark_of(page)})
    wrong = lune.post(at(STROKE, "sign"), {"mark": mark_of(page), "code": "000000"})
    done = lune.post(at(STROKE, "sign"), {"mark": mark_of(page), "code": code()})

    assert (refused.status_code, wrong.status_code, done.status_code) == (422, 422, 303)
    assert "Tapez le code qu’affiche votre authentificateur" in text(refused)
    assert "n’est pas le bon" in text(wrong)
    assert lune.client.get_cookie("telesec").value != before
    after = text(lune.get(at(STROKE)))
    assert "Dr Lune, 26/11/2026" in after
    assert "second facteur il y a moins de cinq minutes" in after


def test_a_copied_cookie_is_worth_nothing_after_the_second_factor(lune, at, code, deps):
    stolen = lune.client.get_cookie("telesec").value
    lune.post(at(STROKE, "retire"), {"code": code()})
    thief = create_app(deps).test_client()
    thief.set_cookie("telesec", stolen)

    assert thief.get(at()).location.startswith("/login")
    assert "Retirée" in text(lune.get(at(STROKE)))


def test_five_wrong_codes_make_one_wait(lune, at):
    answers = [lune.post(at(STROKE, "retire"), {"code": "000000"}) for _ in range(7)]

    assert answers[-1].status_code == 429
    assert "Trop d" in text(answers[-1])


def test_who_does_not_decide_signs_nothing(visit, cast, at):
    for role, status in (("ada", 403), ("supervisor", 403), ("dr_iris", 404)):
        for part in ("sign", "edit"):
            assert visit(getattr(cast, role)).get(at(STROKE, part)).status_code == status


def test_an_unsafe_draft_is_refused_at_the_question_and_keeps_what_was_typed(lune, at, deps, cast):
    first = deps.library.book.protocols[STROKE].red_flags[0].id
    typed = {f"level-{first}": "routine", f"fr-{first}": "La bouche tombe-t-elle ?"}

    answer = lune.post(at(STROKE, "edit"), typed)
    page = text(answer)

    assert answer.status_code == 422
    place = page[page.index(f'<li id="q-{first}">') :]
    assert "Plus bas que dans la référence" in place[: place.index("</li>")]
    assert 'value="La bouche tombe-t-elle ?"' in page
    assert "Non enregistré" in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"default": "admin", "floor": "admin"}, "Plus bas que dans la référence"),
        ({"review_by": "2040-01-01"}, "choisissez un jour"),
        ({"review_by": "bientôt"}, "vérifiez qu’aucun champ"),
        ({"case-worst": "admin"}, "attend Secrétariat et atteint 15 maintenant"),
        ({"new-fr": "Est-ce une méningite ?", "new-en": "x", "new-source": "x"}, "nomme un diagnostic"),
        ({"new-fr": "Saigne-t-elle ?"}, "vérifiez qu’aucun champ"),
    ],
)
def test_bad_drafts_are_refused_in_words(lune, at, typed, told):
    answer = lune.post(at(STROKE, "edit"), typed)

    assert answer.status_code == 422
    assert told.lower() in text(answer).lower()


def test_the_check_tells_as_one_types(lune, at, deps):
    first = deps.library.book.protocols[STROKE].red_flags[0].id

    assert "Tous les contrôles" in text(lune.post(at(STROKE, "check")))
    told = text(lune.post(at(STROKE, "check"), {f"drop-{first}": "yes"}))
    assert "ne peut pas être retirée" in told


def test_an_added_question_is_saved_reviewed_signed_and_forgotten_drafts_go(lune, at, code, deps, cast):
    new = {"new-fr": "Lâche-t-elle ses clés ?", "new-en": "Dropping keys?", "new-source": "Revue du cabinet"}

    saved = lune.post(at(STROKE, "edit"), {**new, "new-level": "call15_now"})
    page = text(lune.get(at(STROKE, "sign")))
    lune.post(at(STROKE, "sign"), {"mark": mark_of(page), "code": code()})

    assert saved.location.endswith("/sign")
    assert "nouvelle question" in page
    assert "Lâche-t-elle ses clés" in text(lune.get(at(STROKE)))
    lune.post(at(STROKE, "edit"), {"then": "go_on"})
    assert "1.0.0+2" in text(lune.get(at()))
    lune.post(at(STROKE, "discard"))
    assert "1.0.0+2" not in text(lune.get(at()))
    with deps.unit_of_work(cast.dr_lune) as uow:
        assert drafts.kept(uow, cast.lilas) == {}


def fields(page):
    """Return what the editor's form would send."""
    form = page[page.index('hx-post="') : page.index("</form>", page.index('hx-post="'))]
    sent = dict(re.findall(r'<input (?!type="checkbox")[^>]*?name="([^"]+)"[^>]*? value="([^"]*)"', form))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)">(.*?)</select>', form):
        chosen = re.search(r'value="([^"]+)" selected', options) or re.search(r'value="([^"]+)"', options)
        sent[name] = chosen[1]
    return {name: html.unescape(value) for name, value in sent.items() if name != "csrf_token"}


def test_a_refused_form_sent_again_loses_nothing_added_or_dropped(lune, at, deps, cast):
    new = {"new-fr": "Lâche-t-elle ses clés ?", "new-en": "Dropping keys?", "new-source": "Revue du cabinet"}
    lune.post(at(STROKE, "edit"), {**new, "then": "go_on"})
    first = fields(text(lune.get(at(STROKE, "edit"))))
    (mine,) = (name.removeprefix("kind-") for name in first if name.startswith("kind-"))
    other = {"new-fr": "Saigne-t-elle ?", "new-effect": "raise", "new-source": "Revue", f"drop-{mine}": "yes"}

    refused = lune.post(at(STROKE, "edit"), {**first, **other})
    again = fields(text(refused))
    (added,) = (name.removeprefix("kind-") for name in again if name.startswith("kind-"))
    again[f"en-{added}"] = "Bleeding?"
    saved = lune.post(at(STROKE, "edit"), again)

    assert (refused.status_code, saved.status_code) == (422, 303)
    with deps.unit_of_work(cast.dr_lune) as uow:
        kept = drafts.begin(uow, deps.library, cast.lilas, STROKE).document
    assert [one.id for one in kept.deciding if one.id.startswith("own_")] == [added]
    assert [one.id for one in kept.red_flags if one.id.startswith("own_")] == []


def test_a_draft_saved_meanwhile_is_not_overwritten_unseen(lune, at):
    first = fields(text(lune.get(at(STROKE, "edit"))))
    lune.post(at(STROKE, "edit"), first)

    stale = lune.post(at(STROKE, "edit"), first)

    assert stale.status_code == 409
    assert lune.post(at(STROKE, "edit"), fields(text(stale))).status_code == 303


def test_a_supervisor_lets_an_expired_protocol_be_used_with_a_reason(visit, cast, at, clock, deps):
    left = deps.library.book.get(STROKE).review_by - clock.now().date()
    clock.advance(days=left.days + 1)
    browser = visit(cast.supervisor)

    assert "n’ouvre aucun appel" in text(browser.get(at()))
    assert browser.post(at(STROKE, "extend"), {"reason": " "}).status_code == 422
    assert browser.post(at(STROKE, "extend"), {"reason": "Relecture en cours."}).status_code == 303
    assert "en usage jusqu’au" in text(browser.get(at()))
    assert "sa révision est dépassée" in text(browser.get(f"/practice/{cast.lilas}"))
    assert "Protocoles à réviser" in text(browser.get("/supervisor"))


def test_the_report_counts_what_was_judged(visit, cast, deps):
    with deps.unit_of_work(cast.dr_lune) as uow:
        view = service.start(uow, deps.library, StartTriage(cast.lilas, PatientFacts(), "", "convulsions"))
        view = service.answer(uow, deps.library, AnswerQuestion(view.id, view.question.id, Given.YES))
        feedback.mark(uow, MarkLevel(view.id, Level.CALL15_NOW))
        uow.commit()
    path = f"/practice/{cast.lilas}/triage-report"

    for role in ("dr_lune", "supervisor"):
        page = text(visit(getattr(cast, role)).get(path))
        assert "1 appel jugé ces 90 derniers jours" in page
        assert "100\u202f%" in page
    assert visit(cast.ada).get(path).status_code == 403
    assert "Aucun appel" in text(visit(cast.dr_iris).get(f"/practice/{cast.glycines}/triage-report?days=x"))


def test_english_pages_speak_english(visit, cast, at):
    browser = visit(cast.dr_lune)
    browser.post("/account/language", {"language": "en"})

    assert "Reference, not signed" in text(browser.get(at()))
    assert "Red flags, the most urgent first" in text(browser.get(at(STROKE, "edit")))
    assert "Take any call" in text(browser.get("/training"))


def keyed(browser, path, key):
    """Play a call to its end; ``key`` gives the answer from the caller's words."""
    page = text(browser.get(path))
    while found := re.search(r'name="question_id" value="([^"]+)"', page):
        kept = (
            re.search(r'name="given" value="([^"]*)"', page)[1].replace("&#34;", '"').replace("&quot;", '"')
        )
        said = re.findall(r"<q>([^<]+)</q>", page)[0]
        page = text(browser.post(path, {"given": kept, "question_id": found[1], "answer": key(said)}))
    return page


def heard(said):
    if said.startswith(("Oui", "Ah oui", "Un peu")):
        return "yes"
    return "no" if said.startswith("Non") else "unknown"


@pytest.mark.parametrize("number", range(1, len(load().book.protocols[STROKE].cases) + 1))
def test_a_call_keyed_as_heard_is_right(visit, cast, number):
    assert "Juste, sans faux pas" in keyed(visit(cast.ada), f"/training/{STROKE}/{number}", heard)


def test_a_call_keyed_wrong_says_what_each_wrong_turn_did(visit, cast, deps):
    cases = deps.library.book.protocols[STROKE].cases
    worst = next(place for place, case in enumerate(cases, 1) if case.name == "worst")

    page = keyed(visit(cast.ada), f"/training/{STROKE}/{worst}", lambda _: "no")

    assert "Trop bas" in page
    assert "Vous avez tapé «\u00a0non\u00a0»" in page
    assert "Cela a changé le niveau" in page


@pytest.mark.parametrize("given", ["[", "3", "[[1]]", '[["x", "yes"]]', json.dumps([["x", "no"]] * 999)])
def test_nonsense_begins_the_call_again(visit, cast, given):
    page = text(visit(cast.ada).post(f"/training/{STROKE}/1", {"given": given, "started": "never"}))

    assert "Question 1" in page


def test_no_such_call_and_any_call(visit, cast):
    browser = visit(cast.ada)

    assert browser.get(f"/training/{STROKE}/99").status_code == 404
    assert browser.post("/training").location.startswith("/training/")
    assert browser.get("/training").status_code == 200


def test_training_writes_nothing(visit, cast, deps, audited):
    keyed(visit(cast.ada), f"/training/{STROKE}/1", heard)

    assert [act for act in audited() if act.startswith("triage")] == []


def test_acts_have_their_names():
    assert {act.value for act in Act} == {"protocol.sign", "person.manage", "contact.write"}


def test_complaints_stand_as_the_reader_sorts_them(cast, visit, at):
    page = text(visit(cast.dr_lune).get(at()))
    training = text(visit(cast.ada).get("/training"))

    titles = ("Questions communes", "Alcool", "Chaleur", "Œil rouge", "Violences")
    assert [page.index(title) for title in titles] == sorted(page.index(title) for title in titles)
    assert [training.index(title) for title in titles] == sorted(training.index(title) for title in titles)
    assert page.index("Ordonnance") > page.index("Objet avalé") > page.index("Noyade")
