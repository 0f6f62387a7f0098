"""All pages of the desk under `/desk`, and the files beside them."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.accounts import second_factor
from desk.app import Desk
from desk.pages.accounts.account import AccountPage
from desk.pages.accounts.login import BACK, LogIn
from desk.pages.accounts.users import People
from desk.pages.base.rendering import PageRenderer, StaticFile, read_static
from desk.pages.base.session import Barred, SessionGuard, guarded_route
from desk.pages.centre.alerts import Alerts
from desk.pages.centre.canned_answers import Answers
from desk.pages.centre.notices import Notices
from desk.pages.centre.surveys import SurveyPages
from desk.pages.centre.undelivered import UndeliveredPage
from desk.pages.leaders.dashboard import Overviews
from desk.pages.leaders.digest import Digests
from desk.pages.tickets.bulk import Bulk
from desk.pages.tickets.queue import queue_routes, view_routes
from desk.pages.tickets.search import SearchPage
from desk.pages.tickets.ticket import ticket_routes
from desk.wording import read_words
from hotline.contract import AttachmentPart


def desk_pages(
    desk: Desk,
    *,
    new_secret: Callable[[], str],
    attachment_url: Callable[[AttachmentPart], str],
    secure: bool,
    of_front: bool = False,
) -> APIRouter:
    """The pages' routes.

    `new_secret` gives an unguessable text; `attachment_url` the address at which a browser gets
    a file now, "" for none; `secure` says that the desk is reached by HTTPS only,
    `of_front` that the front door's outbox lies in the desk's database and may be dealt with here.
    """
    static = read_static()
    look = PageRenderer(desk.city, read_words(), static)
    gate = SessionGuard(desk)
    guarded = guarded_route(look, secure=secure)
    router = APIRouter(prefix="/desk", include_in_schema=False, route_class=guarded)
    _static_route(router, static)
    _login_routes(router, LogIn(desk, gate, look, new_secret, secure=secure))
    queue_routes(router, desk, gate, look)
    view_routes(router, desk, gate)
    ticket_routes(router, desk, gate, look, attachment_url)
    _alert_routes(router, Alerts(desk, gate, look))
    _office_routes(router, desk, gate, look, new_secret)
    _account_routes(router, AccountPage(desk, gate, look, second_factor.new_secret))
    _undelivered_routes(router, UndeliveredPage(desk, gate, look, of_front=of_front))
    _survey_routes(router, SurveyPages(desk, gate, look, desk.office.digits, of_front=of_front), of_front)
    router.get("/search")(SearchPage(desk, gate, look).show)
    _overview_routes(router, Overviews(desk, gate, look))
    router.get("/digest")(Digests(desk, gate, look).show)
    return router


def _overview_routes(router: APIRouter, overviews: Overviews) -> None:
    router.get("/overview")(overviews.show)
    router.get("/bulletin")(overviews.bulletin)
    router.get("/lists/{which}")(overviews.lists)


def _account_routes(router: APIRouter, account: AccountPage) -> None:
    router.get("/me")(account.show)
    router.post("/me/password")(account.password)
    router.post("/me/factor")(account.factor)


def _survey_routes(router: APIRouter, surveying: SurveyPages, of_front: bool) -> None:  # as given
    router.get("/survey")(surveying.show)
    if of_front:  # campaigns and codes are the front door's
        router.post("/survey/code")(surveying.code)
        router.post("/survey/{campaign_id}/{what}")(surveying.turn)


def _undelivered_routes(router: APIRouter, undelivered: UndeliveredPage) -> None:
    router.get("/outbox")(undelivered.show)
    router.post("/outbox/{origin}/{entry_id}/retry")(undelivered.retry)
    router.post("/outbox/{origin}/{entry_id}/bury")(undelivered.bury)


def _office_routes(
    router: APIRouter, desk: Desk, gate: SessionGuard, look: PageRenderer, new_secret: Callable[[], str]
) -> None:
    people, answers = People(desk, gate, look, new_secret), Answers(desk, gate, look)
    reminders, bulk = Notices(desk, gate, look), Bulk(desk, gate, look)
    router.get("/notices")(reminders.show)
    router.post("/notices")(reminders.see)
    router.get("/units")(people.units)
    router.get("/users")(people.accounts)
    router.post("/users/{what}")(people.change)
    router.get("/canned")(answers.show)
    router.post("/canned")(answers.add)
    router.post("/canned/{canned_id}/drop")(answers.drop)
    router.post("/bulk")(bulk.choose)
    router.post("/bulk/dispatch")(bulk.dispatch)


def _login_routes(router: APIRouter, log_in: LogIn) -> None:
    router.get("/login")(log_in.show)
    router.post("/login")(log_in.enter)
    router.get("/login/sign-on")(log_in.go)
    router.get(BACK.removeprefix("/desk"))(log_in.back)
    router.post("/logout")(log_in.leave)


def _alert_routes(router: APIRouter, alerts: Alerts) -> None:
    router.get("/alerts")(alerts.show)
    router.post("/alerts/{alert_id}/take")(alerts.take)
    # An id may hold a slash, which arrives decoded.
    router.get("/talks/{conversation:path}")(alerts.talk)
    router.post("/talks/{conversation:path}/write")(alerts.write)
    router.post("/talks/{conversation:path}/close")(alerts.close)


def _static_route(router: APIRouter, static: dict[str, StaticFile]) -> None:
    @router.get("/static/{name}")
    async def serve(request: Request, name: str) -> Response:
        file = static.get(name)
        if file is None:
            raise Barred(404, "error.not_found")
        # The address carries the content's mark: what it shows never changes.
        kept = (
            "public, max-age=31536000, immutable"
            if request.query_params.get("v") == file.mark
            else "no-cache"
        )
        return Response(file.content, media_type=file.media_type, headers={"Cache-Control": kept})
