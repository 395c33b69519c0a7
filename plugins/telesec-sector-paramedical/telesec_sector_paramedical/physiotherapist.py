"""The physiotherapist: three patients at once, and what callers say after a session."""

from pathlib import Path

from telesec.hooks import AppointmentTypeTemplate, Sector

PROTOCOL = "kine_aggravation"

PHYSIOTHERAPIST = Sector(
    code="paramedical.physiotherapist",
    name_fr="Masseur-kinésithérapeute",
    name_en="Physiotherapist",
    lanes=3,
    appointment_types=(
        AppointmentTypeTemplate("bilan", "Bilan initial", "First assessment", 45),
        AppointmentTypeTemplate("seance", "Séance de rééducation", "Session", 30, max_level="h48_72"),
        AppointmentTypeTemplate(
            "post_operatoire", "Séance après une opération", "Session after surgery", 30, max_level="h48_72"
        ),
        AppointmentTypeTemplate(
            "respiratoire", "Kiné respiratoire", "Chest physiotherapy", 30, max_level="same_day"
        ),
        AppointmentTypeTemplate("domicile", "Séance à domicile", "Home visit", 45, max_level="h48_72"),
    ),
    protocols=(Path(__file__).parent / "protocols" / f"{PROTOCOL}.yaml",),
    words_fr=(
        ("mal depuis la séance", PROTOCOL),
        ("mal après les exercices", PROTOCOL),
        ("douleur après la rééducation", PROTOCOL),
        ("mollet depuis mon opération", PROTOCOL),
        ("mollet après l'opération", PROTOCOL),
        ("prothèse de genou", PROTOCOL),
        ("prothèse de hanche", PROTOCOL),
        ("ligament croisé", PROTOCOL),
    ),
)
