"""Surveys with their times, the campaigns that begin many, and phones bound to a chat."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TO_DO = sa.text("due_at IS NOT NULL")
LISTED = sa.text("state = 'listed'")
ASKED = sa.text("state = 'asked'")


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("released_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_table(
        "surveys",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=True),
        sa.Column("campaign_id", NUMBER, nullable=True),
        sa.Column("elsewhere", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("survey_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("closes_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("entry_id", NUMBER, nullable=True),
        sa.Column("delivery", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_surveys_conversation_id_conversations"
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_surveys_campaign_id_campaigns"),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
        sa.UniqueConstraint("subject", "round", name="uq_surveys_subject_round"),
    )
    op.create_index("ix_surveys_conversation_id", "surveys", ["conversation_id"])
    op.create_index("ix_surveys_requested_at", "surveys", ["requested_at"])
    op.create_index("ix_surveys_due", "surveys", ["due_at"], sqlite_where=TO_DO, postgresql_where=TO_DO)
    op.create_index(
        "ix_surveys_listed", "surveys", ["campaign_id", "id"], sqlite_where=LISTED, postgresql_where=LISTED
    )
    op.create_index("ix_surveys_asked", "surveys", ["id"], sqlite_where=ASKED, postgresql_where=ASKED)
    op.create_table(
        "bindings",
        sa.Column("phone_digest", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("bound_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_bindings_conversation_id_conversations"
        ),
        sa.PrimaryKeyConstraint("phone_digest", "channel", name="pk_bindings"),
    )
    op.create_index("ix_bindings_conversation_id", "bindings", ["conversation_id"])
    op.create_table(
        "binding_codes",
        sa.Column("phone_digest", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("phone_digest", name="pk_binding_codes"),
    )


def downgrade() -> None:
    for table in ("binding_codes", "bindings", "surveys", "campaigns"):
        op.drop_table(table)
