"""Files that people send: lists of hosts, rosters, documents that say who somebody is, images,
pictures of public posts and profiles, and what they take along from elsewhere.

Nothing else. They stay in memory (T62).
"""

import re
from io import BytesIO
from typing import IO, Any

from quart import Request
from quart.formparser import FormDataParser

LIST_MAX = 2 * 1024 * 1024
ROSTER_MAX = 33 * 1024 * 1024  # what else stands in the form is small
DOCUMENTS_MAX = 41 * 1024 * 1024
IMAGES_MAX = 41 * 1024 * 1024
PICTURE_MAX = 11 * 1024 * 1024
SECONDS = 60  # a photo from a phone takes its time
# By where they are sent: how large the body may be.
PLACES = {
    "/api/v1/accounts/update_credentials": 2 * PICTURE_MAX,
    "/api/v1/media": PICTURE_MAX,
    "/api/v1/profile": 2 * PICTURE_MAX,
    "/api/v2/media": PICTURE_MAX,
    "/account/import": ROSTER_MAX,
    "/account/verification/document": DOCUMENTS_MAX,
    "/admin/hospitals/import": LIST_MAX,
    "/consults/images": IMAGES_MAX,
    "/admin/roster/import": ROSTER_MAX,
}


# Forms of public posts (a thread of a channel, an answer) and of a profile.
_PICTURES = re.compile(
    r"/channels/[\w.@-]{1,320}/new|/t/\d{1,19}/replies|/account/profile/\w{1,30}/picture", re.ASCII
)


class UploadRequest(Request):
    """A request whose body may be larger where a file is sent."""

    def __init__(self, *args: Any, max_content_length: int | None = None, **more: Any) -> None:
        most = _most(args[2])
        if most is not None:
            max_content_length = most
            more["body_timeout"] = SECONDS
        super().__init__(*args, max_content_length=max_content_length, **more)
        self.max_content_length = max_content_length

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        parser.stream_factory = _in_memory
        return parser


def takes_files(incoming: Request) -> bool:
    return _most(incoming.path) is not None


def _most(path: str) -> int | None:
    """Some applications end addresses with a slash (`doors.forgive_slashes`)."""
    if path.startswith("/api/"):
        path = path.rstrip("/")
    return PICTURE_MAX if _PICTURES.fullmatch(path) else PLACES.get(path)


def _in_memory(*_: Any) -> IO[bytes]:
    return BytesIO()
