"""Applications keep lists, change a profile, report, and find whom to follow."""

from typing import Any

import pytest

from instance.errors import FormRefused
from instance.models import (
    Actor,
    Decision,
    ProfileField,
    ProfileKind,
    Report,
    Role,
    Setting,
    Visibility,
)
from instance.services import (
    channels,
    decisions,
    follows,
    keeping,
    moderation,
    posting,
    profiles,
    reactions,
    reports,
    settings,
)
from tests.cast import MOYO, Houses, new
from tests.clients import EVERYTHING, Phone, installed, signed_in
from tests.houses import House, Person

JUNK = ["", "x", "7", "-1", "1e3", "9" * 40]
BOUNDARY = b"--b\r\nContent-Disposition: form-data; name="


@pytest.fixture
async def moyo(mercy: House) -> Person:
    return await mercy.person(MOYO)


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def ids(phone: Phone, path: str) -> list[str]:
    return [one["id"] for one in await phone.reads(path)]


async def test_a_list_holds_whom_one_follows_and_has_a_timeline_of_its_own(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    santos = await mercy.person(new("santos", "Dr R. Santos"))
    made = await phone.calls("POST", "/api/v1/lists", {"title": " Night  team "})
    assert set(made.json) == {"id", "title", "replies_policy", "exclusive"}
    assert made.json["title"] == "Night team" and made.json["replies_policy"] == "list"
    at = f"/api/v1/lists/{made.json['id']}"
    for wrong in ({}, {"title": " "}, {"title": "x" * 201}, {"title": "x", "replies_policy": "?"}):
        assert (await phone.calls("POST", "/api/v1/lists", wrong)).status == 422
    named = {"account_ids": [str(moyo.actor.id), str(wards.id)]}
    assert (await phone.calls("POST", f"{at}/accounts", named)).status == 422  # not followed
    for target in (moyo.actor, santos.actor, wards):
        await lee.speaks(follows.follow, target)
    assert (await phone.calls("POST", f"{at}/accounts", named)).json == {}
    assert (await phone.calls("POST", f"{at}/accounts", named)).status == 422
    everybody = await ids(phone, f"{at}/accounts?limit=0")
    assert sorted(everybody) == sorted(named["account_ids"])
    assert await ids(phone, f"{at}/accounts?limit=1") == everybody[:1]
    assert await ids(phone, f"/api/v1/accounts/{wards.id}/lists") == [made.json["id"]]
    for junk in JUNK:
        assert (await phone.calls("POST", f"{at}/accounts", {"account_ids": [junk]})).status in (
            200,
            422,
        )
        assert (await phone.get(f"/api/v1/lists/{junk or 8}")).status == 404

    alone = await moyo.speaks(posting.start_thread, None, "Alone", "Of Moyo")
    thread = await santos.speaks(posting.start_thread, wards, "A thread", "In a channel")
    unseen = await santos.speaks(posting.start_thread, None, "Alone", "Of Santos")
    to_santos = await moyo.speaks(posting.reply, await mercy.at(posting.by_id, unseen.id), "To")
    to_moyo = await moyo.speaks(posting.reply, await mercy.at(posting.by_id, alone.id), "Own")
    await moyo.speaks(reactions.boost, await mercy.at(posting.by_id, unseen.id))
    timeline = f"/api/v1/timelines/list/{made.json['id']}"

    async def shown() -> list[str]:
        found = await phone.reads(timeline)
        return [(one["reblog"] or one)["id"] for one in found]

    first = [str(post.id) for post in (unseen, to_moyo, thread, alone)]
    assert await shown() == first
    await phone.calls("PUT", at, {"replies_policy": "followed"})
    assert str(to_santos.id) in await shown()
    await phone.calls("PUT", at, {"title": "Nights", "replies_policy": "none", "exclusive": True})
    assert await shown() == [str(post.id) for post in (unseen, thread, alone)]
    assert await ids(phone, "/api/v1/timelines/home") == [str(unseen.id), str(thread.id)]
    gone = await phone.calls("DELETE", f"{at}/accounts", {"account_ids": [str(moyo.actor.id)]})
    assert gone.json == {} and await shown() == [str(thread.id)]

    other = await signed_in(mercy, "moyo")
    assert await other.reads("/api/v1/lists") == []
    for method, path in (("GET", at), ("PUT", at), ("DELETE", at), ("GET", timeline)):
        assert (
            await other.calls(method, path, {"title": "x"} if method == "PUT" else None)
        ).status == 404
    assert (await phone.calls("DELETE", at)).json == {}
    assert await phone.reads("/api/v1/lists") == []


async def test_a_profile_changes_as_far_as_its_page_lets_it(
    mercy: House, lee: Person, phone: Phone
) -> None:
    texts = {"about": "Old.", "town": "Rochester", "links": "https://x.example/me"}
    readers = {"about": "members", "town": "public", "links": "private"}
    await lee.does(profiles.change, lee.actor, texts, readers)
    path = "/api/v1/accounts/update_credentials"
    own = await phone.reads("/api/v1/accounts/verify_credentials")
    assert [field["name"] for field in own["source"]["fields"]] == ["Town"]
    parts = {"display_name": "Dr J. Lee", "note": "New <b>words</b>.", "bot": "true"}
    parts |= {"fields_attributes[0][name]": "Interests", "fields_attributes[0][value]": "Sailing"}
    parts |= {
        "source[privacy]": "unlisted",
        "discoverable": "false",
        "fields_attributes[1][name]": "",
    }
    rows = [BOUNDARY + f'"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in parts.items()]
    body = b"".join(rows) + b"--b--\r\n"
    answer = await phone.calls("PATCH", path, body, "multipart/form-data; boundary=b")
    assert answer.status == 200, answer.text
    assert answer.json["note"] == "<p>New &lt;b&gt;words&lt;/b&gt;.</p>"
    assert answer.json["source"]["note"] == "New <b>words</b>."
    assert answer.json["discoverable"] is False and answer.json["bot"] is False
    assert [field["name"] for field in answer.json["fields"]] == ["Interests"]
    kept = {row.kind: row for row in await mercy.at(ProfileField.all)}
    assert kept[ProfileKind.LINKS].text == "https://x.example/me"  # nobody else reads it
    assert ProfileKind.TOWN not in kept
    assert kept[ProfileKind.ABOUT].visibility is Visibility.MEMBERS
    refused: list[dict[str, Any]] = [
        {"display_name": "Dr X. Other", "note": "Not kept"},
        {"note": "x" * 1001},
        {"fields_attributes": [{"name": "Salary", "value": "1"}]},
        {"avatar": "data:image/png;base64,AAAA"},
    ]
    for one in refused:
        answer = await phone.calls("PATCH", path, one)
        assert answer.status == 422 and answer.json["error"].startswith("Validation failed"), one
    profile = await phone.calls("PATCH", "/api/v1/profile", {"indexable": True})
    assert (profile.json["note"], profile.json["indexable"]) == ("New <b>words</b>.", True)
    assert (await phone.calls("DELETE", "/api/v1/profile/avatar")).json["id"] == str(lee.actor.id)

    await mercy.person(new("vex", "Dr V. Exton", pseudonym="heron"))
    bird = await installed(mercy)
    code = await bird.is_let_in(await mercy.sign_in("vex"), "heron", scope=EVERYTHING)
    bird.token = (await bird.exchanges(code)).json["access_token"]
    town = {"fields_attributes": [{"name": "Town", "value": "Rochester"}]}
    for one in (town, {"note": "I am Exton, really"}, {"discoverable": False}):
        assert (await bird.calls("PATCH", path, one)).status == 422, one
    assert (await bird.calls("PATCH", path, {"note": "I like birds."})).status == 200


async def test_reports_go_to_whoever_decides_here_and_elsewhere(
    houses: Houses, mercy: House, stlukes: House, wards: Actor, lee: Person, moyo: Person
) -> None:
    keeper = await mercy.person(new("keeper", "Dr K. Eeper"))
    staff = await mercy.person(new("staff", "Dr S. Taff", role=Role.MODERATOR))
    await mercy.at(moderation.add_moderator, wards, wards, keeper.actor)
    phone = await signed_in(mercy, "lee")
    post = await moyo.speaks(posting.start_thread, wards, "A title", "Rude words")
    await mercy.at(_rules, "Be kind.\nNo names.")

    async def sends(**body: Any) -> Any:
        answer = await phone.calls("POST", "/api/v1/reports", body)
        assert answer.status == 200, answer.text
        return answer.json

    async def reads(who: Person) -> list[Report]:
        return await mercy.at(reports.waiting, await mercy.at(keeping.of, who.member))

    channel = str(wards.id)
    about = await sends(account_id=channel, comment="Nobody keeps it.", category="other")
    expected = "id action_taken action_taken_at category comment forwarded created_at status_ids"
    assert set(about) == {*expected.split(), "rule_ids", "target_account"}
    assert about["target_account"]["group"] is True and about["forwarded"] is False
    assert (await sends(account_id=channel, comment="Nobody keeps it."))["id"] == about["id"]
    posts = await sends(account_id=channel, status_ids=[str(post.thread_id)], rule_ids=["2", "9"])
    assert (posts["category"], posts["rule_ids"]) == ("violation", ["2"])
    assert posts["status_ids"] == [str(post.id)]
    await sends(account_id=str(moyo.actor.id), comment="Rude.", category="spam")
    texts = [row.text for row in await reads(keeper)]
    assert texts == ["Nobody keeps it.", "Breaks rules.\nNo names."]
    assert [row.text for row in await reads(staff)][2:] == ["Spam.\nRude."]
    page = await (await mercy.sign_in("keeper")).get(f"/admin/reports/{about['id']}")
    assert page.status == 200 and "Nobody keeps it." in page.text
    second = (await reads(keeper))[1]
    kept = await mercy.at(reports.by_id, await mercy.at(keeping.of, keeper.member), second.id)
    with pytest.raises(FormRefused):
        await keeper.does(decisions.decide, kept, Decision.BANNED, "Rule 1")
    await keeper.does(decisions.decide, kept, Decision.REMOVED, "Rule 1")
    for wrong in JUNK:
        assert (await phone.calls("POST", "/api/v1/reports", {"account_id": wrong})).status == 404
    own = {"account_id": str(lee.actor.id)}
    assert (await phone.calls("POST", "/api/v1/reports", own)).status == 422
    stray = {"account_id": str(moyo.actor.id), "status_ids": [str(lee.actor.id)]}
    assert (await phone.calls("POST", "/api/v1/reports", stray)).status == 404

    there = await stlukes.at(channels.create_channel, "rhythm", "Rhythm", "Arrhythmia.")
    okafor = await stlukes.person(new("okafor", "Dr A. Okafor"))
    await stlukes.at(moderation.add_moderator, there, there, okafor.actor)
    row = await lee.speaks(follows.follow_address, there.address)
    await houses.settle()
    await sends(account_id=str(row.target_id), comment="Kept here.", forward=False)
    await houses.settle()
    assert await stlukes.at(lambda: Report.all().count()) == 0
    for _ in range(2):
        told = await sends(account_id=str(row.target_id), comment="Sent there.", forward=True)
        assert told["forwarded"] is True
    await houses.settle()
    mine = await stlukes.at(keeping.of, okafor.member)
    [arrived] = await stlukes.at(reports.waiting, mine)
    assert (arrived.target_id, arrived.text) == (there.id, "Sent there.")
    assert arrived.reporter_id is None and arrived.host == mercy.host


async def _rules(text: str) -> None:
    await Setting.create(name="rules", value=text)
    assert (await settings.read()).rules == text


async def test_whom_to_follow_is_suggested_and_listed(
    mercy: House, wards: Actor, lee: Person, moyo: Person, phone: Phone
) -> None:
    hidden = await mercy.person(new("hidden", "Dr H. Idden", is_public=False))
    both = await mercy.person(new("vex", "Dr V. Ex", pseudonym="heron"))
    assert both.pseudonym is not None
    [found] = await phone.reads("/api/v2/suggestions")
    assert found["account"]["id"] == str(wards.id) and found["sources"] == ["featured"]
    assert await ids(phone, "/api/v1/suggestions") == [str(wards.id)]
    gone = await phone.calls("DELETE", f"/api/v1/suggestions/{wards.id}")
    assert gone.json == {} and await phone.reads("/api/v2/suggestions") == []
    visitor = Phone(mercy, "", "")
    listed = await ids(phone, "/api/v1/directory?local=true")
    assert {str(one.id) for one in (wards, moyo.actor, hidden.actor, both.actor)} <= set(listed)
    assert str(both.pseudonym.id) not in listed  # beside others it would be named (T87)
    for_all = await ids(visitor, "/api/v1/directory?order=new")
    assert str(hidden.actor.id) not in for_all and str(both.pseudonym.id) not in for_all
    assert {str(wards.id), str(moyo.actor.id)} <= set(for_all)
    await moyo.speaks(posting.start_thread, None, "A title", "Words")
    assert (await ids(phone, "/api/v1/directory"))[0] == str(moyo.actor.id)
    assert (
        await ids(phone, "/api/v1/directory?offset=1&limit=2")
        == (await ids(phone, "/api/v1/directory"))[1:3]
    )
    some = f"/api/v1/accounts?id[]={hidden.actor.id}&id[]=7&id[]={wards.id}&id[]=x"
    assert await ids(phone, some) == [str(hidden.actor.id), str(wards.id)]
    assert await ids(visitor, some) == [str(wards.id)]
    joining = await phone.calls("POST", "/api/v1/accounts", {"username": "x"})
    assert joining.status == 403 and "https://mercy.example/join" in joining.json["error"]
