"""Tables of the room ``patients``."""

import sqlalchemy as sa
from alembic import op

from migrations.support import tenant_table

revision = "0006_patients"
down_revision = "0005_practices"


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    op.create_table(
        "patient",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("family_name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sex_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phones_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_patient_practice_id_practice")
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_patient")),
    )
    op.create_index("ix_patient_changed", "patient", ["practice_id", "changed_at", "id"], unique=False)
    op.create_table(
        "patient_phone",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("patient_id", sa.UUID(), nullable=False),
        sa.Column("phone_index", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name=op.f("fk_patient_phone_practice_id_patient_id_patient"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "patient_id", "phone_index", name=op.f("pk_patient_phone")),
    )
    op.create_index("ix_patient_phone_number", "patient_phone", ["practice_id", "phone_index"], unique=False)
    op.create_table(
        "caller",
        sa.Column("practice_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("patient_id", sa.UUID(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("relation_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "patient_id"],
            ["patient.practice_id", "patient.id"],
            name=op.f("fk_caller_practice_id_patient_id_patient"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_caller")),
    )
    op.create_index("ix_caller_patient", "caller", ["practice_id", "patient_id"], unique=False)
    tenant_table(op, "patient")
    tenant_table(op, "patient_phone")
    tenant_table(op, "caller")


def downgrade() -> None:
    """Take them away, in reverse order."""
    op.drop_table("caller")
    op.drop_table("patient_phone")
    op.drop_table("patient")
