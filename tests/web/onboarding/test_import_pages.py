"""Pages of imports: a file in, its columns, the dry run, the import, taken back; and who may not."""

import re

import pytest

from telesec.desk import practice_routes, protocol_routes, supervisor_routes, wall_routes
from telesec.foundation.ids import new_id
from telesec.onboarding import routes
from telesec.onboarding.sheet import LARGEST_FILE
from telesec.testing.pages import page_client
from telesec.testing.workbooks import xlsx

ROOMS = tuple(
    room.blueprint for room in (routes, practice_routes, protocol_routes, supervisor_routes, wall_routes)
)
FILE = "Nom;Prénom;Date de naissance;Tél\nLilas;Zoé;14/07/1946;0639980010\n=1+1;Paul;hier;\n"


def client(deps, who):
    return page_client(deps, who, *ROOMS)


def text(answer):
    return answer.get_data(as_text=True)


def hand_in(browser, practice_id, data, kind="patients"):
    """Send a form with a file; its body is put together here, for the client's own would lie on a disk."""
    head = 'Content-Disposition: form-data; name="'
    parts = (
        f'--cut\r\n{head}kind"\r\n\r\n{kind}\r\n--cut\r\n{head}file"; filename="liste.csv"\r\n\r\n'.encode(),
        data,
        b"\r\n--cut--\r\n",
    )
    return browser.post(
        f"/onboarding/{practice_id}/import",
        data=b"".join(parts),
        content_type="multipart/form-data; boundary=cut",
    )


@pytest.fixture
def browser(deps, cast):
    return client(deps, cast.supervisor)


@pytest.fixture
def draft(browser, cast):
    """The address of a draft with one good line and one fault."""
    return hand_in(browser, cast.lilas, FILE.encode()).headers["Location"]


def version(page):
    return re.search(r'name="version" value="(\d+)"', page)[1]


def test_dry_run_shows_faults_by_line_in_the_readers_language(browser, draft):
    page = text(browser.get(draft))

    assert "Ce n’est pas une date. Écrivez-la comme 14/07/1989." in page
    assert "<td>3</td><td>Date de naissance</td><td>hier</td>" in page


def test_import_is_refused_then_done_then_taken_back(browser, draft):
    seen = {"version": version(text(browser.get(draft)))}

    refused = browser.post(f"{draft}/run", data=seen)
    done = browser.post(f"{draft}/run", data={**seen, "leave_out": "yes"})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert "1 importé" in text(browser.get(draft))
    assert browser.post(f"{draft}/undo").status_code == 303
    assert "annulé" in text(browser.get(draft))
    assert browser.post(f"{draft}/undo").status_code == 409


def test_faulty_lines_come_back_as_a_file_no_spreadsheet_runs(browser, draft):
    answer = browser.get(f"{draft}/faults.csv")

    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "'=1+1;Paul;hier;;Date de naissance: Ce n’est pas une date." in text(answer)
    assert "Zoé" not in text(answer)


def test_columns_are_corrected_by_hand(browser, cast):
    draft = hand_in(browser, cast.lilas, b"A;B\nLilas;Zoe\n").headers["Location"]
    assert "Dites plus bas quelle colonne contient" in text(browser.get(draft))

    twice = browser.post(f"{draft}/columns", data={"column_family_name": "0", "column_given_name": "0"})
    once = browser.post(f"{draft}/columns", data={"column_family_name": "0", "column_given_name": "1"})

    assert (twice.status_code, once.status_code) == (422, 303)
    assert "Dites plus bas" not in text(browser.get(draft))


def test_workbook_is_taken_as_well(browser, cast):
    data = xlsx(("Nom", "Né(e) le"), ("Lilas", "D:16997"))

    assert hand_in(browser, cast.lilas, data).status_code == 303


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Ce fichier est vide."),
        (b"%PDF-1.7", "C’est un PDF"),
        ("Nom;Prénom\nLefèvre;Zoé\n".encode("cp850"), "L’encodage de ce fichier n’est pas reconnu"),
        (b"x" * (LARGEST_FILE + 1), "Ce fichier dépasse 12 Mo"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(browser, cast, data, told):
    answer = hand_in(browser, cast.lilas, data)

    assert answer.status_code == 422
    assert told in text(answer)


def test_a_body_beyond_any_file_is_413_and_other_pages_keep_their_limit(browser, cast):
    assert hand_in(browser, cast.lilas, b"x" * (14 << 20)).status_code == 413
    assert browser.post("/supervisor/people", data={"email": "x" * (2 << 20)}).status_code == 413


def test_uploaded_file_never_lies_on_a_disk(browser, cast, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    assert hand_in(browser, cast.lilas, b"Nom\n" + b"Lilas\n" * 400_000).status_code == 422


def test_form_without_a_file_or_of_another_kind_is_refused(browser, cast):
    path = f"/onboarding/{cast.lilas}/import"

    assert browser.post(path, data={"kind": "patients"}).status_code == 422
    assert hand_in(browser, cast.lilas, b"Nom\nLilas\n", kind="doctors").status_code == 422


def test_model_files_can_be_imported_as_they_are(browser, cast):
    for kind in ("patients", "appointment_types", "instructions"):
        model = browser.get(f"/onboarding/model/{kind}.csv").get_data()
        draft = hand_in(browser, cast.lilas, model, kind).headers["Location"]
        page = text(browser.get(draft))
        done = browser.post(f"{draft}/run", data={"version": version(page)})
        assert done.status_code == 303, kind


def test_draft_is_given_up(browser, draft, cast):
    assert browser.post(f"{draft}/give-up").headers["Location"] == f"/onboarding/{cast.lilas}/import"
    assert browser.get(draft).status_code == 404


def test_what_is_not_there_is_404(browser, cast):
    path = f"/onboarding/{cast.lilas}/import/{new_id()}"

    assert {browser.get(path).status_code, browser.get(f"{path}/faults.csv").status_code} == {404}
    assert browser.get(f"/onboarding/{new_id()}/import").status_code == 404


@pytest.mark.parametrize("role", ["ada", "dr_lune", "manager", "stranger"])
def test_pages_are_for_those_who_set_practices_up(deps, cast, role):
    assert client(deps, getattr(cast, role)).get(f"/onboarding/{cast.lilas}/import").status_code == 403
