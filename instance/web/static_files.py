"""Static files under names that hold their content: cached for ever, never stale.

`curbside.css` is served as `/static/curbside.1f0c….css`. The few files are read once and kept.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).parent.parent / "static"
# One request for what is needed together, in this order.
TOGETHER = {"live.js": ("htmx.min.js", "hx-sse.min.js")}
CACHE_CONTROL = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, ready to send with `CACHE_CONTROL`."""

    body: bytes
    content_type: str


class StaticFiles:
    """All files of one directory, by plain and by hashed name."""

    def __init__(self, directory: Path = DIRECTORY, prefix: str = "/static/") -> None:
        self._prefix = prefix
        self._hashed: dict[str, str] = {}
        self._files: dict[str, StaticFile] = {}
        ours = (one for one in sorted(directory.iterdir()) if one.suffix in TYPES)
        found = {one.name: one.read_bytes() for one in ours}
        for name, parts in TOGETHER.items():
            if found.keys() >= set(parts):
                found[name] = b"\n;".join(found[part] for part in parts)
        for name, body in found.items():
            self._add(Path(name), body)

    def _add(self, path: Path, body: bytes) -> None:
        name = f"{path.stem}.{hashlib.sha256(body).hexdigest()[:12]}{path.suffix}"
        self._hashed[path.name] = name
        self._files[name] = StaticFile(body, TYPES[path.suffix])

    def url(self, name: str) -> str:
        """The address for a template: `static('curbside.css')`. KeyError for an unknown name."""
        return self._prefix + self._hashed[name]

    def find(self, hashed_name: str) -> StaticFile | None:
        """What `/static/<hashed_name>` serves; None for anything else, also for plain names."""
        return self._files.get(hashed_name)
