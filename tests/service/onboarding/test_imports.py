"""Imports on a real database: whole or not at all, sealed, told apart from what is there, taken back."""

from datetime import date

import pytest
from sqlalchemy import event, func, select

from telesec.audit.models import Pending
from telesec.calls import service as calls
from telesec.calls.service import Ring
from telesec.foundation.errors import Forbidden, NotFound, Refused, Stale
from telesec.onboarding import jobs, reads, service
from telesec.onboarding.columns import ImportKind
from telesec.onboarding.models import ImportBatch, ImportedRow
from telesec.onboarding.service import HandIn, RunImport
from telesec.patients import reads as patients
from telesec.patients import service as patient_service
from telesec.patients.models import Patient
from telesec.patients.reads import SearchPatients
from telesec.patients.service import RegisterPatient
from telesec.practices import reads as practices
from telesec.scheduling import reads as scheduling
from telesec.testing.cast import BRUNO_PHONE
from telesec.vault.models import RecordKey

ZOE = date(1946, 7, 14)
FILE = (
    "Nom;Prénom;Date de naissance;Sexe;Téléphone\n"
    "Lilas;Zoé;14/07/1946;F;06 39 98 00 10\n"
    "Martin;Paul;2 mars 1950;M;06 39 98 00 11\n"
)


@pytest.fixture
def handed_in(deps, cast):
    """What hands a file in, for Lilas unless told, and returns the draft's id."""

    def hand_in(text, kind=ImportKind.PATIENTS, who=None, practice=cast.lilas):
        with deps.unit_of_work(who or cast.supervisor) as uow:
            made = service.hand_in(uow, HandIn(practice, kind, text.encode()))
            uow.commit()
        return made

    return hand_in


@pytest.fixture
def run(deps, cast):
    """What imports a draft as it is now."""

    def act(import_id, **ticks):
        with deps.unit_of_work(cast.supervisor) as uow:
            version = reads.card(uow, cast.lilas, import_id).version
            made = service.run(uow, RunImport(cast.lilas, import_id, version, **ticks))
            uow.commit()
        return made

    return act


@pytest.fixture
def undo(deps, cast):
    """What takes an import back and returns how many were kept."""

    def act(import_id):
        with deps.unit_of_work(cast.supervisor) as uow:
            kept = service.undo(uow, cast.lilas, import_id)
            uow.commit()
        return kept

    return act


def born(deps, cast, day):
    with deps.unit_of_work(cast.ada) as uow:
        return patients.search(uow, SearchPatients(cast.lilas, birth_date=day))


def count(deps, cast, table):
    with deps.unit_of_work(cast.supervisor) as uow:
        return uow.session.scalar(select(func.count()).select_from(table))


def test_imported_patients_are_found_by_birth_date_and_by_number(deps, cast, handed_in, run):
    assert run(handed_in(FILE)) == 2

    (zoe,) = born(deps, cast, ZOE)
    assert (zoe.family_name, zoe.given_name, zoe.sex, zoe.phones) == (
        "Lilas",
        "Zoé",
        "female",
        (BRUNO_PHONE,),
    )
    with deps.unit_of_work(cast.ada) as uow:
        assert len(patients.search(uow, SearchPatients(cast.lilas, phone="0639980011"))) == 1


def test_nothing_is_imported_before_it_was_looked_through(deps, cast, handed_in):
    import_id = handed_in(FILE)

    with deps.unit_of_work(cast.supervisor) as uow:
        assert len(reads.review(uow, cast.lilas, import_id).good) == 2
    assert count(deps, cast, Patient) == 0


def test_one_fault_refuses_the_whole_unless_it_is_left_out(deps, cast, handed_in, run):
    import_id = handed_in(FILE + "Petit;Ana;31/02/2001;F;\n")

    with pytest.raises(Refused) as caught:
        run(import_id)

    assert caught.value.code == "faulty_lines"
    assert count(deps, cast, Patient) == 0
    assert run(import_id, leave_out=True) == 2


def test_a_file_of_faults_only_imports_nothing(handed_in, run):
    with pytest.raises(Refused) as caught:
        run(handed_in("Nom;Date de naissance\nLune;hier\n"), leave_out=True)

    assert caught.value.code == "nothing_left"


def test_who_is_here_already_is_left_out_and_those_alike_unless_told(deps, cast, handed_in, run):
    with deps.unit_of_work(cast.ada) as uow:
        patient_service.register(uow, RegisterPatient(cast.lilas, "LILAS", "Zoe", ZOE))
        uow.commit()
    import_id = handed_in(FILE + "Lylas;Zoé;14/07/1946;F;\n")

    with deps.unit_of_work(cast.supervisor) as uow:
        seen = reads.review(uow, cast.lilas, import_id)

    assert (dict(seen.doubles.same), dict(seen.doubles.alike)) == ({2: 0}, {4: 0})
    assert run(import_id, alike=True) == 2
    assert len(born(deps, cast, ZOE)) == 2


