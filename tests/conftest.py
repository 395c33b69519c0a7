"""How examples are drawn everywhere, no test fails because a machine was busy; and which files come first."""

import pytest
from hypothesis import settings

settings.register_profile("telesec", deadline=None)
settings.load_profile("telesec")


LONGEST = ("processes", "browser/pages", "browser/stories", "flow", "browser", "migrations")
"""Folders of tests, those whose files take longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that no worker is left alone with one at the end.

    Inside that the order stays the random one.
    """

    def place(item):
        return next(
            (i for i, name in enumerate(LONGEST) if f"/tests/{name}/" in str(item.path)), len(LONGEST)
        )

    items.sort(key=place)
