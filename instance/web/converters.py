"""Numbers in addresses and forms of ours."""

from werkzeug.routing import BaseConverter, ValidationError

from instance.ids import read_id


class IdConverter(BaseConverter):
    """`<int:…>` in a route: an id of ours. A number that no id can be is an unknown page (404)."""

    regex = "[0-9]+"
    weight = 50

    def to_python(self, value: str) -> int:
        found = read_id(value)
        if found is None:
            raise ValidationError
        return found
