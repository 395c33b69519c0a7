"""Tables of the room ``scheduling``."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.support import drop_lookup, system_lookup, tenant_table

revision = "0010_scheduling"
down_revision = "0009_triage"

_INSTANT = sa.DateTime(timezone=True)
_TABLES = (
    "schedule",
    "appointment_type",
    "opening_rule",
    "slot_claim",
    "appointment",
    "calendar_reading",
    "calendar_conflict",
)
_LOOKUPS = {
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


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.execute("create type public.uuidrange as range (subtype = uuid)")
    _schedule()
    _appointment_type()
    _opening_rule()
    _slot_claim()
    _appointment()
    _calendar_reading()
    _calendar_conflict()
    for table in _TABLES:
        tenant_table(op, table)
    for signature, (table, body) in _LOOKUPS.items():
        system_lookup(
            op,
            signature,
            returns="table(practice_id uuid, id uuid)",
            body=body,
            reads=[f"public.{table}"],
        )


def downgrade() -> None:
    """Take them away, in reverse order."""
    for signature in reversed(_LOOKUPS):
        drop_lookup(op, signature)
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.execute("drop type public.uuidrange")


def _schedule() -> None:
    op.create_table(
        "schedule",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("practitioner_id", sa.UUID(), nullable=False),
        sa.Column("lanes", sa.SmallInteger(), nullable=False),
        sa.Column("calendar_kind", sa.String(), nullable=False),
        sa.Column("calendar_url", sa.String(), nullable=False),
        sa.Column("calendar_user", sa.String(), nullable=False),
        sa.Column("calendar_secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("calendar_options", postgresql.JSONB(), nullable=False),
        sa.Column("health", sa.String(), nullable=False),
        sa.Column("health_since", _INSTANT, nullable=False),
        sa.Column("fresh_at", _INSTANT, nullable=True),
        sa.Column("read_attempted_at", _INSTANT, nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_schedule")),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name=op.f("fk_schedule_practice_id_practitioner_id_practitioner"),
        ),
        sa.CheckConstraint("lanes BETWEEN 1 AND 20", name=op.f("ck_schedule_lanes")),
        sa.CheckConstraint(
            "health IN ('unknown', 'ok', 'stale', 'unreadable', 'refused')", name=op.f("ck_schedule_health")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_schedule_practice_id_practice")
        ),
    )
    op.create_index("ix_schedule_read_attempted_at", "schedule", ["read_attempted_at"])


def _appointment_type() -> None:
    op.create_table(
        "appointment_type",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("duration_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("step_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("max_level", sa.String(), nullable=True),
        sa.Column("practitioner_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_appointment_type")),
        sa.UniqueConstraint("practice_id", "code", name=op.f("uq_appointment_type_practice_id_code")),
        sa.CheckConstraint("duration_minutes BETWEEN 5 AND 480", name=op.f("ck_appointment_type_duration")),
        sa.CheckConstraint("step_minutes BETWEEN 5 AND 480", name=op.f("ck_appointment_type_step")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_appointment_type_practice_id_practice")
        ),
    )


def _opening_rule() -> None:
    op.create_table(
        "opening_rule",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("appointment_type_id", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_opening_rule")),
        sa.ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name=op.f("fk_opening_rule_practice_id_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "appointment_type_id"],
            ["appointment_type.practice_id", "appointment_type.id"],
            name=op.f("fk_opening_rule_practice_id_appointment_type_id_appoint_3384"),
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_opening_rule_weekday")),
    )
    op.create_index("ix_opening_rule_practice_id_schedule_id", "opening_rule", ["practice_id", "schedule_id"])


def _slot_claim() -> None:
    op.create_table(
        "slot_claim",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("held_by", sa.UUID(), nullable=True),
        sa.Column("held_by_name", sa.String(), nullable=False),
        sa.Column("held_since", _INSTANT, nullable=False),
        sa.Column("last_seen_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_slot_claim")),
        sa.ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name=op.f("fk_slot_claim_practice_id_schedule_id_schedule"),
        ),
        postgresql.ExcludeConstraint(
            (sa.text("uuidrange(practice_id, practice_id, '[]')"), "="),
            (sa.text("uuidrange(schedule_id, schedule_id, '[]')"), "="),
            (sa.text("int4range(lane, lane, '[]')"), "="),
            (sa.text("during"), "&&"),
            using="gist",
            name=op.f("ex_slot_claim_overlap"),
        ),
        sa.CheckConstraint("lane BETWEEN 1 AND 20", name=op.f("ck_slot_claim_lane")),
        sa.CheckConstraint("state IN ('hold', 'pending', 'booked')", name=op.f("ck_slot_claim_state")),
        sa.CheckConstraint(
            "(state = 'hold') = (expires_at IS NOT NULL)", name=op.f("ck_slot_claim_only_holds_expire")
        ),
        sa.CheckConstraint("NOT isempty(during)", name=op.f("ck_slot_claim_during")),
    )
    op.create_index(
        "ix_slot_claim_expires_at", "slot_claim", ["expires_at"], postgresql_where=sa.text("state = 'hold'")
    )
    op.create_index("ix_slot_claim_practice_id_call_id", "slot_claim", ["practice_id", "call_id"])


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("appointment_type_id", sa.UUID(), nullable=False),
        sa.Column("claim_id", sa.UUID(), nullable=True),
        sa.Column("next_claim_id", sa.UUID(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _INSTANT, nullable=True),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("href", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("start_at", _INSTANT, nullable=False),
        sa.Column("end_at", _INSTANT, nullable=False),
        sa.Column("next_start_at", _INSTANT, nullable=True),
        sa.Column("patient_id", sa.UUID(), nullable=True),
        sa.Column("call_id", sa.UUID(), nullable=True),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("cancel_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("settled_at", _INSTANT, nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_appointment")),
        sa.ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name=op.f("fk_appointment_practice_id_schedule_id_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "appointment_type_id"],
            ["appointment_type.practice_id", "appointment_type.id"],
            name=op.f("fk_appointment_practice_id_appointment_type_id_appointment_type"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "claim_id"],
            ["slot_claim.practice_id", "slot_claim.id"],
            name=op.f("fk_appointment_practice_id_claim_id_slot_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "next_claim_id"],
            ["slot_claim.practice_id", "slot_claim.id"],
            name=op.f("fk_appointment_practice_id_next_claim_id_slot_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name=op.f("fk_appointment_practice_id_patient_id_patient"),
        ),
        sa.UniqueConstraint("practice_id", "uid", name=op.f("uq_appointment_practice_id_uid")),
        sa.CheckConstraint(
            "status IN ('proposed', 'pending', 'booked', 'cancelled')", name=op.f("ck_appointment_status")
        ),
        sa.CheckConstraint(
            "operation IN ('create', 'move', 'cancel')", name=op.f("ck_appointment_operation")
        ),
        sa.CheckConstraint(
            "(operation IS NULL) = (next_attempt_at IS NULL)", name=op.f("ck_appointment_attempt")
        ),
        sa.CheckConstraint(
            "(operation IS NOT NULL) = (status = 'pending')", name=op.f("ck_appointment_pending")
        ),
        sa.CheckConstraint(
            "status NOT IN ('pending', 'booked') OR claim_id IS NOT NULL", name=op.f("ck_appointment_claimed")
        ),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_appointment_order")),
    )
    op.create_index(
        "ix_appointment_next_attempt_at",
        "appointment",
        ["next_attempt_at"],
        postgresql_where=sa.text("operation IS NOT NULL"),
    )
    op.create_index("ix_appointment_practice_id_call_id", "appointment", ["practice_id", "call_id"])
    op.create_index("ix_appointment_practice_id_claim_id", "appointment", ["practice_id", "claim_id"])
    op.create_index("ix_appointment_practice_id_start_at", "appointment", ["practice_id", "start_at"])


def _calendar_reading() -> None:
    op.create_table(
        "calendar_reading",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("busy", postgresql.JSONB(), nullable=False),
        sa.Column("open_slots", postgresql.JSONB(), nullable=True),
        sa.Column("read_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("practice_id", "schedule_id", name=op.f("pk_calendar_reading")),
        sa.ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name=op.f("fk_calendar_reading_practice_id_schedule_id_schedule"),
            ondelete="CASCADE",
        ),
    )


def _calendar_conflict() -> None:
    op.create_table(
        "calendar_conflict",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("schedule_id", sa.UUID(), nullable=False),
        sa.Column("appointment_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ours", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("theirs", postgresql.TSTZRANGE(), nullable=True),
        sa.Column("found_at", _INSTANT, nullable=False),
        sa.Column("settled_at", _INSTANT, nullable=True),
        sa.Column("settled_by", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_calendar_conflict")),
        sa.ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name=op.f("fk_calendar_conflict_practice_id_schedule_id_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "appointment_id"],
            ["appointment.practice_id", "appointment.id"],
            name=op.f("fk_calendar_conflict_practice_id_appointment_id_appointment"),
        ),
        sa.CheckConstraint(
            "kind IN ('moved', 'vanished', 'refused')", name=op.f("ck_calendar_conflict_kind")
        ),
    )
    op.create_index(
        "ix_calendar_conflict_open",
        "calendar_conflict",
        ["practice_id", "found_at"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
