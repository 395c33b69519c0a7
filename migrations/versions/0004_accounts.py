"""Tables of the room ``accounts``."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from migrations.support import drop_lookup, global_table, system_lookup, tenant_table

revision = "0004_accounts"
down_revision = "0003_audit"

ROLES = "'secretary', 'supervisor', 'practitioner', 'practice_manager', 'operator', 'auditor'"
ID = UUID(as_uuid=True)
INSTANT = sa.DateTime(timezone=True)


def _column(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=nullable)


def _person_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=f"fk_{table}_person_id_person")


def upgrade() -> None:
    """Make the tables, constraints, policies and system look-ups."""
    _people()
    _sessions()
    _credentials()
    for table in ("person", "login_session", "api_token"):
        global_table(op, table, grants="select, insert, update")
    for table in ("recovery_code", "enrolment_link", "rate_limit"):
        global_table(op, table)
    tenant_table(op, "membership")
    system_lookup(
        op,
        "sec.find_memberships(person uuid)",
        returns="table(practice_id uuid, role varchar, practitioner_id uuid)",
        body=(
            "select m.practice_id, m.role, m.practitioner_id from public.membership m"
            " where m.person_id = person order by m.practice_id limit 1000"
        ),
        reads=["public.membership"],
    )


def _people() -> None:
    op.create_table(
        "person",
        _column("id", ID),
        _column("email", sa.String()),
        _column("display_name", sa.String()),
        _column("role", sa.String()),
        _column("language", sa.String()),
        _column("phone_sealed", sa.LargeBinary(), nullable=True),
        _column("password_hash", sa.String(), nullable=True),
        _column("totp_sealed", sa.LargeBinary(), nullable=True),
        _column("totp_last_step", sa.BigInteger(), nullable=True),
        _column("created_at", INSTANT),
        _column("disabled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.CheckConstraint("email = lower(email)", name="ck_person_email"),
        sa.CheckConstraint(f"role in ({ROLES})", name="ck_person_role"),
    )
    op.create_table(
        "membership",
        _column("practice_id", ID),
        _column("person_id", ID),
        _column("role", sa.String()),
        _column("practitioner_id", ID, nullable=True),
        _column("created_at", INSTANT),
        sa.PrimaryKeyConstraint("practice_id", "person_id", name="pk_membership"),
        sa.CheckConstraint(f"role in ({ROLES})", name="ck_membership_role"),
    )
    op.create_index("ix_membership_person_id", "membership", ["person_id"])


def _sessions() -> None:
    op.create_table(
        "login_session",
        _column("id", ID),
        _column("person_id", ID),
        _column("token_hash", sa.LargeBinary()),
        _column("csrf_token", sa.String()),
        _column("address_key", sa.String()),
        _column("device", sa.String()),
        _column("created_at", INSTANT),
        _column("seen_at", INSTANT),
        _column("locked_at", INSTANT, nullable=True),
        _column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
        _person_key("login_session"),
    )
    op.create_index("ix_login_session_person_id", "login_session", ["person_id"])
    op.create_index("ix_login_session_address_key", "login_session", ["address_key"])
    op.create_table(
        "rate_limit",
        _column("key", sa.String()),
        _column("tries", sa.BigInteger()),
        _column("last_at", INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_rate_limit"),
        prefixes=["UNLOGGED"],
    )


def _credentials() -> None:
    op.create_table(
        "api_token",
        _column("id", ID),
        _column("person_id", ID),
        _column("name", sa.String()),
        _column("token_hash", sa.LargeBinary()),
        _column("practice_ids", ARRAY(ID)),
        _column("created_at", INSTANT),
        _column("expires_at", INSTANT),
        _column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
        _person_key("api_token"),
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"])
    op.create_table(
        "recovery_code",
        _column("person_id", ID),
        _column("code_hash", sa.LargeBinary()),
        _column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name="pk_recovery_code"),
        _person_key("recovery_code"),
    )
    op.create_table(
        "enrolment_link",
        _column("token_hash", sa.LargeBinary()),
        _column("person_id", ID),
        _column("totp_sealed", sa.LargeBinary()),
        _column("created_at", INSTANT),
        _column("expires_at", INSTANT),
        _column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_enrolment_link"),
        _person_key("enrolment_link"),
    )
    op.create_index("ix_enrolment_link_person_id", "enrolment_link", ["person_id"])


def downgrade() -> None:
    """Take them away, in reverse order."""
    drop_lookup(op, "sec.find_memberships(person uuid)")
    for table in (
        "enrolment_link",
        "recovery_code",
        "api_token",
        "rate_limit",
        "login_session",
        "membership",
        "person",
    ):
        op.drop_table(table)
