"""What a check found out, line by line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line. `remark`: it works, and the operator should know how."""

    what: str
    ok: bool
    says: str
    remark: bool = False
