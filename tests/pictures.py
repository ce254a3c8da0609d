"""Pictures with everything in them that a picture can carry besides its pixels."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

NAME = b"ANNA-KOWALSKA-1948"  # what must get nowhere
SIZE = (64, 48)


def plain(size: tuple[int, int] = SIZE) -> Image.Image:
    """Black on the left, white on the right."""
    picture = Image.new("RGB", size, "white")
    picture.paste("black", (0, 0, size[0] // 2, size[1]))
    return picture


def of(size: tuple[int, int] = SIZE) -> bytes:
    """One that holds nothing else."""
    out = BytesIO()
    plain(size).save(out, "PNG")
    return out.getvalue()


def jpeg() -> bytes:
    """With EXIF (place, name and thumbnail), XMP, IPTC, a comment, a profile, and a ZIP behind."""
    out = BytesIO()
    plain().save(
        out, "JPEG", quality=95, exif=_exif(), xmp=_xmp(), comment=NAME, icc_profile=_profile()
    )
    content = out.getvalue()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + _sized(b"\x1c\x02\x78" + _sized16(NAME))
    segment = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    return content[:2] + segment + content[2:] + b"PK\x03\x04" + NAME


def png() -> bytes:
    """With text in three ways, XMP, EXIF, a profile, and something behind its end."""
    texts = PngInfo()
    texts.add_text("PatientName", NAME.decode())
    texts.add_text("Packed", NAME.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", _xmp().decode())
    out = BytesIO()
    plain().save(out, "PNG", pnginfo=texts, exif=_exif(), icc_profile=_profile())
    return out.getvalue() + NAME


def webp() -> bytes:
    out = BytesIO()
    plain().save(out, "WEBP", lossless=True, exif=_exif(), xmp=_xmp(), icc_profile=_profile())
    return out.getvalue() + NAME


def gif() -> bytes:
    out = BytesIO()
    plain().convert("P").save(out, "GIF", comment=NAME)
    return out.getvalue() + b"<script>" + NAME


def hidden() -> bytes:
    """A name in pixels that nobody sees, because they are transparent."""
    picture = plain().convert("RGBA")
    picture.paste((200, 0, 0, 0), (40, 10, 50, 20))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def sideways() -> bytes:
    """As a phone held upright writes it: to be turned by who shows it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    out = BytesIO()
    plain().save(out, "JPEG", exif=exif)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Small, and of one colour as often as its header says."""
    row = b"\0" * (width // 8 + 2)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, content)
        for kind, content in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )


def moving_gif(frames: int) -> bytes:
    """Of one pixel, so many times."""
    frame = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"
    head = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0"
    return head + frame * frames + b";"


def dicom() -> bytes:
    return b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0" + NAME


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = exif[0x9286] = NAME.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = NAME.decode()
    return exif


def _xmp() -> bytes:
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><n>' + NAME + b"</n></x:xmpmeta>"


def _profile() -> bytes:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made + NAME


def _sized(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content + b"\0" * (len(content) % 2)


def _sized16(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checked
