"""What may stand in an address of ours. Anything else is an unknown page (404), not looked up."""

from werkzeug.routing import BaseConverter, ValidationError

from instance.ids import read_id
from instance.services.members import HANDLE_MOST

HOST_MOST = 255  # what the column holds


class IdConverter(BaseConverter):
    """`<int:…>` in a route: an id of ours."""

    regex = "[0-9]+"
    weight = 50

    def to_python(self, value: str) -> int:
        found = read_id(value)
        if found is None:
            raise ValidationError
        return found


class NameConverter(BaseConverter):
    """`<name:…>`: `handle` or `handle@host`, no longer than both may be."""

    def to_python(self, value: str) -> str:
        handle, _, host = value.removeprefix("@").partition("@")
        if len(handle) > HANDLE_MOST or len(host) > HOST_MOST or not host.isascii():
            raise ValidationError
        return value