def test_the_sheet_is_sealed_and_its_key_destroyed_with_the_import(deps, cast, handed_in, run):
    import_id = handed_in(FILE)
    with deps.unit_of_work(cast.supervisor) as uow:
        sealed = uow.session.get_one(ImportBatch, (cast.lilas, import_id)).sheet_sealed
    assert b"Lilas" not in sealed

    run(import_id)

    with deps.unit_of_work(cast.supervisor) as uow:
        assert uow.session.get_one(ImportBatch, (cast.lilas, import_id)).sheet_sealed is None
        assert uow.session.get(RecordKey, (cast.lilas, import_id)) is None


def test_no_name_enters_the_audit_trail(deps, cast, handed_in, run):
    run(handed_in(FILE))

    with deps.unit_of_work(cast.supervisor) as uow:
        told = uow.session.execute(select(Pending.action, Pending.detail)).all()
    assert {"import.hand_in", "import.run", "patient.register_many"} <= {row.action for row in told}
    assert "Lilas" not in str(told)


def test_undo_takes_back_all_and_destroys_the_keys(deps, cast, handed_in, run, undo):
    import_id = handed_in(FILE)
    run(import_id)
    (zoe,) = born(deps, cast, ZOE)

    assert undo(import_id) == 0

    assert count(deps, cast, Patient) == 0
    with deps.unit_of_work(cast.supervisor) as uow:
        assert uow.session.get(RecordKey, (cast.lilas, zoe.id)) is None
    with pytest.raises(Refused):
        undo(import_id)


def test_undo_keeps_whom_somebody_met_since(deps, cast, handed_in, run, undo):
    import_id = handed_in(FILE + "Petit;Ana;01/02/2001;F;0639980012\n")
    run(import_id)
    (zoe,), (ana,) = born(deps, cast, ZOE), born(deps, cast, date(2001, 2, 1))
    with deps.unit_of_work(cast.ada) as uow:
        call_id = calls.ring(uow, Ring(cast.lilas, None, "ring-1", BRUNO_PHONE))
        calls.answer(uow, cast.lilas, call_id)
        calls.link_patient(uow, cast.lilas, call_id, zoe.id)
        patient_service.revise(uow, ana.id, ana.version, RegisterPatient(cast.lilas, "Petite", "Ana"))
        uow.commit()

    assert undo(import_id) == 2

    assert count(deps, cast, Patient) == 2


def test_columns_are_chosen_by_hand(deps, cast, handed_in, run):
    import_id = handed_in("A;B;C\nLilas;Zoé;14/07/1946\n")
    with pytest.raises(Refused) as caught:
        run(import_id)
    assert caught.value.code == "column_missing"

    with deps.unit_of_work(cast.supervisor) as uow:
        chosen = {"family_name": 0, "given_name": 1, "birth_date": 2, "nonsense": 2, "sex": None}
        service.choose_columns(uow, cast.lilas, import_id, chosen)
        uow.commit()

    assert run(import_id) == 1
    assert [one.given_name for one in born(deps, cast, ZOE)] == ["Zoé"]


def test_one_column_holds_one_thing(deps, cast, handed_in):
    import_id = handed_in(FILE)

    with deps.unit_of_work(cast.supervisor) as uow, pytest.raises(Refused) as caught:
        service.choose_columns(uow, cast.lilas, import_id, {"family_name": 0, "given_name": 0})
    assert caught.value.code == "column_twice"


def test_a_draft_seen_before_it_changed_is_stale(deps, cast, handed_in):
    import_id = handed_in(FILE)

    with deps.unit_of_work(cast.supervisor) as uow, pytest.raises(Stale):
        service.run(uow, RunImport(cast.lilas, import_id, 0))


def test_appointment_types_are_imported_and_taken_back(deps, cast, handed_in, run, undo):
    text = "Motif;Durée;Praticien\nConsultation;20 min;Dr Lune\nBilan;1 h;\nBilan;30;\n"
    import_id = handed_in(text, ImportKind.APPOINTMENT_TYPES)

    assert run(import_id) == 2

    with deps.unit_of_work(cast.ada) as uow:
        found = {one.code: one.duration_minutes for one in scheduling.appointment_types(uow, cast.lilas)}
    assert found == {"consultation": 20, "bilan": 60}
    assert undo(import_id) == 0
    with deps.unit_of_work(cast.ada) as uow:
        assert scheduling.appointment_types(uow, cast.lilas) == ()


