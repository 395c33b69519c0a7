"""A service on a full morning, for every test of the pages."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from world import World


@pytest.fixture
def world(deps, cast, clock):
    return World.built(deps, cast, clock)
