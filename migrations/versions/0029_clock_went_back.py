"""Due times of scheduling after the clock was put back: what waits longer than anything may is due too.

The look-ups keep their names and shapes: the previous release's code finds more with them and passes over it.
"""

from alembic import op

from migrations.support import drop_lookup, system_lookup

revision = "0029_clock_went_back"
down_revision = "0028_reserved_types"

_BEFORE = {
    "sec.due_holds(now timestamptz, lim int)": (
        "slot_claim",
        (
            "select c.practice_id, c.id from public.slot_claim c "
            "where c.state = 'hold' and c.expires_at <= now order by c.expires_at limit lim"
        ),
    ),
    "sec.due_settlements(now timestamptz, lim int)": (
        "appointment",
        (
            "select a.practice_id, a.id from public.appointment a "
            "where a.operation is not null and a.next_attempt_at <= now order by a.next_attempt_at limit lim"
        ),
    ),
    "sec.due_readings(before timestamptz, lim int)": (
        "schedule",
        (
            "select s.practice_id, s.id from public.schedule s "
            "where s.read_attempted_at is null or s.read_attempted_at <= before "
            "order by s.read_attempted_at nulls first limit lim"
        ),
    ),
}
_NOW = {
    "sec.due_holds(now timestamptz, lim int)": (
        "slot_claim",
        (
            "select c.practice_id, c.id from public.slot_claim c "
            "where c.state = 'hold' and (c.expires_at <= now or c.expires_at > now + interval '5 minutes') "
            "order by c.expires_at limit lim"
        ),
    ),
    "sec.due_settlements(now timestamptz, lim int)": (
        "appointment",
        (
            "select a.practice_id, a.id from public.appointment a where a.operation is not null "
            "and (a.next_attempt_at <= now or a.next_attempt_at > now + interval '2 minutes') "
            "order by a.next_attempt_at limit lim"
        ),
    ),
    "sec.due_readings(before timestamptz, lim int)": (
        "schedule",
        (
            "select s.practice_id, s.id from public.schedule s where s.read_attempted_at is null "
            "or s.read_attempted_at <= before or s.read_attempted_at > before + interval '2 minutes' "
            "order by s.read_attempted_at nulls first limit lim"
        ),
    ),
}


def upgrade() -> None:
    """Let the look-ups find what lies further ahead than anything waits."""
    _replace(_NOW)


def downgrade() -> None:
    """Let them find what is due only."""
    _replace(_BEFORE)


def _replace(lookups: dict[str, tuple[str, str]]) -> None:
    for signature, (table, body) in lookups.items():
        drop_lookup(op, signature)
        system_lookup(
            op,
            signature,
            returns="table(practice_id uuid, id uuid)",
            body=body,
            reads=[f"public.{table}"],
        )
