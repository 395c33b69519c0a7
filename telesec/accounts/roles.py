"""Who may make whom hold a role: supervisors make staff, never operators or auditors."""

from telesec.foundation.access import Actor, Purpose, Role

_STAFF = frozenset({Role.SECRETARY, Role.SUPERVISOR, Role.PRACTITIONER, Role.PRACTICE_MANAGER})


def may_grant(actor: Actor, role: Role) -> bool:
    """Return whether this actor may make somebody hold ``role``; supervisors make no operators."""
    if actor.purpose is Purpose.SETUP or actor.role is Role.OPERATOR:
        return role is not Role.SYSTEM
    return actor.role is Role.SUPERVISOR and role in _STAFF
