"""French counts in its own way: nothing is singular."""

import pytest

from telesec.web.language import translations


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("fr", 0, "%(num)s trou"),
        ("fr", 1, "%(num)s trou"),
        ("fr", 2, "%(num)s trous"),
        ("en", 0, "%(num)s gaps"),
        ("en", 1, "%(num)s gap"),
    ],
)
def test_each_language_counts_as_its_readers_do(language, number, said):
    assert translations(language).ngettext("%(num)s gap", "%(num)s gaps", number) == said
