"""Who the demo knows. All invented; numbers are of the ranges kept for fiction."""

from dataclasses import dataclass
from datetime import date

from telesec.foundation.access import Role


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who logs in; ``practices`` are keys of ``PRACTICES``, ``practitioner`` a key of theirs."""

    email: str
    name: str
    role: Role
    practices: tuple[str, ...] = ()
    practitioner: str = ""


@dataclass(frozen=True)
class DemoPractitioner:
    """Somebody who treats; ``phone`` is where alerts reach them."""

    key: str
    name: str
    profession: str
    rpps: str
    phone: str
    lanes: int = 1


@dataclass(frozen=True)
class DemoPractice:
    """A practice of the demo and its calendar's kind."""

    key: str
    name: str
    sector: str
    line: str
    calendar: str
    greeting: str
    practitioners: tuple[DemoPractitioner, ...]
    types: tuple[tuple[str, str, int], ...]
    instructions: tuple[tuple[str, str, str], ...]
    kept: frozenset[str] = frozenset()
    """Codes of the types kept for calls of today, with hours of their own."""


@dataclass(frozen=True)
class DemoPatient:
    """A patient of a practice."""

    practice: str
    family_name: str
    given_name: str
    born: date
    phones: tuple[str, ...]


PRACTICES = (
    DemoPractice(
        key="lilas",
        name="Cabinet des Lilas",
        sector="medical",
        line="+33199000001",
        calendar="caldav",
        greeting="Cabinet médical des Lilas, bonjour. À quel numéro vous rappeler si la ligne coupe ?",
        practitioners=(
            DemoPractitioner("lune", "Dr Lune", "médecin généraliste", "10000000017", "+33639980001"),
            DemoPractitioner("soleil", "Dr Soleil", "médecin généraliste", "10000000025", "+33639980002"),
        ),
        types=(
            ("consultation", "Consultation", 15),
            ("urgence", "Urgence du jour", 15),
            ("visite", "Consultation longue", 30),
        ),
        instructions=(
            (
                "general",
                "always",
                "Renouvellement : pas d’ordonnance par téléphone, un rendez-vous.",
            ),
            ("urgent", "always", "Douleur dans la poitrine : le 15 d’abord, puis Dr Lune."),
            (
                "appointments",
                "always",
                "Nouveaux patients : consultation longue de 30 minutes.",
            ),
        ),
        kept=frozenset({"urgence"}),
    ),
    DemoPractice(
        key="saules",
        name="Kinésithérapie des Saules",
        sector="paramedical.physiotherapist",
        line="+33199000002",
        calendar="fhir",
        greeting="Cabinet de kinésithérapie des Saules, bonjour. À quel numéro vous rappeler ?",
        practitioners=(
            DemoPractitioner("aube", "Claire Aube", "kinésithérapeute", "10000000033", "+33639980003", 3),
        ),
        types=(("seance", "Séance", 30), ("bilan", "Bilan", 30)),
        instructions=(
            ("general", "always", "Apporter l’ordonnance et la carte Vitale à la première séance."),
            (
                "urgent",
                "always",
                "Mollet gonflé et douloureux après une opération : pas de séance.",
            ),
        ),
    ),
)
PEOPLE = (
    DemoPerson("ada@telesec.example", "Ada", Role.SECRETARY, ("lilas", "saules")),
    DemoPerson("ines@telesec.example", "Inès", Role.SECRETARY, ("lilas", "saules")),
    DemoPerson("rose@telesec.example", "Rose", Role.SUPERVISOR, ("lilas", "saules")),
    DemoPerson("lune@telesec.example", "Dr Lune", Role.PRACTITIONER, ("lilas",), "lune"),
    DemoPerson("soleil@telesec.example", "Dr Soleil", Role.PRACTITIONER, ("lilas",), "soleil"),
    DemoPerson("aube@telesec.example", "Claire Aube", Role.PRACTITIONER, ("saules",), "aube"),
    DemoPerson("hugo@telesec.example", "Hugo", Role.PRACTICE_MANAGER, ("lilas",)),
    DemoPerson("opale@telesec.example", "Opale", Role.OPERATOR),
)
NOTICE = "Grippe : comptez un tiers d’appels en plus le matin. Inès vient en renfort de 8:00 à 11:00."
"""What the supervisor tells every desk."""
PATIENTS = (
    DemoPatient("lilas", "VERDIER", "Zoé", date(1951, 3, 14), ("+33639981234", "+33639980010")),
    DemoPatient("lilas", "VERDIER", "Bruno", date(1978, 6, 2), ("+33639980010",)),
    DemoPatient("lilas", "SORBIER", "Anne", date(1984, 1, 21), ("+33639980011",)),
    DemoPatient("lilas", "SORBIER", "Anna", date(1984, 1, 21), ("+33639980012",)),
    DemoPatient("lilas", "CHARME", "Paul", date(1966, 9, 30), ("+33639980013",)),
    DemoPatient("lilas", "ORME", "Jules", date(2026, 10, 2), ("+33639980014",)),
    DemoPatient("saules", "HOUX", "Lise", date(1972, 11, 8), ("+33639980015",)),
    DemoPatient("saules", "AUBIER", "Marc", date(1959, 4, 17), ("+33639980016",)),
)
