"""Tables of the room ``alerts``."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.support import drop_lookup, system_lookup, tenant_table

revision = "0008_alerts"
down_revision = "0007_callbacks"

_LOOKUPS = (
    "sec.due_alerts(now timestamptz, lim int)",
    "sec.due_deliveries(now timestamptz, lim int)",
    "sec.find_delivery(key uuid)",
    "sec.find_contacts(key bigint)",
)
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    _on_call()
    _contact_method()
    _alert()
    _delivery()
    for table in ("on_call", "contact_method", "alert", "delivery"):
        tenant_table(op, table)
    due_alerts, due_deliveries, find_delivery, find_contacts = _LOOKUPS
    pairs = "table(practice_id uuid, id uuid)"
    system_lookup(
        op,
        due_alerts,
        returns=pairs,
        body="select a.practice_id, a.id from public.alert a where a.next_step_at <= now "
        "order by a.next_step_at limit lim",
        reads=["public.alert"],
    )
    system_lookup(
        op,
        due_deliveries,
        returns=pairs,
        body="select d.practice_id, d.id from public.delivery d where d.due_at <= now "
        "order by d.due_at limit lim",
        reads=["public.delivery"],
    )
    system_lookup(
        op,
        find_delivery,
        returns=pairs,
        body="select d.practice_id, d.id from public.delivery d where d.id = key",
        reads=["public.delivery"],
    )
    system_lookup(
        op,
        find_contacts,
        returns=pairs,
        body="select c.practice_id, c.id from public.contact_method c "
        "where c.route_index = key and c.verified_at is not null order by c.id limit 50",
        reads=["public.contact_method"],
    )


def _on_call() -> None:
    op.create_table(
        "on_call",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_on_call_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_on_call_practice_id_practitioner_id_practitioner"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "position", name=op.f("pk_on_call")),
        sa.UniqueConstraint(
            "practice_id", "practitioner_id", name=op.f("uq_on_call_practice_id_practitioner_id")
        ),
    )


def _contact_method() -> None:
    op.create_table(
        "contact_method",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("route_index", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("verified_at", _INSTANT, nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "channel IN ('sms', 'voice', 'push', 'email')", name=op.f("ck_contact_method_channel")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_contact_method_practice_id_practice")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_contact_method_practice_id_practitioner_id_practitioner"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_contact_method")),
    )
    op.create_index(
        "ix_contact_method_practice_id_practitioner_id", "contact_method", ["practice_id", "practitioner_id"]
    )
    op.create_index("ix_contact_method_route_index", "contact_method", ["route_index"])


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=True),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("ladder", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("stages_done", sa.Integer(), nullable=False),
        sa.Column("stage_due_at", _INSTANT, nullable=True),
        sa.Column("from_position", sa.Integer(), nullable=False),
        sa.Column("next_step_at", _INSTANT, nullable=True),
        sa.Column("triggered_at", _INSTANT, nullable=False),
        sa.Column("round_started_at", _INSTANT, nullable=False),
        sa.Column("exhausted_at", _INSTANT, nullable=True),
        sa.Column("acknowledged_at", _INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.UUID(), nullable=True),
        sa.Column("acknowledged_channel", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_at", _INSTANT, nullable=True),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level IN ('call15_now', 'doctor_now')", name=op.f("ck_alert_level")),
        sa.CheckConstraint("state IN ('triggered', 'acknowledged', 'closed')", name=op.f("ck_alert_state")),
        sa.CheckConstraint(
            "outcome IN ('patient_called', 'will_call', 'pass_on', 'sent_to_15', 'closed_by_supervisor')",
            name=op.f("ck_alert_outcome"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR next_step_at IS NULL", name=op.f("ck_alert_closed_is_quiet")
        ),
        sa.CheckConstraint(
            "state = 'closed' OR next_step_at IS NOT NULL OR exhausted_at IS NOT NULL",
            name=op.f("ck_alert_never_silent"),
        ),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_alert_closed_at")),
        sa.CheckConstraint(
            "state <> 'acknowledged' OR acknowledged_at IS NOT NULL", name=op.f("ck_alert_acknowledged_at")
        ),
        sa.CheckConstraint("code ~ '^[0-9]{2}$'", name=op.f("ck_alert_code")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_alert_practice_id_practice")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ix_alert_next_step_at",
        "alert",
        ["next_step_at"],
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alert_practice_id_open",
        "alert",
        ["practice_id", "id"],
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_index("ix_alert_practice_id_message_id", "alert", ["practice_id", "message_id"])


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("alert_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=True),
        sa.Column("contact_id", sa.UUID(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("claimed_at", _INSTANT, nullable=True),
        sa.Column("settled_at", _INSTANT, nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('sms', 'voice', 'push', 'email', 'desk')", name=op.f("ck_delivery_channel")
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'delivered', 'answered', "
            "'failed', 'unknown', 'skipped')",
            name=op.f("ck_delivery_status"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "alert_id"],
            ["alert.practice_id", "alert.id"],
            name=op.f("fk_delivery_practice_id_alert_id_alert"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_practice_id_alert_id", "delivery", ["practice_id", "alert_id"])
    op.create_index(
        "ix_delivery_due_at", "delivery", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("ix_delivery_id", "delivery", ["id"])


def downgrade() -> None:
    """Take them away, in reverse order."""
    for signature in reversed(_LOOKUPS):
        drop_lookup(op, signature)
    for table in ("delivery", "alert", "contact_method", "on_call"):
        op.drop_table(table)
