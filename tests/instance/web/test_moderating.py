"""Moderation on the pages: every step by a form, without JavaScript."""

import pytest

from instance.models import (
    Actor,
    Ban,
    Channel,
    Follow,
    FollowState,
    Notification,
    Post,
    Report,
    Role,
)
from instance.services import channels, follows, members, moderation, posting, reports
from tests.browsing import Browser
from tests.cast import RUIZ, Houses, new
from tests.clinic import audited
from tests.houses import House, Person
from tests.moderating import make_moderator, reply
from tests.network import Network
from tests.outsiders import Outsider

WARDEN = new("warden", "Dr W. Arden", role=Role.MODERATOR)


@pytest.fixture
async def wards(mercy: House) -> Actor:
    group = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await mercy.at(
        lambda: Channel.filter(actor_id=group.id).update(rules="No patients.\nStay on the subject.")
    )
    return group


@pytest.fixture
async def thread(mercy: House, wards: Actor, lee: Person) -> Post:
    return await lee.speaks(posting.start_thread, wards, "A title", "The first post.")


@pytest.fixture
async def ruiz(mercy: House) -> Person:
    return await mercy.person(RUIZ)


@pytest.fixture
async def warden(mercy: House, wards: Actor) -> Browser:
    await mercy.person(WARDEN)
    return await mercy.sign_in("warden")


async def test_a_moderator_closes_pins_and_opens_a_thread(
    mercy: House, thread: Post, warden: Browser
) -> None:
    url = f"/t/{thread.thread_id}"
    assert (await warden.post_form(f"{url}/lock", {})).status == 302
    assert (await warden.post_form(f"{url}/pin", {})).status == 302
    lee = await mercy.sign_in("lee")
    page = (await lee.get(url)).text
    assert "Closed" in page and "Pinned" in page and 'id="reply"' not in page
    assert "cannot" not in page and "It can be read, not answered" in page
    refused = await lee.post_form(f"{url}/replies", {"text": "Late."})
    assert refused.status == 403 and "This thread is closed" in refused.text
    await warden.post_form(f"{url}/unlock", {})
    assert 'id="reply"' in (await lee.get(url)).text


async def test_a_pinned_thread_stands_first(
    mercy: House, wards: Actor, lee: Person, thread: Post, warden: Browser
) -> None:
    await lee.speaks(posting.start_thread, wards, "A newer title", "Another post.")
    board = (await warden.get("/channels/wards")).text
    assert board.index("A newer title") < board.index(">A title<")
    await warden.post_form(f"/t/{thread.thread_id}/pin", {})
    board = (await warden.get("/channels/wards")).text
    assert board.index(">A title<") < board.index("A newer title") and board.count(">A title<") == 1


async def test_a_removed_post_says_which_rule(
    mercy: House, lee: Person, thread: Post, warden: Browser
) -> None:
    bad = await reply(lee, thread.uri, "Something rude.")
    url = f"/t/{thread.thread_id}/posts/{bad.id}"
    page = (await warden.get(f"{url}/moderate")).text
    assert "Rule 2: Stay on the subject." in page and "Something rude." in page
    refused = await warden.post_form(f"{url}/remove", {"reason": " "})
    assert refused.status == 422 and "Say which rule, or why." in refused.text
    await warden.post_form(f"{url}/remove", {"rule": "2", "reason": "and be kind"})
    seen = (await mercy.visitor().get(f"/t/{thread.thread_id}")).text
    assert "Removed by a moderator: rule 2, and be kind" in seen and "rude" not in seen


async def test_a_ban_says_until_when_and_is_lifted(
    mercy: House, lee: Person, thread: Post, warden: Browser
) -> None:
    url = f"/t/{thread.thread_id}/posts/{thread.id}"
    for day in ("2020-01-01", "tomorrow", "9999-12-31"):
        refused = await warden.post_form(f"{url}/ban", {"ban_reason": "Rude.", "ends_on": day})
        assert refused.status == 422 and "Rude." in refused.text
    typed = {"ban_rule": "1", "ban_reason": "", "ends_on": "2027-01-31"}
    assert (await warden.post_form(f"{url}/ban", typed)).status == 302
    browser = await mercy.sign_in("lee")
    refused = await browser.post_form(
        "/channels/wards/new", {"title": "Again", "text": "Words that stay."}
    )
    assert refused.status == 403 and "until 1 Feb 2027: rule 1" in refused.text
    assert "Words that stay." in refused.text
    [ban] = await mercy.at(Ban.all)
    await warden.post_form("/channels/wards/moderation/lift", {"ban": ban.id})
    assert await mercy.at(lambda: Ban.all().count()) == 0


async def test_the_asker_takes_an_answer_which_then_stands_first(
    mercy: House, lee: Person, ruiz: Person, thread: Post
) -> None:
    await reply(ruiz, thread.uri, "First try.")
    answer = await reply(ruiz, thread.uri, "Second try.")
    url, asker = f"/t/{thread.thread_id}", await mercy.sign_in("lee")
    assert (await asker.post_form(f"{url}/accept", {"answer": answer.id})).status == 302
    page = (await mercy.visitor().get(url)).text
    assert page.index("Accepted answer") < page.index("Second try.") < page.index("First try.")
    await asker.post_form(f"{url}/unaccept", {})
    assert "Accepted answer" not in (await mercy.visitor().get(url)).text


