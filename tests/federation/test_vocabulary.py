"""What peers write is read as its type or refused, and is not printed, logged or changed."""

import ast
import builtins
import copy
import logging
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize("value", [None, 5, [], [5], {"id": 5}, True])
def test_an_activity_needs_an_object_that_can_be_named(value: Any) -> None:
    with pytest.raises(Malformed):
        vocabulary.parse(create(object=value))


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
        vocabulary.Note(**note(odd=deep))
    with pytest.raises(Malformed):
        vocabulary.parse(note(odd=deep)).to_wire()


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
