"""A member who lost phone and password: whoever runs the server starts their account anew."""

from tortoise.transactions import in_transaction

from instance import config
from instance.errors import FormRefused
from instance.models import AlertKind, Member
from instance.services import (
    account_news,
    audit,
    members,
    passwords,
    second_factors,
    signing_in,
    throttle,
)


async def reset(name: str) -> str:
    """Give a member, by handle or e-mail, a password and take the second factors away.

    Returns the password, which is stored nowhere. They are signed out everywhere and told.
    Raises FormRefused for nobody of that name.
    """
    member = await members.by_login(name.strip().lower().removeprefix("@"))
    if member is None:
        raise FormRefused({"handle": "Nobody here has this handle or e-mail."})
    password = passwords.made_up()
    hashed, settings = await passwords.hashed(password), config.current()
    own = await members.speaking_as(member)
    async with in_transaction():
        await Member.filter(id=member.id).update(password_hash=hashed)
        await second_factors.drop_all(member)
        await signing_in.end_all(member)
        await throttle.forget(member)
        await account_news.tell(member, AlertKind.RESET)
        await audit.record(
            "account.reset",
            actor_uri=settings.uri("/actor"),
            host=settings.host,
            subject=own.uri,
        )
    return password