async def test_nobody_else_finds_any_of_it(
    mercy: House, lee: Person, ruiz: Person, thread: Post
) -> None:
    """T72: neither the pages nor what they do, for a member or a visitor."""
    url = f"/t/{thread.thread_id}"
    ours = [f"{url}/posts/{thread.id}/moderate", "/channels/wards/moderation", "/admin/reports"]
    acts = [f"{url}/lock", f"{url}/pin", f"{url}/accept", f"{url}/posts/{thread.id}/remove"]
    acts += [f"{url}/posts/{thread.id}/ban", "/channels/wards/moderation/rules"]
    for browser in (await mercy.sign_in("ruiz"), mercy.visitor()):
        for path in ours:
            assert (await browser.get(path)).status == 404, path
        for path in acts:
            typed = {"reason": "x", "ban_reason": "x", "answer": thread.id}
            assert (await browser.post_form(path, typed)).status == 404, path
        page = (await browser.get(url)).text
        assert "Moderate" not in page and "Close thread" not in page
    assert (await mercy.at(Post.get, id=thread.id)).deleted_at is None


async def test_a_report_is_decided_and_the_next_one_opens(
    mercy: House, lee: Person, ruiz: Person, thread: Post, warden: Browser
) -> None:
    bad = await reply(lee, thread.uri, "Something rude.")
    browser = await mercy.sign_in("ruiz")
    for post in (bad, thread):
        url = f"/t/{thread.thread_id}/posts/{post.id}/report"
        assert "Report a post" in (await browser.get(url)).text
        assert (await browser.post_form(url, {"text": ""})).status == 422
        sent = await browser.post_form(url, {"text": f"Rude words {post.id}."})
        assert "Sent." in (await browser.get(sent.header("location"))).text
    first, second = await mercy.at(lambda: Report.all().order_by("id"))
    page = (await warden.get(f"/admin/reports/{first.id}")).text
    assert f"Rude words {bad.id}." in page and "Something rude." in page and "Dr C. Ruiz" in page
    path = f"/admin/reports/{first.id}"
    assert (await warden.post_form(path, {"decision": "removed"})).status == 422
    answer = await warden.post_form(path, {"decision": "removed", "rule": "2"})
    assert answer.header("location") == f"/admin/reports/{second.id}"
    assert (await mercy.at(Post.get, id=bad.id)).removal == "rule 2"
    answer = await warden.post_form(f"/admin/reports/{second.id}", {"decision": "no_action"})
    assert answer.header("location") == "/admin/reports"
    assert "No open reports." in (await warden.get("/admin/reports")).text
    assert (await audited(mercy)).count("report.decided") == 2


async def test_nobody_is_asked_to_report_their_own_post(
    mercy: House, thread: Post, warden: Browser
) -> None:
    url = f"/t/{thread.thread_id}"
    link = f"{url}/posts/{thread.id}/report"
    assert link in (await warden.get(url)).text
    assert link not in (await (await mercy.sign_in("lee")).get(url)).text


async def test_a_report_about_elsewhere_goes_there_without_a_name(
    houses: Houses, mercy: House, heart: House, lee: Person, quill: Person, network: Network
) -> None:
    group = await heart.at(channels.create_channel, "rhythm", "Rhythm", "")
    await lee.speaks(follows.follow_address, "@rhythm@heart.example")
    await houses.settle()
    post = await quill.speaks(posting.start_thread, group, "A title", "Some words.")
    await houses.settle()
    there = await mercy.at(Post.get, uri=post.uri)
    browser = await mercy.sign_in("lee")
    url = f"/t/{there.thread_id}/posts/{there.id}/report"
    assert "National Heart Society" in (await browser.get(url)).text
    await browser.post_form(url, {"text": "Not right."})
    await houses.settle()
    [row] = await heart.at(lambda: Report.all().select_related("target"))
    assert (row.host, row.text, row.target.uri) == (mercy.host, "Not right.", quill.uri)
    for sent in network.posts(heart.host, "Flag"):
        assert sent.document["actor"] == f"{mercy.origin}/actor"
        assert lee.uri not in str(sent.body) and "Lee" not in str(sent.body)


async def test_a_moderator_decides_who_follows(
    houses: Houses, mercy: House, wards: Actor, warden: Browser, stranger: Outsider
) -> None:
    settings = {"rules": "Be kind.", "approves_followers": "yes"}
    await warden.post_form("/channels/wards/moderation/rules", settings)
    follow = stranger.activity("Follow", wards.uri)
    assert (await stranger.sends(mercy, follow)).status == 202
    await houses.settle()
    assert stranger.received == []
    assert "An outsider" in (await warden.get("/channels/wards/moderation")).text
    [row] = await mercy.at(Follow.all)
    await warden.post_form("/channels/wards/moderation/accept", {"follower": row.id})
    await houses.settle()
    [sent] = stranger.received
    assert sent.document["type"] == "Accept" and sent.document["object"]["id"] == follow["id"]
    assert (await mercy.at(Follow.get, id=row.id)).state is FollowState.ACCEPTED


