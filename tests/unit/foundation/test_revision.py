from alembic.config import Config
from alembic.script import ScriptDirectory

from telesec.foundation import revision


def test_the_newest_file_is_the_head_of_the_chain():
    config = Config()
    config.set_main_option("script_location", str(revision.SCRIPTS))
    config.set_main_option("path_separator", "os")

    assert revision.head() == ScriptDirectory.from_config(config).get_current_head()
