"""Faults on order: what a test lets the server do wrong, and how often."""

from dataclasses import dataclass

from playground.telegram.wire import BotApiError


class Cut(Exception):
    """The line breaks instead of an answer. `after`: the call was carried out all the same."""

    def __init__(self, *, after: bool) -> None:
        super().__init__("the line broke")
        self.after = after


@dataclass(frozen=True, slots=True)
class ApiFault:
    """For the next `times` calls of `method` ("" = any): an error code, or 0 for a line that breaks."""

    method: str = ""
    code: int = 500
    times: int = 1
    retry_after: int | None = None
    description: str = "Internal Server Error"
    carried_out: bool = False  # for code 0: the call was done, only its answer is lost

    def as_error(self) -> BotApiError | Cut:
        if self.code == 0:
            return Cut(after=self.carried_out)
        return BotApiError(self.code, self.description, self.retry_after)


class Faults:
    """Those ordered and not yet delivered, in order."""

    def __init__(self) -> None:
        self._ordered: list[ApiFault] = []

    def order(self, fault: ApiFault) -> None:
        self._ordered.extend([fault] * fault.times)

    def next_for(self, method: str) -> BotApiError | Cut | None:
        """The fault this call meets, taken off the list."""
        for index, fault in enumerate(self._ordered):
            if fault.method in ("", method):
                return self._ordered.pop(index).as_error()
        return None
