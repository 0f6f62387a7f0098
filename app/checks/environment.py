"""What lies round an installation and is noticed late: the address the platforms call, and the disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from app.base.settings import Settings, is_loopback
from app.checks.finding import CheckResult
from intake.city import CityProfile
from intake.understand.danger import weights as danger_weights
from intake.understand.labels import files as label_files
from intake.understand.tagger import weights

ENOUGH = 500 * 1024**2
"""Bytes: attachments of a busy day, and the spool of an hour without a database."""

HARD_TO_GUESS = 20
"""Characters, of letters and digits at random: 119 bits; WeChat takes up to 32, Telegram up to 256."""

_PORTS = {None, 80, 88, 443, 8443}
"""Telegram calls 443, 80, 88 and 8443 only; WeChat 80 and 443."""


def address(settings: Settings) -> CheckResult:
    """Whether the platforms can be told where we are."""
    if not settings.public_url:
        says = "none: fine for `jiesu poll`; `serve` needs JIESU_PUBLIC_URL, or no platform finds us"
        return CheckResult("address", True, says, remark=True)
    parts = urlsplit(settings.public_url)
    if settings.telegram_on and parts.scheme != "https":
        return CheckResult(
            "address", False, "Telegram calls https only: JIESU_PUBLIC_URL must begin with https://"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return CheckResult(
            "address", False, "JIESU_PUBLIC_URL must be an address such as https://hotline.example.cn"
        )
    if parts.port not in _PORTS:
        return CheckResult(
            "address", False, f"the platforms do not call port {parts.port}: put a proxy before it"
        )
    return CheckResult("address", True, parts.hostname)


def proxies(settings: Settings) -> CheckResult | None:
    """Whether all callers would be one address, and what is counted by address close to all at once."""
    if not settings.public_url or any(not is_loopback(one) for one in settings.proxies):
        return None
    says = (
        "only a proxy on this machine is believed: if yours is elsewhere (a container, a load balancer), "
        "name its address or network in JIESU_TRUSTED_PROXIES"
    )
    return CheckResult("proxy", True, says, remark=True)


def weak_secrets(settings: Settings) -> Iterator[CheckResult]:
    """What a platform takes, and a stranger may guess: who knows it speaks in every citizen's name."""
    chosen = {
        "JIESU_TELEGRAM__WEBHOOK_SECRET": settings.telegram.webhook_secret,
        "JIESU_WECHAT__TOKEN": settings.wechat.token,
    }
    for name, secret in chosen.items():
        if secret is not None and len(secret.get_secret_value()) < HARD_TO_GUESS:
            says = (
                f"{name} is short: choose {HARD_TO_GUESS} random letters and digits or more, here and there"
            )
            yield CheckResult("secrets", True, says, remark=True)


def survey(settings: Settings, city: CityProfile) -> CheckResult | None:
    """Whether anybody is asked how it went: an Open311 server cannot say when to."""
    if settings.hotline.kind != "open311" or city.survey.start_on == "completed":
        return None
    says = (
        "nobody will be asked how their matter went: an Open311 server cannot ask for it, "
        'so the profile must say survey_on = "completed"'
    )
    return CheckResult("survey", True, says, remark=True)


def tagger(folder: Path = weights.FOLDER) -> CheckResult:
    """What finds people that no rule knows; without it the rules go on alone."""
    try:
        found = weights.load(folder)
    except weights.BadWeights as fault:
        says = (
            f"{fault} Names are hidden by rules alone, which miss more: install this release's files again."
        )
        return CheckResult("tagger", False, says)
    return CheckResult(
        "tagger", True, f"{len(found.keys)} features, learnt from {found.about.get('texts')} texts"
    )


def labels(folder: Path = label_files.FOLDER) -> CheckResult:
    """What tells a message's matter, type and acts; without it keywords go on alone."""
    try:
        found = label_files.load(folder)
    except label_files.BadLabels as fault:
        says = f"{fault} Categories are told by keywords alone: install this release's files again."
        return CheckResult("labels", False, says)
    return CheckResult("labels", True, f"{', '.join(found.parts)} are learnt")


def danger(folder: Path = danger_weights.FOLDER) -> CheckResult:
    """What sees the dangers that no rule knows; without it the rules ring alone."""
    try:
        found = danger_weights.load(folder)
    except danger_weights.BadDangerWeights as fault:
        says = f"{fault} Alarms ring by rules alone, which miss most: install this release's files again."
        return CheckResult("danger", False, says)
    texts = found.about.get("texts")
    return CheckResult("danger", True, f"{len(found.keys)} features, learnt from {texts} texts")


def disk(folder: Path) -> CheckResult:
    """Where spool and attachments go: the limit of what is promised while the database is away."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    if free < ENOUGH:
        says = f"{free // 1024**2} MB are free under {folder}: make room, messages are kept there"
        return CheckResult("disk", False, says)
    return CheckResult("disk", True, f"{free // 1024**3} GB free")
