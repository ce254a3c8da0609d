"""Consults as applications see them that an administrator approved, for one identity (T69)."""

import pytest

from instance.models import (
    Consult,
    Member,
    Role,
)
from instance.services import clients as applications
from instance.services import members
from instance.services.consults import contributing
from instance.services.consults.states import Event as Happening
from tests import clients
from tests.cast import RUIZ, Houses, new
from tests.clients import EVERYTHING, Phone
from tests.clinic import ask, seen_at, write, written
from tests.houses import House, Person
from tests.instance.queries import queries

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
SCOPES = f"{EVERYTHING} consults"
WORDS = "Could we speak about the new valve clinic?"
OWNER = new("owner", "Dr O. Wner", role=Role.OWNER)


async def approved(house: House, handle: str, identity: str = "") -> Phone:
    """One that an administrator approved, and this member let in as one of their names."""
    phone = await clients.installed(house, SCOPES)
    owner = await house.person(OWNER)
    await owner.does(applications.approve, phone.client_id)
    code = await phone.is_let_in(await house.sign_in(handle), identity, scope=SCOPES)
    phone.token = (await phone.exchanges(code)).json["access_token"]
    return phone


async def begun(house: House, by: Person, to: Person) -> Consult:
    target = await house.at(members.found_at, to.address)
    return await by.does(contributing.write_privately, target, WORDS)


