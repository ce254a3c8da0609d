"""A picture that somebody sends becomes another one of the same pixels, and nothing else of it.

Nothing is decoded in here: `decoder` does it, a process of its own that may use little of
anything and is killed when it takes too long (T45, T46). Source: T47, domain.md 6.1 (images).
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from instance.media import kinds

BYTES_MOST = 10 * 1024 * 1024
PIXELS_MOST = 40_000_000
SMALL_SIDE = 480
SECONDS = 30.0
COVERS_MOST = 20
SIDE_MOST = 3_000
AT_ONCE = 2  # each may take as much memory as the decoder allows itself
_DECODER = Path(__file__).with_name("decoder.py")
TYPES = (kinds.JPEG, kinds.PNG, kinds.WEBP, kinds.GIF)
_FORMATS = {kinds.JPEG: "JPEG", kinds.PNG: "PNG", kinds.WEBP: "WEBP", kinds.GIF: "GIF"}
_places = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures")

TOO_LARGE = "This file has more than 10 MB. Make the picture smaller, or crop it, and try again."
BROKEN = "This picture is not whole or is damaged. Save it anew as JPEG or PNG, and try again."
REASONS = {
    "large": "This picture has more than 40 megapixels. Make it smaller and try again.",
    "moves": "This picture moves. Save one still picture of it, and send that.",
    "broken": BROKEN,
    "stopped": (
        "This picture takes more time or memory to read than any other. Save it anew as JPEG or "
        "PNG, and try again."
    ),
}


class PictureRefused(Exception):
    """`sentence`: what is wrong and what to do. `status`: 415 for what is no picture, else 422."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(status)
        self.sentence, self.status = sentence, status


@dataclass(frozen=True)
class Box:
    """A part of a picture, in percent of its width and height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def is_inside(self) -> bool:
        ends = (self.left + self.width, self.top + self.height)
        return (
            min(self.left, self.top) >= 0
            and min(self.width, self.height) > 0
            and (max(ends) <= 100.0001)
        )

    @property
    def numbers(self) -> list[float]:
        return [self.left, self.top, self.width, self.height]


@dataclass(frozen=True)
class Picture:
    """What was made: `small` is a JPEG of it for lists; `blurhash` where it was asked for."""

    media_type: str
    width: int
    height: int
    content: bytes
    small: bytes
    blurhash: str = ""


async def process(
    content: bytes,
    *,
    name: str = "",
    declared: str = "",
    crop: Box | None = None,
    covers: Sequence[Box] = (),
    fit: tuple[int, int] | None = None,
    side: int = SIDE_MOST,
    hashed: bool = False,
) -> Picture:
    """The picture anew. `name` and `declared` are what its sender calls it, and go no further.

    `crop`: the part to keep; `covers`: parts that become black. Both are of the whole picture,
    upright. `fit`: the width and height to make of its middle; `side`: how long the longer side may
    be. Raises PictureRefused.
    """
    if len(content) > BYTES_MOST:
        raise PictureRefused(TOO_LARGE)
    kind = kinds.kind_of(content)
    if kind is None or kinds.is_dicom(content):
        raise PictureRefused(kinds.why_refused(content), 415)
    if wrong := kinds.disagreement(kind, name, declared):
        raise PictureRefused(wrong, 415)
    wanted = {
        "formats": [_FORMATS[kind]],
        "pixels_most": PIXELS_MOST,
        "small_side": SMALL_SIDE,
        "crop": crop.numbers if crop else None,
        "covers": [box.numbers for box in covers[:COVERS_MOST]],
        "fit": fit,
        "side": side,
        "hashed": hashed,
    }
    head = json.dumps(wanted).encode() + b"\n"
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_places, _decoded, head + content)


def _decoded(sent: bytes) -> Picture:
    """In a thread that waits for the other process. Its words are dropped: they may quote."""
    try:
        ended = subprocess.run(  # noqa: S603 (our own file, by our own Python)
            [sys.executable, "-I", str(_DECODER)],
            input=sent,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            env={},
            close_fds=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PictureRefused(REASONS["stopped"]) from None
    if ended.returncode:
        raise PictureRefused(REASONS["stopped" if ended.returncode < 0 else "broken"])
    line, _, rest = ended.stdout.partition(b"\n")
    head = json.loads(line)
    if "refused" in head:
        raise PictureRefused(REASONS[head["refused"]])
    size, small = head["sizes"]
    if len(rest) != size + small:
        raise PictureRefused(BROKEN)
    return Picture(
        head["type"],
        head["width"],
        head["height"],
        rest[:size],
        rest[size:],
        head.get("blurhash", ""),
    )


def small_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the small one, so that a page keeps its place free."""
    scale = min(1.0, SMALL_SIDE / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))
