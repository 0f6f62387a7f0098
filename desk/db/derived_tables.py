"""Tables made from tickets to count by: nothing in them that the tickets and their surveys do not say.

`facts` holds one narrow row per ticket, written with every step; days are the city's. `standings`
is a ledger of who has how many tickets in which state: steps only add lines, so that no two
of them wait for one another, and the sum is right at any moment; folding keeps it short.
"""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from desk.db.tables import metadata
from storage.db.tables import Number, UtcDateTime

facts = Table(
    "desk_facts",
    metadata,
    Column("ticket_id", Number, primary_key=True, autoincrement=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("channel", String(8), nullable=False),
    Column("appeal_type", String(2), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("category_code", String(256), nullable=False),
    Column("area_code", String(256)),
    Column("state", String(24), nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("lead_unit", String(256)),
    Column("dispatched_on", Date),
    Column("sign_due", UtcDateTime),
    Column("signed_at", UtcDateTime),
    Column("due_at", UtcDateTime),
    Column("completed_at", UtcDateTime),
    Column("completed_on", Date),
    Column("late_before", Boolean, nullable=False),  # an earlier round was completed late
    Column("minutes", Integer),  # of office time from dispatch to completion
    Column("round", Integer, nullable=False),
    Column("dispatches", Integer, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("supervised", Integer, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("attempted", Boolean, nullable=False),
    Column("excluded", Boolean, nullable=False),
    Column("exclusion_code", String(32)),
    # of the first round that was answered, and of the last
    Column("first_contacted", Boolean),
    Column("first_solved", String(8)),
    Column("first_satisfied", String(16)),
    Column("last_contacted", Boolean),
    Column("last_solved", String(8)),
    Column("last_satisfied", String(16)),
    Column("answered", Boolean, nullable=False),
    Index(None, "dispatched_on"),
    Index(None, "submitted_on"),
    Index(None, "completed_on"),
    Index(None, "submitted_at", "area_code", "category_code"),
)

standings = Table(
    "desk_standings",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("unit", String(256), nullable=False),  # leading or helping; "": the whole city
    Column("state", String(24), nullable=False),
    Column("number", Integer, nullable=False),
    Index(None, "unit"),
)
