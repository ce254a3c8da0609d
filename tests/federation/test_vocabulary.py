"""What peers write is read in one shape or refused, and is not printed, logged or changed."""

import ast
import builtins
import copy
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_boxes import activitypub as boxes

import federation
from federation import vocabulary
from federation.errors import Malformed

PUBLIC = vocabulary.PUBLIC
ALICE = "https://mercy.example/u/1"
CANARY = "canary-73-year-old-with-chest-pain"
SOURCE = Path(federation.__file__).parent


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


def test_every_type_of_the_contract_has_a_class_of_its_own() -> None:
    spoken = (
        "Person Group Application Service Organization Note Article Page Question Event Video "
        "Image Document Tombstone Create Update Delete Follow Accept Reject Undo Add Remove "
        "Announce Like Dislike EmojiReact Flag Move Block Lock Invite Offer Relationship "
        "Collection OrderedCollection CollectionPage OrderedCollectionPage"
    ).split()

    assert sorted(vocabulary.TYPES) == sorted(spoken)
    assert all(kind.__name__ == name for name, kind in vocabulary.TYPES.items())


def test_an_ordinary_post_is_read_without_asking_anybody() -> None:
    activity = vocabulary.parse(create())

    assert isinstance(activity, vocabulary.Create)
    assert (activity.type, activity.id) == ("Create", "https://mercy.example/a/1")
    assert activity.actor_id == activity.owner_id == ALICE
    assert activity.object_id == "https://mercy.example/o/1"
    assert activity.object is not None
    assert vocabulary.parse(activity.object).owner_id == ALICE


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


@pytest.mark.parametrize("value", [None, 5, [], [5], {"id": 5}, True])
def test_an_activity_needs_an_object_that_can_be_named(value: Any) -> None:
    with pytest.raises(Malformed):
        vocabulary.parse(create(object=value))


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


def test_an_unknown_type_keeps_its_type_and_members() -> None:
    document = {
        "type": "ChatMessage",
        "id": "https://mercy.example/o/3",
        "content": "x",
        "odd": [1],
    }

    unknown = vocabulary.parse(document)

    assert isinstance(unknown, vocabulary.Unknown)
    assert unknown.type == "ChatMessage"
    assert unknown.to_dict() == document
    assert vocabulary.parse(note()).type == "Note"


@pytest.mark.parametrize("kind", [None, "", 4, [], ["Note"], {"id": "Note"}])
def test_a_document_has_exactly_one_type(kind: Any) -> None:
    with pytest.raises(Malformed):
        vocabulary.parse(note(type=kind))


@pytest.mark.parametrize("base", ["Object", "Actor", "Activity", "Unknown", "_Stored", "Fields"])
def test_our_own_base_classes_are_no_types_on_the_wire(base: str) -> None:
    assert isinstance(vocabulary.parse({"type": base}), vocabulary.Unknown)


def test_the_document_as_received_is_not_changed() -> None:
    document = create(
        **{"@context": ["https://www.w3.org/ns/activitystreams", {"x": "y"}]}, to=PUBLIC
    )
    before = copy.deepcopy(document)

    activity = vocabulary.parse(document)
    activity.to_dict()["object"]["content"] = "changed"
    activity.to_wire()["@context"].append("changed")

    assert document == before
    assert activity.to_dict()["object"] == before["object"]


def test_a_context_that_was_given_is_sent_as_it_is() -> None:
    context = ["https://www.w3.org/ns/activitystreams", {"cs": "urn:curbside:v1#"}]

    assert vocabulary.parse(create(**{"@context": context})).to_wire()["@context"] == context


def test_a_document_of_ours_gets_the_default_context_once_and_in_front() -> None:
    sent = vocabulary.Note(**note()).to_wire()

    assert next(iter(sent)) == "@context"
    assert sent["@context"] == list(vocabulary.CONTEXT)
    assert "@context" not in vocabulary.Note(**note()).to_dict()


def test_hidden_recipients_do_not_leave_the_host_at_any_depth() -> None:
    inner = create(bto=[ALICE], object=note(bcc=[ALICE], tag=[{"type": "Mention", "href": ALICE}]))
    activity = vocabulary.Announce(**create(type="Announce", bcc=ALICE, object=[inner]))

    text = orjson.dumps(activity.to_wire())

    assert b'"bto"' not in text
    assert b'"bcc"' not in text
    assert b'"Mention"' in text
    assert ALICE in activity.addressed_to()


