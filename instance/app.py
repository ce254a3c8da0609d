"""The composition root: one institution's server. Read this first.

What other servers send to an inbox goes through `inbox_asgi` to `inbox.receive`. Any other request
goes through `begin` (which institution, which host, whose session), the route's guard, one service
function, and `finish` (security headers). `Workers` run beside the requests.
"""

import asyncio
import logging
from typing import Any, cast

from quart import (
    Quart,
    Response,
    g,
    has_websocket_context,
    make_response,
    request,
    websocket,
)
from quart.typing import ResponseReturnValue, ResponseTypes
from quart.wrappers.base import BaseRequestWebsocket
from werkzeug.exceptions import HTTPException

from federation.connections import Transport
from instance import logs, outages
from instance.answers import answers_request
from instance.config import Config
from instance.errors import (
    AudienceViolation,
    CurbsideError,
    FormRefused,
    NotFound,
    TooMany,
    Unavailable,
)
from instance.institution import Institution
from instance.services import audit as audit_record
from instance.services import hosts, institutions, proxies, signing_in
from instance.services.consults import word_index
from instance.web import (
    about,
    account,
    admin,
    announcements,
    around,
    asking,
    audit,
    authorizing,
    availability,
    backups,
    break_glass,
    careers,
    cases,
    channels,
    closing,
    collections,
    consult_figures,
    consults,
    discovery,
    drawn,
    entry,
    evidence,
    files,
    following,
    forum,
    health,
    holds,
    hospitals,
    host_lists,
    identifiers,
    images,
    inbox_asgi,
    invitations,
    joining,
    kept,
    media,
    members,
    moderation,
    moving,
    notifications,
    observing,
    peers,
    polls,
    portability,
    portraits,
    posts,
    private,
    profiles,
    proxied,
    publication,
    questions,
    quiet,
    recalls,
    rendering,
    reports,
    requests,
    roles,
    roster,
    routing,
    rules,
    said,
    saved,
    search,
    security,
    sessions,
    set_up,
    sharing,
    sign_on_settings,
    single_sign_on,
    static_files,
    streaming,
    subscriptions,
    tags,
    unmasking,
    uploads,
    verification,
    views,
)
from instance.web import settings as settings_page
from instance.web.api import answers, counted, doors, hub, rates
from instance.web.api.entities_described import Described
from instance.web.api.entities_written import Written
from instance.web.converters import IdConverter, NameConverter
from instance.web.drawing import draw
from instance.web.guards import public
from instance.web.presenting.pages import bare_page
from instance.web.remembered import Remembered
from instance.web.requests import has_nul, wants_activity
from instance.web.security_headers import add_missing, security_headers
from instance.web.views import PostCard
from instance.workers.running import Workers

log = logging.getLogger(__name__)

_UNDER_ANY_NAME = (*health.PATHS, proxies.PATH)

_DOORS = (  # each a module with its `blueprint`
    # what servers ask for
    peers,
    collections,
    discovery,
    proxied,
    streaming,
    *doors.DOORS,  # what applications ask for
    # members' own
    account,
    around,
    authorizing,
    availability,
    backups,
    careers,
    entry,
    evidence,
    joining,
    moving,
    notifications,
    portability,
    security,
    set_up,
    single_sign_on,
    verification,
    # channels, people, consults
    about,
    consults,
    asking,
    identifiers,
    files,
    images,
    media,
    questions,
    quiet,
    said,
    forum,
    following,
    polls,
    portraits,
    posts,
    private,
    profiles,
    publication,
    recalls,
    routing,
    saved,
    search,
    # lists of hosts
    host_lists,
    subscriptions,
    tags,
    # administration
    admin,
    audit,
    break_glass,
    cases,
    channels,
    announcements,
    closing,
    consult_figures,
    holds,
    hospitals,
    invitations,
    members,
    moderation,
    reports,
    roles,
    roster,
    settings_page,
    sharing,
    sign_on_settings,
    unmasking,
)
_REMEMBERED_BYTES = 8 * 1024 * 1024
_UNREAD = (400, 408, 413)  # of such a request the body did not come, or is no text


