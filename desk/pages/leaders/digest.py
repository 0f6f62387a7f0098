"""`/desk/digest`: the leader's digest, sentences that can be copied into a message as they stand."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, SessionGuard
from desk.reports.document import rate
from desk.reports.wording import Names, bulletin_words
from desk.statistics.digest import Digest, digest
from desk.workflow.states import Role

_UNITS = 5


class Digests:
    """The page, and the same as plain text."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look
        self._names = Names(desk.city, bulletin_words())

    async def show(self, request: Request, form: str = "") -> Response:
        """Units have no such page."""
        visit = await self._gate.visit(request)
        if visit.actor.role is Role.UNIT:
            raise Barred(404, "error.not_found")
        async with self._desk.database.read() as tx:
            found = await digest(tx, self._desk.city, self._desk.clock())
        say = self._look.words.say
        title = say("digest.headline", city=self._desk.city.name, day=self._names.day(found.day))
        lines = tuple(self._lines(found))
        if form == "text":
            return PlainTextResponse("\n".join((title, *lines)) + "\n")
        frame = await framed(self._desk, self._look.words, visit)
        return self._look.page(request, "digest.html", frame=frame, title=title, lines=lines)

    def _lines(self, found: Digest) -> Iterator[str]:
        say, join = self._look.words.say, self._look.words.join
        yield say("digest.came", **found.came)
        yield say("digest.so_far", **found.so_far)
        lights = {name: found.lights.get(name, 0) for name in ("red", "yellow")}
        yield say("digest.backlog", open=sum(found.lights.values()), **lights)
        worst = [say("digest.unit", unit=self._names.unit(unit), n=n) for unit, n in found.late[:_UNITS]]
        yield say("digest.late", units=join(worst), n=len(found.late)) if worst else say("digest.none_late")
        yield say("digest.special", **found.special)
        yield say("digest.waiting", **found.waiting)
        yield say("digest.said", rated=found.rated, unhappy=found.unhappy)
        three = [
            say("digest.rate", name=self._names.rate(name), value=rate(one.value))
            for name, one in found.month.items()
        ]
        yield say("digest.month", rates=join(three))
        for one in found.hot:
            yield say(
                "digest.hot",
                area=self._names.area(one.area),
                category=self._names.category(one.category),
                n=one.number,
            )
        if not found.hot:
            yield say("digest.nothing_hot")
