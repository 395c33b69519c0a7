"""Which column holds what: found by its title, in the words of practice software, and correctable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from telesec.foundation.language import Sentence, say
from telesec.patients.rules import fold


class ImportKind(StrEnum):
    """What a file brings."""

    PATIENTS = "patients"
    APPOINTMENT_TYPES = "appointment_types"
    INSTRUCTIONS = "instructions"


@dataclass(frozen=True)
class Field:
    """One thing a column may hold.

    Args:
        words: Titles it is known by, as French practice software and people write them.
        needed: Whether a file without it cannot be imported.
        sample: What the model file shows.
    """

    name: str
    label: Sentence
    words: tuple[str, ...]
    needed: bool = False
    sample: str = ""


FIELDS: Mapping[ImportKind, tuple[Field, ...]] = {
    ImportKind.PATIENTS: (
        Field(
            "family_name",
            say("Family name"),
            ("nom", "nom de famille", "nom d usage", "nom usuel", "nom patient", "nom du patient", "name",
             "family name", "last name", "surname", "lastname"),
            needed=True,
            sample="Lilas",
        ),
        Field(
            "birth_name",
            say("Birth name (used where the family name is empty)"),
            ("nom de naissance", "nom naissance", "nom de jeune fille", "birth name", "maiden name"),
        ),
        Field(
            "given_name",
            say("Given name"),
            ("prenom", "prenoms", "prenom patient", "prenom du patient", "premier prenom",
             "prenom de naissance", "prenom usuel", "first name", "given name", "firstname"),
            sample="Zoé",
        ),
        Field(
            "birth_date",
            say("Birth date"),
            ("date de naissance", "date naissance", "ne e le", "ne le", "nee le", "naissance", "ddn", "dob",
             "birth date", "date of birth", "birthdate", "birthday"),
            sample="14/07/1946",
        ),
        Field(
            "sex",
            say("Sex or title"),
            ("sexe", "sex", "genre", "gender", "civilite", "titre", "title"),
            sample="F",
        ),
        Field(
            "phone",
            say("Telephone"),
            ("telephone", "tel", "telephone portable", "tel portable", "portable", "mobile",
             "telephone mobile", "tel mobile", "gsm", "phone", "phone number", "numero de telephone",
             "telephone 1", "tel 1", "tel1", "telephone1", "numero", "n de telephone"),
            sample="06 39 98 00 10",
        ),
        Field(
            "phone_2",
            say("Second telephone"),
            ("telephone fixe", "tel fixe", "fixe", "telephone domicile", "tel domicile", "domicile",
             "telephone 2", "tel 2", "tel2", "telephone2", "autre telephone", "home phone", "landline"),
        ),
    ),
    ImportKind.APPOINTMENT_TYPES: (
        Field(
            "name",
            say("Name"),
            ("nom", "motif", "motif de consultation", "libelle", "intitule", "type de rendez vous",
             "rendez vous", "name", "type", "appointment type"),
            needed=True,
            sample="Consultation",
        ),
        Field(
            "duration",
            say("Length in minutes"),
            ("duree", "duree minutes", "duree en minutes", "duree min", "temps", "minutes", "duration",
             "length"),
            needed=True,
            sample="20",
        ),
        Field("code", say("Short code"), ("code", "code court", "short code"), sample="consultation"),
        Field(
            "practitioners",
            say("Practitioners (empty: all)"),
            ("praticien", "praticiens", "medecin", "medecins", "agenda", "agendas", "practitioner",
             "practitioners"),
        ),
        Field(
            "min_level",
            say("Kept for urgent calls from (empty: for everybody)"),
            ("reserve aux urgences", "reserve aux urgences a partir de", "urgences", "kept for", "min level"),
        ),
        Field(
            "release_hours",
            say("Given back how many hours before (empty: never)"),
            ("rendu heures avant", "rendu combien d heures avant", "liberation", "release hours"),
        ),
    ),
    ImportKind.INSTRUCTIONS: (
        Field(
            "text",
            say("Text"),
            ("consigne", "consignes", "texte", "text", "instruction", "instructions", "contenu", "detail"),
            needed=True,
            sample="Ordonnance à renouveler : sous 48 h, jamais au téléphone.",
        ),
        Field("kind", say("About"), ("sujet", "type", "categorie", "rubrique", "theme", "about", "kind"),
              sample="rendez-vous"),
        Field("applies", say("Counts"), ("vaut", "quand", "s applique", "applies", "counts", "when"),
              sample="toujours"),
        Field(
            "practitioner",
            say("For this practitioner (empty: the practice)"),
            ("praticien", "medecin", "pour", "practitioner", "for"),
        ),
        Field("until", say("Until (included)"), ("jusqu au", "fin", "date de fin", "until", "end")),
    ),
}  # fmt: skip


def found(kind: ImportKind, titles: Sequence[str]) -> dict[str, int]:
    """Return field → column for the titles that are known; the first of two that say the same wins.

    Words earlier in a field's list are believed before later ones.
    """
    folded = [fold(title) for title in titles]
    placed: dict[str, int] = {}
    for field in FIELDS[kind]:
        free = {
            title: place for place, title in reversed(list(enumerate(folded))) if place not in placed.values()
        }
        word = next((word for word in field.words if word in free), None)
        if word is not None:
            placed[field.name] = free[word]
    return placed


def missing(kind: ImportKind, columns: Mapping[str, int]) -> tuple[Field, ...]:
    """Return the needed fields no column holds; a birth name stands for a family name."""
    names = set(columns) | ({"family_name"} if "birth_name" in columns else set())
    return tuple(field for field in FIELDS[kind] if field.needed and field.name not in names)
