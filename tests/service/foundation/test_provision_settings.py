"""What ``telesec db provision`` prints is what the other commands need, as printed."""

import psycopg

from telesec.foundation.provision import load_or_make_credentials, provision, write_settings
from telesec.settings import read_settings


def test_the_settings_it_names_lead_each_role_to_the_database(postgres):
    credentials = load_or_make_credentials(postgres.keys)
    provision(postgres.server.url(), "telesec_settings", credentials)

    for _ in range(2):
        lines = write_settings(postgres.server.url(), "telesec_settings", credentials, postgres.keys)
    settings = read_settings(dict(line.split("=", 1) for line in lines))

    urls = settings.database_url, settings.migrate_url, settings.backup_url
    users = []
    for url in urls:
        with psycopg.connect(url.get_secret_value()) as connection:
            users.append(connection.execute("select current_user, current_database()").fetchone())
    assert users == [
        (role, "telesec_settings") for role in ("telesec_app", "telesec_migrate", "telesec_backup")
    ]
    assert settings.context_key.get_secret_value() == credentials.context_key.hex()
    assert {path.stat().st_mode & 0o777 for path in postgres.keys.glob("*.url")} == {0o400}
