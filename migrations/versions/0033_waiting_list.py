"""The waiting list, and the times that came free for it.

The previous release's code runs beside this schema: it knows neither table and writes to none.
"""

import sqlalchemy as sa
from alembic import op

from migrations.support import drop_lookup, system_lookup, tenant_table

revision = "0033_waiting_list"
down_revision = "0032_bulletin"

DUE = "sec.due_freed_slots(now timestamptz, lim int)"
BODY = """
select f.practice_id, f.id from public.freed_slot f
join public.practice p on p.id = f.practice_id
where extract(hour from now at time zone p.time_zone) between 8 and 19
order by f.freed_at, f.id limit lim
"""


def upgrade() -> None:
    """Make the tables, constraints, policies and the system look-up."""
    op.create_table(
        "waiting_list_entry",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("phone_index", sa.BigInteger(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wish_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("appointment_type_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'booked', 'left')", name=op.f("ck_waiting_list_entry_state")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_waiting_list_entry_ended")
        ),
        sa.CheckConstraint(
            "(offered_at IS NULL) = (offered_start_at IS NULL)", name=op.f("ck_waiting_list_entry_offered")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name="fk_waiting_list_entry_patient",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "appointment_type_id"],
            ["appointment_type.practice_id", "appointment_type.id"],
            name="fk_waiting_list_entry_type",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "practitioner_id"],
            ["practitioner.practice_id", "practitioner.id"],
            name="fk_waiting_list_entry_practitioner",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_waiting_list_entry")),
    )
    for name, key, known in (
        ("patient", "patient_id", "IS NOT NULL"),
        ("phone", "phone_index", "IS NULL"),
    ):
        op.create_index(
            f"uq_waiting_list_entry_{name}",
            "waiting_list_entry",
            ["practice_id", key, "appointment_type_id"],
            unique=True,
            postgresql_where=sa.text(f"state = 'waiting' AND patient_id {known}"),
        )
    op.create_index(
        "ix_waiting_list_entry_waiting",
        "waiting_list_entry",
        ["practice_id", "created_at", "id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    tenant_table(op, "waiting_list_entry")
    op.create_table(
        "freed_slot",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("freed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_freed_slot_order")),
        sa.ForeignKeyConstraint(
            ["practice_id", "schedule_id"],
            ["schedule.practice_id", "schedule.id"],
            name="fk_freed_slot_schedule",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_freed_slot")),
    )
    op.create_index("ix_freed_slot_freed_at", "freed_slot", ["freed_at"])
    tenant_table(op, "freed_slot")
    system_lookup(
        op,
        DUE,
        returns="table(practice_id uuid, id uuid)",
        body=BODY,
        reads=["public.freed_slot", "public.practice"],
    )


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, DUE)
    op.drop_table("freed_slot")
    op.drop_table("waiting_list_entry")
