"""Files that people send: lists of hosts, and nothing else. They stay in memory (T62)."""

from io import BytesIO
from typing import IO, Any

from quart import Request
from quart.formparser import FormDataParser

LIST_PATH = "/admin/hospitals/import"
LIST_MAX = 2 * 1024 * 1024


class UploadRequest(Request):
    """A request whose body may be larger where a list is sent."""

    def __init__(self, *args: Any, max_content_length: int | None = None, **more: Any) -> None:
        if args[2] == LIST_PATH:
            max_content_length = LIST_MAX
        super().__init__(*args, max_content_length=max_content_length, **more)
        self.max_content_length = max_content_length

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        parser.stream_factory = _in_memory
        return parser


def takes_files(incoming: Request) -> bool:
    return incoming.path == LIST_PATH


def _in_memory(*_: Any) -> IO[bytes]:
    return BytesIO()