def create_app(
    settings: Config,
    *,
    transport: Transport | None = None,
    with_workers: bool = True,
    with_counting: bool = True,
) -> Quart:
    """The ASGI application of one institution. `transport` joins two apps in tests.

    `with_counting`: write down every few seconds what was refused, with workers or without.
    """
    app = Quart(__name__, static_folder=None)
    app.request_class = uploads.UploadRequest
    app.config["MAX_CONTENT_LENGTH"] = requests.BODY_MAX
    app.config["BODY_TIMEOUT"] = requests.BODY_SECONDS
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_rule_class = rules.MatchedRule
    app.url_map.converters |= {"int": IdConverter, "name": NameConverter}
    app.url_map.merge_slashes = False  # `//inbox` is no other spelling of an inbox (T10)
    files = static_files.StaticFiles()
    app.config["JINJA"] = rendering.environment(files)
    app.config["STATIC"] = files
    app.config["RATES"] = rates.Rates(among=settings.web_processes)
    app.config["WRITTEN"] = Remembered[Written](_REMEMBERED_BYTES)
    app.config["STATUSES"] = Remembered[bytes](_REMEMBERED_BYTES)
    app.config["CARDS"] = Remembered[PostCard](_REMEMBERED_BYTES)
    app.config["PROFILES"] = Remembered[Described](_REMEMBERED_BYTES)
    app.config["FIGURES"] = counted.Counted()
    institution = Institution(settings, transport)
    app.config["INSTITUTION"] = institution
    app.config["DRAWN"] = drawn.Drawn()
    app.config["HUB"] = hub.Hub()
    for module in _DOORS:
        app.register_blueprint(module.blueprint)
    doors.forgive_slashes(app)
    _add_static(app, files)
    workers = app.config["WORKERS"] = Workers(institution)
    health.add_to(app, workers.are_alive, institution.is_leaving)
    institution.metrics.count_streams("pages", streaming.count_open)
    institution.metrics.count_streams("applications", lambda: len(app.config["HUB"].places))
    _add_life(app, workers, with_workers, with_counting)
    _add_hooks(app, institution)
    _add_errors(app, institution)
    front = inbox_asgi.in_front_of(cast(Any, app.asgi_app), institution.activate)
    watched: Any = observing.around(front, settings, institution.metrics)
    app.asgi_app = watched  # type: ignore[method-assign]
    return app


def _add_static(app: Quart, files: static_files.StaticFiles) -> None:
    @app.get("/static/<name>")
    @public
    async def get_static(name: str) -> ResponseReturnValue:
        found = files.find(name)
        if found is None:
            return Response("", status=404)
        response = Response(found.body, content_type=found.content_type)
        response.headers["Cache-Control"] = static_files.CACHE_CONTROL
        return response


def _add_life(app: Quart, workers: Workers, with_workers: bool, with_counting: bool) -> None:
    institution: Institution = app.config["INSTITUTION"]
    kept: list[asyncio.Task[None]] = []  # they end with the bus

    @app.before_serving
    async def open_institution() -> None:
        await institution.open()
        kept.append(asyncio.create_task(app.config["DRAWN"].follow(institution.bus)))
        kept.append(asyncio.create_task(app.config["HUB"].follow(app, institution.bus)))
        await institutions.ensure_institution()
        await hosts.note_mode()
        if with_counting:
            workers.start_counting()
        if with_workers:
            workers.start()

    @app.after_serving
    async def close_institution() -> None:
        await institution.bus.close()  # open streams end with it
        await asyncio.gather(*kept, word_index.of(institution.bus).ended())
        await workers.stop()
        await institution.close()


