"""Everything that can hold what a citizen said or gave: whose it is, how it is erased, and when it ends.

The rule: whatever the product stores has its line here, and a place without one fails the tests. Erasing
goes by owner: what belongs to a citizen goes when they do, whatever state points to it. The tables of
`docs/privacy.md` are made of this (`python -m bench.privacy_page`).
"""

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Whose it is."""

    CITIZEN = "the citizen"
    MATTER = "the matter, which outlives its citizen"
    STAFF = "staff"
    NOBODY = "nobody"


class Erased(StrEnum):
    """What becomes of it when its citizen is erased."""

    GOES = "goes"
    EMPTIED = "its words are emptied, the row stays"
    HIDDEN = "the citizen is hidden in it, the matter stays"
    ENDS = "ends with its term: it tells nothing without the key, or nothing at all"
    STAYS = "stays: nothing of a citizen's is in it"


class Term(StrEnum):
    """When it ends though nobody asks; names with a dot are the city profile's."""

    INBOX = "retention.inbox_hours"
    REPLIES = "retention.replies_hours"
    MEDIA = "retention.media_days"
    TICKET = "retention.ticket_days"
    TALK = "retention.talk_days"
    HALF_HOUR = "30 minutes"
    TWO_DAYS = "48 hours"
    MONTH = "30 days"
    QUARTER = "90 days"
    TAKEN = "until their turn is done"
    SHORT = "minutes, by Redis's own clock"
    ACCOUNT = "while the account is known; a draft in it: drafts.purge_days"
    FOR_GOOD = "kept"


@dataclass(frozen=True, slots=True)
class Holding:
    """A table, with all its columns. `tells`: those with a citizen's words, files or name, sealed but for the
    account's; `traces`: keyed digests of such; `facts`: states, times and numbers of ours."""

    place: str
    owner: Owner
    erased: Erased
    term: Term
    facts: str
    tells: str = ""
    traces: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(f"{self.facts} {self.tells} {self.traces}".split())


@dataclass(frozen=True, slots=True)
class Lying:
    """Files or keys outside the tables. `pattern` is a regular expression over the whole name."""

    pattern: str
    holds: str
    owner: Owner
    erased: Erased
    term: Term


