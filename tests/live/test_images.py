"""An image of a consult between real servers of development: pages at localhost, files at
127.0.0.1 (federation.md 14)."""

import http.client
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from instance.models import ConsentBasis, Media, Scope
from instance.services import media, members
from instance.services.consults import opening
from tests import pictures
from tests.clinic import FACTS
from tests.live import pairs, servers
from tests.live.pairs import Pair, at, eventually, signed_in


def test_an_image_is_brought_to_the_other_hospital_and_shown_there(tmp_path: Path) -> None:
    pair = pairs.pair(tmp_path)
    with servers.running(pair.server(pair.mercy), pair.server(pair.stlukes)):
        at(pair.mercy, lambda: _ask(pair))
        at(pair.stlukes, lambda: eventually(_is_here, "the image is there"))
        image = at(pair.stlukes, Media.get)
        browser = signed_in(pair.stlukes)
        page = browser.get(f"{pair.stlukes.url}/k/{image.consult_id}")
        sent_on = browser.get(f"{pair.stlukes.url}/media/{image.id}")
        kind, content = _get(sent_on.location)
        log = pair.server(pair.stlukes).log() + pair.server(pair.mercy).log()

    assert (
        f"img-src 'self' http://127.0.0.1:{pair.stlukes.port};"
        in (page.headers["content-security-policy"])
    )
    assert sent_on.location.startswith(f"http://127.0.0.1:{pair.stlukes.port}/see/")
    assert kind == "image/png" and content.startswith(b"\x89PNG")
    assert not re.search(r"/see/|scan|A hand", log)  # T62


async def _ask(pair: Pair) -> None:
    member = (await members.by_login("lee")) or None
    assert member is not None
    now = datetime.now(UTC)
    row = await media.add(member, 7, pictures.of(), "scan.png", "image/png", now)
    said = {"alt": "A hand", "basis": ConsentBasis.HELD, "looked_at": now}
    await media.describe(member, row.id, 1, **said)  # type: ignore[arg-type]
    audience = opening.Audience(Scope.INSTANCES, hosts=(pair.stlukes.config.host,))
    question = opening.Question(facts=FACTS, audience=audience, attested=True, images=(row.id,))
    await opening.open_consult(member, question)


async def _is_here() -> bool:
    return await Media.filter(state="ready").exists()


def _get(url: str) -> tuple[str, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request("GET", f"{parts.path}")
        answer = connection.getresponse()
        return answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()
