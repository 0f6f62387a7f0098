"""How each field of a step looks in a form: its kind, its label, its choices, what it begins with."""

from dataclasses import dataclass

from desk.pages.base.posted_form import Posted
from desk.tickets.store import DeskTicket
from desk.wording import Words
from desk.workflow.states import Actor, Role
from desk.workflow.transitions import Transition

_KINDS = {
    "lead_unit": "unit",
    "co_units": "units",
    "due_at": "moment",
    "reason": "line",
    "redirect_channel": "line",
    "master_ref": "line",
    "level": "choice",
    "reason_code": "choice",
    "result": "result",
}
_LABELS = {
    ("request_info", "public_text"): "field.public_text_question",
    ("answer", "public_text"): "field.public_text_answer",
    ("complete", "public_text"): "field.public_text_answer",
    ("direct_answer", "public_text"): "field.public_text_answer",
    ("not_accept", "public_text"): "field.public_text_more",
    ("commit_request", "public_text"): "field.public_text_plan",
    ("commit_approve", "public_text"): "field.public_text_plan",
    ("extend_request", "due_at"): "field.until",
    ("commit_request", "due_at"): "field.promised",
    ("extend_request", "reason"): "field.reason_told",
    ("extend_approve", "reason"): "field.reason_told",
    ("uphold", "reason"): "field.reason_told",
    ("reopen", "reason"): "field.reason_told",
    ("give_up", "reason"): "field.reason_told",
    ("emergency", "reason"): "field.reason_emergency",
    ("emergency", "redirect_channel"): "field.redirect_emergency",
    ("return_request", "text"): "field.text_basis",
    ("uphold", "text"): "field.text_basis_upheld",
    ("supervise", "text"): "field.text_instruction",
    ("assist", "text"): "field.text_needed",
    ("start", "text"): "field.text_reason",
    ("reassign", "text"): "field.text_reason",
    ("contribute", "text"): "field.text_contribution",
    ("progress", "text"): "field.text_progress",
    ("return_reject", "text"): "field.text_deny",
    ("extend_deny", "text"): "field.text_deny",
    ("commit_deny", "text"): "field.text_deny",
    ("exclude_deny", "text"): "field.text_deny",
}
_SUGGESTED = frozenset({"dispatch"})


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form. `kind`: words, line, choice, unit, units, moment or result."""

    name: str
    kind: str
    label: str
    needed: bool
    public: bool = False
    value: str = ""
    chosen: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


def field(
    name: str, row: Transition, ticket: DeskTicket, actor: Actor, words: Words, posted: Posted | None
) -> FormField:
    """The field as this form shows it; `posted` is what was typed before."""
    coded = (row.action, name) == ("not_accept", "reason")
    return FormField(
        name=name,
        kind="choice" if coded else _KINDS.get(name, "words"),
        label=_LABELS.get((row.action, name), f"field.{name}"),
        needed=name in row.needs,
        public=name == "public_text",
        value=posted.text(name) if posted else _preset(name, row.action, ticket, words),
        chosen=posted.every(name) if posted else _chosen(row, ticket),
        options=_options(name, row, ticket, actor, words),
    )


def _options(
    name: str, row: Transition, ticket: DeskTicket, actor: Actor, words: Words
) -> tuple[tuple[str, str], ...]:
    if name == "level":
        highest = 4 if actor.role is Role.LEADER else 3
        levels = words.section("level")
        return tuple(one for one in levels if ticket.life.supervise_level < int(one[0]) <= highest)
    if name == "reason_code":
        return words.section("exclusion")
    if name == "redirect_channel":
        return words.section("emergency" if row.action == "emergency" else "redirect")
    return words.section("reason") if (row.action, name) == ("not_accept", "reason") else ()


def _chosen(row: Transition, ticket: DeskTicket) -> tuple[str, ...]:
    return ticket.document.suggested.co_units if row.action in _SUGGESTED else ()


def _preset(name: str, action: str, ticket: DeskTicket, words: Words) -> str:
    life = ticket.life
    presets = {
        ("lead_unit", "dispatch"): ticket.document.suggested.lead_unit,
        ("public_text", "complete"): life.reply_public,
        ("public_text", "answer"): life.reply_public,
        ("internal_text", "answer"): life.reply_internal,
        ("reason", "extend_approve"): life.pending_reason,
        ("public_text", "commit_approve"): life.pending_plan,
        ("master_ref", "merge"): ticket.document.related_to,
        ("reason", "give_up"): words.say("public.no_info"),
    }
    return presets.get((name, action)) or ""
