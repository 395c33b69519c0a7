"""A freed time keeps the card that offers it, so that it goes on to the next when that card has ended.

The previous release's code runs beside this schema: what it frees names no card, and what the look-up gives
it is offered once and forgotten, as it always was.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.support import drop_lookup, system_lookup

revision = "0034_offer_passed_on"
down_revision = "0033_waiting_list"

DUE = "sec.due_freed_slots(now timestamptz, lim int)"
BEFORE = """
select f.practice_id, f.id from public.freed_slot f
join public.practice p on p.id = f.practice_id
where extract(hour from now at time zone p.time_zone) between 8 and 19
order by f.freed_at, f.id limit lim
"""
BODY = """
select f.practice_id, f.id from public.freed_slot f
join public.practice p on p.id = f.practice_id
left join public.callback c on c.practice_id = f.practice_id and c.id = f.callback_id
where extract(hour from now at time zone p.time_zone) between 8 and 19
and (f.callback_id is null or f.start_at <= now or (
  c.state is distinct from 'open'
  and (c.settled_at is null or c.settled_at not between now - interval '10 seconds' and now)
  and not exists (
    select from public.call k
    where k.practice_id = c.practice_id and k.answered_at is not null and k.closed_at is null
    and (k.patient_id = c.patient_id or (c.patient_id is null and k.from_index = c.phone_index))
  )
))
order by f.freed_at, f.id limit lim
"""


def upgrade() -> None:
    """Add the card and whom it was offered to; look up what no card offers any more."""
    op.add_column("freed_slot", sa.Column("callback_id", sa.Uuid(), nullable=True))
    op.add_column(
        "freed_slot",
        sa.Column("offered_to", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    drop_lookup(op, DUE)
    _look_up(BODY, "public.callback", "public.call")


def downgrade() -> None:
    """Forget both; what is being offered is forgotten with them, as the release before forgets it."""
    op.execute("delete from freed_slot where callback_id is not null")
    drop_lookup(op, DUE)
    _look_up(BEFORE)
    op.drop_column("freed_slot", "offered_to")
    op.drop_column("freed_slot", "callback_id")


def _look_up(body: str, *more: str) -> None:
    reads = ["public.freed_slot", "public.practice", *more]
    system_lookup(op, DUE, returns="table(practice_id uuid, id uuid)", body=body, reads=reads)