FRONT_DOOR = (
    Holding(
        "conversations",
        Owner.CITIZEN,
        Erased.EMPTIED,
        Term.ACCOUNT,
        "id channel reachable unfinished_since created_at updated_at",
        tells="user state_sealed",
    ),
    Holding(
        "inbox",
        Owner.CITIZEN,
        Erased.EMPTIED,
        Term.INBOX,
        "channel message_id conversation_id reason recorded_at",
        tells="replies_sealed aside_sealed",
    ),
    Holding(
        "tickets",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TICKET,
        "id key reference reversed_reference conversation_id hotline_ref status lead_unit "
        "co_units due_at round urged_at pushed_at restricted_at created_at updated_at",
        tells="ticket_sealed public_text_sealed",
        traces="query_code_hash phone_digest matter_digest",
    ),
    Holding(
        "ticket_marks",
        Owner.MATTER,
        Erased.GOES,
        Term.MONTH,
        "ticket_id",
        traces="digest",
    ),
    Holding(
        "status_updates",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TICKET,
        "id ticket_id event_id type note at received_at",
        tells="update_sealed",
    ),
    Holding(
        "code_tries",
        Owner.NOBODY,
        Erased.ENDS,
        Term.TWO_DAYS,
        "wrong last_at",
        traces="number_digest",
    ),
    Holding(
        "file_sums",
        Owner.NOBODY,
        Erased.ENDS,
        Term.TWO_DAYS,
        "day files bytes told_at",
        traces="account_digest",
    ),
    Holding(
        "outbox",
        Owner.CITIZEN,
        Erased.EMPTIED,
        Term.REPLIES,
        "id destination kind lane state due_at queued_at settled_at attempts unended urgent "
        "once conversation_id ticket_id reason receipt",
        tells="body_sealed",
    ),
    Holding(
        "attachments",
        Owner.CITIZEN,
        Erased.EMPTIED,
        Term.MEDIA,
        "id conversation_id kind state media_type size reason created_at waiting filed_with unsent",
        tells="media_id sha256",
    ),
    Holding(
        "erasures",
        Owner.NOBODY,
        Erased.ENDS,
        Term.FOR_GOOD,
        "id at by conversation_id counts entry subject written_at",
        traces="subject_digest",
    ),
    Holding(
        "replays",
        Owner.NOBODY,
        Erased.STAYS,
        Term.TWO_DAYS,
        "source message_id seen_at",
    ),
    Holding(
        "budgets",
        Owner.CITIZEN,
        Erased.GOES,
        Term.TWO_DAYS,
        "conversation_id trigger left until",
    ),
    Holding(
        "permissions",
        Owner.CITIZEN,
        Erased.GOES,
        Term.ACCOUNT,
        "conversation_id template times allowed_at",
    ),
    Holding(
        "happenings",
        Owner.NOBODY,
        Erased.ENDS,
        Term.MONTH,
        "id channel happening_id name conversation_id at recorded_at",
    ),
    Holding(
        "outcomes",
        Owner.NOBODY,
        Erased.ENDS,
        Term.MONTH,
        "channel receipt delivered reason recorded_at",
    ),
    Holding(
        "account_notes",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "channel about says at",
    ),
    Holding(
        "campaigns",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id name state per_minute total made_at released_at ended_at",
    ),
    Holding(
        "surveys",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TICKET,
        "id subject round state conversation_id campaign_id elsewhere channel unit "
        "completed_at due_at requested_at asked_at closes_at ended_at reminders entry_id "
        "delivery",
        tells="survey_sealed",
    ),
    Holding(
        "bindings",
        Owner.CITIZEN,
        Erased.GOES,
        Term.ACCOUNT,
        "channel conversation_id how bound_at",
        tells="phone_sealed",
        traces="phone_digest",
    ),
    Holding(
        "binding_codes",
        Owner.NOBODY,
        Erased.ENDS,
        Term.HALF_HOUR,
        "issued_at wrong",
        traces="phone_digest code_hash",
    ),
    Holding(
        "retired_keys",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "mark key_sealed",
    ),
    Holding(
        "jiesu_version",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "version_num",
    ),
)

