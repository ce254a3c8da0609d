"""Polls: ask one, choose in one."""

from dataclasses import replace
from functools import partial

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import read_id
from instance.models import Member
from instance.services import channels, identifiers, members, posting, votes
from instance.services.polls import Draft
from instance.web import once, views
from instance.web.drawing import draw
from instance.web.forum import thread_view
from instance.web.guards import member
from instance.web.identifiers import act, is_asked
from instance.web.presenting import forum as present
from instance.web.presenting.identifiers import suspected
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("polls", __name__)

_SEVERAL = "several"
_TEXTS = ("title", "text", *(f"option-{number}" for number in range(1, views.OPTION_ROWS + 1)))


@blueprint.get("/channels/<name:slug>/new/poll")
@member
async def show_new_poll(signed_in: Member, slug: str) -> ResponseReturnValue:
    return draw(await _new_poll_page(signed_in, slug, MultiDict()))


@blueprint.post("/channels/<name:slug>/new/poll")
@member
async def post_new_poll(signed_in: Member, slug: str) -> ResponseReturnValue:
    group = await channels.by_slug(slug)
    form = await request.form
    author = await members.speaking_as(signed_in, form.get("identity", ""))
    draft = Draft(
        options=_options(form),
        closes_in=form.get("closes_in", ""),
        is_multiple=form.get("multiple") == _SEVERAL,
        who_counts=form.get("who_counts", "everyone"),
    )
    typed = {name: form[name] for name in _TEXTS if form.get(name)}
    if is_asked(form):
        done = await act(signed_in, form, typed, is_public=True)
        mended = MultiDict(form.to_dict() | done.texts)
        return draw(replace(await _new_poll_page(signed_in, slug, mended), checked=done.checked))
    try:
        await identifiers.require_looked_at(signed_in, typed)
        title, text = form.get("title", ""), form.get("text", "")
        start = partial(posting.start_thread, author, group, title, text, draft)
        post = await once.posted(author, start)
    except (FormRefused, NotAllowed) as error:
        problems = present.problems(error, "title")
        page = await _new_poll_page(signed_in, slug, form, problems)
        return draw(replace(page, checked=suspected(typed, error)), error.status)
    return redirect(f"/t/{post.thread_id}")


@blueprint.post("/t/<int:thread_id>/votes")
@member
async def post_vote(signed_in: Member, thread_id: int) -> ResponseReturnValue:
    form = await request.form
    question = await posting.by_id(read_id(form.get("poll", "")) or 0)
    if question.thread_id != thread_id:
        raise NotFound
    voter = await members.speaking_as(signed_in, form.get("identity", ""))
    positions = [number for number in map(read_id, form.getlist("choice")) if number is not None]
    try:
        await votes.vote(voter, question, positions)
    except (FormRefused, NotAllowed) as error:
        problems = present.problems(error, "choice")
        page = await _refused_vote(thread_id, str(question.id), problems)
        return draw(page, error.status)
    return redirect(f"/t/{thread_id}#p-{question.id}")


async def _new_poll_page(
    signed_in: Member,
    slug: str,
    form: MultiDict[str, str],
    problems: dict[str, str] | None = None,
) -> views.NewPollPage:
    around = await surroundings(signed_in, nav="channels")
    group = await channels.by_slug(slug)
    return views.NewPollPage(
        page=around.page,
        channel=await present.channel(group, around),
        audience=present.PUBLIC,
        identities=await present.writing_as(around, group),
        title=form.get("title", ""),
        text=form.get("text", ""),
        options=_options(form),
        closes_in=form.get("closes_in", "3d"),
        multiple=form.get("multiple", "one"),
        who_counts=form.get("who_counts", "everyone"),
        identity=form.get("identity", ""),
        errors=views.FieldError.all_of(problems or {}),
    )


def _options(form: MultiDict[str, str]) -> tuple[str, ...]:
    return tuple(form.get(f"option-{number}", "") for number in range(1, views.OPTION_ROWS + 1))


async def _refused_vote(thread_id: int, poll_id: str, problems: dict[str, str]) -> views.ThreadPage:
    """The thread again; why the choice was not taken stands where it was made."""
    view = await thread_view(thread_id)
    errors = views.FieldError.all_of(problems)

    def marked(post: views.Post) -> views.Post:
        if post.poll is None or post.poll.id != poll_id:
            return post
        return replace(post, poll=replace(post.poll, errors=errors))

    replies = tuple(marked(reply) for reply in view.replies)
    return replace(view, first=marked(view.first), replies=replies)
