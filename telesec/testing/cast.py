"""The cast of every example: invented people, numbers of the ranges kept for fiction.

Cabinet des Lilas with Dr Lune and Dr Soleil, Cabinet des Glycines beside it; Ada the secretary serves
both, Bruno calls for his mother Zoé.
"""

from dataclasses import dataclass
from uuid import UUID

from telesec.bootstrap import Deps
from telesec.foundation.access import Actor, Purpose, Role, system_actor
from telesec.foundation.ids import new_id
from telesec.practices import service as practices
from telesec.practices.service import AddPractitioner, CreatePractice

LILAS_LINE = "+33199000001"
GLYCINES_LINE = "+33199000002"
DR_LUNE_PHONE = "+33639980001"
DR_SOLEIL_PHONE = "+33639980002"
BRUNO_PHONE = "+33639980010"


@dataclass(frozen=True)
class Cast:
    """Ids and actors of the cast; ``x_id`` is a practitioner's id, ``x`` an actor."""

    lilas: UUID
    glycines: UUID
    dr_lune_id: UUID
    dr_soleil_id: UUID
    dr_iris_id: UUID
    ada: Actor
    ines: Actor
    dr_lune: Actor
    dr_soleil: Actor
    dr_iris: Actor
    supervisor: Actor
    manager: Actor
    operator: Actor
    stranger: Actor


def _practice(deps: Deps, name: str, line: str, doctors: tuple[str, ...]) -> tuple[UUID, list[UUID]]:
    practice_id = new_id()
    with deps.unit_of_work(system_actor(Purpose.SETUP, practice_id)) as uow:
        practices.create_practice(uow, CreatePractice(id=practice_id, name=name))
        ids = [
            practices.add_practitioner(uow, AddPractitioner(practice_id, doctor, "physician"))
            for doctor in doctors
        ]
        practices.add_line(uow, practice_id, line)
        uow.commit()
    return practice_id, ids


def seed_cast(deps: Deps) -> Cast:
    """Write the two practices and return everybody who acts in the examples."""
    lilas, (lune, soleil) = _practice(deps, "Cabinet des Lilas", LILAS_LINE, ("Dr Lune", "Dr Soleil"))
    glycines, (iris,) = _practice(deps, "Cabinet des Glycines", GLYCINES_LINE, ("Dr Iris",))

    def everywhere(role: Role) -> Actor:
        return Actor(role, new_id(), {lilas: role, glycines: role})

    def doctor(practice_id: UUID, practitioner_id: UUID) -> Actor:
        role = Role.PRACTITIONER
        return Actor(role, new_id(), {practice_id: role}, {practice_id: practitioner_id})

    return Cast(
        lilas=lilas,
        glycines=glycines,
        dr_lune_id=lune,
        dr_soleil_id=soleil,
        dr_iris_id=iris,
        ada=everywhere(Role.SECRETARY),
        ines=everywhere(Role.SECRETARY),
        dr_lune=doctor(lilas, lune),
        dr_soleil=doctor(lilas, soleil),
        dr_iris=doctor(glycines, iris),
        supervisor=everywhere(Role.SUPERVISOR),
        manager=Actor(Role.PRACTICE_MANAGER, new_id(), {lilas: Role.PRACTICE_MANAGER}),
        operator=Actor(Role.OPERATOR, new_id()),
        stranger=Actor(Role.SECRETARY, new_id()),
    )
