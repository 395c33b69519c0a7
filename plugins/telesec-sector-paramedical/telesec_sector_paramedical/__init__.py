"""Paramedical sectors for telesec: physiotherapist and psychologist.

Registered through the entry point group ``telesec``; it imports the hooks and nothing else of telesec.
"""

from collections.abc import Sequence

from telesec.hooks import Sector, hookimpl
from telesec_sector_paramedical.physiotherapist import PHYSIOTHERAPIST
from telesec_sector_paramedical.psychologist import PSYCHOLOGIST

__all__ = ["PHYSIOTHERAPIST", "PSYCHOLOGIST", "telesec_sectors"]


@hookimpl
def telesec_sectors() -> Sequence[Sector]:
    """Bring both sectors."""
    return (PHYSIOTHERAPIST, PSYCHOLOGIST)
