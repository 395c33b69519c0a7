"""Gives up drafts of imports nobody came back to: an uploaded list of patients never lies about."""

from collections import defaultdict
from uuid import UUID

from telesec.foundation.access import Purpose, system_actor
from telesec.foundation.jobs import Sweep
from telesec.onboarding import service
from telesec.onboarding.ports import OnboardingDeps


def give_up_old(deps: OnboardingDeps) -> int:
    """Forget drafts older than a day with their keys, one short transaction a practice; return how many."""
    with deps.unit_of_work(system_actor(Purpose.GIVE_UP_DRAFTS)) as uow:
        due = service.old_drafts(uow)
    by_practice: dict[UUID, list[UUID]] = defaultdict(list)
    for practice_id, import_id in due:
        by_practice[practice_id].append(import_id)
    gone = 0
    for practice_id, import_ids in by_practice.items():
        with deps.unit_of_work(system_actor(Purpose.GIVE_UP_DRAFTS, practice_id)) as uow:
            gone += service.give_up_many(uow, practice_id, import_ids)
            uow.commit()
    return gone


SWEEPS: tuple[Sweep, ...] = (Sweep("onboarding.give_up_drafts", 600.0, give_up_old),)
