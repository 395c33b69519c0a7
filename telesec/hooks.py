"""Every plug-in hook of telesec, on one page.

A plug-in is a Python package with an entry point in the group ``telesec``; built-in integrations
register through the same hooks. A plug-in in process is trusted like the core.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from telesec.alerts.ports import Carrier, Channel
    from telesec.scheduling.ports import CalendarConnector
    from telesec.settings import Settings

PROJECT = "telesec"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True)
class AppointmentTypeTemplate:
    """A kind of appointment a sector offers a new practice."""

    code: str
    name_fr: str
    name_en: str
    duration_minutes: int
    max_level: str = "routine"


@dataclass(frozen=True)
class Sector:
    """A field of work: its words, appointment types and protocols.

    Args:
        code: For instance ``paramedical.physiotherapist``.
        appointment_types: Offered when a practice of this sector is set up.
        lanes: How many patients one practitioner treats at once; proposed when a calendar is connected.
        protocols: Files in the protocol format, checked like the built-in ones.
        words_fr: What callers say → protocol code.
    """

    code: str
    name_fr: str
    name_en: str
    appointment_types: tuple[AppointmentTypeTemplate, ...] = ()
    lanes: int = 1
    protocols: tuple[Path, ...] = ()
    words_fr: tuple[tuple[str, str], ...] = ()


class TelesecSpec:
    """The hooks. Each returns values; none may start work or open a socket."""

    @hookspec
    def telesec_calendar_connectors(self, settings: "Settings") -> Sequence["CalendarConnector"]:  # type: ignore[empty-body]
        """Return the calendar connectors this plug-in brings."""

    @hookspec
    def telesec_channels(self, settings: "Settings") -> Sequence["Channel"]:  # type: ignore[empty-body]
        """Return the channels this plug-in brings; none when its settings are absent."""

    @hookspec
    def telesec_carriers(self, settings: "Settings") -> Sequence["Carrier"]:  # type: ignore[empty-body]
        """Return the carriers whose webhooks this plug-in understands."""

    @hookspec
    def telesec_sectors(self) -> Sequence[Sector]:  # type: ignore[empty-body]
        """Return the sectors this plug-in brings."""
