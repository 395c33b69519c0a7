"""The psychologist: one patient at a time, and callers in distress."""

from pathlib import Path

from telesec.hooks import AppointmentTypeTemplate, Sector

PROTOCOL = "crise_psychique_suicide"

PSYCHOLOGIST = Sector(
    code="paramedical.psychologist",
    name_fr="Psychologue",
    name_en="Psychologist",
    appointment_types=(
        AppointmentTypeTemplate("premier", "Premier entretien", "First meeting", 60),
        AppointmentTypeTemplate("seance", "Séance", "Session", 45, max_level="h48_72"),
        AppointmentTypeTemplate("rapproche", "Séance rapprochée", "Early session", 45, max_level="same_day"),
        AppointmentTypeTemplate("distance", "Séance à distance", "Remote session", 45, max_level="h48_72"),
        AppointmentTypeTemplate("bilan", "Bilan psychologique", "Assessment", 90),
    ),
    protocols=(Path(__file__).parent / "protocols" / f"{PROTOCOL}.yaml",),
    words_fr=(
        ("ne va pas bien du tout", PROTOCOL),
        ("n'arrive plus à tenir", PROTOCOL),
        ("se sent à bout", PROTOCOL),
        ("je suis à bout", PROTOCOL),
        ("pleure sans arrêt", PROTOCOL),
    ),
)
