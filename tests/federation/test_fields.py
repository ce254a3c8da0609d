"""One shape for what peers write in several, and nothing for what they do not."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from federation import vocabulary
from federation.errors import Malformed

PUBLIC = vocabulary.PUBLIC


ALICE = "https://mercy.example/u/1"


CANARY = "canary-73-year-old-with-chest-pain"


def note(**members: Any) -> dict[str, Any]:
    return {
        "id": "https://mercy.example/o/1",
        "type": "Note",
        "attributedTo": ALICE,
        "to": [PUBLIC],
        "content": f"<p>{CANARY}</p>",
        **members,
    }


def create(**members: Any) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://mercy.example/a/1",
        "type": "Create",
        "actor": ALICE,
        "to": [PUBLIC],
        "object": note(),
        **members,
    }


@pytest.mark.parametrize(
    "actor", [ALICE, {"id": ALICE, "type": "Person"}, [ALICE], [{"id": ALICE}]]
)
def test_an_actor_may_be_written_in_any_of_the_shapes_peers_use(actor: Any) -> None:
    activity = vocabulary.parse(create(actor=actor))

    assert activity.actor_id == ALICE
    assert activity.to_dict()["actor"] == ALICE


@pytest.mark.parametrize(
    "actor", [None, "", 7, True, {}, [], [ALICE, "https://x.example/u/2"], {"id": 1}]
)
def test_an_activity_without_exactly_one_actor_is_refused(actor: Any) -> None:
    with pytest.raises(Malformed):
        vocabulary.parse(create(actor=actor))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, []),
        (ALICE, [ALICE]),
        ([ALICE, "as:Public"], [ALICE, PUBLIC]),
        ("Public", [PUBLIC]),
        ({"id": ALICE}, [ALICE]),
    ],
)
def test_recipients_are_a_list_however_they_were_written(written: Any, read: list[str]) -> None:
    activity = vocabulary.parse(create(to=written, cc=None))

    assert activity.get("to") == read
    assert activity.addressed_to() == frozenset(read)


@pytest.mark.parametrize("name", ["to", "cc", "bto", "bcc", "audience"])
@pytest.mark.parametrize("value", [5, [None], [["x"]], [{}], "", [""], True])
def test_recipients_that_are_not_ids_are_refused(name: str, value: Any) -> None:
    with pytest.raises(Malformed):
        vocabulary.parse(create(**{name: value}))


@pytest.mark.parametrize("spelling", [PUBLIC, "as:Public", "Public"])
@pytest.mark.parametrize("name", ["to", "cc", "bto", "bcc", "audience"])
def test_public_counts_in_every_spelling_and_every_place(spelling: str, name: str) -> None:
    activity = vocabulary.parse(create(**{"to": [ALICE], name: spelling}))

    assert activity.is_public()
    assert vocabulary.is_public(spelling)


@pytest.mark.parametrize("spelling", ["public", "https://mercy.example/Public", None, 3])
def test_nothing_else_is_public(spelling: Any) -> None:
    assert not vocabulary.is_public(spelling)


@pytest.mark.parametrize("owner", [1, "", [ALICE, "https://x.example/u/2"], {}])
def test_an_object_is_nobodys_unless_it_names_one_owner(owner: Any) -> None:
    try:
        found = vocabulary.parse(note(attributedTo=owner)).owner_id
    except Malformed:
        found = ""

    assert found == ""


def test_an_actor_owns_itself() -> None:
    group = {"type": "Group", "id": "https://mercy.example/c/1", "attributedTo": ALICE}

    assert vocabulary.parse(group).owner_id == "https://mercy.example/c/1"


def test_several_objects_are_all_named() -> None:
    flag = vocabulary.parse(
        create(type="Flag", object=[ALICE, {"id": "https://mercy.example/o/2"}])
    )

    assert flag.object_ids == (ALICE, "https://mercy.example/o/2")
    assert (flag.object_id, flag.object) == ("", None)


def test_hidden_recipients_do_not_leave_the_host_at_any_depth() -> None:
    inner = create(bto=[ALICE], object=note(bcc=[ALICE], tag=[{"type": "Mention", "href": ALICE}]))
    activity = vocabulary.Announce(**create(type="Announce", bcc=ALICE, object=[inner]))

    text = orjson.dumps(activity.to_wire())

    assert b'"bto"' not in text
    assert b'"bcc"' not in text
    assert b'"Mention"' in text
    assert ALICE in activity.addressed_to()


def test_text_may_come_in_several_languages() -> None:
    translated = note(content=None, contentMap={"de": "Guten Tag", "en": "Hello"})

    assert vocabulary.parse(translated).text("content") == "Guten Tag"
    assert vocabulary.parse(note()).text("name") == ""
    with pytest.raises(Malformed):
        vocabulary.parse(note(content=["a", "b"])).text("content")


@pytest.mark.parametrize(
    "written",
    ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000000000+00:00", "2026-11-22T12:00:00+02:00"],
)
def test_times_are_read_as_utc(written: str) -> None:
    assert vocabulary.parse(note(published=written)).time("published") == datetime(
        2026, 11, 22, 10, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "written",
    ["100000-01-01T00:00:00Z", "yesterday", 5, [], "2026-W47", "0001-01-01T00:00:00+23:00"],
)
def test_what_is_not_a_time_is_refused(written: Any) -> None:
    with pytest.raises(Malformed):
        vocabulary.parse(note(published=written)).time("published")


def test_of_several_parents_the_first_counts() -> None:
    reply = vocabulary.parse(note(inReplyTo=[f"https://mercy.example/o/{n}" for n in range(1000)]))

    assert reply.in_reply_to == "https://mercy.example/o/0"


@pytest.mark.parametrize(
    "written",
    [
        "https://v.example/1",
        [{"type": "Link", "href": "https://v.example/1"}, "x"],
        {"href": "https://v.example/1"},
    ],
)
def test_an_address_is_found_in_a_string_or_a_link(written: Any) -> None:
    assert vocabulary.parse(note(url=written)).url == "https://v.example/1"
