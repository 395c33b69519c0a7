"""The psychologist: one patient at a time, and callers in distress.

The protocol its words lead to is the library's own: every practice needs it, not psychologists only.
"""

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
    words_fr=(
        ("ne va pas bien du tout", PROTOCOL),
        ("n'arrive plus à tenir", PROTOCOL),
        ("se sent à bout", PROTOCOL),
        ("je suis à bout", PROTOCOL),
        ("pleure sans arrêt", PROTOCOL),
    ),
)