DESK = (
    Holding(
        "desk_tickets",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TICKET,
        "id idempotency_key hotline_ref reference channel appeal_type urgency category_code "
        "area_code confidential state version round first_unit lead_unit accepted_at "
        "dispatched_at signed_at contacted_at progressed_at completed_at first_completed_at "
        "closed_at chased_at paused_at accept_due dispatch_due sign_due contact_due "
        "progress_due return_due info_due due_at original_due_at dispatch_count return_count "
        "reopen_count repeat_count urge_count chase_count call_count called_in phone_since "
        "rated_via supervise_level return_denied designated problem lawful extended committed "
        "pending pending_due exclusion exclusion_code exclusion_by reject_code master_ref "
        "evaluation watch watch_due watch_warn submitted_at created_at updated_at erased_at "
        "event_count last_hash end_mac",
        tells="document_sealed texts_sealed",
        traces="words_mac",
    ),
    Holding(
        "desk_co_units",
        Owner.MATTER,
        Erased.STAYS,
        Term.FOR_GOOD,
        "ticket_id position unit",
    ),
    Holding(
        "desk_barred_units",
        Owner.MATTER,
        Erased.STAYS,
        Term.FOR_GOOD,
        "ticket_id unit",
    ),
    Holding(
        "desk_index_anew",
        Owner.MATTER,
        Erased.STAYS,
        Term.FOR_GOOD,
        "ticket_id",
    ),
    Holding(
        "desk_events",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TICKET,
        "id ticket_id seq at role name unit action from_state to_state round key prev_hash hash",
        tells="detail_sealed",
        traces="detail_digest",
    ),
    Holding(
        "desk_requests",
        Owner.MATTER,
        Erased.STAYS,
        Term.FOR_GOOD,
        "ticket_id requested_at service_code is_public came_by_it",
    ),
    Holding(
        "desk_received",
        Owner.NOBODY,
        Erased.ENDS,
        Term.FOR_GOOD,
        "event_id key scope received_at",
        traces="digest",
    ),
    Holding(
        "desk_calls",
        Owner.NOBODY,
        Erased.ENDS,
        Term.HALF_HOUR,
        "webhook_id at",
        traces="digest",
    ),
    Holding(
        "desk_surveys",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TICKET,
        "id ticket_id round late answered contacted solved satisfied score rework_wanted "
        "reasons via answered_at received_at",
        tells="words_sealed",
    ),
    Holding(
        "desk_alerts",
        Owner.CITIZEN,
        Erased.EMPTIED,
        Term.TALK,
        "id kind channel conversation raised_at last_at times taken_by taken_at",
        tells="body_sealed",
    ),
    Holding(
        "desk_handoffs",
        Owner.CITIZEN,
        Erased.EMPTIED,
        Term.TALK,
        "id conversation channel open taken_by opened_at updated_at",
        tells="reach_sealed",
    ),
    Holding(
        "desk_messages",
        Owner.CITIZEN,
        Erased.GOES,
        Term.TALK,
        "id handoff_id side name at",
        tells="body_sealed",
    ),
    Holding(
        "desk_callbacks",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TWO_DAYS,
        "id event_id lane type state queued_at due_at attempts unended reason ended_at",
        tells="body_sealed",
    ),
    Holding(
        "desk_timers",
        Owner.MATTER,
        Erased.STAYS,
        Term.FOR_GOOD,
        "ticket_id kind due_at fired_at",
    ),
    Holding(
        "desk_notices",
        Owner.STAFF,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id ticket_id audience kind at seen_by seen_at",
    ),
    Holding(
        "desk_anchors",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id at last_event number digest mac last_line lines line_hash",
    ),
    Holding(
        "desk_canned",
        Owner.STAFF,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id unit title text by updated_at",
    ),
    Holding(
        "desk_saved_views",
        Owner.STAFF,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id owner title query saved_at",
    ),
    Holding(
        "desk_users",
        Owner.STAFF,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id name role unit password_hash blocked created_at factor_sealed factor_step given subject",
    ),
    Holding(
        "desk_journal",
        Owner.STAFF,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id at name action about prev_hash hash",
    ),
    Holding(
        "desk_journal_end",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id line mac",
    ),
    Holding(
        "desk_sessions",
        Owner.STAFF,
        Erased.STAYS,
        Term.TWO_DAYS,
        "token_hash user_id created_at expires_at",
    ),
    Holding(
        "desk_tries",
        Owner.STAFF,
        Erased.STAYS,
        Term.TWO_DAYS,
        "name tried since",
    ),
    Holding(
        "desk_retired_keys",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "mark key_sealed",
    ),
    Holding(
        "desk_facts",
        Owner.MATTER,
        Erased.STAYS,
        Term.FOR_GOOD,
        "ticket_id submitted_at submitted_on channel appeal_type urgency category_code "
        "area_code state accepted direct lead_unit dispatched_on sign_due signed_at due_at "
        "completed_at completed_on late_before minutes round dispatches returns repeats "
        "supervised extended attempted excluded exclusion_code first_contacted first_solved "
        "first_satisfied last_contacted last_solved last_satisfied answered",
    ),
    Holding(
        "desk_standings",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "id unit state number",
    ),
    Holding(
        "deskwords",
        Owner.MATTER,
        Erased.HIDDEN,
        Term.TICKET,
        "ticket_id",
        traces="grams",
    ),
    Holding(
        "desk_alembic_version",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
        "version_num",
    ),
)

