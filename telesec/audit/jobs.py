"""The sealer: every two seconds, one short transaction per chain."""

from telesec.audit import service as audit
from telesec.audit.ports import AuditDeps
from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.jobs import Sweep


def seal_due(deps: AuditDeps) -> int:
    """Give every waiting act its place; return how many."""
    with deps.unit_of_work(system_actor(Purpose.SEAL_AUDIT)) as uow:
        due = audit.due_chains(uow)
    sealed = 0
    for practice_id in due:
        with deps.unit_of_work(system_actor(Purpose.SEAL_AUDIT, practice_id)) as uow:
            sealed += audit.seal(uow, practice_id)
            uow.commit()
    return sealed


SWEEPS: tuple[Sweep, ...] = (Sweep("audit.seal", 2.0, seal_due),)
