"""Which passwords are taken: by length, and not one that is guessed first."""

import pytest

from instance.errors import FormRefused
from instance.services import members, password_rules
from instance.services.members import NewMember
from tests.houses import House

OWN = ("j.lee@mercy.example", "lee", "Dr J. Lee", "Mercy General")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "tumbler coffee gown",
        "sunflower-teaspoon",
        "x7Kq9-pLm2-Zt",
        "no digits and no capitals",
        "sleepless in the ward",
        "漢字かな交じりの長い言葉です",
        "a" * 80 + " long and dull indeed",
    ],
)
def test_a_long_password_is_taken_whatever_is_in_it(password: str) -> None:
    assert password_rules.problem(password, OWN) == ""


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2024!!",
        "P@ssw0rd2024",
        "passwordpassword",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "123456789012",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "dragondragon",
        "iloveyou1234",
        "Winter2024!!!!",
    ],
)
def test_a_password_that_many_people_have_is_not_taken(password: str) -> None:
    assert password_rules.problem(password).startswith("Many people use a password like this.")


@pytest.mark.parametrize(
    "password",
    [
        "j.lee@mercy.example",
        "J.Lee@Mercy.Example",
        "lee-mercy-2024",
        "Mercy General 1",
        "DrJLeeMercy7",
    ],
)
def test_a_password_made_of_what_is_known_of_a_person_is_not_taken(password: str) -> None:
    assert "your name, your address or your hospital" in password_rules.problem(password, OWN)
    assert password_rules.problem(password + " and a good deal more", OWN) == ""


@pytest.mark.parametrize(
    ("length", "is_taken"), [(11, False), (12, True), (200, True), (201, False)]
)
def test_a_password_has_12_to_200_characters(length: int, is_taken: bool) -> None:
    long = "tumbler, coffee; gown. " * 9

    assert (password_rules.problem(long[:length]) == "") is is_taken


def test_the_list_says_whose_it_is() -> None:
    head = password_rules._LIST.read_text()[:1200]

    assert "MIT License" in head and len(password_rules._common()) > 10_000


async def test_who_joins_is_held_to_the_same_rules(mercy: House) -> None:
    new = NewMember(
        email="k@mercy.example", password="Mercy General 1", handle="kay", name="Dr K. Ay"
    )
    with pytest.raises(FormRefused) as refused:
        await mercy.at(members.add_member, new)

    assert refused.value.fields.keys() == {"password"}
