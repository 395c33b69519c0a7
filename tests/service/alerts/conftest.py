"""Lilas with two doctors on call, their phones, and every part on the moved clock."""

import pytest

from telesec.testing.on_call import lilas_phones, put_on_call, with_phones


@pytest.fixture
def phones():
    return lilas_phones()


@pytest.fixture
def deps(deps, phones):
    return with_phones(deps, phones)


@pytest.fixture
def on_call(deps, cast):
    """Dr Lune first, Dr Soleil second, both by SMS and voice on a verified number."""
    put_on_call(deps, cast)
