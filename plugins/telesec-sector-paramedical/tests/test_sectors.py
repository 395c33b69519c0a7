"""The plug-in registers through the hooks and brings two sectors."""

import tomllib
from importlib import import_module
from pathlib import Path

import pluggy
import pytest
import telesec_sector_paramedical
from telesec_sector_paramedical import PHYSIOTHERAPIST, PSYCHOLOGIST

from telesec.hooks import PROJECT, Sector, TelesecSpec
from telesec.triage.levels import Level
from telesec.triage.library import load

SECTORS = [PHYSIOTHERAPIST, PSYCHOLOGIST]
PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))


def test_plugin_fits_the_hooks():
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(TelesecSpec)

    manager.register(telesec_sector_paramedical)
    manager.check_pending()

    assert [list(answer) for answer in manager.hook.telesec_sectors()] == [SECTORS]


def test_entry_point_names_the_module():
    (module,) = PYPROJECT["project"]["entry-points"]["telesec"].values()

    assert import_module(module) is telesec_sector_paramedical


def test_physiotherapist_treats_three_at_once():
    assert (PHYSIOTHERAPIST.lanes, PSYCHOLOGIST.lanes) == (3, 1)


@pytest.mark.parametrize("sector", SECTORS, ids=lambda sector: sector.code)
def test_appointment_types_are_complete(sector: Sector):
    codes = [kind.code for kind in sector.appointment_types]

    assert len(set(codes)) == len(codes) >= 4
    for kind in sector.appointment_types:
        assert kind.name_fr
        assert kind.name_en
        assert kind.duration_minutes % 15 == 0
        assert kind.max_level in set(Level)


@pytest.mark.parametrize("sector", SECTORS, ids=lambda sector: sector.code)
def test_protocol_files_exist_and_words_lead_to_them(sector: Sector):
    codes = {path.stem for path in sector.protocols} | load().book.protocols.keys()

    assert all(path.is_file() for path in sector.protocols)
    assert {code for _, code in sector.words_fr} <= codes
