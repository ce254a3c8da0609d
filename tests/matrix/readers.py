"""Who may not read: people with a browser, and servers with a key."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from federation.keys import PrivateKey
from federation.messages import Form
from instance.models import AccessToken
from tests import clients
from tests.cast import QUILL
from tests.matrix.asking import VARIANTS, Reader
from tests.matrix.world import World
from tests.network import Network
from tests.outsiders import Outsider

EVERY = ("named", "shared")
THERE = ("named, there",)
NAMED = ("named",)  # the other one is for the whole hospital


_ALL = tuple(VARIANTS)
_DOCUMENT = ("document",)


async def everybody(world: World, network: Network) -> list[Reader]:
    found = [*await people(world), *await servers(world, network)]
    return [*found, *await at_the_partner(world, found)]


async def people(world: World) -> list[Reader]:
    """One of each kind asks for everything that there is to ask for; of the others the answers
    are drawn by the same code."""
    mercy = world.mercy
    visitor = Reader("signed out", mercy, EVERY, browser=mercy.visitor(), variants=_ALL)
    found = [visitor]
    for name, handle, hidden, variants in (
        ("not in the audience", "colleague", NAMED, _ALL),
        ("unverified", "guest", EVERY, ("page",)),
        ("removed", "removed", NAMED, ("page",)),
        ("administrator", "owner", NAMED, ("page",)),
    ):
        browser = await mercy.sign_in(handle)
        found.append(Reader(name, mercy, hidden, browser=browser, variants=variants))
    for one in found:
        if one.browser is not None:
            one.token = await one.browser.form_token()
    return [*found, await _application(world)]


async def _application(world: World) -> Reader:
    """It may do all that one may which no administrator approved."""
    phone = await clients.signed_in(world.mercy, "colleague", f"profile {clients.EVERYTHING}")
    later = datetime.now(UTC) + timedelta(days=1)  # when it was used last is not written down
    await world.mercy.at(lambda: AccessToken.all().update(seen_at=later))
    return Reader("application", world.mercy, NAMED, bearer=phone.token)


async def at_the_partner(world: World, others: Sequence[Reader]) -> list[Reader]:
    """Some of them ask the hospital that takes part."""
    there = world.stlukes
    visitor = Reader("signed out, there", there, THERE, browser=there.visitor())
    browser = await there.sign_in("colleague")
    colleague = Reader("not in the audience, there", there, THERE, browser=browser)
    for one, own in ((visitor, visitor.browser), (colleague, browser)):
        one.token = await own.form_token() if own is not None else ""
    kinds = ("server of heart", "stranger")
    asking = [one for one in others if one.name in kinds]
    found = [replace(one, name=f"{one.name}, there", house=there, hidden=THERE) for one in asking]
    return [visitor, colleague, *found]


async def servers(world: World, network: Network) -> list[Reader]:
    mercy, others, stlukes = world.mercy, world.others, world.stlukes
    quill = await others["heart"].person(QUILL)
    stranger = Outsider("stranger.example", "mallory", network)
    await mercy.block("blocked.example")
    blocked = Outsider("blocked.example", "eve", network)
    keys: dict[str, tuple[PrivateKey, Form]] = {
        f"server of {name}": (await others[name].institution_key(), "trusted")
        for name in ("heart", "revoked", "returned", "pending")
    }
    keys |= {
        "member of a partner": (await quill.key(), "trusted"),
        "member who answered": (await world.okafor.key(), "trusted"),
        "partner, weak signature": (await stlukes.institution_key("rsa"), "cavage"),
        "stranger": (stranger.rsa, "cavage"),
        "stranger, RFC 9421": (stranger.rsa, "rfc9421"),
        "blocked": (blocked.rsa, "cavage"),
    }
    found = [
        Reader(name, mercy, EVERY, key=key, form=form, variants=_of_server(name))
        for name, (key, form) in keys.items()
    ]
    for one in found:
        await one.ask(
            "GET", "/actor/outbox", variant="document"
        )  # its key is fetched for the first one
    return found


async def who_post(world: World, network: Network) -> list[Reader]:
    """Servers, of which each is another stranger to the consult."""
    kinds = ("server of heart", "server of returned", "stranger")
    return [one for one in await servers(world, network) if one.name in kinds]


async def who_look(world: World, network: Network) -> list[Reader]:
    """A partner's server and a stranger."""
    kinds = ("server of heart", "stranger")
    return [one for one in await servers(world, network) if one.name in kinds]


async def who_send_forms(world: World) -> list[Reader]:
    kinds = ("not in the audience", "administrator")
    return [one for one in await people(world) if one.name in kinds]


async def asker(world: World) -> Reader:
    return Reader("asker", world.mercy, (), browser=await world.mercy.sign_in("lee"))


def _of_server(name: str) -> tuple[str, ...]:
    return ("document", "linked data", "page") if name == "server of heart" else _DOCUMENT
