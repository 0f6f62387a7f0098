"""`jiesu check` at the city's backend: does it answer, is it the backend that does, and what time has it."""

from collections.abc import AsyncIterator
from datetime import timedelta

from app.findings import Finding
from app.lanes import HOTLINE
from app.troubles import FAR, MEND
from hotline.far_clock import told
from hotline.rest import RestHotline
from intake.ports import Hindered, Hotline, Rejected, Timed, Trouble, Unavailable, Unsure


async def inspect_backend(hotline: Hotline) -> AsyncIterator[Finding]:
    """Its answer to something harmless, then what the answer tells beside."""
    yield await _asked(hotline)
    ahead = hotline.ahead if isinstance(hotline, Timed) else None
    if ahead is not None:
        yield _clocks(ahead)


async def _asked(hotline: Hotline) -> Finding:
    try:
        await hotline.probe()
        guarded = not isinstance(hotline, RestHotline) or await hotline.guarded()
    except Hindered as fault:
        return Finding(HOTLINE, False, f"{fault.reason}: {MEND[fault.trouble]}")
    except (Unavailable, Unsure) as fault:
        return Finding(HOTLINE, False, f"no answer ({fault.reason}): address, network and proxy right?")
    except Rejected as refusal:
        return Finding(HOTLINE, False, f"refused ({refusal.reason}): are the credentials right?")
    if not guarded:
        says = f"answers calls without a signature as it does ours: {MEND[Trouble.ADDRESS]}"
        return Finding(HOTLINE, True, says, remark=True)
    return Finding(HOTLINE, True, "answers")


def _clocks(ahead: timedelta) -> Finding:
    if abs(ahead) <= FAR:
        return Finding("clock", True, "agrees with the backend's")
    return Finding("clock", False, f"{told(ahead)}: {MEND[Trouble.CLOCK]}")
