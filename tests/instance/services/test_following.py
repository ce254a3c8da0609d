"""Following by address: who is found, and what nobody may find out that way."""

from collections.abc import Callable

import pytest

from instance.errors import FormRefused
from instance.models import Consult, Follow
from instance.services import channels, follows
from tests.cast import Houses
from tests.clinic import ask, seen_at
from tests.houses import House, Person

Address = Callable[[Consult], str]
OURS = "https://mercy.example"


async def refusal(person: Person, address: str) -> str:
    """What the form says, without the address that was typed."""
    with pytest.raises(FormRefused) as refused:
        await person.speaks(follows.follow_address, address)
    return refused.value.fields["address"].replace(address, "")


@pytest.mark.parametrize(
    "address",
    [
        lambda consult: f"{OURS}/g/{consult.group_id}",
        lambda consult: f"{OURS}/k/{consult.id}",
        lambda consult: consult.root_uri,
        lambda consult: f"{OURS}/actor",
        lambda consult: f"@consult-{consult.id}",
        lambda consult: f"consult-{consult.id}@mercy.example",
        lambda consult: OURS.upper() + f"/g/{consult.group_id}",
    ],
)
async def test_a_consult_and_our_institution_are_nobody(
    address: Address, mercy: House, lee: Person
) -> None:
    hidden = address(await ask(lee, people=(lee.address,)))
    nothing = hidden.replace("actor", "nothing")
    for digit in "0123456789":
        nothing = nothing.replace(digit, "7")
    before = await mercy.rows()

    assert await refusal(lee, hidden) == await refusal(lee, nothing)
    assert await mercy.rows() == before


async def test_a_partners_consult_is_nobody_either(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    group = (await seen_at(stlukes, consult)).group_id
    known = f"{OURS}/g/{consult.group_id}"
    before = await stlukes.rows()

    assert await refusal(okafor, known) == await refusal(okafor, f"{OURS}/g/7")
    assert await refusal(okafor, f"https://stlukes.example/g/{group}") == (
        await refusal(okafor, "https://stlukes.example/g/7")
    )
    assert await stlukes.rows() == before


@pytest.mark.parametrize("address", ["rhythm", "@rhythm", "{uri}", "@rhythm@mercy.example"])
async def test_a_channel_of_ours_is_found_by_each_of_its_addresses(
    address: str, mercy: House, lee: Person
) -> None:
    channel = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")

    await lee.speaks(follows.follow_address, address.format(uri=channel.uri))

    assert await mercy.at(lambda: Follow.filter(target_id=channel.id).count()) == 1
