"""What becomes of a picture that somebody sends: T43, T45, T46, T47."""

import resource
import subprocess
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from instance.media import images, kinds
from instance.media.images import Box, Picture, PictureRefused
from tests import pictures

FORMATS = {
    "a.jpg": pictures.jpeg,
    "a.png": pictures.png,
    "a.webp": pictures.webp,
    "a.gif": pictures.gif,
}


def shown(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content)).convert("RGB")


def extremes(picture: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest grey in it."""
    grey = picture.convert("L").tobytes()
    return min(grey), max(grey)


async def why_not(content: bytes, name: str = "", declared: str = "") -> str:
    with pytest.raises(PictureRefused) as refused:
        await images.process(content, name=name, declared=declared)
    return refused.value.sentence


@pytest.mark.parametrize("name", FORMATS)
async def test_nothing_of_a_picture_but_its_pixels_is_left(name: str) -> None:
    sent = FORMATS[name]()
    assert pictures.NAME in sent

    made = await images.process(sent, name=name)

    for content in (made.content, made.small):
        assert pictures.NAME not in content
        again = Image.open(BytesIO(content))
        assert not again.getexif() and not set(again.info) - {
            *("jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression")
        }
        assert len(content) < 4_000  # no thumbnail, nothing behind its end
    assert (made.width, made.height) == pictures.SIZE
    assert extremes(shown(made).crop((0, 0, 28, 48)))[1] < 40
    assert extremes(shown(made).crop((36, 0, 64, 48)))[0] > 215


async def test_a_picture_is_turned_upright() -> None:
    made = await images.process(pictures.sideways())

    assert (made.width, made.height) == (48, 64)
    assert extremes(shown(made).crop((0, 0, 48, 28)))[1] < 40


async def test_what_is_transparent_hides_nothing() -> None:
    made = await images.process(pictures.hidden())

    assert Image.open(BytesIO(made.content)).mode == "RGB"
    assert shown(made).getpixel((45, 15)) == (255, 255, 255)


async def test_what_is_covered_or_cut_off_is_in_no_pixel() -> None:
    out = BytesIO()
    Image.effect_noise((200, 100), 90).convert("RGB").save(out, "PNG")

    made = await images.process(out.getvalue(), covers=[Box(0, 0, 50, 20)], crop=Box(0, 0, 75, 100))

    assert (made.width, made.height) == (150, 100)
    for content in (made.content, made.small):
        corner = Image.open(BytesIO(content)).crop((0, 0, 100, 18))
        assert extremes(corner)[1] < 60  # a JPEG is a little off
    assert extremes(shown(made).crop((0, 22, 150, 100)))[1] > 200


async def test_a_large_photo_is_made_smaller() -> None:
    out = BytesIO()
    Image.radial_gradient("L").resize((5_000, 2_500)).save(out, "JPEG")

    made = await images.process(out.getvalue())

    assert (made.width, made.height) == (3_000, 1_500)
    assert Image.open(BytesIO(made.small)).size == (480, 240)


async def test_bombs_are_refused_and_the_server_does_not_grow() -> None:
    bomb, film = pictures.huge_png(25_000, 25_000), pictures.moving_gif(100_000)
    little_more, too_much = pictures.huge_png(8_000, 5_001), b"\xff\xd8\xff" + bytes(10 * 1024**2)
    assert len(bomb) < 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert await why_not(bomb) == images.REASONS["large"]
    assert await why_not(little_more) == images.REASONS["large"]
    assert await why_not(film) == images.REASONS["moves"]
    assert await why_not(too_much) == images.TOO_LARGE

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 20 * 1024


async def test_a_decoder_that_wants_more_memory_than_it_may_have_ends_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """40 megapixels are within the limit of the header; what they take is limited besides."""
    out = BytesIO()
    Image.new("RGBA", (7_000, 5_500)).save(out, "PNG")
    _with(monkeypatch, lambda source: source.replace("900 * 1024", "150 * 1024"))

    assert await why_not(out.getvalue()) in images.REASONS.values()


@pytest.mark.parametrize("endless", ["while True: pass", "import time; time.sleep(60)"])
async def test_a_decoder_that_does_not_end_is_killed(
    monkeypatch: pytest.MonkeyPatch, endless: str
) -> None:
    """By the limit on its processor, or on the time that its caller waits."""
    wait = endless.replace("; ", "\n    ").replace("True: pass", "True:\n        pass")
    _with(
        monkeypatch,
        lambda source: source.replace("CPU_SECONDS = 20", "CPU_SECONDS = 1").replace(
            "    limit()\n", f"    limit()\n    {wait}\n", 1
        ),
    )
    monkeypatch.setattr(images, "SECONDS", 4.0)

    assert await why_not(pictures.jpeg()) == images.REASONS["stopped"]


async def test_a_decoder_writes_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write = '    with open("/tmp/curbside-decoder", "wb") as file:\n        file.write(b"x")\n'
    _with(monkeypatch, lambda source: source.replace("    limit()\n", f"    limit()\n{write}", 1))

    assert await why_not(pictures.jpeg()) in images.REASONS.values()


def _with(monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]) -> None:
    """The decoder as it is, but for `change`."""
    source = images._DECODER.read_text()
    assert change(source) != source
    run = subprocess.run

    def changed(command: list[str], **how: object) -> object:
        return run([*command[:2], "-c", change(source)], **how)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", changed)


@pytest.mark.parametrize("part", [0.3, 0.5])
@pytest.mark.parametrize("name", FORMATS)
async def test_half_a_picture_is_refused(name: str, part: float) -> None:
    sent = FORMATS[name]()

    assert await why_not(sent[: int(len(sent) * part)], name) == images.BROKEN


@pytest.mark.parametrize("name", ["", "scan.dcm", "scan.jpg"])
async def test_a_dicom_file_is_refused_by_whatever_name(name: str) -> None:
    assert await why_not(pictures.dicom(), name, "image/jpeg") == kinds.DICOM_REFUSED
    without_preamble = b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100" + pictures.NAME
    assert await why_not(without_preamble, name, "image/jpeg") == kinds.DICOM_REFUSED


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\0\0\0\x18ftypheic", kinds.HEIC_REFUSED),
        (b"\0\0\0\x18ftypisom", kinds.VIDEO_REFUSED),
        (b"%PDF-1.7", kinds.DOCUMENT_REFUSED),
        (b"PK\x03\x04word/document.xml", kinds.DOCUMENT_REFUSED),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', kinds.DRAWING_REFUSED),
        (b"\xef\xbb\xbf <html>", kinds.DRAWING_REFUSED),
        (b"BM\0\0\0\0", kinds.OTHER_REFUSED),
        (b"", kinds.EMPTY_REFUSED),
        (b"\xff\xd8\xff\xe0nothing", images.BROKEN),
        (b"GIF89a/*\x01\0\x01\0*/=1;alert(1)", images.BROKEN),
    ],
)
async def test_what_is_no_picture_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    assert await why_not(content, "photo.jpg" if content[:3] == b"\xff\xd8\xff" else "") == sentence


async def test_content_name_and_declared_type_agree() -> None:
    assert "is called a PNG and is a JPEG" in await why_not(pictures.jpeg(), "a.png")
    assert "is called a GIF and is a JPEG" in await why_not(pictures.jpeg(), "a", "image/gif")
    made = await images.process(pictures.jpeg(), name="A.JPEG", declared="application/octet-stream")
    assert made.media_type == kinds.JPEG
