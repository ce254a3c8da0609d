"""What may be answered once: nobody repeats what was overheard."""

from datetime import datetime

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from instance.models import UsedChallenge
from instance.services.throttle import hashed


async def use_up(challenge: str, until: datetime) -> bool:
    """False where it was answered before. `until`: when it is too old by itself."""
    try:
        async with in_transaction():
            await UsedChallenge.create(challenge_hash=hashed(challenge), expires_at=until)
    except IntegrityError:
        return False
    return True
