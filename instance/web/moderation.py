"""What moderators do on the pages of a channel, and what anybody reports."""

from datetime import UTC, date, datetime, time, timedelta

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import read_id
from instance.models import Actor, Member, Post, SignedBy, Thread
from instance.services import accepting, bans, channels, follows, moderation, posting, reports
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import forum as present_forum
from instance.web.presenting import moderation as present
from instance.web.presenting.pages import channel_url, surroundings

blueprint = Blueprint("moderation", __name__)

_ON_THREADS = {
    "lock": moderation.lock,
    "unlock": moderation.unlock,
    "pin": moderation.pin,
    "unpin": moderation.unpin,
}


@blueprint.post("/t/<int:thread_id>/<any(lock, unlock, pin, unpin):action>")
@member
async def post_thread_action(signed_in: Member, thread_id: int, action: str) -> ResponseReturnValue:
    thread = await posting.thread_by_id(thread_id)
    await _ON_THREADS[action](await _moderator(signed_in, thread.group), thread)
    return redirect(f"/t/{thread_id}")


@blueprint.post("/t/<int:thread_id>/<any(accept, unaccept):action>")
@member
async def post_accepted(signed_in: Member, thread_id: int, action: str) -> ResponseReturnValue:
    thread = await posting.thread_by_id(thread_id)
    by = await accepting.acting_as(signed_in, thread)
    if by is None:
        raise NotFound
    if action == "accept":
        reply = await _post(thread, read_id((await request.form).get("answer", "")) or 0)
        await accepting.accept(by, thread, reply)
    else:
        await accepting.withdraw(by, thread)
    return redirect(f"/t/{thread_id}")


@blueprint.get("/t/<int:thread_id>/posts/<int:post_id>/report")
@member
async def show_report_form(signed_in: Member, thread_id: int, post_id: int) -> ResponseReturnValue:
    return draw(await _report_form(signed_in, thread_id, post_id))


@blueprint.post("/t/<int:thread_id>/posts/<int:post_id>/report")
@member
async def post_report(signed_in: Member, thread_id: int, post_id: int) -> ResponseReturnValue:
    post = await _post(await posting.thread_by_id(thread_id), post_id)
    text = (await request.form).get("text", "")
    try:
        await reports.report(signed_in, post, text)
    except FormRefused as error:
        return draw(await _report_form(signed_in, thread_id, post_id, text, error), error.status)
    return redirect(f"/t/{thread_id}/posts/{post_id}/report?sent=yes")


@blueprint.get("/t/<int:thread_id>/posts/<int:post_id>/moderate")
@member
async def show_post_moderation(
    signed_in: Member, thread_id: int, post_id: int
) -> ResponseReturnValue:
    return draw(await _moderation_page(signed_in, thread_id, post_id, MultiDict(), None))


@blueprint.post("/t/<int:thread_id>/posts/<int:post_id>/<any(remove, ban):action>")
@member
async def post_post_moderation(
    signed_in: Member, thread_id: int, post_id: int, action: str
) -> ResponseReturnValue:
    thread = await posting.thread_by_id(thread_id)
    post, form = await _post(thread, post_id), await request.form
    by = await _moderator(signed_in, thread.group)
    try:
        if action == "remove":
            await moderation.remove(by, post, reason_of(form))
        else:
            await _ban(by, thread, post, form)
    except FormRefused as error:
        page = await _moderation_page(signed_in, thread_id, post_id, form, error)
        return draw(page, error.status)
    return redirect(f"/t/{thread_id}#p-{post_id}")


@blueprint.get("/channels/<name:slug>/moderation")
@member
async def show_channel_moderation(signed_in: Member, slug: str) -> ResponseReturnValue:
    return draw(await _channel_page(signed_in, slug))


@blueprint.post("/channels/<name:slug>/moderation/<any(rules, lift, accept, reject):action>")
@member
async def post_channel_moderation(signed_in: Member, slug: str, action: str) -> ResponseReturnValue:
    group, form = await channels.by_slug(slug), await request.form
    by = await _moderator(signed_in, group)
    if action == "rules":
        try:
            await _save_rules(by, group, form)
        except FormRefused as error:
            return draw(await _channel_page(signed_in, slug, form, error), error.status)
    elif action == "lift":
        for ban in await bans.of_channel(group):
            if str(ban.id) == form.get("ban"):
                await bans.lift(by, group, ban.actor)
    else:
        for asked in await follows.requests(group):
            if str(asked.id) == form.get("follower"):
                await follows.decide(by, group, asked, accepted=action == "accept")
    return redirect(f"/channels/{slug}/moderation")


def reason_of(form: MultiDict[str, str], prefix: str = "") -> str:
    """The rule that was chosen and the moderator's own words, as readers see them."""
    rule = form.get(f"{prefix}rule", "")
    number = f"rule {int(rule)}" if rule.isdecimal() and len(rule) < 4 else ""
    return ", ".join(part for part in (number, form.get(f"{prefix}reason", "").strip()) if part)