async def test_a_request_leads_to_where_it_is_decided(
    houses: Houses, mercy: House, ruiz: Person, stranger: Outsider
) -> None:
    group = await mercy.at(channels.create_channel, "other", "Other", "", ruiz.actor)
    await mercy.at(lambda: Channel.filter(actor_id=group.id).update(approves_followers=True))
    await stranger.sends(mercy, stranger.activity("Follow", group.uri))
    await houses.settle()
    browser = await mercy.sign_in("ruiz")
    [notice] = await mercy.at(Notification.all)
    opened = await browser.get(f"/notifications/{notice.id}")
    assert opened.header("location") == "/channels/other/moderation"
    [row] = await mercy.at(Follow.all)
    await browser.post_form("/channels/other/moderation/accept", {"follower": row.id})
    opened = await browser.get(f"/notifications/{notice.id}")
    assert opened.header("location").startswith("/@")


async def test_who_is_rejected_may_ask_again(
    houses: Houses, mercy: House, wards: Actor, warden: Browser, stranger: Outsider
) -> None:
    await warden.post_form("/channels/wards/moderation/rules", {"approves_followers": "yes"})
    for number in (1, 2):
        await stranger.sends(mercy, stranger.activity("Follow", wards.uri, number))
        [row] = await mercy.at(Follow.all)
        await warden.post_form("/channels/wards/moderation/reject", {"follower": row.id})
    await houses.settle()
    assert [one.document["type"] for one in stranger.received] == ["Reject", "Reject"]
    assert await mercy.at(lambda: Follow.all().count()) == 0


async def test_a_moderator_of_one_channel_keeps_no_other(
    mercy: House, wards: Actor, thread: Post, lee: Person, ruiz: Person
) -> None:
    other = await mercy.at(channels.create_channel, "other", "Other", "")
    await make_moderator(mercy, other, ruiz.actor)
    browser = await mercy.sign_in("ruiz")
    assert (await browser.get("/channels/other/moderation")).status == 200
    assert (await browser.get("/channels/wards/moderation")).status == 404
    assert (await browser.post_form(f"/t/{thread.thread_id}/lock", {})).status == 404


async def test_a_moderator_reads_the_reports_about_posts_of_their_channel_alone(
    mercy: House, wards: Actor, thread: Post, lee: Person, ruiz: Person
) -> None:
    other = await mercy.at(channels.create_channel, "other", "Other", "", ruiz.actor)
    there = await lee.speaks(posting.start_thread, other, "Elsewhere", "A post.")
    for post in (thread, await mercy.at(posting.by_id, there.id)):
        await lee.does(reports.report, await mercy.at(posting.by_id, post.id), f"On {post.id}.")
    hidden, shown = await mercy.at(lambda: Report.all().order_by("id"))
    both = await mercy.at(Report.create, uri="x:1", host="x", target=lee.actor, text="On both.")
    person = await mercy.at(Report.create, uri="x:2", host="x", target=lee.actor, text="On Lee.")
    await mercy.at(both.posts.add, thread, there)
    browser = await mercy.sign_in("ruiz")
    page = (await browser.get("/admin/reports")).text
    assert "1 report waits" in page and f"On {there.id}." in page
    assert not any(text in page for text in (f"On {thread.id}.", "On both.", "On Lee."))
    for row in (hidden, both, person):
        path = f"/admin/reports/{row.id}"
        assert (await browser.get(path)).status == 404
        assert (await browser.post_form(path, {"decision": "no_action"})).status == 404
    removed = {"decision": "removed", "reason": "Off the subject."}
    assert (await browser.post_form(f"/admin/reports/{shown.id}", removed)).status == 302
    assert (await mercy.at(Post.get, id=there.id)).deleted_at is not None


async def test_a_pseudonym_does_not_act_for_the_staff(mercy: House, wards: Actor) -> None:
    """T87: or their role would name who is behind it."""
    owner = await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER, pseudonym="tempo"))
    first, second = await owner.does(members.identities)
    assert await mercy.at(moderation.may_moderate, first, wards)
    assert not await mercy.at(moderation.may_moderate, second, wards)


async def test_where_only_moderators_begin_everybody_may_reply(
    mercy: House, wards: Actor, thread: Post, lee: Person, warden: Browser
) -> None:
    await warden.post_form("/channels/wards/moderation/rules", {"only_moderators_post": "yes"})
    browser = await mercy.sign_in("lee")
    typed = {"title": "A title", "text": "Some words."}
    assert (await browser.post_form("/channels/wards/new", typed)).status == 403
    assert (await warden.post_form("/channels/wards/new", typed)).status == 302
    assert (
        await browser.post_form(f"/t/{thread.thread_id}/replies", {"text": "A reply."})
    ).status == 302