FILES = (
    Lying(r"secret\.key", "the key that opens all of it", Owner.NOBODY, Erased.STAYS, Term.FOR_GOOD),
    Lying(
        r"jiesu\.db(-wal|-shm)?",
        "the tables on SQLite; free pages are overwritten, the log is cut after every erasure",
        Owner.NOBODY,
        Erased.STAYS,
        Term.FOR_GOOD,
    ),
    Lying(
        r"attachments/[0-9a-f]{2}/[0-9a-f]{2}/(\.new-)?[0-9a-f]{64}.*",
        "files citizens sent, sealed",
        Owner.CITIZEN,
        Erased.GOES,
        Term.MEDIA,
    ),
    Lying(
        r"attachments/[0-9a-f]{2}/[0-9a-f]{2}/\.kept-[0-9a-f]{64}",
        "the mark on a picture that came by Open311, whose matter it shows",
        Owner.MATTER,
        Erased.STAYS,
        Term.FOR_GOOD,
    ),
    Lying(
        r"spool/\d{20}\.log",
        "messages that wait for the database, sealed",
        Owner.CITIZEN,
        Erased.GOES,
        Term.TAKEN,
    ),
    Lying(
        r"spool/\d{20}\.damaged",
        "what the disk spoilt among them",
        Owner.CITIZEN,
        Erased.GOES,
        Term.MONTH,
    ),
    Lying(
        r"erasures/(\d{4}-\d{2}\.log|lock)",
        "that somebody was erased, and when; no backup holds it",
        Owner.NOBODY,
        Erased.ENDS,
        Term.FOR_GOOD,
    ),
    Lying(
        r"spool/\d{20}\.aside",
        "one of them that none of our keys opens, sealed",
        Owner.CITIZEN,
        Erased.GOES,
        Term.MONTH,
    ),
    Lying(r"spool/(lock|drain)", "nothing", Owner.NOBODY, Erased.STAYS, Term.FOR_GOOD),
)
"""Under `var`."""

REDIS = (
    Lying(r"jiesu:call:\w+", "that there is work", Owner.NOBODY, Erased.STAYS, Term.SHORT),
    Lying(
        r"jiesu:bucket:citizen:[0-9a-f]{64}", "how fast one writes", Owner.CITIZEN, Erased.ENDS, Term.SHORT
    ),
    Lying(r"jiesu:bucket:everybody", "how fast all write", Owner.NOBODY, Erased.STAYS, Term.SHORT),
    Lying(
        r"jiesu:bucket:telegram:\d+(:chat:[0-9a-f]{64}|:pushes)?",
        "how fast we write",
        Owner.CITIZEN,
        Erased.ENDS,
        Term.SHORT,
    ),
    Lying(r"jiesu:pause:[\w:]+", "that a platform asked us to wait", Owner.NOBODY, Erased.STAYS, Term.SHORT),
    Lying(
        r"jiesu:(first:)?telegram:keyboards:[0-9a-f]{64}",
        "which buttons a chat has",
        Owner.CITIZEN,
        Erased.ENDS,
        Term.TWO_DAYS,
    ),
    Lying(
        r"jiesu:(lock:)?wechat:token:.+", "the account's access token", Owner.NOBODY, Erased.STAYS, Term.SHORT
    ),
    Lying(
        r"jiesu:first:(wechat|callback):[0-9a-f]{64}",
        "when and with what a push came first",
        Owner.NOBODY,
        Erased.STAYS,
        Term.SHORT,
    ),
    Lying(r"jiesu:wechat:sent:.+", "which part of a reply went out", Owner.NOBODY, Erased.ENDS, Term.SHORT),
)
"""Keys of the cache and the buckets. No name and no account stands in one."""