async def test_an_approved_application_reads_answers_and_puts_away_a_conversation(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await begun(mercy, lee, okafor)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    phone = await approved(stlukes, "okafor")
    [found] = await phone.reads("/api/v1/conversations")
    assert (found["id"], found["unread"]) == (str(there.id), True)
    assert [account["acct"] for account in found["accounts"]] == ["lee@mercy.example"]
    last = found["last_status"]
    assert last["content"] == f"<p>{WORDS}</p>" and last["visibility"] == "direct"
    assert last["curbside"]["consult"] == {"id": str(there.id), "type": "private", "state": "open"}
    read = await phone.calls("POST", f"/api/v1/conversations/{there.id}/read")
    assert read.status == 200 and read.json["unread"] is False

    draft = {"status": "@lee@mercy.example Yes,\\ntomorrow.", "in_reply_to_id": last["id"]}
    sent = [
        await phone.calls(
            "POST",
            "/api/v1/statuses",
            {**draft, "visibility": "direct"},
            **{"Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]
    assert [answer.status for answer in sent] == [200, 200], sent[0].text
    assert sent[0].json["id"] == sent[1].json["id"]
    mine = sent[0].json
    assert mine["content"].startswith("<p>Yes,") and mine["in_reply_to_id"] == last["id"]
    await houses.settle()
    assert [row.kind for row in await written(mercy, consult)] == ["question", "comment"]
    context = await phone.reads(f"/api/v1/statuses/{mine['id']}/context")
    assert [one["id"] for one in context["ancestors"]] == [last["id"]]
    assert context["descendants"] == []
    assert (await phone.reads(f"/api/v1/statuses/{last['id']}"))["content"] == last["content"]

    for extra in (
        {"visibility": "public"},
        {"visibility": "unlisted"},
        {"poll": {"options": ["a", "b"], "expires_in": 3600}},
        {"status": ""},
        {"status": "x" * 4001},
        {"status": "Her MRN is 12345678."},
        {"status": "@lee@mercy.example Seen in Springfield."},
    ):
        answer = await phone.calls("POST", "/api/v1/statuses", {**draft, **extra})
        assert answer.status == 422 and "12345678" not in answer.text, extra
    assert (
        "at characters 28 to 38" in answer.json["error"]
        and f"/k/{there.id}" in answer.json["error"]
    )
    for action in ("favourite", "reblog", "bookmark", "pin", "mute", "translate"):
        path = f"/api/v1/statuses/{mine['id']}/{action}"
        assert (await phone.calls("POST", path)).status == 404, action
    for part in ("source", "history", "favourited_by", "reblogged_by"):
        assert (await phone.get(f"/api/v1/statuses/{mine['id']}/{part}")).status == 404, part
    changed = await phone.calls("PUT", f"/api/v1/statuses/{mine['id']}", {"status": "Public."})
    assert changed.status == 404
    for path in (
        "/api/v1/timelines/home",
        "/api/v1/timelines/public",
        "/api/v1/notifications",
        "/api/v1/bookmarks",
        "/api/v2/search?q=tomorrow",
        f"/api/v2/search?resolve=true&q=https://{stlukes.host}/k/{there.id}",
        f"/api/v1/accounts/{okafor.actor.id}/statuses",
    ):
        answer = await phone.get(path)
        assert answer.status == 200, path
        assert mine["id"] not in answer.text and "tomorrow" not in answer.text, path
    first = await phone.calls("DELETE", f"/api/v1/statuses/{last['id']}")
    assert first.status == 404  # somebody else's
    gone = await phone.calls("DELETE", f"/api/v1/statuses/{mine['id']}")
    assert gone.status == 200 and gone.json["text"].startswith("Yes,")
    await houses.settle()
    assert (await phone.get(f"/api/v1/statuses/{mine['id']}")).status == 404
    assert "tomorrow" not in str([row.body for row in await written(mercy, consult)])

    assert (await phone.calls("DELETE", f"/api/v1/conversations/{there.id}")).json == {}
    assert await phone.reads("/api/v1/conversations") == []
    await lee.does(contributing.contribute, consult.id, Happening.COMMENT, {"text": "Well?"})
    await houses.settle()
    [back] = await phone.reads("/api/v1/conversations")
    assert back["unread"] and back["last_status"]["content"] == "<p>Well?</p>"


async def test_consults_are_conversations_of_those_who_take_part_and_pages_have_links(
    houses: Houses, mercy: House, lee: Person
) -> None:
    ruiz = await mercy.person(RUIZ)
    shared = await ask(lee)
    await write(ruiz, shared, Happening.COMMENT, text="A word of hers.")
    private = [await begun(mercy, lee, ruiz)]
    phone = await approved(mercy, "ruiz")
    first = await phone.get("/api/v1/conversations?limit=1")
    assert [one["id"] for one in first.json] == [str(private[0].id)]
    link = first.header("link")
    older = link.split(">")[0].removeprefix("<").removeprefix(mercy.origin)
    assert link.startswith("<") and 'rel="next"' in link and "limit=1" in older
    [second] = (await phone.get(older)).json
    assert second["id"] == str(shared.id)
    assert second["last_status"]["visibility"] == "private"
    assert second["last_status"]["curbside"]["consult"]["type"] == "consult"
    whole = await phone.reads(f"/api/v1/statuses/{second['last_status']['id']}/context")
    question = whole["ancestors"][0]
    for words in ("Warfarin or apixaban", "Would you bridge", "Aortic valve replaced"):
        assert words in question["content"]
    other = await approved(mercy, "owner")  # reads it on pages, and takes no part
    assert await other.reads("/api/v1/conversations") == []
    assert (await other.get(f"/api/v1/statuses/{question['id']}")).status == 404


async def test_without_the_scope_or_the_approval_nothing_tells_that_consults_exist(
    houses: Houses, mercy: House, lee: Person
) -> None:
    """An id of a message is one that never was: the same words, and as many statements."""
    ruiz = await mercy.person(RUIZ)
    consult = await begun(mercy, lee, ruiz)
    [root] = await written(mercy, consult)
    never = 117_000_000_000_000_001
    plain = await clients.signed_in(mercy, "lee")
    taken = await approved(mercy, "lee")
    third = await approved(mercy, "owner")
    assert (await taken.get(f"/api/v1/statuses/{root.id}")).status == 200
    owner = await mercy.person(OWNER)
    for phone in (plain, third, taken):
        if phone is taken:
            await owner.does(applications.approve, phone.client_id, approved=False)
        assert await phone.reads("/api/v1/conversations") == []
        await phone.get("/api/v1/preferences")  # when it was used is written down
        for method, path, body in (
            ("GET", "/api/v1/statuses/{}", None),
            ("GET", "/api/v1/statuses/{}/context", None),
            ("DELETE", "/api/v1/statuses/{}", None),
            ("POST", "/api/v1/statuses", {"status": "Hm.", "in_reply_to_id": "{}"}),
            ("POST", "/api/v1/conversations/{}/read", None),
            ("DELETE", "/api/v1/conversations/{}", None),
        ):
            seen = []
            is_thread = "conversations" in path
            for number in (consult.id if is_thread else root.id, never):
                said = {k: v.format(number) for k, v in body.items()} if body else None
                with queries() as made:
                    answer = await phone.calls(method, path.format(number), said)
                seen.append((answer.status, answer.body, len(made)))
            assert seen[0] == seen[1] and seen[0][0] == 404, (method, path, seen)
    assert [row.uri for row in await written(mercy, consult)] == [root.uri]


async def test_an_application_learns_nothing_of_what_its_users_other_name_takes_part_in(
    houses: Houses, mercy: House, lee: Person
) -> None:
    masked = await mercy.person(new("varga", "Dr K. Varga", "cardiology", pseudonym="heron"))
    assert masked.pseudonym is not None
    target = masked.pseudonym
    consult = await lee.does(contributing.write_privately, target, WORDS)
    [root] = await written(mercy, consult)
    for identity, status in (("varga", 404), ("heron", 200)):
        phone = await approved(mercy, "varga", identity)
        assert (await phone.get(f"/api/v1/statuses/{root.id}")).status == status
        assert len(await phone.reads("/api/v1/conversations")) == (status == 200)


async def test_who_may_read_no_consults_has_no_conversations(
    houses: Houses, mercy: House, lee: Person
) -> None:
    ruiz = await mercy.person(RUIZ)
    consult = await begun(mercy, lee, ruiz)
    [root] = await written(mercy, consult)
    phone = await approved(mercy, "lee")
    lee_row = {"has_second_factor": False}
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(**lee_row))
    answer = await phone.get("/api/v1/conversations")
    assert answer.status == 403 and "second step" in answer.json["error"]
    assert (await phone.get(f"/api/v1/statuses/{root.id}")).status == 404
    new_one = {"status": "Hm.", "visibility": "direct"}
    assert (await phone.calls("POST", "/api/v1/statuses", new_one)).status == 422
