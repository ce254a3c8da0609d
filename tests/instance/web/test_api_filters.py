"""Filters by applications: the form of today and the old one are two views of the same thing."""

import re
from typing import Any

import pytest

from instance.models import Actor, Event, Filter
from instance.services import posting
from tests.cast import new
from tests.clients import Phone, signed_in
from tests.houses import House, Person


@pytest.fixture
async def phone(mercy: House, lee: Person) -> Phone:
    return await signed_in(mercy, "lee")


async def does(phone: Phone, path: str, body: Any = None, method: str = "POST") -> Any:
    answer = await phone.calls(method, f"/api/{path}", body)
    assert answer.status == 200, answer.text
    return answer.json


async def filtered(phone: Phone, post_id: object) -> list[tuple[str, Any, Any]]:
    found = (await phone.reads(f"/api/v1/statuses/{post_id}"))["filtered"]
    return [
        (one["filter"]["title"], one["keyword_matches"], one["status_matches"]) for one in found
    ]


async def test_a_filter_says_what_of_a_post_it_meets_to_its_owner_alone(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await signed_in(mercy, "moyo")
    made = await does(
        phone,
        "v2/filters",
        {
            "title": "Hearts",
            "context": ["home", "public"],
            "filter_action": "hide",
            "expires_in": 3600,
            "keywords_attributes": [{"keyword": "atrial", "whole_word": True}, {"keyword": "QT("}],
        },
    )
    assert set(made) == set("id title context expires_at filter_action keywords statuses".split())
    assert made["expires_at"].endswith("Z")
    posts = [
        await moyo.speaks(posting.start_thread, wards, "Title", text)
        for text in ("**Atrial** flutter", "biatrial", "the long qt( at", "None of it")
    ]
    met = [await filtered(phone, post.id) for post in posts]
    assert met == [[("Hearts", ["Atrial"], None)], [], [("Hearts", ["qt("], None)], []]
    assert await filtered(other, posts[0].id) == []
    timeline = await phone.reads("/api/v1/timelines/public")
    assert [len(one["filtered"]) for one in timeline] == [0, 1, 0, 1]  # clients hide

    atrial, long_qt = made["keywords"]
    changed = await does(
        phone,
        f"v2/filters/{made['id']}",
        {
            "filter_action": "blur",
            "expires_in": "",
            "keywords_attributes": [
                {"id": atrial["id"], "whole_word": False},
                {"id": long_qt["id"], "_destroy": True},
            ],
        },
        "PUT",
    )
    assert (changed["title"], changed["filter_action"], changed["expires_at"]) == (
        *("Hearts", "blur"),
        None,
    )
    assert await filtered(phone, posts[1].id) == [("Hearts", ["atrial"], None)]
    at = f"v2/filters/{made['id']}"
    one = await does(phone, f"{at}/statuses", {"status_id": str(posts[3].id)})
    assert await filtered(phone, posts[3].id) == [("Hearts", None, [str(posts[3].id)])]
    again = await phone.calls("POST", f"/api/{at}/statuses", {"status_id": str(posts[3].id)})
    assert again.status == 422
    assert await phone.reads(f"/api/v2/filters/statuses/{one['id']}") == one
    assert await does(phone, f"v2/filters/statuses/{one['id']}", method="DELETE") == {}
    assert await phone.reads(f"/api/{at}/statuses") == []
    told = await mercy.at(lambda: Event.filter(kind="filters_changed").values_list("object_id"))
    assert set(told) == {(lee.actor.id,)} and len(told) == 4
    await mercy.at(lambda: Filter.all().update(expires_at=posts[0].published_at))
    assert await filtered(phone, posts[0].id) == []


async def test_the_old_form_of_a_filter_is_one_keyword_of_the_new(
    mercy: House, lee: Person, phone: Phone
) -> None:
    form = b"phrase=rounds&context[]=home&context[]=thread&irreversible=true&whole_word=1"
    answer = await phone.calls("POST", "/api/v1/filters", form, "application/x-www-form-urlencoded")
    old = answer.json
    assert old == {
        "id": old["id"],
        "phrase": "rounds",
        "context": ["home", "thread"],
        "whole_word": True,
        "expires_at": None,
        "irreversible": True,
    }
    [new_one] = await phone.reads("/api/v2/filters")
    assert (new_one["title"], new_one["filter_action"]) == ("rounds", "hide")
    assert [one["id"] for one in new_one["keywords"]] == [old["id"]]
    at = f"v1/filters/{old['id']}"
    assert (await does(phone, at, {"phrase": "night"}, "PUT"))["phrase"] == "night"
    added = await does(phone, f"v2/filters/{new_one['id']}/keywords", {"keyword": "ward"})
    assert added["whole_word"] is False
    keyword = f"v2/filters/keywords/{added['id']}"
    assert (await does(phone, keyword, {"whole_word": True}, "PUT"))["keyword"] == "ward"
    refused = await phone.calls("PUT", f"/api/{at}", {"phrase": "x", "context": ["home"]})
    assert refused.status == 422
    assert len(await phone.reads("/api/v1/filters")) == 2
    assert await does(phone, keyword, method="DELETE") == {}
    assert await does(phone, at, method="DELETE") == {}
    assert await phone.reads("/api/v2/filters") == []


async def test_what_is_no_filter_is_refused_in_words_and_anybody_elses_is_not_there(
    mercy: House, lee: Person, phone: Phone
) -> None:
    good = {"title": "T", "context": ["home"], "keywords_attributes": [{"keyword": "x"}]}
    refused: tuple[dict[str, Any], ...] = (
        {"title": " "},
        {"title": "t" * 201},
        {"context": []},
        {"context": ["home", "nowhere"]},
        {"context": None},
        {"filter_action": "shout"},
        {"expires_in": "soon"},
        {"expires_in": 10**11},
        {"keywords_attributes": [{"keyword": " "}]},
        {"keywords_attributes": [{"keyword": "k" * 201}]},
        {"keywords_attributes": [{}]},
    )
    for wrong in refused:
        answer = await phone.calls("POST", "/api/v2/filters", {**good, **wrong})
        assert answer.status == 422 and answer.json["details"], wrong
    form = (
        b"title=T&context[]=home&keywords_attributes[][keyword]=one"
        b"&keywords_attributes[][whole_word]=true&keywords_attributes[][keyword]=two"
    )
    kind = "application/x-www-form-urlencoded"
    made = (await phone.calls("POST", "/api/v2/filters", form, kind)).json
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [
        ("one", True),
        ("two", False),
    ]
    await mercy.person(new("moyo", "Dr S. Moyo"))
    other = await signed_in(mercy, "moyo")
    own = (await other.calls("POST", "/api/v2/filters", good)).json
    keyword = made["keywords"][0]["id"]
    stolen = {"keywords_attributes": [{"id": keyword, "keyword": "mine"}]}
    for method, path, body in (
        ("GET", f"v2/filters/{made['id']}", None),
        ("PUT", f"v2/filters/{made['id']}", {"title": "Mine"}),
        ("DELETE", f"v2/filters/{made['id']}", None),
        ("POST", f"v2/filters/{made['id']}/keywords", {"keyword": "x"}),
        ("POST", f"v2/filters/{made['id']}/statuses", {"status_id": "7"}),
        ("GET", f"v2/filters/keywords/{keyword}", None),
        ("PUT", f"v2/filters/keywords/{keyword}", {"keyword": "x"}),
        ("PUT", f"v2/filters/{own['id']}", stolen),
        ("DELETE", f"v1/filters/{keyword}", None),
        ("GET", "v2/filters/statuses/7", None),
    ):
        answer = await other.calls(method, f"/api/{path}", body)
        assert (answer.status, answer.json) == (404, {"error": "Record not found"}), path
    assert (await phone.reads("/api/v2/filters"))[0]["title"] == "T"
    reader = await signed_in(mercy, "lee", "read")
    assert (await reader.calls("POST", "/api/v2/filters", good)).status == 403


async def test_a_member_without_an_application_sees_and_ends_what_one_made(
    mercy: House, wards: Actor, lee: Person, phone: Phone
) -> None:
    """Of their own, by whichever name, and of nobody else's."""
    moyo = await mercy.person(new("moyo", "Dr S. Moyo"))
    made = await does(phone, "v2/filters", {"title": "Fairs", "context": ["home"]})
    post = await moyo.speaks(posting.start_thread, wards, "Who rounds?", "Tell.")
    await does(phone, f"v1/statuses/{post.id}/mute")
    mine, other = await mercy.sign_in("lee"), await mercy.sign_in("moyo")
    shown = (await mine.get("/account/quiet")).text
    ends = re.findall(r'action="(/account/quiet/[^"]+)"', shown)
    assert "Fairs" in shown and "Who rounds?" in shown and len(ends) == 2
    assert "Fairs" not in (await other.get("/account/quiet")).text
    for end in ends:
        assert (await other.post_form(end, {})).status == 302
    assert await mercy.at(lambda: Filter.exists(id=int(made["id"])))
    for end in (*ends, *ends):  # a second click
        assert (await mine.post_form(end, {})).status == 302
    assert not await phone.reads("/api/v2/filters")
    assert not (await phone.reads(f"/api/v1/statuses/{post.id}"))["muted"]
