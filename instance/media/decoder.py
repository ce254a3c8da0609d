"""A process of its own that makes one picture anew from the pixels of another, and ends.

Run as a file, by `images`, and imported by nobody. A line of JSON and the picture come in, a line
of JSON, the new picture and a small one go out. Whatever a crafted file does to a decoder, it does
it here: where nothing else is, no file can be written, and memory and time are short.

Nothing of a file but its pixels gets out: they are copied to a blank picture, which has no EXIF,
XMP, IPTC, profile, text, comment or thumbnail to write. What is transparent becomes white, so
that nothing stays hidden beneath.
"""

import json
import resource
import sys
from io import BytesIO
from typing import Any

import blurhash
from PIL import Image, ImageCms, ImageOps

MEMORY_BYTES = 900 * 1024 * 1024  # twice a picture of 40 megapixels, and a turned copy
CPU_SECONDS = 20
HASHED_SIDE = 32
PNG_MOST, BYTES_MOST = 4 * 1024 * 1024, 10 * 1024 * 1024
_OUT = 1  # a pipe to whoever asked
_QUALITIES = (92, 85, 70, 50)
# What a decoder raises for what it cannot read.
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, TypeError)


class Refused(Exception):
    """`reason`: a key of `images.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def limit() -> None:
    """No way back from here. No core file either, which would hold the picture (T62)."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    limit()
    wanted: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        head, parts = made(content, wanted)
    except Refused as error:
        head, parts = {"refused": error.reason}, []
    except MemoryError:
        head, parts = {"refused": "large"}, []
    with open(_OUT, "wb") as out:
        out.write(json.dumps(head).encode() + b"\n")
        out.writelines(parts)


def made(content: bytes, wanted: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    Image.MAX_IMAGE_PIXELS = None  # our own limit, before anything is decoded
    picture = _opened(content, wanted["formats"], wanted["pixels_most"])
    is_exact = picture.format in ("PNG", "GIF")
    picture = _plain(picture)
    for box in wanted["covers"]:
        picture.paste(0, _pixels(box, picture.size))
    if wanted["crop"]:
        picture = picture.crop(_pixels(wanted["crop"], picture.size))
    if wanted["fit"]:
        picture = ImageOps.fit(picture, tuple(wanted["fit"]), Image.Resampling.LANCZOS)
    picture.thumbnail((wanted["side"], wanted["side"]), Image.Resampling.LANCZOS)
    kind, full = _written(picture, is_exact)
    width, height = picture.size
    picture.thumbnail((wanted["small_side"], wanted["small_side"]), Image.Resampling.LANCZOS)
    small = _jpeg(picture, 80)
    head = {"type": kind, "width": width, "height": height, "sizes": [len(full), len(small)]}
    if wanted["hashed"]:
        head["blurhash"] = _hashed(picture)
    return head, [full, small]


def _opened(content: bytes, formats: list[str], pixels_most: int) -> Any:
    """Its header is read, and nothing decoded before that says how large it becomes."""
    try:
        picture: Any = Image.open(BytesIO(content), formats=formats)
        width, height = picture.size
        if width * height > pixels_most:
            raise Refused("large")
        # Of what a phone writes as several JPEGs in one (MPO) the first one is the picture.
        if picture.format != "MPO" and _moves(picture):
            raise Refused("moves")
        picture.load()
    except _DAMAGE as error:
        raise Refused("broken") from error
    return picture


def _moves(picture: Any) -> bool:
    """Whether there is a second frame: to know that, no more of them are read."""
    return bool(getattr(picture, "is_animated", False))


def _plain(picture: Any) -> Any:
    """Upright, in grey or in colours as every screen shows them, on white, and without a past."""
    profile, turned = picture.info.get("icc_profile"), _turned(picture)
    if turned.mode.startswith("I") or turned.mode == "F":
        turned = _of_deep(turned)
    has_alpha = turned.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in turned.info
    mask = None
    if has_alpha:
        turned = turned.convert("RGBA")
        mask = turned.getchannel("A")
    mode = "L" if turned.mode in ("1", "L") else "RGB"
    flat = _in_screen_colours(turned, profile) if profile else turned
    plain = Image.new(mode, turned.size, "white")
    plain.paste(flat.convert(mode), (0, 0), mask)
    return plain


def _turned(picture: Any) -> Any:
    try:
        return ImageOps.exif_transpose(picture)
    except _DAMAGE:
        return picture  # what says how it is held cannot be read


def _of_deep(picture: Any) -> Any:
    """16 bits a pixel, of which a screen shows the upper half."""
    return picture.convert("F").point(lambda value: value / 256).convert("L")


def _in_screen_colours(picture: Any, profile: bytes) -> Any:
    """Colours as its profile means them: a rash stays as red as it was."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if picture.mode not in ("RGB", "CMYK"):
            return picture
        return ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (*_DAMAGE, ImageCms.PyCMSError):
        return picture


def _pixels(box: list[float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """`box`: left, top, width and height in percent; what it touches of a pixel is in it."""
    width, height = size
    left, top = int(box[0] * width / 100), int(box[1] * height / 100)
    right = -int(-(box[0] + box[2]) * width // 100)
    bottom = -int(-(box[1] + box[3]) * height // 100)
    return (
        min(left, width - 1),
        min(top, height - 1),
        max(left + 1, min(right, width)),
        max(top + 1, min(bottom, height)),
    )


def _written(picture: Any, is_exact: bool) -> tuple[str, bytes]:
    """As PNG what came without loss, unless it is large; else as JPEG."""
    if is_exact:
        out = BytesIO()
        picture.save(out, "PNG", optimize=False)
        if out.tell() <= PNG_MOST:
            return "image/png", out.getvalue()
    for quality in _QUALITIES:
        content = _jpeg(picture, quality)
        if len(content) <= BYTES_MOST:
            return "image/jpeg", content
    raise Refused("large")


def _hashed(picture: Any) -> str:
    """A few colours, for whoever waits for the picture."""
    tiny = picture.convert("RGB")
    tiny.thumbnail((HASHED_SIDE, HASHED_SIDE), Image.Resampling.BOX)
    width, height = tiny.size
    points = [[tiny.getpixel((x, y)) for x in range(width)] for y in range(height)]
    across, down = (4, 3) if width >= height else (3, 4)
    return str(blurhash.encode(points, components_x=across, components_y=down))


def _jpeg(picture: Any, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
