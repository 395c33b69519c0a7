"""The house stands as DESIGN says: every rule over every file."""

from collections.abc import Callable

import pytest
from rules import (
    ROOT,
    badly_named,
    fat_edge,
    hidden_imports,
    impure,
    names_integrations,
    sources,
    too_curious,
    too_long,
    unauthorized,
)

EVERYWHERE = ("telesec", "plugins", "migrations", "tests")


@pytest.mark.parametrize(
    ("rule", "folders"),
    [
        (too_long, EVERYWHERE),
        (impure, ("telesec",)),
        (hidden_imports, ("telesec", "plugins")),
        (too_curious, ("telesec/integrations",)),
        (names_integrations, ("telesec", "plugins")),
        (fat_edge, ("telesec",)),
        (unauthorized, ("telesec",)),
    ],
)
def test_every_file_keeps_the_rule(rule: Callable[[str, str], list[str]], folders: tuple[str, ...]) -> None:
    broken = [
        line
        for path in sources(*folders)
        for line in rule(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    ]

    assert broken == []


def test_no_drawer_is_called_utils() -> None:
    names = [str(path.relative_to(ROOT)) for path in sources("telesec", "plugins")]

    assert [line for name in names for line in badly_named(name)] == []
