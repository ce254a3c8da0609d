"""One public post: like and boost it, change or delete one's own."""

from dataclasses import replace
from datetime import datetime

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance import html
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import Actor, Member, Post
from instance.services import (
    bookmarks,
    editing,
    identifiers,
    members,
    posting,
    profile_pins,
    reactions,
    signatures,
)
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.identifiers import act, is_asked
from instance.web.presenting import forum as present
from instance.web.presenting.identifiers import suspected
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("posts", __name__)

_EXCERPT = 200
_ACTS = {"like": reactions.like, "boost": reactions.boost}
_TAKEN_BACK = {
    "unlike": reactions.unlike,
    "unboost": reactions.unboost,
    "unsave": bookmarks.remove,
}


@blueprint.post("/posts/<int:post_id>/<any(like, unlike, boost, unboost, unsave):act>")
@member
async def post_act(signed_in: Member, post_id: int, act: str) -> ResponseReturnValue:
    """Done by the member's first identity that may write there; taken back for every one."""
    post = await posting.by_id(post_id)
    if act in _ACTS:
        identities = await members.identities(signed_in)
        fitting = await signatures.fitting(identities, post.thread.group)
        await _ACTS[act]((*fitting, *identities)[0], post)
    else:
        for own in await members.identities(signed_in):
            await _TAKEN_BACK[act](own, post)
    return redirect(_place(post))


@blueprint.post("/posts/<int:post_id>/save")
@member
async def post_save(signed_in: Member, post_id: int) -> ResponseReturnValue:
    """Kept under the member's first identity; it says so to nobody."""
    post = await posting.by_id(post_id)
    if post.deleted_at is not None:
        raise NotFound
    await bookmarks.add((await members.identities(signed_in))[0], post)
    return redirect(_place(post))


@blueprint.post("/posts/<int:post_id>/<any(pin, unpin):act>")
@member
async def post_pin(signed_in: Member, post_id: int, act: str) -> ResponseReturnValue:
    author, post = await _own(signed_in, post_id)
    await (profile_pins.pin if act == "pin" else profile_pins.unpin)(author, post)
    return redirect(f"/@{author.handle}")


@blueprint.get("/posts/<int:post_id>/edit")
@member
async def show_edit(signed_in: Member, post_id: int) -> ResponseReturnValue:
    _, post = await _own(signed_in, post_id)
    return draw(await _edit_page(signed_in, post, post.thread.title, post.source or ""))


@blueprint.post("/posts/<int:post_id>/edit")
@member
async def post_edit(signed_in: Member, post_id: int) -> ResponseReturnValue:
    author, post = await _own(signed_in, post_id)
    form = await request.form
    typed = {name: form.get(name, "") for name in ("title", "text")}
    if is_asked(form):
        done = await act(signed_in, form, typed, is_public=True)
        page = await _edit_page(signed_in, post, done.texts["title"], done.texts["text"])
        return draw(replace(page, version=form.get("version", ""), checked=done.checked))
    try:
        if form.get("version", "") != _version(post.updated_at):
            raise Conflict
        await identifiers.require_looked_at(signed_in, typed)
        await editing.edit_post(author, post, **typed)
    except (FormRefused, NotAllowed, Conflict) as error:
        latest = await posting.by_id(post_id)
        page = await _edit_page(signed_in, latest, **typed, problems=present.problems(error))
        return draw(replace(page, checked=suspected(typed, error)), error.status)
    return redirect(_place(post))


@blueprint.get("/posts/<int:post_id>/delete")
@member
async def show_delete(signed_in: Member, post_id: int) -> ResponseReturnValue:
    _, post = await _own(signed_in, post_id)
    around = await surroundings(signed_in, nav="channels")
    return draw(
        views.DeletePostPage(
            page=around.page,
            url=f"/posts/{post.id}",
            thread_url=_place(post),
            thread_title=present.title_of(post.thread),
            excerpt=html.excerpt(post.content, _EXCERPT),
            is_starter=not post.in_reply_to_uri,
        )
    )


@blueprint.post("/posts/<int:post_id>/delete")
@member
async def post_delete(signed_in: Member, post_id: int) -> ResponseReturnValue:
    author, post = await _own(signed_in, post_id)
    await editing.delete_post(author, post)
    return redirect(_place(post))


async def _own(signed_in: Member, post_id: int) -> tuple[Actor, Post]:
    """A post of the member's, and who of them wrote it; for everybody else there is nothing."""
    post = await posting.by_id(post_id)
    own = {actor.id: actor for actor in await members.identities(signed_in)}
    if post.author_id not in own or post.deleted_at is not None:
        raise NotFound
    return own[post.author_id], post


async def _edit_page(
    signed_in: Member, post: Post, title: str, text: str, problems: dict[str, str] | None = None
) -> views.EditPostPage:
    around = await surroundings(signed_in, nav="channels")
    group = post.thread.group or post.author
    return views.EditPostPage(
        page=around.page,
        url=f"/posts/{post.id}",
        thread_url=_place(post),
        thread_title=present.title_of(post.thread),
        host_name=around.institutions.get(group.host, group.host),
        audience=present.PUBLIC,
        version=_version(post.updated_at),
        is_starter=not post.in_reply_to_uri,
        title=title,
        text=text,
        errors=views.FieldError.all_of(problems or {}),
    )


def _version(updated_at: datetime | None) -> str:
    return updated_at.isoformat() if updated_at else ""


def _place(post: Post) -> str:
    return f"/t/{post.thread_id}#p-{post.id}"
