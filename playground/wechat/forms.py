"""Forms on the platform's side: template messages and notifications, taken first and delivered afterwards.

As with the real one, errcode 0 only says that a form was taken; a push tells what became of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from playground.wechat.server import Follower, WeChatServer

_REMEMBERED = timedelta(minutes=10)
_LIMITS = {"thing": 20, "phrase": 5, "character_string": 32, "name": 10, "number": 32, "short_thing": 5}
_INSTANTS = {"time": "%Y-%m-%d %H:%M", "date": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class AccountTemplate:
    """One template of the account: its fields by name; a notification is sent only to who allows it."""

    fields: tuple[str, ...]
    by_permission: bool = False
    once: bool = False


@dataclass(slots=True)
class SentTemplates:
    """The account's templates, and the forms it has sent."""

    templates: dict[str, AccountTemplate] = field(default_factory=dict)
    fate: str = "success"  # what becomes of the next forms, in the platform's words; "" = never told
    sent: list[Mapping[str, Any]] = field(default_factory=list)
    _by_client_id: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)

    def send_template(self, platform: WeChatServer, asked: Mapping[str, Any]) -> tuple[int, int]:
        """Errcode and message id. The same `client_msg_id` again sends nothing."""
        citizen = platform.citizen(str(asked.get("touser", "")))
        known = self._known(asked, platform.clock())
        if known:
            return 0, known
        code = self._refused(citizen, asked, by_permission=False)
        if code or citizen is None:
            return code or 40003, 0
        number = self._taken(platform, citizen, asked)
        if self.fate:
            finish = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": number, "Status": self.fate}
            platform.push_soon(citizen, _event(platform, finish))
        return 0, number

    def send_notification(self, platform: WeChatServer, asked: Mapping[str, Any]) -> tuple[int, int]:
        """Errcode and message id; one permission is used up where it holds for one time."""
        citizen = platform.citizen(str(asked.get("touser", "")))
        code = self._refused(citizen, asked, by_permission=True)
        if code or citizen is None:
            return code or 40003, 0
        name = str(asked["template_id"])
        if citizen.allows.get(name, 0) < 1:
            return 43101, 0
        if self.templates[name].once:
            citizen.allows[name] -= 1
        number = self._taken(platform, citizen, asked)
        if self.fate:
            status = "0" if self.fate == "success" else "43101"
            item = {"TemplateId": name, "MsgID": number, "ErrorCode": status, "ErrorStatus": self.fate}
            told = {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": item}}
            platform.push_soon(citizen, _event(platform, told))
        return 0, number

    def _refused(self, citizen: Follower | None, asked: Mapping[str, Any], *, by_permission: bool) -> int:
        template = self.templates.get(str(asked.get("template_id", "")))
        if template is None or template.by_permission is not by_permission:
            return 40037  # also the other kind's id, the usual mistake
        if citizen is None:
            return 40003
        if not citizen.follows:
            return 43004
        return 0 if _fits(template, asked.get("data")) else 47003

    def _taken(self, platform: WeChatServer, citizen: Follower, asked: Mapping[str, Any]) -> int:
        number = platform.next_id()
        self.sent.append(asked)
        client_id = str(asked.get("client_msg_id", ""))
        if client_id:
            self._by_client_id[citizen.openid, client_id] = (number, platform.clock())
        if self.fate == "success":
            platform.say(citizen, "\n".join(str(part["value"]) for part in asked["data"].values()))
        return number

    def _known(self, asked: Mapping[str, Any], now: datetime) -> int:
        key = (str(asked.get("touser", "")), str(asked.get("client_msg_id", "")))
        number, at = self._by_client_id.get(key, (0, now))
        return number if number and now < at + _REMEMBERED else 0


def _event(platform: WeChatServer, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"CreateTime": int(platform.clock().timestamp()), "MsgType": "event"} | dict(fields)


def _fits(template: AccountTemplate, data: object) -> bool:
    """Every field there, none else, none empty, each within its kind's limit."""
    if not isinstance(data, dict) or set(data) != set(template.fields):
        return False
    return all(isinstance(part, dict) and _fits_field(name, part.get("value")) for name, part in data.items())


def _fits_field(name: str, value: object) -> bool:
    kind = name.rstrip("0123456789")
    if not isinstance(value, str) or not value or "\n" in value:
        return False
    if kind in _INSTANTS:
        return _is_instant(value, _INSTANTS[kind])
    return len(value) <= _LIMITS.get(kind, 20) and (kind != "character_string" or value.isascii())


def _is_instant(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)  # noqa: DTZ007  # only whether it is one
    except ValueError:
        return False
    return True
