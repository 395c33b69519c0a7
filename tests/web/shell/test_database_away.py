"""A database that is gone, has no free connection or a full disk: one clear sentence, pages and API."""

import pytest
from sqlalchemy import create_engine, text

from telesec.accounts.loader import cookie_name
from telesec.app import create_app
from telesec.foundation.database import Database, sqlalchemy_url
from telesec.testing.logins import program_as
from telesec.web.access import public


@pytest.fixture
def gone(tmp_path):
    """A database whose server does not run."""
    database = Database(f"postgresql://telesec_app@/telesec?host={tmp_path}", b"k" * 32)
    yield database
    database.close()


@pytest.fixture
def busy(deps):
    """A database whose only connection somebody holds."""
    url = deps.database.url
    engine = create_engine(sqlalchemy_url(url), pool_size=1, max_overflow=0, pool_timeout=0.01)
    with engine.connect():
        yield Database(url, b"k" * 32, engine=engine)
    engine.dispose()


@pytest.mark.parametrize("what", ["gone", "busy"])
def test_page_and_api_say_that_the_text_is_kept_and_what_to_do(request, deps, app, cast, what):
    token = program_as(deps, app, cast.ada).token
    client = create_app(deps.with_parts(database=request.getfixturevalue(what))).test_client()
    client.set_cookie(cookie_name(deps.settings), "a session")

    page = client.get("/desk", headers={"Accept-Language": "fr"})
    problem = client.get("/api/v1/practices", headers={"Authorization": f"Bearer {token}"})

    assert (page.status_code, problem.status_code) == (503, 503)
    assert "Votre texte est toujours dans la page" in page.text
    assert "réessayez dans quelques secondes" in page.text
    assert problem.json["code"] == "database_unavailable"
    assert "Retry-After" in problem.headers


def test_a_full_disk_is_told_as_that(app, client, deps):
    def view():
        with deps.database.session((), "test") as session:
            session.execute(text("do $$ begin raise exception using errcode = '53100'; end $$"))

    app.add_url_rule("/writes", "writes", public("a test's own")(view))

    page = client.get("/writes", headers={"Accept-Language": "fr"})

    assert page.status_code == 503
    assert "Le disque de la base de données est plein" in page.text
