"""The bulletin: what supervisors tell the desks, and who has read it. The previous release knows neither."""

import sqlalchemy as sa
from alembic import op

from migrations.support import tenant_table

revision = "0032_bulletin"
down_revision = "0031_day_figures"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "notice",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("from_at", _INSTANT, nullable=False),
        sa.Column("until_at", _INSTANT, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_notice_order")),
        sa.CheckConstraint("text <> ''", name=op.f("ck_notice_text")),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_until_at", "notice", ["practice_id", "until_at"])
    op.create_table(
        "notice_reading",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("read_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "notice_id"],
            ["notice.practice_id", "notice.id"],
            name=op.f("fk_notice_reading_practice_id_notice_id_notice"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "notice_id", "person_id", name=op.f("pk_notice_reading")),
    )
    tenant_table(op, "notice")
    tenant_table(op, "notice_reading")


def downgrade() -> None:
    """Take them away, in reverse order."""
    op.drop_table("notice_reading")
    op.drop_table("notice")