def _add_hooks(app: Quart, institution: Institution) -> None:
    # `async def` on purpose: Quart runs a plain hook in a thread, where what it sets is lost.
    @app.before_request
    async def begin() -> ResponseReturnValue | None:
        institution.activate()
        if request.method in ("GET", "HEAD"):  # others store, and nothing of before counts then
            answers_request.set(asyncio.current_task())
        if request.endpoint is not None:
            observing.note_route(request.scope, request.endpoint)
        if (refusal := _misdirected(request, institution.config)) is not None:
            return refusal
        if g.for_files is not files.is_theirs():
            raise NotFound
        if request.method == "OPTIONS" and answers.may_be_asked(request):
            return answers.preflight()
        if g.for_files:
            return None  # no cookie counts there
        if has_nul(request):
            raise NotFound
        if answers.is_api(request):
            return None  # nor there (T68)
        token = sessions.session_token()
        found = await signing_in.session_of(token) if token else None
        if found is not None:
            g.session, g.member = found
            if request.blueprint != "streaming":  # pages open their streams again by themselves
                await signing_in.touch(g.session)
        return None

    @app.before_websocket
    async def begin_socket() -> ResponseReturnValue | None:
        """No cookie counts, whatever page opens it: the token alone (T68)."""
        institution.activate()
        if (refusal := _misdirected(websocket, institution.config)) is not None:
            return refusal
        if g.for_files or has_nul(websocket):
            raise NotFound
        return None

    @app.after_request
    async def finish(response: Response) -> Response:
        answers_request.set(None)  # what is streamed goes on
        return _finished(response, request, institution.config)

    @app.after_websocket
    async def finish_refusal(response: ResponseTypes | None) -> ResponseTypes | None:
        if not isinstance(response, Response):
            return response  # None: the socket was open
        return _finished(response, websocket, institution.config)


def _misdirected(incoming: BaseRequestWebsocket, settings: Config) -> Response | None:
    """What is for another server; and `g.for_files`: whether it is for the other origin of ours."""
    hosts = [host.lower() for host in incoming.headers.getlist("Host")]
    g.for_files = files.are_asked(hosts) and incoming.path not in _UNDER_ANY_NAME
    is_ours = g.for_files or hosts == [settings.authority]
    if is_ours or incoming.path in _UNDER_ANY_NAME:
        return None
    return Response(f"This server is {settings.origin}", status=421)


def _finished(response: Response, incoming: BaseRequestWebsocket, settings: Config) -> Response:
    images = "" if incoming.path in _UNDER_ANY_NAME else settings.media_origin  # it names nobody
    add_missing(response.headers, security_headers(settings.is_development, images))
    if answers.is_api(incoming):
        answers.finish(response)
    return response


def _add_errors(app: Quart, institution: Institution) -> None:
    @app.errorhandler(CurbsideError)
    async def refused(error: CurbsideError) -> ResponseReturnValue:
        shown = error.shown
        if isinstance(error, AudienceViolation):
            await audit_record.record_violation(error.rule)
        if isinstance(error, FormRefused):
            shown = " ".join(error.fields.values())
        response = await make_response(await _error_answer(error, error.status, shown))
        if isinstance(error, TooMany | Unavailable):
            response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response

    @app.errorhandler(HTTPException)
    async def http_error(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, HTTPException) and error.code and error.code < 400:
            return error.get_response()
        return await _error_answer(error, error.code or 500, "")

    @app.errorhandler(Exception)
    async def failed(error: Exception) -> ResponseReturnValue:
        institution.metrics.failed(error)
        if (outage := outages.of(error)) is not None:
            log.error("not answered", exc_info=error)
            wait = outages.COME_AGAIN_SECONDS
            return await refused(Unavailable(outage.shown, retry_after_seconds=wait))
        log.error("failed %s", logs.request_id.get(), exc_info=error)
        return await _error_answer(error, 500, "")


async def _error_answer(error: Exception, status: int, shown: str) -> ResponseReturnValue:
    """JSON for peers and applications, a page for people; alike for a thing that is private and one
    that is not."""
    if g.get("for_files"):
        return files.nothing(status)
    if has_websocket_context() or answers.is_api(request):
        return answers.of_error(error)
    if wants_activity(request) or request.path.endswith("/inbox"):
        return peers.problem(status)
    view = views.ErrorPage(
        page=await bare_page(),
        status=status,
        shown="" if status == 404 else shown,
        reference=logs.request_id.get() if status >= 500 else "",
        limit="512 KB",
        has_ended=g.get("member") is None and sessions.session_token() is not None,
        kept=await kept.typed_texts() if status not in _UNREAD else (),
    )
    return draw(view, status)
