"""What owners tell all members: on the start page, in applications, until they end it."""

import re

import pytest

from instance.models import Announcement, AuditEntry, Role
from tests.cast import new
from tests.clients import installed, signed_in
from tests.houses import House, Person

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

AWAY = "/announcements"
HERE = "/admin/announcements"
TEXT = "On Sunday from 2 to 4 this server is <down>.\r\n\r\nWrite before.\nOr after."


async def test_what_an_owner_writes_everybody_reads_until_it_ends(
    mercy: House, lee: Person
) -> None:
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    owner, member = await mercy.sign_in("owner"), await mercy.sign_in("lee")
    phone = await signed_in(mercy, "lee")
    assert (await member.get(HERE)).status == 404
    assert (await member.post_form(HERE, {"text": TEXT})).status == 404
    assert await phone.reads("/api/v1/announcements") == []

    for _ in range(2):  # a second click
        assert (await owner.post_form(HERE, {"text": TEXT})).status == 302

    assert "is &lt;down&gt;." in (await member.get("/")).text
    assert "is &lt;down&gt;." not in (await mercy.visitor().get("/")).text
    assert (await mercy.visitor().post_form(f"{AWAY}/1/dismiss", {})).status in (400, 403, 404)
    other = await mercy.sign_in("owner")
    away = re.search(rf'action="({AWAY}/\d+/dismiss)"', (await other.get("/")).text)
    assert away is not None
    for _ in range(2):
        assert (await other.post_form(away[1], {})).status == 302
    assert "is &lt;down&gt;." not in (await other.get("/")).text
    [shown] = await phone.reads("/api/v1/announcements")
    keys = "id content starts_at ends_at all_day published_at updated_at read mentions statuses"
    assert set(shown) == {*keys.split(), "tags", "emojis", "reactions"}
    first = "<p>On Sunday from 2 to 4 this server is &lt;down&gt;.</p>"
    assert shown["content"] == f"{first}<p>Write before.<br>Or after.</p>"
    for wrong in ("", "x" * 2_001):
        answer = await owner.post_form(HERE, {"text": wrong})
        assert answer.status == 422 and wrong in answer.text
    end = f"{HERE}/{shown['id']}/end"
    assert (await member.post_form(end, {})).status == 404
    for _ in range(2):
        assert (await owner.post_form(end, {})).status == 302
    assert await phone.reads("/api/v1/announcements?with_dismissed=true") == []
    assert "is &lt;down&gt;." not in (await member.get("/")).text
    entries = await mercy.at(lambda: AuditEntry.filter(action__startswith="announcement."))
    assert [row.action for row in entries] == ["announcement.published", "announcement.ended"]
    assert "Sunday" not in str([row.detail for row in entries])


async def test_each_identity_puts_it_away_and_says_what_it_thinks_of_it(
    mercy: House, lee: Person
) -> None:
    await mercy.person(new("kim", "Dr A. Kim", pseudonym="heron"))
    kim, heron = await signed_in(mercy, "kim"), await installed(mercy)
    code = await heron.is_let_in(await mercy.sign_in("kim"), "heron")
    heron.token = (await heron.exchanges(code)).json["access_token"]
    row = await mercy.at(
        lambda: Announcement.create(text="News", published_at=lee.actor.created_at)
    )
    at = f"/api/v1/announcements/{row.id}"
    for phone in (kim, heron):
        assert (await phone.calls("PUT", f"{at}/reactions/%F0%9F%91%8D")).json == {}
    assert (await kim.calls("PUT", f"{at}/reactions/1%EF%B8%8F%E2%83%A3")).json == {}
    [shown] = await kim.reads("/api/v1/announcements")
    counts = {one["name"]: (one["count"], one["me"]) for one in shown["reactions"]}
    assert counts == {"👍": (2, True), "1️⃣": (1, True)}
    assert (await kim.calls("DELETE", f"{at}/reactions/%F0%9F%91%8D")).json == {}
    [shown] = await heron.reads("/api/v1/announcements")
    assert [one["me"] for one in shown["reactions"]] == [False, True]
    for wrong in ("x", "1", "%F0%9F%91%8D" * 40, "%20", "a%F0%9F%91%8D"):
        assert (await kim.calls("PUT", f"{at}/reactions/{wrong}")).status == 422
        assert (await kim.calls("DELETE", f"{at}/reactions/{wrong}")).status == 200

    assert (await kim.calls("POST", f"{at}/dismiss")).json == {}

    assert await kim.reads("/api/v1/announcements") == []
    [kept] = await kim.reads("/api/v1/announcements?with_dismissed=1")
    assert kept["read"] is True
    [other] = await heron.reads("/api/v1/announcements")
    assert other["read"] is False
    for method, path in (("POST", "7/dismiss"), ("PUT", "7/reactions/%F0%9F%91%8D")):
        assert (await kim.calls(method, f"/api/v1/announcements/{path}")).status == 404
