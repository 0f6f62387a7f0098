"""`jiesu check` at the city's backend: does it answer, is it the backend that does, and what time has it."""

from collections.abc import AsyncIterator
from datetime import timedelta

from app.base.jobs import HOTLINE
from app.checks.finding import CheckResult
from app.delivery.backend_troubles import FAR, MEND
from hotline.clock_skew import told
from hotline.rest import RestHotline
from intake.model.ports import Hotline, NeedsOperator, Rejected, Timed, Trouble, Unavailable, Unsure


async def inspect_backend(hotline: Hotline) -> AsyncIterator[CheckResult]:
    """Its answer to something harmless, then what the answer tells beside."""
    yield await _asked(hotline)
    ahead = hotline.ahead if isinstance(hotline, Timed) else None
    if ahead is not None:
        yield _clocks(ahead)


async def _asked(hotline: Hotline) -> CheckResult:
    try:
        await hotline.probe()
        guarded = not isinstance(hotline, RestHotline) or await hotline.guarded()
    except NeedsOperator as fault:
        return CheckResult(HOTLINE, False, f"{fault.reason}: {MEND[fault.trouble]}")
    except (Unavailable, Unsure) as fault:
        return CheckResult(HOTLINE, False, f"no answer ({fault.reason}): address, network and proxy right?")
    except Rejected as refusal:
        return CheckResult(HOTLINE, False, f"refused ({refusal.reason}): are the credentials right?")
    if not guarded:
        says = f"answers calls without a signature as it does ours: {MEND[Trouble.ADDRESS]}"
        return CheckResult(HOTLINE, True, says, remark=True)
    return CheckResult(HOTLINE, True, "answers")


def _clocks(ahead: timedelta) -> CheckResult:
    if abs(ahead) <= FAR:
        return CheckResult("clock", True, "agrees with the backend's")
    return CheckResult("clock", False, f"{told(ahead)}: {MEND[Trouble.CLOCK]}")
