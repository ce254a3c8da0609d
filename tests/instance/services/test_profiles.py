"""What members say about themselves, each thing for its readers (domain.md 1, rows 23 and 24)."""

import json
from datetime import UTC, datetime

import pytest

from instance.errors import FormRefused
from instance.models import Actor, Delivery
from instance.services import members, profiles
from tests.cast import OKAFOR, new
from tests.houses import House, Person
from tests.outsiders import Outsider

READERS = ("public", "partners", "members", "private")
KINDS = ("about", "town", "training", "languages")


@pytest.fixture
async def written(lee: Person) -> dict[str, str]:
    """One thing for each of the readers there are: the words by reader."""
    words = {reader: f"words for {reader}" for reader in READERS}
    texts = {kind: words[reader] for kind, reader in zip(KINDS, READERS, strict=True)}
    readers = dict(zip(KINDS, READERS, strict=True))
    await lee.does(profiles.change, lee.actor, texts, readers)
    return words


def found_in(text: str, written: dict[str, str]) -> set[str]:
    return {reader for reader, words in written.items() if words in text}


async def test_a_page_shows_each_reader_what_is_for_them(
    mercy: House, lee: Person, written: dict[str, str]
) -> None:
    await mercy.person(OKAFOR)
    colleague, own = await mercy.sign_in("okafor"), await mercy.sign_in("lee")
    assert found_in((await mercy.visitor().get("/@lee")).text, written) == {"public"}
    shown = (await colleague.get("/@lee")).text
    assert found_in(shown, written) == {"public", "partners", "members"}
    assert found_in((await own.get("/@lee")).text, written) == set(READERS)


async def test_a_document_says_to_each_server_what_is_for_it(
    mercy: House, stlukes: House, lee: Person, written: dict[str, str], stranger: Outsider
) -> None:
    anonymous = await mercy.asked(lee.actor.uri.removeprefix(mercy.origin))
    assert found_in(json.dumps(anonymous.json), written) == {"public"}
    known = await stlukes.at(members.found_at, lee.address)
    assert known.proven_at is not None
    said = json.dumps([known.summary, known.properties])
    assert found_in(said, written) == {"public", "partners"}
    page = (
        await (await stlukes.sign_in((await stlukes.person(OKAFOR)).actor.handle)).get(
            "/@lee@mercy.example"
        )
    ).text
    assert found_in(page, written) == {"public", "partners"}


async def test_followers_hear_of_a_change_and_of_nothing_when_there_is_none(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await mercy.deliver()
    stranger.received.clear()
    for _ in range(2):
        await lee.does(profiles.change, lee.actor, {"town": "Duluth"}, {"town": "public"})
    await mercy.at(
        lambda: Delivery.filter(due_at__not_isnull=True).update(due_at=datetime.now(UTC))
    )
    await mercy.deliver()
    [update] = stranger.received
    said = json.loads(update.body)
    assert said["type"] == "Update" and "Duluth" in json.dumps(said["object"]["attachment"])


async def test_what_is_emptied_is_gone_everywhere(
    mercy: House, stlukes: House, lee: Person, written: dict[str, str]
) -> None:
    await stlukes.at(members.found_at, lee.address)
    await lee.does(profiles.change, lee.actor, {}, {})
    answer = await mercy.asked(lee.actor.uri.removeprefix(mercy.origin))
    assert not found_in(json.dumps(answer.json), written)
    assert not found_in((await (await mercy.sign_in("lee")).get("/@lee")).text, written)


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("about", "x" * 1_001, "Shorten it"),
        ("town", "Duluth\nRochester", "one line"),
        ("links", "http://example.org", "https://"),
        ("links", "https://mercy.example@evil.example/", "https://"),
        ("links", "javascript:alert(1)", "https://"),
        ("links", "https://[", "https://"),
        ("links", "\n".join(f"https://example.org/{n}" for n in range(6)), "up to 5"),
    ],
)
async def test_what_cannot_be_said_so_is_refused_and_kept_in_the_form(
    mercy: House, lee: Person, kind: str, text: str, says: str
) -> None:
    with pytest.raises(FormRefused) as refused:
        await lee.does(profiles.change, lee.actor, {kind: text}, {kind: "public"})
    assert says in refused.value.fields[kind]
    browser = await mercy.sign_in("lee")
    typed = {kind: text, "languages": "English", "readers-languages": "private"}
    page = await browser.post_form("/account/profile/lee", {**typed, f"readers-{kind}": "public"})
    assert page.status == 422 and 'value="English"' in page.text


async def test_readers_must_be_chosen_from_those_there_are(lee: Person) -> None:
    for reader in ("", "everybody"):
        with pytest.raises(FormRefused):
            await lee.does(profiles.change, lee.actor, {"town": "Duluth"}, {"town": reader})


@pytest.mark.parametrize(
    "about",
    ["Wice here", "I am DR. WICE", "wíce", "write to twice", "Theodora knows"],
)
async def test_a_pseudonym_does_not_name_its_member(mercy: House, about: str) -> None:
    twice = new("twice", "Dr T. Wice", pseudonym="owl", legal_name="Theodora Wice")
    person = await mercy.person(twice)
    with pytest.raises(FormRefused) as refused:
        await person.does(profiles.change, person.pseudonym, {"about": about}, {"about": "public"})
    assert "names you" in refused.value.fields["about"]


async def test_a_pseudonym_says_nothing_of_towns_and_training(mercy: House) -> None:
    """T87: beside a specialty they would tell who it is."""
    person = await mercy.person(new("twice", "Dr T. Wice", pseudonym="owl"))
    texts = {"about": "Night shifts.", "town": "Duluth", "training": "Northfield"}
    readers = dict.fromkeys(texts, "public")
    await person.does(profiles.change, person.pseudonym, texts, readers)
    page = (await mercy.visitor().get("/@owl")).text
    assert "Night shifts." in page and "Duluth" not in page and "Northfield" not in page


async def test_the_profile_of_one_identity_says_nothing_of_the_other(mercy: House) -> None:
    person = await mercy.person(new("twice", "Dr T. Wice", pseudonym="owl"))
    await person.does(profiles.change, person.actor, {"about": "By day."}, {"about": "public"})
    await person.does(
        profiles.change, person.pseudonym, {"about": "At night."}, {"about": "public"}
    )
    by_day = (await mercy.visitor().get("/@twice")).text
    at_night = (await mercy.visitor().get("/@owl")).text
    assert "By day." in by_day and "At night." not in by_day
    assert "At night." in at_night and "By day." not in at_night


async def test_nobody_writes_the_profile_of_somebody_else(mercy: House, lee: Person) -> None:
    await mercy.person(OKAFOR)
    browser = await mercy.sign_in("okafor")
    assert (await browser.get("/account/profile/lee")).status == 403
    page = await browser.post_form(
        "/account/profile/lee", {"about": "Not me.", "readers-about": "public"}
    )
    assert page.status == 403
    assert "Not me." not in (await mercy.visitor().get("/@lee")).text


async def test_what_others_attach_is_plain_text_and_not_endless(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    attached = [
        {"type": "PropertyValue", "name": f"<b>n{n}</b>", "value": f"<i>v{n}</i>"}
        for n in range(30)
    ]
    odd = [None, "text", {"type": "PropertyValue"}, {"type": "PropertyValue", "name": ["x"]}]
    stranger.documents[stranger.uri]["attachment"] = [*odd, *attached]
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    known = await mercy.at(Actor.get, uri=stranger.uri)
    assert ["n0", "v0"] in known.properties
    assert len(known.properties) <= 20 and "<" not in json.dumps(known.properties)
