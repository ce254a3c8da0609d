"""Staff open, describe and close channels, and say who keeps them."""

import pytest

from instance.models import Actor, AuditEntry, Channel, Delivery, Moderator, Post, Role
from instance.services import boards, channels, follows, posting, reports, settings
from tests.browsing import Browser
from tests.cast import Houses, new
from tests.clinic import audited
from tests.houses import House, Person
from tests.instance.queries import queries
from tests.moderating import make_moderator
from tests.network import Network

STAFF = new("keeper", "Dr K. Eeper", role=Role.MODERATOR)
FORM = {"title": "Better  wards", "handle": "@Wards", "summary": "What made one ward safer."}


@pytest.fixture
async def keeper(mercy: House) -> Browser:
    await mercy.person(STAFF)
    return await mercy.sign_in("keeper")


@pytest.fixture
async def wards(mercy: House, keeper: Browser) -> Actor:
    await keeper.post_form("/admin/channels", FORM)
    return await mercy.at(channels.by_slug, "wards")


async def act(browser: Browser, action: str, **form: str) -> tuple[int, str]:
    answer = await browser.post_form(f"/admin/channels/wards/{action}", form)
    return answer.status, answer.text


async def test_a_channel_is_opened_and_kept_by_who_opens_it(mercy: House, keeper: Browser) -> None:
    answer = await keeper.post_form("/admin/channels", FORM)
    assert answer.header("location") == "/admin/channels/wards"
    page = (await keeper.get("/admin/channels")).text
    assert "Better wards" in page and "@wards@mercy.example" in page and "Dr K. Eeper" in page
    assert "Better wards" in (await mercy.visitor().get("/channels")).text
    assert "channel.opened" in await audited(mercy)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": " "}, "Write a name."),
        ({"title": "x" * 121}, "Shorten the name to 120 characters."),
        ({"handle": "grand rounds"}, "Use 2 to 30 letters a-z, digits and _."),
        ({"handle": "keeper"}, "This handle is taken. Choose another."),
        ({"summary": "x" * 501}, "Shorten it to 500 characters."),
    ],
)
async def test_a_channel_that_cannot_be_opened_is_explained_beside_the_field(
    mercy: House, keeper: Browser, changed: dict[str, str], said: str
) -> None:
    answer = await keeper.post_form("/admin/channels", FORM | changed)
    [field] = changed
    assert answer.status == 422 and said in answer.text and f'id="{field}-e"' in answer.text
    kept = FORM["title"] if field != "title" else FORM["summary"]
    assert kept in answer.text
    assert await mercy.at(lambda: Channel.all().count()) == 0


async def test_a_new_name_reaches_those_who_follow(
    houses: Houses, mercy: House, stlukes: House, okafor: Person, keeper: Browser, wards: Actor
) -> None:
    await okafor.speaks(follows.follow_address, wards.address)
    await houses.settle()
    status, _ = await act(keeper, "describe", title="Safer wards", summary="New words.")
    await houses.settle()
    there = await stlukes.at(lambda: Actor.get(uri=wards.uri))
    assert status == 302 and (there.name, there.summary) == ("Safer wards", "New words.")


async def test_moderators_come_and_go_by_their_address(
    mercy: House, lee: Person, keeper: Browser, wards: Actor
) -> None:
    status, page = await act(keeper, "appoint", address="@nobody")
    assert status == 422 and "Nobody was found at @nobody." in page and 'value="@nobody"' in page
    hidden = await mercy.person(new("hidden", "Dr H. Idden", is_public=False))
    status, page = await act(keeper, "appoint", address="@hidden")
    assert status == 422 and "Moderators are people with a public profile." in page
    assert hidden.uri not in await keepers(mercy)
    assert (await act(keeper, "appoint", address="@lee"))[0] == 302
    assert lee.uri in await keepers(mercy)
    assert (await act(keeper, "dismiss", address=lee.address))[0] == 302
    assert lee.uri not in await keepers(mercy)
    assert {"moderator.added", "moderator.removed"} <= set(await audited(mercy))


async def keepers(house: House) -> set[str]:
    rows = await house.at(lambda: Moderator.all().select_related("actor"))
    return {row.actor.uri for row in rows}


