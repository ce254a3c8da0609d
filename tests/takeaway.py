"""A member's files in a test: asked for, made and opened."""

import io
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from instance.models import Actor, Member
from instance.services.portability import exports
from instance.services.throttle import Source
from tests.houses import PASSWORD, Person

HERE = Source("192.0.2.7")


class Taken:
    """One ZIP, opened."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            assert opened.testzip() is None
            self.files = {name: opened.read(name) for name in opened.namelist()}
            self.times = {info.date_time for info in opened.infolist()}

    def json(self, path: str) -> Any:
        return orjson.loads(self.files[path])

    def items(self, path: str) -> list[Any]:
        found = self.json(path)
        assert found["totalItems"] == len(found["orderedItems"])
        return list(found["orderedItems"])

    def consults(self) -> list[Any]:
        return [self.json(path) for path in sorted(self.files) if path.startswith("consults/")]

    def is_whole(self) -> bool:
        listed = self.json("manifest.json")["files"]
        hashes = {row["path"]: (row["sha256"], row["bytes"]) for row in listed}
        return hashes == {
            path: (sha256(content).hexdigest(), len(content))
            for path, content in self.files.items()
            if path != "manifest.json"
        }


async def taken(person: Person, identity: Actor | None) -> Taken:
    """The file of one identity, or (None) of the person, as it would be made now."""

    async def make() -> bytes:
        member = await Member.get(id=person.member.id)
        parts = exports.chunks(member, identity, datetime.now(UTC))
        return b"".join([part async for part in parts])

    return Taken(await person.home.at(make))


async def asked_for(person: Person) -> None:
    """As a browser of theirs asks, and a worker makes it."""
    await person.does(exports.ask, PASSWORD, HERE)
    for export_id in await person.home.at(exports.waiting):
        await person.home.at(exports.make, export_id)
