"""Forms with files, in parts, as browsers and applications send them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

KIND = "multipart/form-data; boundary=x"


class File(NamedTuple):
    field: str
    content: bytes
    name: str = "picture.png"
    declared: str = "image/png"


def body(fields: Mapping[str, str | Sequence[str]], *files: File) -> bytes:
    """A value that is a list stands there as often."""
    parts = [
        f'name="{name}"\r\n\r\n{value}'.encode()
        for name, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    parts += [
        f'name="{file.field}"; filename="{file.name}"\r\n'
        f"Content-Type: {file.declared}\r\n\r\n".encode()
        + file.content
        for file in files
    ]
    lines = (b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
    return b"".join(lines) + b"--x--\r\n"
