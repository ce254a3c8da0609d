"""Signing in through the hospital's own accounts: there and back, joining, connecting, and out."""

from quart import Blueprint, g, make_response, redirect, request
from quart.typing import ResponseReturnValue, ResponseTypes

from instance.errors import FormRefused, SignOnRefused, TooMany
from instance.models import Member
from instance.services import password_rules, reauthentication, signing_in
from instance.services.single_sign_on import entering, flows, providers
from instance.services.single_sign_on.entering import Chosen, Newcomer
from instance.services.single_sign_on.flows import Proof, Wish
from instance.web import entry, sessions, views
from instance.web.drawing import draw
from instance.web.guards import current_member, member, public
from instance.web.presenting.pages import surroundings
from instance.web.presenting.security import HERE

blueprint = Blueprint("single_sign_on", __name__)

LINK, JOIN = f"{HERE}/sso", "/sso/join"


@blueprint.post("/sso")
@public
async def post_begin() -> ResponseReturnValue:
    form = await request.form
    wanted = entry.local_path(form.get("next", ""))
    wish = Wish(shared=form.get("shared", "") == "yes", next_path=wanted)
    try:
        return await _leave(wish)
    except SignOnRefused as refused:
        return draw(await entry.sign_in_page(next_path=wanted, refused=refused), refused.status)


@blueprint.get(providers.REDIRECT)
@public
async def show_return() -> ResponseReturnValue:
    """Where the provider sends the browser. A GET, because it comes from another site."""
    source = sessions.source(request)
    response: ResponseTypes
    try:
        proof, wish = await flows.finish(request.args, sessions.sign_on_token(), source)
        response = await (_link(proof, wish) if wish.session_id else _enter(proof, wish))
    except SignOnRefused as refused:
        response = await make_response(await _refused(refused))
    except TooMany as error:
        page = await entry.sign_in_page("", "", *entry.locked(error))
        response = await make_response(await entry.draw_too_many(page, error))
    if response.headers.get("Location") != JOIN:
        sessions.clear_sign_on(response)
    return response


@blueprint.get(JOIN)
@public
async def show_join() -> ResponseReturnValue:
    try:
        found = await entering.newcomer(sessions.sign_on_token())
    except SignOnRefused as refused:
        return draw(await entry.sign_in_page(refused=refused), refused.status)
    return draw(await _join_page(found, Chosen("", found.entry.name, "")))


@blueprint.post(JOIN)
@public
async def post_join() -> ResponseReturnValue:
    form, token = await request.form, sessions.sign_on_token()
    chosen = Chosen(*(form.get(name, "") for name in ("handle", "name", "password")))
    browser = entry.entry_of(form.get("shared", "") == "yes", by_provider=True)
    try:
        opened = await entering.join(token, chosen, browser)
    except SignOnRefused as refused:
        return draw(await entry.sign_in_page(refused=refused), refused.status)
    except FormRefused as error:
        page = await _join_page(await entering.newcomer(token), chosen, error)
        return draw(page, error.status)
    response = await entry.let_in(opened, "/account")
    sessions.clear_sign_on(response)
    return response


@blueprint.get(LINK)
@member
async def show_link(signed_in: Member) -> ResponseReturnValue:
    return draw(await _link_page(signed_in))


@blueprint.post(LINK)
@member
async def post_link(signed_in: Member) -> ResponseReturnValue:
    password = (await request.form).get("password", "")
    try:
        await reauthentication.require_password(signed_in, password, sessions.source(request))
        return await _leave(Wish(session_id=g.session.id))
    except FormRefused as error:
        return draw(await _link_page(signed_in, errors=error), error.status)
    except SignOnRefused as refused:
        return draw(await _link_page(signed_in, refused=refused), refused.status)


@blueprint.post(f"{LINK}/remove")
@member
async def post_unlink(signed_in: Member) -> ResponseReturnValue:
    password = (await request.form).get("password", "")
    try:
        await entering.unlink(g.session, password, sessions.source(request))
    except FormRefused as error:
        return draw(await _link_page(signed_in, errors=error), error.status)
    return await _changed("unlinked")


@blueprint.get("/signed-out")
@public
async def show_signed_out() -> ResponseReturnValue:
    around = await surroundings(current_member())
    return draw(views.SignedOutPage(page=around.page, url=await flows.farewell()))


async def _leave(wish: Wish) -> ResponseTypes:
    begun = await flows.begin(wish)
    response = await make_response(redirect(begun.url))
    sessions.set_sign_on(response, begun.token)
    return response


async def _enter(proof: Proof, wish: Wish) -> ResponseTypes:
    browser = entry.entry_of(wish.shared, by_provider=True, saw_second_step=proof.saw_second_step)
    opened = await entering.enter(proof, browser)
    if not isinstance(opened, Newcomer):
        return await entry.let_in(opened, wish.next_path)
    response = await make_response(redirect(JOIN))
    sessions.set_sign_on(response, opened.token)
    return response


async def _link(proof: Proof, wish: Wish) -> ResponseTypes:
    if current_member() is None or g.session.id != wish.session_id:
        raise SignOnRefused("session")
    await entering.link(g.session, proof)
    return await _changed("linked")


async def _changed(done: str) -> ResponseTypes:
    """The session under a new token, after a change of how its member signs in (T67)."""
    response = await make_response(redirect(f"{HERE}?done={done}"))
    sessions.set_session(response, await signing_in.renew(g.session))
    return response


async def _refused(refused: SignOnRefused) -> ResponseReturnValue:
    signed_in = current_member()
    if signed_in is not None:
        return draw(await _link_page(signed_in, refused=refused), refused.status)
    return draw(await entry.sign_in_page(refused=refused), refused.status)


async def _join_page(
    found: Newcomer, chosen: Chosen, error: FormRefused | None = None
) -> views.SignOnJoinPage:
    around = await surroundings(None)
    return views.SignOnJoinPage(
        page=around.page,
        legal_name=found.entry.name,
        email=found.entry.email,
        handle=chosen.handle,
        name=chosen.name,
        shortest=password_rules.SHORTEST,
        errors=views.FieldError.all_of(error.fields) if error else (),
    )


async def _link_page(
    signed_in: Member, refused: SignOnRefused | None = None, errors: FormRefused | None = None
) -> views.SignOnLinkPage:
    around = await surroundings(signed_in, nav="account", here=HERE)
    identity, row = await entering.identity_of(signed_in), await providers.in_use()
    return views.SignOnLinkPage(
        page=around.page,
        since=identity.created_at if identity else None,
        leads_to=flows.origin_of_form(row) if row else "",
        refusal=refused.reason if refused else "",
        problem=refused.problem if refused else "",
        errors=views.FieldError.all_of(errors.fields) if errors else (),
    )
