"""The demonstration's people are the ones that the rest of it counts on."""

import re
from collections import Counter

import pytest

from instance.demo.people import (
    BY_HANDLE,
    CHANNELS,
    FOLLOWS,
    INSTITUTIONS,
    PEOPLE,
    Person,
    members,
)

HANDLE = re.compile(r"[a-z0-9_]{2,30}")
KEYS = [institution.key for institution in INSTITUTIONS]


def test_there_are_two_hospitals_and_a_society() -> None:
    named = [(institution.name, institution.kind) for institution in INSTITUTIONS]

    assert named == [
        ("Mercy General", "hospital"),
        ("St. Luke's", "hospital"),
        ("National Heart Society", "society"),
    ]


def test_every_handle_is_well_formed_and_used_once() -> None:
    handles = [person.handle for person in PEOPLE] + [channel.handle for channel in CHANNELS]
    handles += [person.pseudonym for person in PEOPLE if person.pseudonym]

    assert all(HANDLE.fullmatch(handle) for handle in handles)
    assert len(handles) == len(set(handles))


@pytest.mark.parametrize("institution", KEYS)
def test_every_institution_has_an_owner_a_trainee_and_a_pharmacist(institution: str) -> None:
    people = members(institution)

    assert Counter(person.role for person in people)["owner"] == 1
    assert any(person.stage == "trainee" for person in people)
    assert any(person.profession == "pharmacist" for person in people)
    assert any(person.may_answer for person in people)


@pytest.mark.parametrize("hospital", ["mercy", "stlukes"])
def test_every_hospital_has_a_pseudonym_at_a_level_that_allows_it(hospital: str) -> None:
    hidden = [person for person in members(hospital) if person.pseudonym]

    assert hidden
    assert all(person.level in {"L3", "L4"} for person in hidden)
    assert not any(person.handle in person.pseudonym for person in hidden)


def test_who_has_a_pseudonym_uses_nothing_else() -> None:
    own_handles = {person.handle for person in PEOPLE if person.pseudonym}
    followers_and_targets = {name for f in FOLLOWS for name in (f.follower, f.target)}

    assert not own_handles & BY_HANDLE.keys()
    assert not own_handles & followers_and_targets


@pytest.mark.parametrize(
    ("handle", "institution", "specialty"),
    [
        ("lee", "mercy", "hospital_medicine"),
        ("okafor", "stlukes", "cardiology"),
        ("castellanos", "heart", "electrophysiology"),
    ],
)
def test_the_people_of_the_walk_through_may_answer(
    handle: str, institution: str, specialty: str
) -> None:
    person = BY_HANDLE[handle]

    assert (person.institution, person.specialties[0]) == (institution, specialty)
    assert person.level == "L3"
    assert person.may_answer


@pytest.mark.parametrize(
    "person",
    [
        Person("mercy", "x1", "X", ("cardiology",), level="L2"),
        Person("mercy", "x2", "X", ("cardiology",), profession="pharmacist"),
        Person("mercy", "x3", "X", ("cardiology",), stage="retired"),
        Person("mercy", "x4", "X", ("cardiology",), stage="trainee"),
    ],
    ids=["checked only", "pharmacist", "retired", "trainee"],
)
def test_others_may_not_answer(person: Person) -> None:
    assert not person.may_answer


def test_every_follow_has_both_ends_and_nobody_follows_themselves_or_twice() -> None:
    channels = {channel.handle for channel in CHANNELS}

    assert {follow.follower for follow in FOLLOWS} <= BY_HANDLE.keys()
    assert {follow.target for follow in FOLLOWS} <= BY_HANDLE.keys() | channels
    assert all(follow.follower != follow.target for follow in FOLLOWS)
    assert len(FOLLOWS) == len(set(FOLLOWS))


def test_every_channel_is_followed_from_every_institution() -> None:
    for channel in CHANNELS:
        readers = {follow.follower for follow in FOLLOWS if follow.target == channel.handle}
        assert {BY_HANDLE[reader].institution for reader in readers} == set(KEYS), channel.handle


def test_every_channel_belongs_to_an_institution_of_the_demonstration() -> None:
    assert {channel.handle: channel.institution for channel in CHANNELS} == {
        "rhythm": "heart",
        "prevention": "heart",
        "hospital_medicine": "mercy",
        "grand_rounds": "stlukes",
    }


def test_every_channel_is_kept_by_somebody_of_its_institution_who_speaks_by_name() -> None:
    for channel in CHANNELS:
        person = BY_HANDLE[channel.moderator]
        assert person.institution == channel.institution and not person.pseudonym
