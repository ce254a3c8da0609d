"""URLs that peers hand us to be sent astray: refused before any connection."""

import re

import pytest

from federation.errors import UnsafeAddress
from tests.federation.scripted import ScriptedNetwork, client_on

NOTE = "https://cardio.example/o/1"


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


LITERAL_TRICKS = [
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://10.0.0.1/",
    "https://\uff11\uff12\uff17.0.0.1/",  # full-width digits
    "https://127\u30020\u30020\u30021/",  # ideographic full stops
    "https://%31%32%37.0.0.1/",
]


NOT_URLS = [
    "http://cardio.example/o/1",
    "ftp://cardio.example/o/1",
    "file:///etc/passwd",
    "data:application/activity+json,{}",
    "//cardio.example/o/1",
    "/o/1",
    "",
    "https://",
    "https:///o/1",
    "https://user:password@cardio.example/o/1",
    "https://good.example@cardio.example/o/1",
    "https://cardio.example:8443/o/1",
    "https://cardio.example:80/o/1",
    "https://cardio.example:0443/o/1",
    "https://cardio.example\\@good.example/o/1",
    "https://cardio.example/o/1\r\nX-Injected: 1",
    "https://cardio.example/o/1\nX",
    "https://cardio.example/o 1",
    "https://cardio.example\t/o/1",
    "https://[not-an-address]/",
    "https://cardio.example/" + "a" * 3000,
    "http://localhost:8001/o/1",
    "https://localhost:8001/o/1",
]


@pytest.mark.parametrize("url", [*LITERAL_TRICKS, *NOT_URLS])
async def test_what_may_not_be_asked_is_refused_without_a_connection(
    network: ScriptedNetwork, url: str
) -> None:
    """T35."""
    ours = client_on(network)

    for ask in (ours.get_document(url), ours.get_json(url), ours.post(url, b"{}", {})):
        with pytest.raises(UnsafeAddress) as refused:
            await ask
        assert refused.value.permanent
    assert network.requests == []


# Relative ones, and what a parser reads as such, stay with the host that redirects.
LOCATIONS = [
    url
    for url in [*LITERAL_TRICKS, *NOT_URLS]
    if re.match(r"[a-z]+:(//)?[^/]", url) and not re.search(r"[\n\t]", url)
]


@pytest.mark.parametrize("location", LOCATIONS)
async def test_a_redirect_is_held_to_the_same_rules(
    network: ScriptedNetwork, location: str
) -> None:
    """T37."""
    network.redirect(NOTE, location)

    with pytest.raises(UnsafeAddress):
        await client_on(network).get_document(NOTE)

    assert network.asked == [NOTE]