async def _ban(by: Actor, thread: Thread, post: Post, form: MultiDict[str, str]) -> None:
    if thread.group is None:
        raise NotFound
    try:
        ends_at = _end_of(form.get("ends_on", ""))
        await bans.ban(by, thread.group, post.author, reason_of(form, "ban_"), ends_at)
    except FormRefused as error:
        names = {"reason": "ban_reason", "ends_at": "ends_on"}
        raise FormRefused({names.get(k, k): text for k, text in error.fields.items()}) from error


def _end_of(day: str) -> datetime | None:
    """The end of a day as a date field writes it; None where it was left empty."""
    if not day.strip():
        return None
    try:
        last = date.fromisoformat(day.strip())
        return datetime.combine(last, time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise FormRefused({"ends_at": "Write a day like 2027-01-31."}) from error


async def _moderator(signed_in: Member, group: Actor | None) -> Actor:
    """The identity that moderates; for everybody else these pages do not exist."""
    by = await moderation.acting_as(signed_in, group) if group is not None else None
    if by is None:
        raise NotFound
    return by


async def _post(thread: Thread, post_id: int) -> Post:
    post = await posting.by_id(post_id)
    if post.thread_id != thread.id or post.deleted_at is not None:
        raise NotFound
    return post


async def _report_form(
    signed_in: Member,
    thread_id: int,
    post_id: int,
    text: str = "",
    error: FormRefused | None = None,
) -> views.ReportFormPage:
    around = await surroundings(signed_in, nav="channels")
    post = await _post(await posting.thread_by_id(thread_id), post_id)
    group = post.thread.group
    keeper = group if group is not None else post.author
    return views.ReportFormPage(
        page=around.page,
        post=await present.one_post(post, around),
        url=f"/t/{thread_id}/posts/{post_id}",
        back_url=f"/t/{thread_id}#p-{post_id}",
        told="" if keeper.is_local else around.institutions.get(keeper.host, keeper.host),
        sent=request.args.get("sent") == "yes",
        text=text,
        errors=views.FieldError.all_of(error.fields if error else {}),
    )


async def _moderation_page(
    signed_in: Member,
    thread_id: int,
    post_id: int,
    form: MultiDict[str, str],
    error: FormRefused | None,
) -> views.PostModerationPage:
    thread = await posting.thread_by_id(thread_id)
    await _moderator(signed_in, thread.group)
    post = await _post(thread, post_id)
    around = await surroundings(signed_in, nav="channels")
    if thread.group is None:
        raise NotFound
    group = thread.group
    return views.PostModerationPage(
        page=around.page,
        channel=await present_forum.channel(group, around),
        post=await present.one_post(post, around),
        url=f"/t/{thread_id}/posts/{post_id}",
        back_url=f"/t/{thread_id}#p-{post_id}",
        rules=await present.rules_of(group),
        banned=await bans.is_banned(group, post.author),
        elsewhere="" if group.is_local else around.institutions.get(group.host, group.host),
        rule=form.get("rule", ""),
        reason=form.get("reason", ""),
        ban_rule=form.get("ban_rule", ""),
        ban_reason=form.get("ban_reason", ""),
        ends_on=form.get("ends_on", ""),
        errors=views.FieldError.all_of(error.fields if error else {}),
    )


async def _channel_page(
    signed_in: Member,
    slug: str,
    form: MultiDict[str, str] | None = None,
    error: FormRefused | None = None,
) -> views.ChannelModerationPage:
    group = await channels.by_slug(slug)
    await _moderator(signed_in, group)
    around = await surroundings(signed_in, nav="channels")
    settings = await present.settings_of(group)
    return views.ChannelModerationPage(
        page=around.page,
        channel=await present_forum.channel(group, around),
        url=f"{channel_url(group)}/moderation",
        moderators=await present.names(await moderation.moderators_of(group), around),
        requests=await present.follower_rows(await follows.requests(group), around),
        bans=await present.ban_rows(await bans.of_channel(group), around),
        rules=form.get("rules", "") if form else settings.rules if settings else "",
        approves_followers=settings.approves_followers if settings else False,
        only_moderators_post=settings.only_moderators_post if settings else False,
        signed_by=(settings.signed_by if settings else SignedBy.EITHER).value,
        reports=around.page.counts.reports if around.page.reads_reports else None,
        errors=views.FieldError.all_of(error.fields if error else {}),
    )


def _signed_by(form: MultiDict[str, str]) -> SignedBy:
    typed = form.get("signed_by", SignedBy.EITHER.value)
    if typed not in list(SignedBy):
        raise FormRefused({"signed_by": "Choose under which names people write here."})
    return SignedBy(typed)


async def _save_rules(by: Actor, group: Actor, form: MultiDict[str, str]) -> None:
    if not group.is_local:
        raise NotAllowed("This channel is kept elsewhere.")
    await moderation.set_rules(
        by,
        group,
        rules=form.get("rules", ""),
        approves_followers=form.get("approves_followers") == "yes",
        only_moderators_post=form.get("only_moderators_post") == "yes",
        signed_by=_signed_by(form),
    )
