"""An image that is recalled alone: its question goes everywhere, and comes again without it.

So a hospital that knows of no such recall deletes the image with its question, proves that, and
gets the rest again; it would take a Delete of an image's own address for one of nothing, and say
that it is done. Here the words never go.
"""

from datetime import datetime

from federation.recalls import Asked
from instance.models import Actor, Consult, Contribution
from instance.outbox import consults as documents
from instance.services.consults import burying, history, images


async def are_out(consult: Consult, asked: Asked) -> bool:
    """Whether others have any of them: not where the question is recalled or withdrawn itself."""
    graves = await burying.of_consult(consult)
    if {consult.uri, consult.root_uri}.intersection(graves):
        return False
    return bool(await images.shown(consult, asked.images))


async def leave_out(consult: Consult) -> None:
    """Of its question as it is here, until it is sent again; in the caller's transaction."""
    root = await Contribution.get(uri=consult.root_uri)
    root.body = {**root.body, "attachment": await images.given_back(consult)}
    await root.save(update_fields=["body"])
    await burying.dig_up(consult)


async def send_again(consult: Consult, now: datetime) -> None:
    """The question with what is left of its images, in the caller's transaction, which holds the
    consult and has spread the Delete."""
    asker = await Actor.get(id=consult.asker_id)
    again = await documents.question_again(consult, asker, now, await images.given_back(consult))
    await Contribution.filter(uri=consult.root_uri).update(body=again["object"])
    await burying.dig_up(consult)
    await history.append(consult, again, now)
