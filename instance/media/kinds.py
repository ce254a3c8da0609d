"""What a file is, by how it begins; what its sender calls it has to agree (T43).

Pure: bytes in, words out. Nothing here decodes anything.
"""

from pathlib import PurePath

JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"
_NAMES = {JPEG: "JPEG", PNG: "PNG", WEBP: "WebP", GIF: "GIF"}
_BY_SUFFIX = {".jpg": JPEG, ".jpeg": JPEG, ".jpe": JPEG, ".png": PNG, ".webp": WEBP, ".gif": GIF}
_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_PREAMBLE = 128  # bytes of anything before the mark of a DICOM file

DICOM_REFUSED = (
    "This is a DICOM file. It holds the patient's name and number. Save the picture that you need "
    "as JPEG or PNG in the viewer, with its text overlay switched off."
)
HEIC_REFUSED = (
    "This is a HEIC picture, as iPhones take them. Save it as JPEG: choose Most compatible under "
    "Settings, Camera, Formats, or take a screenshot of it."
)
DOCUMENT_REFUSED = (
    "This is a document and not a picture. Save the part that you need as JPEG or PNG."
)
DRAWING_REFUSED = "This is a drawing or a web page in text. Save it as PNG."
VIDEO_REFUSED = "This is a video or sound. Save one still picture of it as JPEG or PNG."
OTHER_REFUSED = "This is no picture that can be taken here. Save it as JPEG or PNG."
EMPTY_REFUSED = "This file is empty. Choose another one."


def kind_of(content: bytes) -> str | None:
    """The media type of a picture that we take; None for everything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return GIF if content.startswith((b"GIF87a", b"GIF89a")) else None


def why_refused(content: bytes) -> str:
    """What to do with a file that is no picture of ours, in words."""
    if not content:
        return EMPTY_REFUSED
    if is_dicom(content):
        return DICOM_REFUSED
    if content[4:8] == b"ftyp":
        return HEIC_REFUSED if content[8:12] in _HEIC else VIDEO_REFUSED
    if content.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        return DOCUMENT_REFUSED
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return DRAWING_REFUSED
    return OTHER_REFUSED


def is_dicom(content: bytes) -> bool:
    """By its preamble; without one, by a first element of the group that every such file has.

    That group is written with its shortest tags first, little-endian: (0002,0000) or, of older
    equipment without it, (0008,0005), (0008,0008) or (0008,0016).
    """
    if content[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return True
    group, element = content[:2], content[2:4]
    if group == b"\x02\x00":
        return element in (b"\x00\x00", b"\x01\x00", b"\x02\x00", b"\x10\x00")
    return group == b"\x08\x00" and element in (b"\x00\x00", b"\x05\x00", b"\x08\x00", b"\x16\x00")


def disagreement(kind: str, name: str, declared: str) -> str:
    """Why a picture is refused whose name or declared type is that of another; "" where it is not.

    A name that ends otherwise, and a type that is no picture's, claim nothing.
    """
    claims = {_BY_SUFFIX.get(PurePath(name).suffix.lower(), kind)}
    claimed = declared.partition(";")[0].strip().lower()
    claims.add(JPEG if claimed == "image/jpg" else claimed if claimed in _NAMES else kind)
    other = next((claim for claim in sorted(claims) if claim != kind), "")
    if not other:
        return ""
    return (
        f"This file is called a {_NAMES[other]} and is a {_NAMES[kind]}. "
        "Save it anew as JPEG or PNG."
    )
