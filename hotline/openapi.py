"""The OpenAPI documents of both directions, made from the contract's own models.

The rule: nothing of a document's form is written here a second time; this file has the paths, what each
status means, and the headers. `docs/openapi/` keeps what it gives, and a test holds the two together.
"""

from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hotline import examples
from hotline.contract import Callback, HotlineEvent, Receipt, StatusDocument, TicketDocument

Direction = Literal["backend", "callbacks"]
_OF: dict[Direction, tuple[type[BaseModel], ...]] = {
    "backend": (TicketDocument, HotlineEvent, Receipt, StatusDocument),
    "callbacks": (Callback,),
}
_LATER = "Not now: it is tried again, after `Retry-After` where it is given."
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457; `type` ends in a name that programs may rely on.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
    },
    "required": ["type", "title", "status"],
}
_SIGNED = {
    "StandardWebhooks": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, with "
        "`webhook-id` and `webhook-timestamp` (seconds; five minutes either way). A call without a body "
        "signs the empty body. Several signatures, separated by blanks, while a key rotates.",
    }
}


def document(direction: Direction) -> dict[str, Any]:
    """One direction: what the city's backend offers us, or what we offer it."""
    paths = _backend() if direction == "backend" else _callbacks()
    title = (
        "A city's hotline backend, as jiesu calls it" if direction == "backend" else "jiesu, as called back"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "security": [{"StandardWebhooks": []}],
        "paths": paths,
        "components": {"schemas": _schemas(_OF[direction]), "securitySchemes": _SIGNED},
    }


def _schemas(models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    _, made = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {**made["$defs"], "Problem": _PROBLEM}


def _backend() -> dict[str, Any]:
    key = _header(
        "Idempotency-Key", "A quoted string: the ticket's uuid or the event's id, the same on every try."
    )
    key_asked = {**_header("idempotency_key", "The ticket's uuid."), "in": "query"}
    ref = {**_header("hotline_ref", "The backend's number."), "in": "path"}
    filed = {
        "200": _json("Filed before under this key.", Receipt),
        "201": _json("Filed.", Receipt),
        **_refusals("The ticket is refused for good: an operator sees it, and the citizen is told."),
    }
    told = {"200": {"description": "Taken, or taken before."}, **_refusals("The event is refused for good.")}
    told_of = {**told, "404": _problem("There is no such ticket.")}
    return {
        "/tickets": {
            "post": _call("File a ticket.", filed, [key], TicketDocument, {"ticket": examples.ticket()}),
            "get": _call(
                "Was this ticket filed? Asked before a resend whose earlier answer was lost.",
                {"200": _json("Yes.", Receipt), "404": _problem("No."), **_trouble()},
                [key_asked],
            ),
        },
        "/tickets/{hotline_ref}": {
            "get": _call(
                "Where the ticket stands.",
                {"200": _json("As it is now.", StatusDocument), "404": _problem("Unknown."), **_trouble()},
                [ref],
            )
        },
        "/tickets/{hotline_ref}/events": {
            "post": _call(
                "Something happened to a ticket.", told_of, [ref, key], HotlineEvent, examples.events()
            )
        },
        "/events": {
            "post": _call("What concerns no ticket.", told, [key], HotlineEvent, examples.general_events())
        },
    }


def _callbacks() -> dict[str, Any]:
    answers = {
        "200": {"description": "Done; or a repeat; or late or unexpected, and kept as a note."},
        "400": _problem("Not our document. Do not send it again as it is."),
        "401": _problem("The signature does not match, or its time is more than five minutes off."),
        "404": _problem(
            "No such ticket or conversation; `…/no-channel`: no chat is bound to this citizen, please phone."
        ),
        "413": _problem("Over 256 KiB."),
        "429": _problem("Too many at once; `Retry-After` says when."),
        "503": _problem(
            "A fault of ours that passes, or a `hotline_ref` whose filing you have not answered yet: "
            "send it again, after `Retry-After` where it is given."
        ),
    }
    call = _call("How a ticket goes on.", answers, [], Callback, examples.callbacks())
    return {"/webhooks/hotline": {"post": call}}


def _call(
    summary: str,
    responses: dict[str, Any],
    parameters: list[dict[str, Any]],
    body: type[BaseModel] | None = None,
    given: dict[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    call: dict[str, Any] = {"summary": summary, "parameters": parameters, "responses": responses}
    if body is not None:
        shown = {name: {"value": value} for name, value in (given or {}).items()}
        content = {"application/json": {"schema": _ref(body), "examples": shown}}
        call["requestBody"] = {"required": True, "content": content}
    return call


def _refusals(for_good: str) -> dict[str, Any]:
    return {
        "409": _problem("This key is being handled: try later."),
        "413": _problem("The body is too large: refused for good."),
        "422": _problem(for_good),
        **_trouble(),
    }


def _trouble() -> dict[str, Any]:
    return {
        "401": _problem("The signature does not match: our operator is told, and it is sent again."),
        "429": _problem(_LATER),
        "503": _problem(_LATER),
    }


def _header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
    }


def _json(description: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(model)}}}


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