def test_a_null_inside_an_object_is_kept_because_it_may_mean_something() -> None:
    update = vocabulary.parse(create(type="Update", object=note(**{"cs:dueAt": None})))

    assert update.to_wire()["object"]["cs:dueAt"] is None


def test_a_misspelt_attribute_is_an_error_and_not_nothing() -> None:
    with pytest.raises(AttributeError):
        vocabulary.parse(create()).actor_idd  # type: ignore[attr-defined]  # noqa: B018


def test_a_copy_is_equal_and_apart() -> None:
    activity = vocabulary.parse(create())

    twin = copy.deepcopy(activity)

    assert twin is not activity
    assert twin.to_dict() == activity.to_dict()


@pytest.mark.parametrize(
    "name", ["self", "kwargs", "_data", "ACTIVITY_TYPE", "to_dict", "__class__"]
)
def test_a_member_may_be_called_anything(name: str) -> None:
    activity = vocabulary.parse(create(**{name: "x"}))

    assert activity.get(name) == "x"
    assert activity.to_dict()[name] == "x"


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


def test_an_actor_names_its_inboxes() -> None:
    person = vocabulary.parse(
        {
            "type": "Person",
            "id": ALICE,
            "inbox": f"{ALICE}/inbox",
            "preferredUsername": "alice",
            "endpoints": {"sharedInbox": "https://mercy.example/inbox"},
        }
    )

    assert isinstance(person, vocabulary.Actor)
    assert (person.inbox, person.shared_inbox) == (f"{ALICE}/inbox", "https://mercy.example/inbox")
    assert (person.preferred_username, person.outbox) == ("alice", "")


_names = st.sampled_from(
    "@context id type actor object to cc bto bcc audience attributedTo target published content "
    "contentMap inReplyTo url endpoints inbox tag items self".split()
) | st.text(max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(ALICE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(_names, json_values, max_size=8), st.sampled_from([*vocabulary.TYPES, "Odd"])
)
def test_no_document_raises_anything_but_malformed(document: dict[str, Any], kind: str) -> None:
    try:
        parsed = vocabulary.parse({**document, "type": kind})
        parsed.addressed_to()
        parsed.to_wire()
        _ = (parsed.id, parsed.owner_id, parsed.object_id, parsed.object_ids, parsed.object)
        _ = (parsed.in_reply_to, parsed.url, parsed.target_id, parsed.context_id)
        _ = (repr(parsed), str(parsed), parsed.objects("tag"), parsed.text("content"))
        parsed.time("published")
    except Malformed:
        pass


@given(json_values)
def test_no_value_that_is_no_document_raises_anything_but_malformed(value: Any) -> None:
    try:
        vocabulary.parse(value)
    except Malformed:
        pass


def test_a_document_that_is_endlessly_deep_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(Malformed):
        vocabulary.parse(note(odd=deep))


def test_reading_prints_nothing_and_logs_no_content(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="little_boxes")

    for kind in vocabulary.TYPES:
        parsed = vocabulary.parse(
            create(type=kind, content=CANARY, actor={"id": ALICE, "name": CANARY})
        )
        repr(parsed)
        str(parsed)
    with pytest.raises(Malformed) as refused:
        vocabulary.parse(create(to=[{"name": CANARY}]))

    assert capfd.readouterr() == ("", "")
    assert CANARY not in caplog.text + repr(refused.value)


def test_the_debug_lines_of_the_library_are_off() -> None:
    assert logging.getLogger("little_boxes").level == logging.WARNING


def test_reading_uses_no_backend_and_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("vocabulary does no I/O")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr("socket.socket", refuse)
    monkeypatch.setattr("requests.sessions.Session.request", refuse)

    vocabulary.parse(create())
    with pytest.raises(RuntimeError, match="does no I/O"):
        boxes.BACKEND.fetch_iri(ALICE)


def _imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "little_boxes"}


def test_only_the_vocabulary_uses_little_boxes_and_only_its_object_model() -> None:
    places = [SOURCE, SOURCE.parent / "instance"]
    importing = {
        str(path.relative_to(SOURCE.parent)): found
        for place in places
        for path in place.rglob("*.py")
        if (found := _imports_of(path))
    }
    used = {
        node.attr
        for node in ast.walk(ast.parse((SOURCE / "vocabulary.py").read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "boxes"
    }

    assert importing == {
        "federation/vocabulary.py": {"little_boxes.activitypub", "little_boxes.errors.Error"}
    }
    assert used == {"use_backend", "BaseActivity"}
