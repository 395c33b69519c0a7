"""Databases for the tests of the schema's history."""

import importlib
import sys
from pathlib import Path

import pytest

from telesec.foundation.database import Base

sys.path.insert(0, str(Path(__file__).parent))
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def models() -> type[Base]:
    """Every table of every room, loaded."""
    for path in sorted((ROOT / "telesec").glob("*/models.py")):
        importlib.import_module(f"telesec.{path.parent.name}.models")
    return Base