async def test_in_a_closed_channel_nobody_here_writes(
    mercy: House, lee: Person, keeper: Browser, wards: Actor
) -> None:
    thread = await lee.speaks(posting.start_thread, wards, "A title", "Some words.")
    assert (await act(keeper, "close"))[0] == 302
    browser = await mercy.sign_in("lee")
    board = (await browser.get("/channels/wards")).text
    assert "This channel is closed." in board and 'href="/channels/wards/new"' not in board
    page = (await browser.get(f"/t/{thread.thread_id}")).text
    assert "Some words." in page and "This channel is closed." in page
    for path, form in (
        ("/channels/wards/new", {"title": "Another", "text": "More words."}),
        (f"/t/{thread.thread_id}/replies", {"text": "More words."}),
    ):
        answer = await browser.post_form(path, form)
        assert answer.status == 403 and "This channel is closed." in answer.text, path
        assert "More words." in answer.text, path  # what was typed is not lost
    assert await mercy.at(lambda: Post.all().count()) == 1


async def test_in_a_closed_channel_nobody_elsewhere_writes_and_they_are_told(
    houses: Houses,
    mercy: House,
    stlukes: House,
    okafor: Person,
    keeper: Browser,
    wards: Actor,
    network: Network,
) -> None:
    await okafor.speaks(follows.follow_address, wards.address)
    await houses.settle()
    await act(keeper, "close")
    await houses.settle()
    [told] = [
        sent.document["object"]
        for sent in network.posts(stlukes.host, "Update")
        if sent.document["actor"] == wards.uri
    ]
    assert told["postingRestrictedToMods"] is True
    there = await stlukes.at(lambda: Actor.get(uri=wards.uri))
    await okafor.speaks(posting.start_thread, there, "A title", "Some words.")
    await houses.settle()
    assert await mercy.at(lambda: Post.all().count()) == 0
    refused = {"host": mercy.host, "gave_up_at__not_isnull": True}
    assert await stlukes.at(lambda: Delivery.filter(**refused).count()) == 1


async def test_opened_again_everybody_writes_again(
    mercy: House, lee: Person, keeper: Browser, wards: Actor
) -> None:
    for action in ("close", "close", "reopen", "reopen"):
        await act(keeper, action)
    await lee.speaks(posting.start_thread, wards, "A title", "Some words.")
    rows = await audited(mercy)
    assert rows.count("channel.closed") == rows.count("channel.reopened") == 1


async def test_owners_alone_open_channels_where_they_decided_so(
    mercy: House, keeper: Browser, wards: Actor
) -> None:
    owner = await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    kept = vars(await mercy.at(settings.read))
    await owner.does(settings.change, kept | {"openers": "owners"})
    page = (await keeper.get("/admin/channels")).text
    assert "Only owners open and close channels here." in page and 'name="handle"' not in page
    refused = await keeper.post_form("/admin/channels", FORM | {"handle": "rounds"})
    assert refused.status == 403 and await mercy.at(lambda: Channel.all().count()) == 1
    status, _ = await act(keeper, "close")
    assert status == 403 and "channel.closed" not in await audited(mercy)
    await owner.does(boards.open_one, FORM | {"handle": "rounds"})


async def test_the_list_says_how_each_channel_goes_at_the_same_cost(
    mercy: House, lee: Person, keeper: Browser, wards: Actor
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Some words.")
    person = await mercy.person(STAFF)
    await person.does(reports.report, await mercy.at(posting.by_id, post.id), "Rude.")
    await person.speaks(follows.follow, wards)
    [board] = await mercy.at(boards.overview, [wards])
    assert (board.followers, board.threads.threads, board.reports) == (1, 1, 1)
    costs = []
    for number in (1, 6):
        for n in range(number):
            group = await mercy.at(channels.create_channel, f"c{number}_{n}", "One more", "")
            await make_moderator(mercy, group, lee.actor)
        with queries() as made:
            assert (await keeper.get("/admin/channels")).status == 200
        costs.append(len(made))
    assert costs[0] == costs[1]


async def test_the_channel_of_somebody_else_is_not_looked_after_here(
    houses: Houses, mercy: House, heart: House, lee: Person, keeper: Browser
) -> None:
    await heart.at(channels.create_channel, "rhythm", "Rhythm", "")
    await lee.speaks(follows.follow_address, "@rhythm@heart.example")
    path = "/admin/channels/rhythm@heart.example"
    assert (await keeper.get(path)).status == 404
    assert (await keeper.post_form(f"{path}/close", {})).status == 404
    assert await mercy.at(lambda: AuditEntry.filter(action__startswith="channel").count()) == 0
