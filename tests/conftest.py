"""How examples are drawn everywhere, no test fails because a machine was busy; and which files come first."""

from itertools import chain, zip_longest
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("telesec", deadline=None)
settings.load_profile("telesec")

TESTS = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that no worker is left alone with one at the end.

    Those that start whole installations take turns with those that look at screens: two at once would be more
    than two cores have. Inside that the order stays the random one.
    """
    files = list(dict.fromkeys(item.path for item in items))
    whole = [file for file in files if file.is_relative_to(TESTS / "processes")]
    screens = [file for file in files if file.is_relative_to(TESTS / "browser")]
    screens.sort(key=lambda file: file.parent.name not in {"pages", "stories"})
    first = [file for file in chain(*zip_longest(whole, screens)) if file]
    place = {file: number for number, file in enumerate(dict.fromkeys([*first, *files]))}
    items.sort(key=lambda item: place[item.path])