def test_types_kept_for_urgent_calls_are_imported(deps, cast, handed_in, run):
    text = (
        "Motif;Durée;Réservé aux urgences;Rendu heures avant\nUrgence;15;aujourd'hui;2\nConsultation;20;;\n"
    )

    run(handed_in(text, ImportKind.APPOINTMENT_TYPES))

    with deps.unit_of_work(cast.ada) as uow:
        found = {one.code: one for one in scheduling.appointment_types(uow, cast.lilas)}
    assert (found["urgence"].min_level, found["urgence"].release_hours) == ("same_day", 2)
    assert found["consultation"].min_level is None


def test_giving_back_what_is_not_kept_is_a_fault_of_its_line(deps, cast, handed_in, run):
    text = "Motif;Durée;Réservé aux urgences;Rendu heures avant\nUrgence;15;;2\n"

    with pytest.raises(Refused):
        run(handed_in(text, ImportKind.APPOINTMENT_TYPES))


def test_instructions_are_imported_in_force_until_their_last_day_and_taken_back(
    deps, cast, clock, handed_in, run, undo
):
    text = (
        "Consigne;Sujet;Vaut;Pour;Jusqu'au\nPas de visite le mercredi.;général;toujours;Dr Lune;27/11/2026\n"
    )
    import_id = handed_in(text, ImportKind.INSTRUCTIONS)

    assert run(import_id) == 1

    with deps.unit_of_work(cast.ada) as uow:
        (one,) = practices.situation(uow, cast.lilas).instructions
    assert (one.practitioner_id, one.valid_to.isoformat()) == (cast.dr_lune_id, "2026-11-27T23:00:00+00:00")
    assert undo(import_id) == 0
    with deps.unit_of_work(cast.ada) as uow:
        assert practices.instructions(uow, cast.lilas) == ()


def test_a_formula_imported_stays_text(deps, cast, handed_in, run):
    run(handed_in('Consigne\n"=WEBSERVICE(""http://x"")"\n', ImportKind.INSTRUCTIONS))

    with deps.unit_of_work(cast.ada) as uow:
        assert practices.instructions(uow, cast.lilas)[0].text == '=WEBSERVICE("http://x")'


def test_too_many_instructions_are_refused_whole(deps, cast, handed_in, run):
    text = "Consigne\n" + "".join(f"Consigne numéro {number}.\n" for number in range(201))

    with pytest.raises(Refused) as caught:
        run(handed_in(text, ImportKind.INSTRUCTIONS))

    assert caught.value.code == "too_many_instructions"
    assert count(deps, cast, ImportedRow) == 0


def test_drafts_of_a_day_ago_are_given_up_in_every_practice_and_nothing_else(
    deps, cast, clock, handed_in, run
):
    old, elsewhere, done = handed_in(FILE), handed_in(FILE, practice=cast.glycines), handed_in(FILE)
    run(done)
    clock.advance(hours=20)
    fresh = handed_in(FILE)
    assert jobs.give_up_old(deps) == 0
    clock.advance(hours=5)

    assert (jobs.give_up_old(deps), jobs.give_up_old(deps)) == (2, 0)

    with deps.unit_of_work(cast.supervisor) as uow:
        assert {one.id for one in reads.imports(uow, cast.lilas)} == {done, fresh}
        assert reads.imports(uow, cast.glycines) == ()
        assert uow.session.get(RecordKey, (cast.lilas, old)) is None
        assert uow.session.get(RecordKey, (cast.glycines, elsewhere)) is None
        assert uow.session.get(RecordKey, (cast.lilas, fresh))


def test_draft_given_up_is_gone(deps, cast, handed_in):
    import_id = handed_in(FILE)
    with deps.unit_of_work(cast.supervisor) as uow:
        service.give_up(uow, cast.lilas, import_id)
        uow.commit()

    with deps.unit_of_work(cast.supervisor) as uow, pytest.raises(NotFound):
        reads.card(uow, cast.lilas, import_id)


@pytest.mark.parametrize("role", ["ada", "dr_lune", "manager"])
def test_imports_are_for_supervisors(cast, handed_in, role):
    with pytest.raises((Forbidden, NotFound)):
        handed_in(FILE, who=getattr(cast, role))


def test_thousands_are_imported_with_a_fixed_number_of_statements(deps, cast, handed_in, run, database):
    seen = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
    lines = "".join(f"Nom{n};Prénom;{n % 28 + 1:02}/01/{1930 + n % 90};F;06399{n:05}\n" for n in range(3000))

    made = run(handed_in(FILE.split("\n", 1)[0] + "\n" + lines), alike=True)

    assert made == 3000
    assert len(seen) < 150
