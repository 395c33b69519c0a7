"""Wall sessions, and what keeps a session open: an open call, a held slot, a vital alert nobody took."""

import sqlalchemy as sa
from alembic import op

from migrations.support import drop_lookup, system_lookup

revision = "0015_sessions"
down_revision = "0014_idempotency"

_OPEN_WORK = "sec.find_open_work(person uuid, at timestamptz)"
_VITAL = "sec.find_vital_alerts(person uuid)"


def upgrade() -> None:
    """Add the kind of a session, the right to forget old ones, and the look-ups."""
    op.add_column("login_session", sa.Column("kind", sa.String(), nullable=False, server_default="person"))
    op.alter_column("login_session", "kind", server_default=None)
    op.create_check_constraint("ck_login_session_kind", "login_session", "kind in ('person', 'wall')")
    op.create_index("ix_login_session_created_at", "login_session", ["created_at"])
    op.execute("grant delete on login_session to telesec_app")
    pairs = "table(practice_id uuid, id uuid)"
    system_lookup(
        op,
        _OPEN_WORK,
        returns=pairs,
        body="(select c.practice_id, c.id from public.call c where c.closed_at is null "
        "and c.secretary_id = person limit 100) union all "
        "(select s.practice_id, s.id from public.slot_claim s where s.state = 'hold' "
        "and s.held_by = person and s.expires_at > at limit 100)",
        reads=["public.call", "public.slot_claim"],
    )
    system_lookup(
        op,
        _VITAL,
        returns=pairs,
        body="select a.practice_id, a.id from public.alert a join public.membership m "
        "on m.practice_id = a.practice_id and m.person_id = person "
        "where a.state = 'triggered' and a.level = 'call15_now' and (m.role = 'supervisor' "
        "or m.practitioner_id = any (a.ladder) or exists (select 1 from public.call c "
        "where c.practice_id = a.practice_id and c.id = a.call_id and c.secretary_id = person)) limit 100",
        reads=["public.alert", "public.membership", "public.call"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, _VITAL)
    drop_lookup(op, _OPEN_WORK)
    op.execute("revoke delete on login_session from telesec_app")
    op.drop_index("ix_login_session_created_at", "login_session")
    op.drop_constraint("ck_login_session_kind", "login_session")
    op.drop_column("login_session", "kind")
