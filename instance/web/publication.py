"""Publication of a closed consult: for its asker, who wrote in it, and stewards; and printing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import Actor, ActorKind, Consult, Member, Status
from instance.services import identifiers
from instance.services.consults import (
    case_images,
    consenting,
    consents,
    images,
    printing,
    publishing,
    reading,
)
from instance.services.consults.teaching import Case, Image, Part
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import keeps_safe, reader
from instance.web.presenting import forum, private
from instance.web.presenting.consults import consult_page, read_only
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import Surroundings, surroundings
from instance.web.presenting.publication import (
    form_page,
    preview_page,
    publication_page,
    sign_page,
    to_sign_page,
)

blueprint = Blueprint("publication", __name__)


@blueprint.get("/k/<int:consult_id>/publish")
@reader
async def show_publication(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    return await _draw_publication(signed_in, consult_id)


@blueprint.post("/k/<int:consult_id>/publish")
@reader
async def post_publication(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    """The form, its preview, and sending it: one address, so that what was typed is never lost."""
    typed = (await request.form).to_dict()
    consult, _ = await publishing.asked_by(signed_in, consult_id)
    case, named = await _case(consult, typed), typed.get("named") == "yes"
    step = typed.get("step")
    if step == "edit":
        return await _draw_form(signed_in, consult, typed)
    try:
        if step == "send":
            await publishing.propose(signed_in, consult_id, case, named=named)
            return redirect(f"/k/{consult_id}/publish")
        exact = await publishing.checked(signed_in, consult_id, case)
    except identifiers.PhiSuspected as error:
        return await _draw_form(signed_in, consult, typed, error.fields, error.found, 422)
    except (FormRefused, NotAllowed, Conflict) as error:
        problems = forum.problems(error, "channel" if isinstance(error, NotAllowed) else "title")
        return await _draw_form(signed_in, consult, typed, problems, (), error.status)
    fields = await publishing.fields_of(consult, exact)
    ticks = {name: value for name, value in typed.items() if name.startswith("shows-")}
    kept = {**fields, **ticks, "channel": typed.get("channel", ""), "named": "yes" if named else ""}
    around = await _around(signed_in, consult_id)
    return draw(await preview_page(consult, exact, list(kept.items()), around, named=named))


@blueprint.post("/k/<int:consult_id>/publish/check")
@reader
async def post_check(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    """Mend one finding, or say that it is none; then the form stands there again."""
    typed = (await request.form).to_dict()
    consult, _ = await publishing.asked_by(signed_in, consult_id)
    texts = await publishing.fields_of(consult, await _case(consult, typed))
    if place := typed.get("dismiss"):
        await identifiers.dismiss(signed_in, texts, place)
    mended = await identifiers.mend(signed_in, texts, typed.get("fix", ""))
    left = await identifiers.look(signed_in, mended.texts)
    return await _draw_form(signed_in, consult, typed | mended.texts, {}, left)


@blueprint.post("/k/<int:consult_id>/publish/answer")
@reader
async def post_answer(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    form = await request.form
    named, choice = form.get("named") == "yes", form.get("choice", "")
    try:
        await consenting.answer(signed_in, consult_id, form.get("digest", ""), choice, named=named)
    except (Conflict, FormRefused) as error:
        return await _draw_publication(signed_in, consult_id, error)
    return redirect(f"/k/{consult_id}/publish")


@blueprint.post("/k/<int:consult_id>/publish/withdraw")
@reader
async def post_withdraw(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    await publishing.withdraw(signed_in, consult_id)
    return redirect(f"/k/{consult_id}/publish")


@blueprint.get("/admin/to-sign")
@keeps_safe
async def show_to_sign(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/to-sign")
    waiting, signed = await consenting.to_sign(signed_in), await consenting.signed(signed_in)
    return draw(await to_sign_page(waiting, signed, around))


@blueprint.get("/admin/to-sign/<int:publication_id>")
@keeps_safe
async def show_text(signed_in: Member, publication_id: int) -> ResponseReturnValue:
    return await _draw_text(signed_in, publication_id)


@blueprint.post("/admin/to-sign/<int:publication_id>")
@keeps_safe
async def post_signature(signed_in: Member, publication_id: int) -> ResponseReturnValue:
    form = await request.form
    agrees, digest = form.get("choice") == "sign", form.get("digest", "")
    try:
        if form.get("choice") not in ("sign", "object"):
            raise Conflict("Choose one of the two: sign it, or object.")
        await consenting.sign(signed_in, publication_id, digest, agrees=agrees)
    except (Conflict, NotAllowed) as error:
        return await _draw_text(signed_in, publication_id, error)
    return redirect("/admin/to-sign")


@blueprint.get("/k/<int:consult_id>/export")
@reader
async def show_export(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    """The thread on paper: who may read it may print it, and that is written down."""
    consult = await printing.read(signed_in, consult_id)
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult_id}")
    now = datetime.now(UTC)
    if consult.is_private:
        talk = await private.private_page(consult, signed_in, around)
        quiet = private.read_only(talk, talk.url, now)
        bare_talk = replace(quiet, read_only_until=None)
        return draw(views.PrintConversationPage(page=around.page, conversation=bare_talk))
    view = await consult_page(consult, signed_in, around)
    bare = read_only(view, view.url, now)
    return draw(views.PrintPage(page=around.page, consult=replace(bare, read_only_until=None)))


async def _draw_publication(
    signed_in: Member, consult_id: int, error: Conflict | FormRefused | None = None
) -> ResponseReturnValue:
    consult = await reading.readable(signed_in, consult_id)
    if consult.is_private:
        raise NotFound
    found, around = await publishing.current(consult), await _around(signed_in, consult_id)
    is_over = found is not None and found.ended_at is not None and not found.public_uri
    is_own = consult.is_local and consult.asker.member_id == signed_in.id
    if is_own and consult.status is Status.CLOSED and (found is None or is_over):
        form = await form_page(consult, await publishing.draft(consult), around, over=is_over)
        return draw(form)
    if found is None:
        raise NotFound
    is_asked = await consents.own_answer(signed_in, found) is not None
    wrote = {actor.id for actor in around.own} & await reading.author_ids(consult)
    if not is_asked and not wrote:
        raise NotFound
    view = await publication_page(consult, found, signed_in, around)
    if error is None:
        return draw(view)
    said = " ".join(forum.problems(error).values())
    return draw(replace(view, error=said), error.status)


async def _draw_form(
    signed_in: Member,
    consult: Consult,
    typed: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    found: tuple[identifiers.Found, ...] = (),
    status: int = 200,
) -> ResponseReturnValue:
    case, around = await _case(consult, typed), await _around(signed_in, consult.id)
    view = await form_page(consult, case, around, typed=typed)
    texts = await publishing.fields_of(consult, case)
    view = replace(
        view,
        channel=typed.get("channel", ""),
        named=typed.get("named") == "yes",
        errors=views.FieldError.all_of(problems or {}),
        checked=checked(texts, found),
    )
    return draw(view, status)


async def _draw_text(
    signed_in: Member, publication_id: int, error: Conflict | NotAllowed | None = None
) -> ResponseReturnValue:
    row = await consenting.to_read(signed_in, publication_id)
    around = await surroundings(signed_in, nav="admin", here="/admin/to-sign")
    view = await sign_page(row, signed_in, around)
    status = 200 if error is None else error.status
    return draw(replace(view, error=error.shown if error is not None else ""), status)


async def _case(consult: Consult, typed: Mapping[str, str]) -> Case:
    """As it was typed. A field of a post that is not in it changes nothing."""
    plain = identifiers.plain(typed)
    before = await publishing.draft(consult)
    rows = {row.uri: row.id for row in await reading.contributions(consult)}
    handle = plain.get("channel", "")
    channel = (
        await Actor.get_or_none(local_handle=handle, kind=ActorKind.CHANNEL) if handle else None
    )
    parts = [Part(part.post, plain.get(f"part-{rows[part.post]}", "")) for part in before.parts]
    return Case(
        title=plain.get("title", "").strip(),
        text=plain.get("text", "").strip(),
        parts=tuple(Part(part.post, part.text.strip()) for part in parts),
        channel=channel.uri if channel is not None else "",
        channel_name=(channel.name or channel.handle) if channel is not None else "",
        images=tuple(
            Image(images.address(row), " ".join(plain.get(f"image-{row.id}", "").split()))
            for row in await case_images.of_asker(consult)
            if plain.get(f"shows-{row.id}") == "yes"
        ),
    )


async def _around(signed_in: Member, consult_id: int) -> Surroundings:
    return await surroundings(signed_in, nav="consults", here=f"/k/{consult_id}/publish")
