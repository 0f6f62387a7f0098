"""The account as WeChat sees it: credentials, rights, templates; and what its pushes told us.

The rule: every line says what to do, in the words of the account's console. What the account may
not do is noted, so that nobody is kept waiting for what it cannot send.
"""

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from app.checks.finding import CheckResult
from app.receiver.channel_events import CLOCK, PUSHES
from bots.wechat.account import WeChatAccount
from bots.wechat.channel import WeChatChannel
from bots.wechat.client import ApiError
from bots.wechat.error_codes import NO_RIGHT
from bots.wechat.outgoing.send_ways import MessageType
from intake.city import CityProfile, Template
from intake.model.ports import Unavailable, Unsure
from storage.db.database import Database
from storage.messages import account_issues

_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_CONSOLE = "Settings and Development > Basic Configuration"
_TOKEN_REFUSALS = {
    40013: "WeChat knows no such AppID: copy it from the console into JIESU_WECHAT__APPID",
    40001: "the AppSecret is wrong: reset it in the console and put it into JIESU_WECHAT__SECRET",
    40125: "the AppSecret is wrong: reset it in the console and put it into JIESU_WECHAT__SECRET",
    40002: "WeChat refuses the grant type: is JIESU_WECHAT__API_URL WeChat's own API?",
    89503: "WeChat waits for the account's administrator to confirm this server in the app",
    89506: "the account's administrator has refused this server: ask again after 24 hours",
    89507: "the account's administrator has refused this server: ask again after an hour",
    45009: "the day's quota of this call is used up: it starts anew at midnight",
}
"""By errcode, as WeChat documents them for the access token."""

WECHAT = "wechat"
_CHANNEL = WeChatChannel.name
_RIGHTS = "wechat rights"
_TEMPLATES = "wechat templates"
_PUSHES = "wechat pushes"
_CLOCK = "wechat clock"
_MODE = "wechat mode"


async def inspect_wechat(
    account: WeChatAccount, city: CityProfile, database: Database, clock: Callable[[], datetime]
) -> AsyncIterator[CheckResult]:
    """Everything that can be asked; without a token nothing else can."""
    refused = await _token(account)
    yield refused or CheckResult(WECHAT, True, "answers, and knows the account")
    if refused is None:
        yield await _messages(account, database, clock())
        async for finding in _templates(account, city, database, clock()):
            yield finding
    yield await _pushes(database)
    yield await _clock(database)


def plain_mode() -> CheckResult:
    """Said for as long as the operator allows it."""
    return CheckResult(
        _MODE,
        True,
        "plain, as JIESU_WECHAT__ALLOW_PLAIN allows: nothing signs what a push says; choose safe in the "
        "console and in JIESU_WECHAT__MODE before citizens use the account",
        remark=True,
    )


async def _token(account: WeChatAccount) -> CheckResult | None:
    try:
        await account.log_in()
    except ApiError as refusal:
        return CheckResult(WECHAT, False, _sentence(refusal))
    except (Unavailable, Unsure) as fault:
        return CheckResult(
            WECHAT, False, f"no answer ({fault.reason}): JIESU_WECHAT__API_URL and network right?"
        )
    return None


def _sentence(refusal: ApiError) -> str:
    if refusal.errcode == 40164:
        found = _ADDRESS.search(refusal.hint)
        here = found[0] if found else "this server's address"
        return f"{here} is not on the account's IP list: add it in the console ({_CONSOLE}, IP whitelist)"
    known = _TOKEN_REFUSALS.get(refusal.errcode)
    return f"{known} (errcode {refusal.errcode})" if known else f"refused with errcode {refusal.errcode}"


async def _messages(account: WeChatAccount, database: Database, now: datetime) -> CheckResult:
    try:
        code = await account.may_send_messages()
    except (Unavailable, Unsure) as fault:
        return CheckResult(_RIGHTS, False, f"no answer ({fault.reason}): ask again")
    await _note(database, MessageType.MESSAGE, code, now)
    if not code:
        return CheckResult(_RIGHTS, True, "may answer later by customer-service message")
    return CheckResult(
        _RIGHTS,
        True,
        f"no customer-service messages (errcode {code}): runs in passive-only mode, where news waits for "
        "the citizen's next message; have the account verified and run this check again",
        remark=True,
    )


async def _templates(
    account: WeChatAccount, city: CityProfile, database: Database, now: datetime
) -> AsyncIterator[CheckResult]:
    wanted = [template for purpose in city.wechat.templates.values() for template in purpose]
    if not wanted:
        yield CheckResult(_TEMPLATES, True, "none in the profile: what no message brings waits", remark=True)
        return
    for message_type in (MessageType.SUBSCRIPTION, MessageType.TEMPLATE):
        mine = [
            template
            for template in wanted
            if template.by_permission is (message_type is MessageType.SUBSCRIPTION)
        ]
        if mine:
            yield await _kind(account, message_type, mine, database, now)


async def _kind(
    account: WeChatAccount,
    message_type: MessageType,
    wanted: list[Template],
    database: Database,
    now: datetime,
) -> CheckResult:
    what = f"{_TEMPLATES} ({message_type.value})"
    try:
        known = await account.templates(message_type)
    except ApiError as refusal:
        await _note(database, message_type, refusal.errcode if refusal.errcode in NO_RIGHT else 0, now)
        return CheckResult(
            what, False, f"not allowed (errcode {refusal.errcode}): add the ability in the console"
        )
    except Unavailable as fault:
        return CheckResult(what, False, f"no answer ({fault.reason}): ask again")
    await _note(database, message_type, 0, now)
    missing = sorted({template.id for template in wanted} - known)
    if missing:
        return CheckResult(
            what, False, f"{', '.join(missing)} of the profile is none of the account's templates"
        )
    return CheckResult(what, True, f"{len(wanted)} in the profile, all known")


async def _pushes(database: Database) -> CheckResult:
    async with database.read() as tx:
        found = (await account_issues.read(tx, _CHANNEL)).get(PUSHES)
    if found is None:
        return CheckResult(_PUSHES, True, "none refused so far")
    seen = f"signed with our token, but unreadable ({found.says}), last on {found.at:%Y-%m-%d %H:%M} UTC"
    compare = f"compare EncodingAESKey, AppID and mode with the console ({_CONSOLE})"
    return CheckResult(_PUSHES, False, f"{seen}: {compare}")


async def _clock(database: Database) -> CheckResult:
    async with database.read() as tx:
        found = (await account_issues.read(tx, _CHANNEL)).get(CLOCK)
    if found is None:
        return CheckResult(_CLOCK, True, "agrees with ours")
    seen = f"a push signed with our token was refused ({found.says}), last on {found.at:%Y-%m-%d %H:%M} UTC"
    todo = "set this machine's clock (NTP), else every message is refused"
    return CheckResult(_CLOCK, False, f"{seen}: {todo}; if it is right, somebody sent an old push again")


async def _note(database: Database, message_type: MessageType, errcode: int, now: datetime) -> None:
    async with database.write() as tx:
        if errcode:
            await account_issues.write(tx, _CHANNEL, message_type.value, str(errcode), now)
        else:
            await account_issues.clear(tx, _CHANNEL, message_type.value)
