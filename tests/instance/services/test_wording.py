"""What is looked up in a text before it is public."""

from typing import Any

import pytest

from instance.errors import FormRefused
from instance.models import Actor
from instance.services import channels, posting, wording
from instance.services.consults import references
from tests.houses import House, Person


async def test_a_text_that_is_too_long_is_refused_before_its_addresses_are_looked_up(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T76: half a megabyte holds fifty thousand of them."""
    asked: list[Any] = []

    async def any_consult(uris: Any) -> bool:
        asked.append(uris)
        return False

    monkeypatch.setattr(references, "any_consult", any_consult)
    wards: Actor = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    text = " ".join(f"https://a.example/{n}" for n in range(wording.TEXT_MAX // 20))
    with pytest.raises(FormRefused):
        await lee.speaks(posting.start_thread, wards, "A title", text)
    assert asked == []
